"""What officers do to a case along its steps: accept, ask, refuse, visit, opinion, notice, decide, extend, end."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, UploadedFile

from onedoor.api import forms
from onedoor.api.answers import Answers, inside, typed
from onedoor.api.cases import SEEN, ActOut, case_of, standing
from onedoor.api.doors import caller, officer, who
from onedoor.api.forms import ChoiceOut, QuestionOut
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Text, Told
from onedoor.platform.cases import operations, queries
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.cases.queries import Case
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.catalog.forms import Section
from onedoor.platform.files.posted import require_room
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.platform.visits import checklists
from onedoor.platform.visits import operations as visits

room = Room("acts")


class ReasonIn(Told):
    """理由和依据。Reason and legal basis."""

    reason: Text
    basis: Line


class AcceptanceIn(Told):
    """容缺受理的，可以约定比最长期限更早的补交日。An earlier day for papers promised for later, if one is set."""

    tolerated_until: Day | None = None


class GroundIn(Told):
    """结构化的理由：类别、事实理由、怎么办、依据。A structured ground: code, words, advice, articles."""

    reason_code: Line
    reason: Text
    how_to_fix: Text
    basis: list[Line]


class RefusalIn(GroundIn):
    """不予受理的理由，不属于本机关的写明主管机关。Why it is not accepted; names the competent organ where it is another."""

    competent_organ: Line = ""


class DecisionIn(Told):
    """准予或不予批准；不予批准须有结构化的理由。Granted or not; a denial needs a structured ground."""

    granted: bool
    reason_code: Line = ""
    reason: Text = ""
    how_to_fix: Text = ""
    basis: list[Line] = []


class DefectIn(Told):
    """一份材料的问题和怎么补。What is wrong with a paper and how to mend it."""

    material: Line
    code: Line = "other"
    problem: Text
    how_to_fix: Text


class SupplementIn(Told):
    """
    一次性告知的全部问题。Every defect at once.

    `override` 监察员批准再次告知的理由；`doubts` 已由证照或数据证明的材料，写明哪里有误（按材料代码）；
    `signed_by` 申请人在窗口当面签收告知书的，谁签收的。
    """

    defects: list[DefectIn]
    override: Text = ""
    doubts: dict[Line, Text] = {}
    signed_by: Line = ""


class ChecklistOut(Told):
    """入户调查清单。The checklist of a visit."""

    code: str
    version: int
    title: str
    questions: list[QuestionOut]
    findings: list[ChoiceOut]
    colleagues: list[ChoiceOut]


class VisitIn(Answers):
    """入户记录，至少两人。The record of a visit by two officers at least."""

    step: Line = "survey"
    offline_id: UUID
    visited_at: datetime
    findings: list[Line]
    note: Text
    signed_by_member: bool = False
    team: list[Id]


class OpinionIn(Told):
    """审核意见：agree 或 disagree。The opinion: agree or disagree, and why."""

    outcome: Line
    note: Text


class SpecialIn(Told):
    """启动特别程序。A special procedure to begin."""

    procedure: Line
    reason: Text
    planned_end: Day


class SpecialOut(Told):
    """一种特别程序，现在启动最迟到哪天。A special procedure, with the last day it may have if it began now."""

    code: str
    title: str
    basis: str
    most_days: int
    last_day: date


class SpecialsOut(Told):
    """事项的特别程序；正在进行的，结束要附上什么。The item's special procedures, and the paper that ends the one under way."""

    procedures: list[SpecialOut]
    proof_wanted: str


def ruling(sent: DecisionIn) -> Ruling:
    return Ruling(sent.granted, sent.reason, sent.reason_code, sent.how_to_fix, tuple(sent.basis))


@room.write("/cases/{number}/acceptance", officer("cases.accept"), "受理办件", ActOut)
def accept(request: HttpRequest, number: Line, sent: AcceptanceIn | None = None, seen: int = SEEN) -> dict[str, Any]:
    """Accept a case; its clocks start and its first steps open."""
    case = case_of(request, number, seen=seen)
    until = sent.tolerated_until if sent else None
    operations.accept_case(case_id=case.pk, tolerated_until=until, **who(request))
    return standing(case)


@room.write(
    "/cases/{number}/supplement-requests",
    officer("cases.supplement", "cases.review", "supervision.order"),
    "一次性告知补正",
    ActOut,
)
def ask_supplement(request: HttpRequest, number: Line, sent: SupplementIn, seen: int = SEEN) -> dict[str, Any]:
    """Tell the applicant once and completely what is missing; a supervisor may order a further notice."""
    case = case_of(request, number, seen=seen)
    if sent.override:
        caller(request).require("supervision.order", division=case.division, line=case.line)
    defects = [_defect(case, one) for one in sent.defects]
    operations.request_supplement(case_id=case.pk, defects=defects, **sent.dict(exclude={"defects"}), **who(request))
    return standing(case)


def _defect(case: Case, sent: DefectIn) -> Defect:
    paper = case.item_version.item.material(sent.material)
    basis = paper.legal_basis if paper else ""
    return Defect(sent.material, problem=sent.problem, how_to_fix=sent.how_to_fix, basis=basis, code=sent.code)


@room.write("/cases/{number}/refusal", officer("cases.refuse"), "不予受理", ActOut)
def refuse(request: HttpRequest, number: Line, sent: RefusalIn, seen: int = SEEN) -> dict[str, Any]:
    """Refuse to accept a case, with code, reason, advice and legal basis."""
    case = case_of(request, number, seen=seen)
    given = sent.dict() | {"basis": "；".join(sent.basis)}
    operations.refuse_acceptance(case_id=case.pk, **given, **who(request))
    return standing(case)


@room.write("/cases/{number}/dispensation", officer("cases.refuse"), "告知无需办理", ActOut)
def dispense(request: HttpRequest, number: Line, sent: ReasonIn, seen: int = SEEN) -> dict[str, Any]:
    """Tell the applicant that nothing has to be applied for."""
    case = case_of(request, number, seen=seen)
    operations.dispense_case(case_id=case.pk, **sent.dict(), **who(request))
    return standing(case)


@room.read("/cases/{number}/checklist", officer("cases.survey"), "入户调查清单", ChecklistOut)
def get_checklist(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Read what a visit of this case looks at, and which colleagues may come along (by post)."""
    found = _checklist(case_of(request, number))
    colleagues = identity.colleagues(actor=caller(request), permission="cases.survey", on=clock.today())
    return {
        "code": found.code,
        "version": found.version,
        "title": found.title,
        "questions": [forms.question(one) for one in found.questions],
        "findings": [{"value": code, "label": words} for code, words in found.findings],
        "colleagues": [{"value": str(post.pk), "label": post.login.name} for post in colleagues],
    }


def _checklist(case: Case) -> checklists.Checklist:
    """:raises NotFound: nobody is visited for this item."""
    if not checklists.has(case.item_code):
        raise NotFound
    return checklists.for_item(case.item_code)


@room.write("/cases/{number}/visits", officer("cases.survey"), "登记入户调查", ActOut)
def record_visit(request: HttpRequest, number: Line, sent: VisitIn, seen: int = SEEN) -> dict[str, Any]:
    """Record a visit by two officers at least; the step it belongs to ends."""
    case = case_of(request, number, seen=seen)
    checklist = _checklist(case)
    section = Section(code="visit", title=checklist.title, fields=checklist.questions)
    cleaned = read_section(section, typed(section, sent), known={})
    if cleaned.typed:
        raise InvalidInput(inside({path: cleaned.problems[path] for path in cleaned.typed}))
    visits.record_visit(
        case_id=case.pk,
        step=sent.step,
        offline_id=sent.offline_id,
        visited_at=sent.visited_at,
        answers=cleaned.answers,
        findings=sent.findings,
        note=sent.note,
        signed_by_member=sent.signed_by_member,
        team=[identity.actor_for_post(post_id=post, channel="web", on=clock.today()) for post in sent.team],
        **who(request),
    )
    return standing(case)


@room.write("/cases/{number}/opinions/{step}", officer("cases.review"), "写审核意见", ActOut)
def give_opinion(request: HttpRequest, number: Line, step: Line, sent: OpinionIn, seen: int = SEEN) -> dict[str, Any]:
    """Complete a review step with an opinion."""
    case = case_of(request, number, seen=seen)
    operations.give_opinion(case_id=case.pk, step=step, **sent.dict(), **who(request))
    return standing(case)


@room.write("/cases/{number}/notices/{step}", officer("cases.notice"), "发布公示", ActOut)
def post_notice(request: HttpRequest, number: Line, step: Line, seen: int = SEEN) -> dict[str, Any]:
    """Post the public notice of a step, with masked lines only."""
    case = case_of(request, number, seen=seen)
    operations.post_notice(case_id=case.pk, step=step, **who(request))
    return standing(case)


@room.write("/cases/{number}/notices/{step}/closing", officer("cases.notice"), "结束公示", ActOut)
def close_notice(request: HttpRequest, number: Line, step: Line, seen: int = SEEN) -> dict[str, Any]:
    """End the notice of a step after its last day, when no objection is open."""
    case = case_of(request, number, seen=seen)
    up = queries.open_notice(case, step=step)
    if up is None:
        raise NotFound
    operations.close_notice(notice_id=up.pk, **who(request))
    return standing(case)


@room.write("/cases/{number}/decision", officer("cases.decide"), "决定办件", ActOut)
def decide(request: HttpRequest, number: Line, sent: DecisionIn, seen: int = SEEN) -> dict[str, Any]:
    """Grant or deny a case; where relatives of the staff are concerned, propose it to a second approver."""
    case = case_of(request, number, seen=seen)
    act = operations.propose_decision if queries.touches_relatives(case) else operations.decide_case
    act(case_id=case.pk, ruling=ruling(sent), **who(request))
    return standing(case)


@room.write("/cases/{number}/immediate-decision", officer("cases.accept", "cases.decide"), "当场受理并决定", ActOut)
def decide_at_once(request: HttpRequest, number: Line, sent: DecisionIn, seen: int = SEEN) -> dict[str, Any]:
    """Accept and decide an immediate item in one act."""
    case = case_of(request, number, seen=seen)
    operations.decide_at_once(case_id=case.pk, ruling=ruling(sent), **who(request))
    return standing(case)


@room.write("/cases/{number}/extension", officer("cases.decide"), "延长期限", ActOut)
def extend(request: HttpRequest, number: Line, sent: ReasonIn, seen: int = SEEN) -> dict[str, Any]:
    """Extend the limits once; the applicant gets it in writing."""
    case = case_of(request, number, seen=seen)
    operations.extend_limit(case_id=case.pk, **sent.dict(), **who(request))
    return standing(case)


@room.read("/cases/{number}/special-procedure", officer("cases.decide", "cases.review"), "可用的特别程序", SpecialsOut)
def get_specials(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Read which special procedures the item has, how long each may take now, and what ends the one under way."""
    case = case_of(request, number)
    found = queries.special_procedures_of(case, at=clock.now())
    names = ("code", "title", "basis", "most_days")
    procedures = [{"last_day": last} | {name: getattr(one, name) for name in names} for one, last in found]
    return {"procedures": procedures, "proof_wanted": queries.proof_wanted(case)}


@room.write("/cases/{number}/special-procedure", officer("cases.decide"), "启动特别程序", ActOut)
def begin_special(request: HttpRequest, number: Line, sent: SpecialIn, seen: int = SEEN) -> dict[str, Any]:
    """Begin a special procedure; its days do not count."""
    case = case_of(request, number, seen=seen)
    operations.begin_special_procedure(case_id=case.pk, **sent.dict(), **who(request))
    return standing(case)


@room.write("/cases/{number}/special-procedure/end", officer("cases.decide", "cases.review"), "结束特别程序", ActOut)
def end_special(
    request: HttpRequest, number: Line, result: Form[Text], evidence: File[UploadedFile], seen: int = SEEN
) -> dict[str, Any]:
    """End the special procedure with its result and the paper that says so."""
    require_room(request)
    case = case_of(request, number, seen=seen)
    operations.end_special_procedure(case_id=case.pk, result=result, proof=evidence, **who(request))
    return standing(case)


@room.write("/cases/{number}/termination", officer("cases.decide"), "终止办理", ActOut)
def terminate(request: HttpRequest, number: Line, sent: ReasonIn, seen: int = SEEN) -> dict[str, Any]:
    """End a case that can no longer be decided."""
    case = case_of(request, number, seen=seen)
    operations.terminate_case(case_id=case.pk, **sent.dict(), **who(request))
    return standing(case)
