"""A timeline of spans drawn on the server: one row each, its words above its bar, so that it reads on a phone too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from onedoor.platform.kernel.clock import CHINA

WIDTH = 340  # of the drawing; a phone shows it as it is
LEFT = 4
ROW = 40
HEAD = 26
BAR = 12
LEAST = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """What a row is about: from when to when, the words beside its title, and how it stands (good, bad, wait, plain)."""

    title: str
    begins: datetime | None
    ends: datetime | None
    words: str
    tone: str


@dataclass(frozen=True)
class Row:
    title: str
    words: str
    tone: str
    text_y: int
    bar_y: int
    bar_end: int
    x: float
    width: float  # 0: nothing to draw yet


@dataclass(frozen=True)
class Drawing:
    """A drawing in units of `WIDTH` across."""

    rows: Sequence[Row]
    ticks: Sequence[tuple[float, str, str]]  # where, which day, how it is anchored
    now_x: float | None
    height: int
    words: str
    width: int = WIDTH


def draw(spans: Sequence[Span], *, now: datetime, title: str, until: datetime | None = None) -> Drawing:
    """
    Return the drawing of some spans with the days at its edges and today; what has not begun has no bar.

    It reaches to `until`, the day by which all is promised, where there is one.
    """
    moments = [moment for span in spans for moment in (span.begins, span.ends) if moment is not None]
    moments += [until] if until is not None else []
    first = min([*moments, now])
    last = max([*moments, now, first + LEAST])
    scale = (WIDTH - 2 * LEFT) / (last - first).total_seconds()

    def place(moment: datetime) -> float:
        return round(LEFT + (moment - first).total_seconds() * scale, 1)

    rows = []
    for number, span in enumerate(spans):
        top = HEAD + number * ROW
        x = place(span.begins) if span.begins else 0.0
        end = place(max(span.ends or now, span.begins)) if span.begins else 0.0
        rows.append(
            Row(
                span.title,
                span.words,
                span.tone,
                top + 14,
                top + 20,
                top + 20 + BAR,
                x,
                max(round(end - x, 1), 4.0) if end else 0.0,
            )
        )
    ticks = [(place(first), _day(first), "start"), (place(last), _day(last), "end")]
    told = "；".join(f"{span.title}：{span.words}" for span in spans)
    return Drawing(rows, ticks, place(now), HEAD + len(rows) * ROW, f"{title}。{told}")


def _day(moment: datetime) -> str:
    local = moment.astimezone(CHINA)
    return f"{local.month}月{local.day}日"
