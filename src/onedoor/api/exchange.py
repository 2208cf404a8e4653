"""Data shared between organs: the catalogue of datasets, requests and grants, uses under a grant, sources and their state."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from onedoor.api.doors import caller, officer, who
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told, page, whole
from onedoor.platform.exchange import operations, queries
from onedoor.platform.kernel import clock

room = Room("datasets")
SHARING = officer("exchange.manage", "exchange.request", "exchange.use")
WATCHES = officer("exchange.manage", "exchange.watch")


class DatasetFieldOut(Told):
    """数据项。A field of a dataset."""

    code: str
    title: str
    title_en: str
    legal_class: str
    sharing: str


class DatasetOut(Told):
    """数据目录的一行。A dataset."""

    code: str
    title: str
    title_en: str
    legal_basis: str
    fields: list[DatasetFieldOut]


class UseIn(Told):
    """用在哪件事上、问哪些人。For which matter, about whom; without a matter nothing is given."""

    business: Line = ""
    id_numbers: list[Line]


class DataRowOut(Told):
    """一条数据及其日期。A row with its date."""

    as_of: date
    stale: bool
    values: dict[str, Any]


class AskedPersonOut(Told):
    """所问的一个人，按提问的次序，从 0 起。A person asked about, in the order asked, each once, from 0."""

    position: int
    rows: list[DataRowOut]


class UseOut(Told):
    """一次使用的回执和结果。The receipt of a use with what was found."""

    receipt: str
    at: datetime
    digest: str
    people: list[AskedPersonOut]


class SharingIn(Told):
    """申请共享哪些数据项，目的、依据、期限。Which fields are wanted, for what, on which ground, until when."""

    dataset: Line
    fields: list[Line]
    purpose: Line
    legal_basis: Line
    until: Day


class SharingOut(Told):
    """共享申请。A request for data."""

    id: int
    number: str
    dataset: str
    title: str
    owner: str
    requester: str
    is_owner: bool
    fields: list[str]
    purpose: str
    legal_basis: str
    until: date
    standing: str
    due_on: date | None


class BillOut(Told):
    """一个月的用量。What was used in a month."""

    month: date
    uses: int
    people: int
    found: int


class SharingWholeOut(SharingOut):
    """共享申请和授权。A request with its grant and its uses."""

    granted: list[str]
    last_valid_on: date | None
    most_a_day: int | None
    bills: list[BillOut]
    may_answer: bool
    may_provide: bool
    may_revoke: bool
    may_use: bool


class GrantIn(Told):
    """同意共享。The grant."""

    fields: list[Line]
    last_valid_on: Day
    most_a_day: Id | None = None


class SharingRefusalIn(Told):
    """不同意共享的理由和依据。Why it is refused."""

    reason: Text
    basis: Line


class RevokeIn(Told):
    """撤销授权的理由。Why a grant is revoked."""

    reason: Text


class SourceOut(Told):
    """一个数据来源近七天的情况。How a source has done over the last seven days."""

    code: str
    title: str
    state: str
    is_asked: bool
    signs: bool
    waiting: int
    calls: int
    answered: int
    failed: int
    median: int | None
    p95: int | None
    conflicts: int
    lag_days: int | None
    last_answer_at: datetime | None


class CallOut(Told):
    """一次调用。A call."""

    at: datetime
    outcome: str
    milliseconds: int | None


class WindowOut(Told):
    """计划停机。An announced pause."""

    starts_at: datetime
    ends_at: datetime
    reason: str


class SourceWholeOut(SourceOut):
    """一个数据来源的调用和计划停机。A source with its calls and announced pauses."""

    latest: list[CallOut]
    windows: list[WindowOut]


class WindowIn(Told):
    """登记计划停机。A pause to announce."""

    starts_at: datetime
    ends_at: datetime
    reason: Line


class StewardObjectionOut(Told):
    """一条数据异议。An objection to data, as its steward sees it."""

    id: int
    receipt: UUID
    source: str
    kind: str
    text: str
    state: str
    raised_at: datetime
    raised_by: str
    due_on: date
    answer: str
    answered_at: datetime | None


class ObjectionAnswerIn(Told):
    """核查结果：是否更正，怎么答复。Whether it is upheld, and the answer."""

    upheld: bool
    answer: Text


@room.read("/datasets", SHARING, "数据目录", Page[DatasetOut])
def list_datasets(request: HttpRequest) -> dict[str, Any]:
    """List the datasets other organs may ask for."""
    return whole(queries.datasets_to_ask(actor=caller(request)), _dataset)


def _dataset(one: Any) -> dict[str, Any]:
    names = ("code", "title", "title_en", "legal_basis")
    fields = [{"code": code, **vars(field)} for code, field in one.fields.items()]
    return {"fields": fields} | {name: getattr(one, name) for name in names}


@room.read("/sharing", SHARING, "共享申请", Page[SharingOut])
def list_sharing(request: HttpRequest, before: Id = 0) -> dict[str, Any]:
    """List what was asked of the own organ and by it, newest first."""
    rows = queries.list_sharing(actor=caller(request), on=clock.today(), before=before)
    return page(rows, size=queries.PAGE, cursor=lambda row: row.request.pk, out=_sharing)


def _sharing(line: Any) -> dict[str, Any]:
    names = ("number", "dataset", "fields", "purpose", "legal_basis", "until")
    told = {name: getattr(line.request, name) for name in names}
    more = {name: getattr(line, name) for name in ("title", "is_owner", "standing", "due_on")}
    organs = {"owner": line.request.owner.name, "requester": line.request.requester.name}
    return {"id": line.request.pk} | told | more | organs


@room.write("/sharing", SHARING, "申请共享数据", SharingWholeOut)
def ask_sharing(request: HttpRequest, sent: SharingIn) -> dict[str, Any]:
    """Ask another organ for some fields of a dataset."""
    made = operations.request_sharing(**sent.dict(), **who(request))
    return _whole(request, made.number)


@room.read("/sharing/{number}", SHARING, "一份共享申请", SharingWholeOut)
def get_sharing(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Read a request with its grant, what was used under it, and what may be done now."""
    return _whole(request, number)


def _whole(request: HttpRequest, number: str) -> dict[str, Any]:
    view = queries.get_sharing(number=number, actor=caller(request), on=clock.today())
    allowed = {name: getattr(view, name) for name in ("may_answer", "may_provide", "may_revoke", "may_use")}
    return {
        **_sharing(view.line),
        "granted": [code for code, _, granted in view.fields if granted],
        "last_valid_on": view.grant.last_valid_on if view.grant else None,
        "most_a_day": view.grant.most_a_day if view.grant else None,
        "bills": list(view.bills),
        **allowed,
    }


@room.write("/sharing/{number}/grant", officer("exchange.manage"), "同意共享", SharingWholeOut)
def grant(request: HttpRequest, number: Line, sent: GrantIn) -> dict[str, Any]:
    """Grant the request, or part of it."""
    operations.grant_sharing(number=number, **sent.dict(), **who(request))
    return _whole(request, number)


@room.write("/sharing/{number}/refusal", officer("exchange.manage"), "不同意共享", SharingWholeOut)
def refuse(request: HttpRequest, number: Line, sent: SharingRefusalIn) -> dict[str, Any]:
    """Refuse the request with reason and basis."""
    operations.refuse_sharing(number=number, **sent.dict(), **who(request))
    return _whole(request, number)


@room.write("/sharing/{number}/provision", officer("exchange.manage"), "提供数据", SharingWholeOut)
def provide(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Provide what was granted; from now on it may be used."""
    operations.provide_sharing(number=number, **who(request))
    return _whole(request, number)


@room.write("/sharing/{number}/revocation", officer("exchange.manage"), "撤销共享授权", SharingWholeOut)
def revoke(request: HttpRequest, number: Line, sent: RevokeIn) -> dict[str, Any]:
    """Revoke a grant; nothing may be used from this moment."""
    operations.revoke_grant(number=number, reason=sent.reason, **who(request))
    return _whole(request, number)


@room.ask(
    "/sharing/{number}/uses",
    officer("exchange.use"),
    "按共享授权查询",
    UseOut,
    why="every call gives data out and leaves a record of its own",
)
def use(request: HttpRequest, number: Line, asked: UseIn) -> dict[str, Any]:
    """Ask about people under a grant; that data was given is recorded and told to the people."""
    answer, people = operations.use_grant(number=number, **asked.dict(), **who(request))
    return {
        "receipt": answer.receipt,
        "at": answer.at,
        "digest": answer.digest,
        "people": [
            {"position": place, "rows": [_row(one) for one in answer.rows.get(person, [])] if person else []}
            for place, (_, person) in enumerate(people)
        ],
    }


def _row(found: operations.Found) -> dict[str, Any]:
    values = {field: operations.as_text(value) for field, value in found.values.items()}
    return {"as_of": found.as_of, "stale": found.stale, "values": values}


@room.read("/sources", WATCHES, "数据来源", Page[SourceOut])
def list_sources(request: HttpRequest) -> dict[str, Any]:
    """List the sources of other departments with how they have done."""
    return whole(queries.source_figures(actor=caller(request), at=clock.now()), _source)


def _source(one: Any) -> dict[str, Any]:
    names = ("state", "is_asked", "signs", "waiting", "calls", "answered", "failed", "median", "p95", "conflicts")
    told = {name: getattr(one, name) for name in (*names, "lag_days", "last_answer_at")}
    return {"code": one.source.code, "title": one.source.title} | told


@room.read("/sources/{code}", WATCHES, "一个数据来源", SourceWholeOut)
def get_source(request: HttpRequest, code: Line, outcome: Line = "") -> dict[str, Any]:
    """Read one source with its latest calls, all or those of one outcome, and its announced pauses."""
    found = queries.read_source(code=code, actor=caller(request), at=clock.now(), outcome=outcome)
    return {**_source(found.figures), "latest": list(found.calls), "windows": list(found.windows)}


@room.write("/sources/{code}/windows", officer("exchange.manage"), "登记计划停机", WindowOut)
def plan_window(request: HttpRequest, code: Line, sent: WindowIn) -> WindowOut:
    """Announce a pause of a source; questions wait for its end."""
    return WindowOut.from_orm(operations.plan_window(source=code, **sent.dict(), **who(request)))


@room.read("/data-objections", officer("exchange.manage"), "数据异议", Page[StewardObjectionOut])
def list_objections(request: HttpRequest, before: Id = 0) -> dict[str, Any]:
    """List the objections to data within the steward's reach."""
    lines = queries.list_objections(actor=caller(request), before=before)
    return page(lines, size=queries.PAGE, cursor=lambda line: line.row.pk, out=_objection)


def _objection(line: Any) -> dict[str, Any]:
    names = ("receipt", "kind", "text", "state", "raised_at", "raised_by", "due_on", "answer", "answered_at")
    told = {name: getattr(line.row, name) for name in names}
    return {"id": line.row.pk, "source": line.source} | told


@room.read("/data-objections/{objection_id}", officer("exchange.manage"), "一条数据异议", StewardObjectionOut)
def get_objection(request: HttpRequest, objection_id: Id) -> dict[str, Any]:
    """Read an objection within the steward's reach."""
    return _objection(queries.get_data_objection(objection_id=objection_id, actor=caller(request)))


@room.write("/data-objections/{objection_id}/answer", officer("exchange.manage"), "答复数据异议", StewardObjectionOut)
def answer_objection(request: HttpRequest, objection_id: Id, sent: ObjectionAnswerIn) -> dict[str, Any]:
    """Answer an objection after it was looked into; the person is told."""
    queries.get_data_objection(objection_id=objection_id, actor=caller(request))
    operations.answer_objection(objection_id=objection_id, **sent.dict(), **who(request))
    return _objection(queries.get_data_objection(objection_id=objection_id, actor=caller(request)))
