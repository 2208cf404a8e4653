"""The workbench: what waits for a post, a case as its officers see it, masked answers shown for a purpose."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from onedoor.api.cases import CaseWholeOut, MaterialOut, case_of, followed, material
from onedoor.api.doors import caller, officer, who
from onedoor.api.public import LeftOut
from onedoor.api.rooms import Room
from onedoor.api.schemas import Line, Page, Text, Told, page, whole
from onedoor.platform.cases import handlers, queries
from onedoor.platform.cases.queues import Sieve
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.visits import queries as visits

room = Room("desk")


class WorkOut(Told):
    """待办的一行，姓名隐去部分。A line of the worklist, the name masked."""

    number: str
    item: str
    title: str
    applicant: str
    step: str
    step_title: str
    state: str
    due_on: date | None
    left: LeftOut | None
    waits_for_applicant: bool
    applicant_died: bool


class DutyOut(Told):
    """一类环节和件数。A kind of step and how many wait."""

    step: str
    title: str
    count: int


class PersonInCaseOut(Told):
    """办件里的人。A person named in the case."""

    role: str
    name: str


class AnswerOut(Told):
    """一项申报内容。One answer as people read it."""

    label: str
    value: str
    table: list[list[list[str]]]
    source: str
    differs: bool
    offered: str
    reason: str


class DeclaredOut(Told):
    """申报内容的一部分。One section of what was declared."""

    title: str
    rows: list[AnswerOut]


class MaskedOut(Told):
    """可按用途查看的隐去项目。An answer that is shown masked."""

    path: str
    label: str


class PossibleOut(Told):
    """现在可以办的环节，或不能办的原因。What can be done now, or why not."""

    step: str
    title: str
    why_not: str


class DeedOut(Told):
    """其他可以办理的事。Something that may be begun beside the steps."""

    code: str
    title: str


class PanelRowOut(Told):
    """业务表格的一行。A row of a panel."""

    cells: list[str]
    mark: str
    key: str


class PanelOut(Told):
    """业务另加的表格。A table the service adds."""

    code: str
    title: str
    columns: list[str]
    rows: list[PanelRowOut]
    summary: str


class VisitOut(Told):
    """一次入户调查。A visit."""

    visited_at: datetime
    team: list[str]
    findings: list[str]
    answers: list[list[str]]
    signed_by_member: bool


class CaseNoticeOut(Told):
    """本件的公示。A notice of the case with the numbers of its objections."""

    id: int
    step: str
    title: str
    posted_on: date
    last_day: date
    closed_at: datetime | None
    objections: list[int]


class CaseFileOut(CaseWholeOut):
    """案卷：工作人员所见的办件。A case as its officers see it."""

    place: str
    opinion: str
    people: list[PersonInCaseOut]
    declared: list[DeclaredOut]
    masked: list[MaskedOut]
    purposes: list[str]
    materials: list[MaterialOut]
    panels: list[PanelOut]
    visits: list[VisitOut]
    notices: list[CaseNoticeOut]
    notice_preview: list[list[str]]
    actions: list[PossibleOut]
    deeds: list[DeedOut]
    may_extend: bool


class RevealIn(Told):
    """要查看哪些项目，用途是什么。Which answers to see whole, and what for."""

    fields: list[Line]
    purpose: Line
    note: Text = ""


class RevealedOut(Told):
    """申报内容，所选项目完整显示。What was declared, the chosen answers whole."""

    declared: list[DeclaredOut]


@room.read("/worklist", officer(), "待办", Page[WorkOut])
def worklist(request: HttpRequest, duty: Line = "", after: Line = "") -> dict[str, Any]:
    """List the steps that wait for the post in use, the most urgent first."""
    rows = queries.worklist(sieve=Sieve(duty=duty), after=after, **who(request))
    return page(rows, size=queries.PAGE, cursor=lambda row: row.place, out=queries.WorkItem._asdict)


@room.read("/worklist/duties", officer(), "待办件数", Page[DutyOut])
def duties(request: HttpRequest) -> dict[str, Any]:
    """Count what waits for the post in use by kind of step."""
    found = queries.duty_counts(actor=caller(request))
    return whole(found, lambda row: {"step": row[0], "title": row[1], "count": row[2]})


@room.read("/cases/{number}/file", officer("cases.view", "supervision.view", "audit.view"), "案卷", CaseFileOut)
def get_file(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Read a case as its officers see it: people, what was declared, papers, what can be done now and why not."""
    actor, case = caller(request), case_of(request, number, shown=True)
    handler = handlers.for_item(case.item_code)
    views = actor.may("cases.view", division=case.division, line=case.line)
    return {
        **followed(case, actor),
        "place": identity.division_name(case.division, on=clock.day_of(case.submitted_at)),
        "opinion": queries.ward_opinion(case),
        "people": [{"role": one.role, "name": one.person.name} for one in queries.people_of(case)],
        "declared": declared(queries.declared_sections(case)),
        "masked": [{"path": p, "label": text} for p, text in queries.fields_to_reveal(case)] if views else [],
        "purposes": list(queries.PURPOSES),
        "materials": [material(one) for one in queries.materials_of(case)],
        "panels": list(handler.panels(case, actor)) if handler.panels else [],
        "visits": visits.visits_of(case),
        "notices": [_notice(one) for one in queries.notices_of(case)],
        "notice_preview": queries.notice_preview(case, on=clock.today()),
        "actions": [
            {"step": one.code, "title": one.title, "why_not": one.why_not}
            for one in queries.possible_actions(case=case, actor=actor)
        ],
        "deeds": [{"code": one.page, "title": one.title} for one in queries.proceedings_of(case, actor=actor).deeds],
        "may_extend": queries.may_extend(case=case, actor=actor, on=clock.today()),
    }


def declared(sections: Any) -> list[dict[str, Any]]:
    """Return what was declared as the schema has it."""
    names = ("label", "value", "source", "differs", "offered", "reason")
    return [
        {
            "title": one.title,
            "rows": [
                {name: getattr(row, name) for name in names}
                | {"table": [[list(cell) for cell in line] for line in row.table]}
                for row in one.rows
            ],
        }
        for one in sections
    ]


def _notice(one: Any) -> dict[str, Any]:
    names = ("step", "title", "posted_on", "last_day", "closed_at")
    objections = [objection.pk for objection in one.objections.all()]
    return {"id": one.pk, "objections": objections} | {name: getattr(one, name) for name in names}


@room.ask(
    "/cases/{number}/reveals",
    officer("cases.view"),
    "按用途查看隐去的内容",
    RevealedOut,
    why="a look: each is recorded with its purpose",
)
def reveal(request: HttpRequest, number: Line, sent: RevealIn) -> dict[str, Any]:
    """See chosen masked answers whole, for a purpose; who saw which and why is recorded and told to the person."""
    case = case_of(request, number)
    sections = queries.reveal(case=case, **sent.dict(), actor=caller(request), at=clock.now())
    return {"declared": declared(sections)}
