"""好差评 figures: of finished months for everybody, recomputable from their rows; for whoever supervises, to the rows."""

from datetime import date
from typing import Any

from django.http import HttpRequest

from onedoor.api.doors import anybody, caller, officer
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Told, page, whole
from onedoor.platform.feedback import queries
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock

room = Room("rating_figures")
OPEN = anybody(most=120, name="rating_figures")
WATCH = officer("feedback.watch")


class MonthFiguresOut(Told):
    """一个单位一个月的数字；比率没有分母的为 null。The figures of an organ and month."""

    organ: int
    name: str
    invited: int
    evaluated: int
    ratings: int
    satisfied: int
    bad: int
    settled: int
    in_time: int
    by_level: list[int]
    rate: float | None
    satisfaction: float | None
    settled_rate: float | None
    in_time_rate: float | None


class FactOut(Told):
    """一行原始数据，没有人。One fact without anybody in it."""

    kind: str
    month: str
    organ: int
    organ_name: str
    evaluated: bool
    level: int
    counts: bool
    channel: str
    phase: str
    result: str
    in_time: bool


class PublishedWordsOut(Told):
    """评价人同意公开的话和答复，已隐去姓名号码。What a reviewer let be published, and the answer."""

    organ: str
    level: int
    text: str
    answer: str


class TicketFiguresOut(Told):
    """当地一个月的办不成事反映。What became of what people could not get done, of a place and month."""

    opened: int
    by_itself: int
    in_time: int
    done: int
    way: int
    impossible: int
    dropped: int
    waiting: int


class PublicMonthOut(Told):
    """公开的一个月。A published month: organs with enough ratings, and how many are left out."""

    month: str
    withheld: int
    least: int
    figures: list[MonthFiguresOut]
    said: list[PublishedWordsOut]
    tickets: TicketFiguresOut | None


class RatingRowOut(Told):
    """一条评价，没有人、没有办件。One rating without person and case."""

    id: int
    organ: str
    submitted_on: date
    level: int
    channel: str
    phase: str
    title: str
    text: str
    is_followup: bool
    review_state: str
    category: str


@room.read("/rating-months/{month}", OPEN, "公开的一个月", PublicMonthOut)
def get_month(request: HttpRequest, month: Line, division: Line) -> Any:
    """Show the figures of a finished month for a place and what lies below it."""
    return queries.public_month(month=month, place=identity.division(division).code, on=clock.today())


@room.read("/rating-months/{month}/rows", OPEN, "公开数字的原始数据", Page[FactOut])
def get_rows(request: HttpRequest, month: Line, division: Line) -> dict[str, Any]:
    """Give the rows the figures are computed from; organs with few ratings are left out of both."""
    return whole(queries.public_rows(month=month, place=identity.division(division).code, on=clock.today()))


@room.read("/supervision/ratings", WATCH, "好差评数字", Page[MonthFiguresOut])
def get_figures(request: HttpRequest, month: Line) -> dict[str, Any]:
    """List the organs within reach with their figures of a month, the worst first."""
    return whole(queries.rating_figures(actor=caller(request), month=month, on=clock.today()))


@room.read("/supervision/ratings/rows", WATCH, "数字背后的评价", Page[RatingRowOut])
def list_ratings(
    request: HttpRequest, month: Line, organization_id: Id = 0, bad: bool = False, policy: bool = False, before: Id = 0
) -> dict[str, Any]:
    """List the ratings a figure counts, newest first: no person, no case, the words masked."""
    rows = queries.ratings_behind(
        actor=caller(request),
        month=month,
        organ=organization_id,
        bad=bad,
        policy=policy,
        on=clock.today(),
        before=before,
    )
    return page(rows, size=queries.RATINGS_PAGE, cursor=lambda row: row.id, out=lambda row: row)
