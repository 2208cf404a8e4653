"""The catalogue at the desk: versions of items, offerings of authorities, the work calendar."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from onedoor.api.doors import caller, officer, who
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told, whole
from onedoor.platform.cases import operations as case_operations
from onedoor.platform.cases import queries as cases
from onedoor.platform.catalog import deeds, desk, operations
from onedoor.platform.catalog.loading import write_definition
from onedoor.platform.catalog.steps import simulate
from onedoor.platform.kernel import clock

room = Room("catalog")
KEEPS = officer("catalog.edit", "catalog.review", "catalog.approve")
EDITS, FIGURES = officer("catalog.edit"), officer("parameters.edit")
MOST_SHOWN = 200


class CatalogLineOut(Told):
    """目录里的一个事项。An item in the catalogue."""

    code: str
    title: str
    version: int
    standing: str
    completeness: int
    offerings: int


class VersionOut(Told):
    """事项的一个版本。A version of an item."""

    code: str
    version: int
    title: str
    state: str
    standing: str
    completeness: int
    valid_from: date | None
    valid_to: date | None


class OfferingOut(Told):
    """一个机关的实施清单。How an authority offers an item."""

    id: int
    item: str
    version: int
    organization: str
    division: str
    state: str
    standing: str
    open_from: date | None
    open_to: date | None


class CatalogItemOut(Told):
    """一个事项的版本和实施清单。An item with its versions and offerings."""

    code: str
    versions: list[VersionOut]
    offerings: list[OfferingOut]


class GapOut(Told):
    """一处问题：不能发布的原因，或者对表单的提示。What keeps it from being published, or where its form asks too much."""

    path: str
    title: str
    sentence: str


class DeedDoneOut(Told):
    """办理记录。Something somebody did to it."""

    kind: str
    name: str
    organization: str
    opinion: str
    at: datetime


class BurdenOut(Told):
    """填表负担：问几项、收几份材料，哪里问多了、不好懂。What the form costs, and where it asks too much."""

    questions: int
    optional: int
    known: int
    conditional: int
    papers: int
    conditional_papers: int
    waivable: int
    minutes: int
    change: list[str]
    hints: list[GapOut]


class VersionWholeOut(VersionOut):
    """版本全文、缺项、填表负担、与上一版的差别、办理记录。A version with its text, gaps, burden, differences and history."""

    definition: dict[str, Any]
    faults: list[GapOut]
    burden: BurdenOut | None
    differences: list[str]
    deeds: list[DeedDoneOut]
    possible: list[str]


class OfferingWholeOut(OfferingOut):
    """实施清单全文、缺项、差别、办理记录。An offering with its text, gaps, differences and history."""

    own: dict[str, Any]
    overrides: dict[str, Any]
    faults: list[GapOut]
    differences: list[str]
    deeds: list[DeedDoneOut]
    possible: list[str]


class DefinitionIn(Told):
    """事项的定义，可以还不完整。The definition of an item; it may still be incomplete."""

    definition: dict[str, Any]


class OfferingIn(Told):
    """本机关的要素和在开放范围内的调整。The authority's own elements, and what it sets otherwise of what is opened."""

    own: dict[str, Any] = {}
    overrides: dict[str, Any] = {}


class DeedIn(Told):
    """办理：送审、审核、退回、发布、暂停、恢复、取消。A deed: submit, approve, send_back, publish, suspend, resume, cancel."""

    deed: Line
    opinion: Text = ""
    day: Day | None = None


class TriedCaseOut(Told):
    """一件办件按新步骤会怎样。How a case would have gone."""

    number: str
    added: list[str]
    removed: list[str]
    blocked: list[str]
    refused: list[str]


class SimulationOut(Told):
    """用上月办结的办件试算步骤表。The step table tried on last month's cases."""

    since: date
    total: int
    differing: int
    cases: list[TriedCaseOut]


class CalendarYearOut(Told):
    """一年的工作日历。A year of the work calendar."""

    year: int
    division: str
    source: str
    provisional: bool
    workdays: int


class CalendarIn(Told):
    """放假通知：每行一段放假日期，每行一个调休上班日。A holiday notice: one span a line, one working weekend day a line."""

    year: Id
    division: Line
    off: Text
    worked: Text = ""
    document: Line


class MovedOut(Told):
    """会移动的一个时限。A limit that would move."""

    case_number: str
    kind: str
    old: date
    new: date
    days: int


class CalendarPreviewOut(Told):
    """导入以后会移动哪些时限。What an import would move."""

    reached: int
    moved: list[MovedOut]


def _version(row: Any) -> dict[str, Any]:
    names = ("code", "version", "title", "state", "completeness", "valid_from", "valid_to")
    return {"standing": row.standing(clock.today())} | {name: getattr(row, name) for name in names}


def _offering(row: Any) -> dict[str, Any]:
    names = ("version", "division", "state", "open_from", "open_to")
    told = {"id": row.pk, "item": row.item_code, "organization": row.organization.name}
    return told | {"standing": row.standing(clock.today())} | {name: getattr(row, name) for name in names}


def _gaps(found: Iterable[Any]) -> list[dict[str, str]]:
    return [{"path": one.path, "title": one.title, "sentence": one.sentence} for one in found]


def _burden(view: desk.RowView) -> dict[str, Any] | None:
    if view.burden is None:
        return None
    names = ("questions", "optional", "known", "conditional", "papers", "conditional_papers", "waivable", "minutes")
    told = {name: getattr(view.burden, name) for name in names}
    return told | {"change": list(view.burden_change), "hints": _gaps(view.burden.hints)}


def _view(view: desk.RowView) -> dict[str, Any]:
    return {
        "faults": _gaps(view.faults),
        "differences": [one.sentence for one in view.differences],
        "deeds": [
            {"organization": one.organization_name}
            | {name: getattr(one, name) for name in ("kind", "name", "opinion", "at")}
            for one in view.deeds
        ],
        "possible": [str(kind) for kind in view.possible],
    }


@room.read("/catalog/items", KEEPS, "事项目录（办理）", Page[CatalogLineOut])
def list_items(request: HttpRequest) -> dict[str, Any]:
    """List every item with its state, drafts included."""
    lines = desk.list_items(actor=caller(request), on=clock.today())
    return whole(
        lines,
        lambda one: {
            "code": one.code,
            "title": one.title,
            "version": one.newest.version,
            "standing": one.standing,
            "completeness": one.newest.completeness,
            "offerings": one.offerings,
        },
    )


@room.write("/catalog/items", EDITS, "新建事项草稿", VersionOut)
def new_item(request: HttpRequest, sent: DefinitionIn) -> dict[str, Any]:
    """Begin a new item; it may be saved with gaps, its version lists them."""
    return _version(operations.draft_version(item=sent.definition, **who(request)))


@room.read("/catalog/items/{code}", KEEPS, "事项的版本和实施清单", CatalogItemOut)
def get_item(request: HttpRequest, code: Line) -> dict[str, Any]:
    """Read the versions of an item, and how the authorities within reach offer it."""
    actor = caller(request)
    versions = desk.item_versions(code=code, actor=actor)
    offerings = desk.list_offerings(code=code, actor=actor, on=clock.today())
    return {
        "code": code,
        "versions": [_version(one) for one in versions],
        "offerings": [_offering(one.offering) for one in offerings],
    }


@room.write("/catalog/items/{code}/versions", EDITS, "起草事项新版本", VersionOut)
def draft_version(request: HttpRequest, code: Line, sent: DefinitionIn) -> dict[str, Any]:
    """Draft the next version of an item, or change the open draft."""
    desk.item_versions(code=code, actor=caller(request))
    return _version(operations.draft_version(item=sent.definition, code=code, **who(request)))


def _read_version(request: HttpRequest, code: str, version: int) -> desk.RowView:
    return desk.read_version(code=code, number=version, actor=caller(request), on=clock.today())


@room.read("/catalog/items/{code}/versions/{version}", KEEPS, "事项的一个版本", VersionWholeOut)
def get_version(request: HttpRequest, code: Line, version: Id) -> dict[str, Any]:
    """Read a version with its gaps, what differs from the one before, and what was done to it."""
    view = _read_version(request, code, version)
    return _version(view.row) | _view(view) | {"definition": view.definition, "burden": _burden(view)}


@room.read("/catalog/items/{code}/versions/{version}/file", KEEPS, "导出事项定义", "application/yaml")
def export_version(request: HttpRequest, code: Line, version: Id) -> HttpResponse:
    """Export a version as the YAML file it can be loaded from."""
    text = write_definition(_read_version(request, code, version).definition)
    return HttpResponse(text, content_type="application/yaml; charset=utf-8")


@room.read("/catalog/items/{code}/versions/{version}/simulation", KEEPS, "试算步骤表", SimulationOut)
def simulate_version(request: HttpRequest, code: Line, version: Id) -> dict[str, Any]:
    """Try the version's step table on the cases decided last month; nothing is written."""
    view = _read_version(request, code, version)
    first, histories = cases.histories_of_last_month(item_code=code, actor=caller(request), on=clock.today())
    outcomes = simulate(desk.steps_of(view), histories)
    differing = [one for one in outcomes if one.differs]
    return {"since": first, "total": len(outcomes), "differing": len(differing), "cases": differing[:MOST_SHOWN]}


@room.write("/catalog/items/{code}/versions/{version}/deeds", KEEPS, "办理事项版本", VersionWholeOut)
def act_on_version(request: HttpRequest, code: Line, version: Id, sent: DeedIn) -> dict[str, Any]:
    """Submit a version for review, approve it, send it back, publish, suspend, resume or cancel it."""
    view = _read_version(request, code, version)
    deeds.do(sent.deed, subject=view.subject, opinion=sent.opinion, day=sent.day, **who(request))
    return get_version(request, code, version)


@room.read("/catalog/items/{code}/offering", EDITS, "本机关的实施清单", OfferingIn)
def get_own_offering(request: HttpRequest, code: Line) -> dict[str, Any]:
    """Read the newest offering of the own authority, to be changed."""
    found = desk.own_offering(code=code, actor=caller(request), on=clock.today())
    newest = found.newest
    return {"own": newest.own if newest else {}, "overrides": newest.overrides if newest else {}}


@room.write("/catalog/items/{code}/offering", EDITS, "起草本机关的实施清单", OfferingWholeOut)
def draft_offering(request: HttpRequest, code: Line, sent: OfferingIn) -> dict[str, Any]:
    """Draft the next version of the own authority's offering: its own elements, and only what the item has opened."""
    found = desk.own_offering(code=code, actor=caller(request), on=clock.today())
    made = operations.draft_offering(
        item_code=code,
        division=found.organization.division_id,
        organization_id=found.organization.pk,
        own=sent.own,
        overrides=sent.overrides,
        **who(request),
    )
    return get_offering(request, made.pk)


@room.read("/catalog/offerings/{offering_id}", KEEPS, "一份实施清单", OfferingWholeOut)
def get_offering(request: HttpRequest, offering_id: Id) -> dict[str, Any]:
    """Read an offering with its gaps, what differs from the one before, and what was done to it."""
    view = desk.read_offering(offering_id=offering_id, actor=caller(request), on=clock.today())
    row: Any = view.row
    return _offering(row) | _view(view) | {"own": row.own, "overrides": row.overrides}


@room.write("/catalog/offerings/{offering_id}/deeds", KEEPS, "办理实施清单", OfferingWholeOut)
def act_on_offering(request: HttpRequest, offering_id: Id, sent: DeedIn) -> dict[str, Any]:
    """Submit an offering for review, approve it, send it back, publish, suspend, resume or cancel it."""
    view = desk.read_offering(offering_id=offering_id, actor=caller(request), on=clock.today())
    deeds.do(sent.deed, subject=view.subject, opinion=sent.opinion, day=sent.day, **who(request))
    return get_offering(request, offering_id)


@room.read("/calendar", FIGURES, "工作日历", Page[CalendarYearOut])
def list_years(request: HttpRequest) -> dict[str, Any]:
    """List the years of the work calendar, published and provisional."""
    names = ("division", "source", "provisional", "workdays")
    return whole(
        cases.calendar_years(actor=caller(request)),
        lambda one: {"year": one.number} | {name: getattr(one, name) for name in names},
    )


def _notice(sent: CalendarIn) -> Any:
    return case_operations.read_notice(number=str(sent.year), **sent.dict(exclude={"year"}))


@room.ask("/calendar/preview", FIGURES, "试算放假通知", CalendarPreviewOut, why="it reads; nothing is imported yet")
def preview_year(request: HttpRequest, sent: CalendarIn) -> dict[str, Any]:
    """Read a holiday notice and tell which limits it would move."""
    moved, reached = case_operations.preview_calendar(_notice(sent), actor=caller(request), on=clock.today())
    return {"reached": reached, "moved": moved[:MOST_SHOWN]}


@room.write("/calendar", FIGURES, "导入放假通知", Page[CalendarYearOut])
def import_year(request: HttpRequest, sent: CalendarIn) -> dict[str, Any]:
    """Import a holiday notice; every limit that reaches into the year is computed anew in the background."""
    case_operations.import_calendar(notice=_notice(sent), **who(request))
    return list_years(request)
