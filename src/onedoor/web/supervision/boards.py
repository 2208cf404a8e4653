"""The board put into words, links and geometry."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from onedoor.platform.supervision.queries import Board, Flow, PlaceFigures
from onedoor.web.parts import charts


@dataclass(frozen=True)
class Figure:
    """One figure of the first row: where it leads, what it was a week ago or should be, its line."""

    title: str
    value: int
    href: str
    note: str
    lines: charts.Lines | None = None
    lamp: str = ""


def figures(board: Board) -> list[Figure]:
    return [
        _flowing("七天收件", board.received, _rows("received", board.code)),
        Figure("在办", board.open_cases, _rows("open", board.code), f"另有作废 {board.voided} 件"),
        _flowing("七天办结", board.completed, _rows("completed", board.code)),
        Figure("到期或逾期", board.due, _rows("due", board.code), "目标 0 件", lamp="red" if board.due else "green"),
        _flowing("未了结黄牌红牌", board.cards, _rows("cards", board.code), value=board.cards_standing),
    ]


def _flowing(title: str, flow: Flow, href: str, *, value: int | None = None) -> Figure:
    change = flow.total - flow.total_before
    week = f"七天 {flow.total} 件，" if value is not None else ""
    note = f"{week}比上周{'持平' if not change else f'多 {change} 件' if change > 0 else f'少 {-change} 件'}"
    words = f"最近七天每天 {_listed(flow.days)} 件；上一个七天每天 {_listed(flow.days_before)} 件"
    shown = flow.total if value is None else value
    return Figure(title, shown, href, note, charts.lines(flow.days, flow.days_before, words=words))


def _listed(numbers: Iterable[int]) -> str:
    return "、".join(str(number) for number in numbers)


def _rows(shown: str, within: str) -> str:
    return reverse("board_rows", args=[shown]) + (f"?{urlencode({'within': within})}" if within else "")


def map_of(board: Board) -> charts.TileMap:
    """The darker a place, the larger the share of its open cases that is due or overdue."""
    return charts.tile_map(
        [
            charts.Place(
                place.code, place.name, str(place.open_cases), _words(place), _below(place, board), place.share_due
            )
            for place in board.places
        ]
    )


def ranking(board: Board) -> list[dict[str, Any]]:
    """Return the places with the bars of what is due or overdue, the largest number first, then the fullest place."""
    ranked = sorted(board.places, key=lambda place: (-place.due, -place.open_cases))
    return [
        {"place": place, "length": length, "rows": _rows("due", place.code), "below": _below(place, board)}
        for place, length in zip(ranked, charts.bars([place.due for place in ranked]), strict=True)
    ]


def _below(place: PlaceFigures, board: Board) -> str:
    """A place opens its own board; what stands at this level itself opens as a list."""
    if place.code == board.code:
        return _rows("open", place.code)
    return f"{reverse('board')}?{urlencode({'within': place.code})}"


def _words(place: PlaceFigures) -> str:
    return f"{place.name}：在办 {place.open_cases} 件，到期或逾期 {place.due} 件，黄牌红牌 {place.cards} 件"
