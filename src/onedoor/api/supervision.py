"""Supervision and audit: the board, the cases behind its figures, replay, the record and its seals, suspended rights."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from onedoor.api.cases import CaseOut, PauseOut, row, stood_still
from onedoor.api.doors import caller, officer, who
from onedoor.api.public import Done, LeftOut
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Text, Told, page, whole
from onedoor.platform.audit import queries as record
from onedoor.platform.audit.suspensions import release_query_right
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.platform.supervision import queries

room = Room("supervision")
WATCHES, AUDITS, SECURES = officer("supervision.view"), officer("audit.view"), officer("identity.manage_security")
SIZE = 50


class FlowOut(Told):
    """按日的件数：近七天和再前七天，由早到晚。By the day: the last seven and the seven before, oldest first."""

    days: list[int]
    days_before: list[int]


class PlaceOut(Told):
    """一个地方的数字。The figures of a place."""

    code: str
    name: str
    open_cases: int
    due: int
    cards: int


class LampOut(Told):
    """一个监察事件。A supervision event."""

    id: int
    rule: str
    lamp: str
    state: str
    case_number: str | None
    raised_at: datetime


class RunningOut(Told):
    """一个运行中的时限。A running limit."""

    case_number: str
    kind: str
    due_on: date
    left: LeftOut


class BoardOut(Told):
    """监察台。The supervision board."""

    title: str
    open_cases: int
    due: int
    received: FlowOut
    completed: FlowOut
    cards: FlowOut
    cards_standing: int
    voided: int
    quarantined: int
    places: list[PlaceOut]
    lamps: list[LampOut]
    clocks: list[RunningOut]


class ReplayLineOut(Told):
    """办件经过的一条：步骤、写入、拒绝或查看。A step, write, refusal or look."""

    at: datetime
    who: str
    role: str
    what: str
    outcome: str
    reason: str
    channel: str


class ReplayOut(Told):
    """一个办件的全部经过。Everything that happened around a case."""

    number: str
    holds: bool
    lines: list[ReplayLineOut]


class AuditLineOut(Told):
    """审计记录的一条。An entry of the record."""

    id: int
    line: ReplayLineOut
    target: str
    hash: str


class SealsOut(Told):
    """封印和时间戳的状态。How far the record is sealed and stamped."""

    seals: int
    last_number: int
    sealed_until: datetime | None
    stamped_until: datetime | None
    stamp_authority: str
    waiting: int
    waiting_since: datetime | None
    faults: list[str]


class ExportIn(Told):
    """导出哪些封印，为什么。Which seals to export, and why."""

    first: Id
    last: Id
    reason: Text


class StoodOut(Told):
    """受理的办件有多少停过表、平均停几天。How many accepted cases stood still, and for how many days on average."""

    cases: int
    paused: int
    share: float
    days: float


class OrganStoodOut(StoodOut):
    """一个决定机关的。Of one deciding organ."""

    organ: int
    name: str


class OfficerStoodOut(Told):
    """一个批准人的。Of one officer who let cases stand still."""

    officer: int
    name: str
    pauses: int
    paused: int
    days: float


class StandingStillOut(Told):
    """暂停计时：谁停、停多久。Pauses of the cases accepted within a span of days."""

    whole: StoodOut
    organs: list[OrganStoodOut]
    officers: list[OfficerStoodOut]


class PausedCaseOut(CaseOut):
    """停过表的办件。A case with the times it stood still."""

    pauses: list[PauseOut]


class SuspensionOut(Told):
    """被暂停的查询权。A suspended right to look people up."""

    id: int
    officer_name: str
    organization_name: str
    looks: int
    suspended_at: datetime
    released_at: datetime | None
    released_by: str


class ReleaseIn(Told):
    """恢复的理由。Why it is given back."""

    note: Text


def _place(within: str) -> str:
    """:raises DivisionNotFound: there is no place of this code."""
    return identity.division(within).code if within else ""


@room.read("/supervision/board", WATCHES, "监察台", BoardOut)
def board(request: HttpRequest, within: Line = "") -> dict[str, Any]:
    """Read the figures of the reach or of one place in it, the places below, lamps and running limits."""
    scope: dict[str, Any] = {"actor": caller(request), "on": clock.today(), "within": _place(within)}
    found = queries.board(**scope)
    names = (
        "title",
        "open_cases",
        "due",
        "received",
        "completed",
        "cards",
        "cards_standing",
        "voided",
        "quarantined",
        "places",
    )
    return {
        **{name: getattr(found, name) for name in names},
        "lamps": [_lamp(one) for one in queries.events(**scope)],
        "clocks": [
            {"case_number": one.case.number, "kind": one.kind, "due_on": one.due_on, "left": left}
            for one, left in queries.running_clocks(**who(request), within=_place(within))
        ],
    }


def _lamp(one: Any) -> dict[str, Any]:
    number = one.case.number if one.case else None
    return {"id": one.pk, "case_number": number} | {
        name: getattr(one, name) for name in ("rule", "lamp", "state", "raised_at")
    }


@room.read("/supervision/rows/{shown}", WATCHES, "数字背后的办件", Page[CaseOut])
def rows(request: HttpRequest, shown: Line, within: Line = "", before: Id = 0) -> dict[str, Any]:
    """List the cases a figure of the board counts: open, due, received, completed, cards, voided or quarantined."""
    if shown not in queries.SHOWN:
        raise NotFound
    found = queries.cases_behind(
        shown=shown, actor=caller(request), on=clock.today(), within=_place(within), before=before, most=SIZE
    )
    return page(found, size=SIZE, cursor=lambda one: one.pk, out=row)


def _span(days: int) -> int:
    if days not in queries.SPANS:
        raise InvalidInput({"span": f"请选择 {'、'.join(map(str, queries.SPANS))} 天。"})
    return days


@room.read("/supervision/pauses", WATCHES, "暂停计时", StandingStillOut)
def pauses(request: HttpRequest, within: Line = "", span: Id = 90) -> Any:
    """Read how the cases accepted in the last 30, 90 or 365 days stood still: on the whole, by organ, by officer."""
    return queries.pauses(within=_place(within), span=_span(span), **who(request))


@room.read("/supervision/paused-cases", WATCHES, "停过表的办件", Page[PausedCaseOut])
def paused_cases(
    request: HttpRequest,
    within: Line = "",
    span: Id = 90,
    organ_id: Id = 0,
    login: Id = 0,
    accepted: bool = False,
    before: Id = 0,
) -> dict[str, Any]:
    """List the cases behind a figure of the pauses; with `accepted` also those that never stood still."""
    found = queries.paused_cases(
        within=_place(within),
        span=_span(span),
        organ=organ_id,
        officer=login,
        all_accepted=accepted,
        before=before,
        most=SIZE,
        **who(request),
    )
    return page(found, size=SIZE, cursor=lambda one: one.pk, out=lambda one: row(one) | {"pauses": stood_still(one)})


@room.read("/audit/replays/{number}", AUDITS, "回放一个办件", ReplayOut)
def replay(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Read every step, write, refusal and look around a case, in order."""
    case, lines, holds = queries.replay(case_number=number, **who(request))
    return {"number": case.number, "lines": lines, "holds": holds}


@room.read("/audit/lines", AUDITS, "审计记录", Page[AuditLineOut])
def audit_lines(request: HttpRequest, before: Id = 0, login: Id = 0, mark: Line = "") -> dict[str, Any]:
    """List the newest entries about things within reach, those of one log-in, or the look a marked copy was given for."""
    found = queries.audit_lines(before=before, login_id=login, mark=mark, most=SIZE, **who(request))
    return page(found, size=SIZE, cursor=lambda one: one.id, out=lambda one: one)


@room.read("/audit/seals", AUDITS, "封印状态", SealsOut)
def seals(request: HttpRequest) -> dict[str, Any]:
    """Tell how far the record is sealed and stamped, and what does not hold."""
    found = record.seal_state(actor=caller(request))
    names = [name for name in SealsOut.model_fields if name != "faults"]
    return {name: getattr(found, name) for name in names} | {"faults": [str(one) for one in found.faults]}


@room.ask(
    "/audit/exports", AUDITS, "导出审计记录", "application/jsonl", why="a look: each is recorded and streamed anew"
)
def export(request: HttpRequest, sent: ExportIn) -> StreamingHttpResponse:
    """Export sealed entries as a file that can be checked without this site."""
    lines = record.export(**sent.dict(), **who(request))
    return StreamingHttpResponse(lines, content_type="application/jsonl; charset=utf-8")


@room.read("/audit/suspensions", SECURES, "被暂停的查询权", Page[SuspensionOut])
def suspensions(request: HttpRequest) -> dict[str, Any]:
    """List whose right to look people up is suspended, the open ones first."""
    return whole(record.suspensions(actor=caller(request)))


@room.write("/audit/suspensions/{suspension_id}/release", SECURES, "恢复查询权", Done)
def release(request: HttpRequest, suspension_id: Id, sent: ReleaseIn) -> dict[str, Any]:
    """Give a suspended right back, after looking into it."""
    release_query_right(suspension_id=suspension_id, note=sent.note, **who(request))
    return {"done": True}
