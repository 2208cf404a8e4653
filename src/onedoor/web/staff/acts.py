"""What an officer does to a case, one page an act: HTTP in, one operation, HTTP out."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import make_aware

from onedoor.platform.cases import grounds, operations, queries
from onedoor.platform.cases.forms.binding import bind_section
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.cases.queries import Case
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.catalog import scenarios
from onedoor.platform.catalog.forms import Section
from onedoor.platform.files.posted import require_room
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.visits import checklists
from onedoor.platform.visits import operations as visit_operations
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import optional_day, posted_day, posted_uuid
from onedoor.web.parts.writes import keyed
from onedoor.web.staff.performing import articles_of, case_of, ground, perform, who, words

ACCEPTANCE_LAW = "《中华人民共和国行政许可法》第三十二条"


@keyed
def accept(request: HttpRequest, number: str) -> HttpResponse:
    found = case_of(request, number)

    def write() -> object:
        until = optional_day(request, "tolerated_until")
        return operations.accept_case(case_id=found.pk, tolerated_until=until, **who(request))

    promised = SimpleLazyObject(lambda: scenarios.outcome(found.item_version.item, found.declared.content).promised)
    later = SimpleLazyObject(lambda: queries.promised_later(found, at=clock.now()))
    context = {"promised": promised, "later": later}
    return perform(request, found, "staff/accept.html", write, context, step="accept")


@keyed
def supplement(request: HttpRequest, number: str) -> HttpResponse:
    """List everything that is missing, once, each with how to mend it."""
    found = case_of(request, number)

    def write() -> object:
        return operations.request_supplement(
            case_id=found.pk,
            defects=_defects(request, found),
            doubts=_doubts(request, found),
            signed_by=_signed_by(request),
            **who(request),
        )

    return perform(request, found, "staff/supplement.html", write, _papers(request, found), step="accept")


@keyed
def override_supplement(request: HttpRequest, number: str) -> HttpResponse:
    """Order, as a supervisor, a further notice that names an old defect, with the reason why (R-CASE-1)."""
    found = case_of(request, number)

    def write() -> object:
        actor_of(request).require("supervision.order", division=found.division, line=found.line)
        why = request.POST.get("override", "")
        return operations.request_supplement(
            case_id=found.pk,
            defects=_defects(request, found),
            override=why,
            doubts=_doubts(request, found),
            **who(request),
        )

    context = _papers(request, found) | {"overrides": True}
    return perform(request, found, "staff/supplement.html", write, context)


def _defects(request: HttpRequest, found: Case) -> list[Defect]:
    return [
        Defect(
            material=paper.code,
            problem=request.POST.get(f"problem-{paper.code}", "").strip(),
            how_to_fix=request.POST.get(f"how-{paper.code}", "").strip(),
            basis=paper.legal_basis,
            code=request.POST.get(f"code-{paper.code}", "other"),
        )
        for paper in found.item_version.item.materials
        if request.POST.get(f"ask-{paper.code}")
    ]


def _signed_by(request: HttpRequest) -> str:
    """Return who signs for the notice at the desk; empty where nobody stands there."""
    if not request.POST.get("present"):
        return ""
    name = request.POST.get("signed_by", "").strip()
    if not name:
        raise InvalidInput({"signed_by": "请填写谁当面签收了告知书；没有当面交给的，请不要勾选。"})
    return name


def _doubts(request: HttpRequest, found: Case) -> dict[str, str]:
    """Return what is said to be wrong with the data that prove a paper, by its code (A13)."""
    codes = [paper.code for paper in found.item_version.item.materials]
    return {code: request.POST.get(f"doubt-{code}", "") for code in codes}


def _papers(request: HttpRequest, found: Case) -> dict[str, Any]:
    """Return the papers of the item with what was typed for each, so that nothing typed is lost."""
    proofs = queries.proofs_of(found, at=clock.now())
    rows = [
        {
            "paper": paper,
            "proof": proofs.get(paper.code),
            "doubt": request.POST.get(f"doubt-{paper.code}", ""),
            "asked": f"ask-{paper.code}" in request.POST,
            "code": request.POST.get(f"code-{paper.code}", ""),
            "problem": request.POST.get(f"problem-{paper.code}", ""),
            "how": request.POST.get(f"how-{paper.code}", paper.how),
        }
        for paper in found.item_version.item.materials
    ]
    return {"rows": rows, "codes": grounds.DEFECT.items(), "papers": queries.materials_of(found)}


@keyed
def refuse(request: HttpRequest, number: str) -> HttpResponse:
    found = case_of(request, number)

    def write() -> object:
        given = ground(request)
        return operations.refuse_acceptance(
            case_id=found.pk,
            **{**given, "basis": "；".join(given["basis"])},
            competent_organ=request.POST.get("competent_organ", ""),
            **who(request),
        )

    context = {
        "codes": grounds.REFUSAL.items(),
        "articles": articles_of(found, ACCEPTANCE_LAW),
        "picked": request.POST.getlist("basis"),
    }
    return perform(request, found, "staff/refuse.html", write, context, step="accept")


@keyed
def visit(request: HttpRequest, number: str) -> HttpResponse:
    """Record a visit by two officers against the item's checklist."""
    found = case_of(request, number)
    step = request.POST.get("step") or request.GET.get("step") or "survey"
    checklist = checklists.for_item(found.item_code)
    section = Section(code="visit", title=checklist.title, fields=checklist.questions)
    cleaned = read_section(section, request.POST, known={})

    def write() -> object:
        if cleaned.typed:
            raise InvalidInput({path: cleaned.problems[path] for path in cleaned.typed})
        return visit_operations.record_visit(
            case_id=found.pk,
            step=step,
            offline_id=posted_uuid(request, "offline_id"),
            visited_at=_moment(request.POST.get("visited_at", "")),
            answers=cleaned.answers,
            findings=request.POST.getlist("findings"),
            note=request.POST.get("note", ""),
            signed_by_member=request.POST.get("signed_by_member") == "on",
            team=_colleagues(request),
            **who(request),
        )

    fields = bind_section(section, answers=cleaned.answers, typed=cleaned.typed, problems=dict(cleaned.typed), known={})
    context = {
        "checklist": checklist,
        "fields": fields,
        "colleagues": identity.colleagues(actor=actor_of(request), permission="cases.survey", on=clock.today()),
        "offline_id": request.POST.get("offline_id") or uuid.uuid4(),
        "now": clock.now(),
        "step": step,
        "with_me": request.POST.getlist("colleague"),
        "found_out": request.POST.getlist("findings"),
    }
    return perform(request, found, "staff/visit.html", write, context, step=step)


def _moment(text: str) -> datetime:
    parsed = parse_datetime(text)
    if parsed is None:
        raise InvalidInput({"visited_at": "请填写入户的日期和时间。"})
    return make_aware(parsed) if parsed.tzinfo is None else parsed


def _colleagues(request: HttpRequest) -> list[Any]:
    return [
        identity.actor_for_post(post_id=int(post), channel="web", on=clock.today())
        for post in request.POST.getlist("colleague")
        if post
    ]


@keyed
def opinion(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Write the opinion of a review step."""
    found = case_of(request, number)

    def write() -> object:
        outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
        return operations.give_opinion(case_id=found.pk, step=step, outcome=outcome, note=note, **who(request))

    context = {"step": step, "judgement": _judgement(found)}
    return perform(request, found, "staff/opinion.html", write, context, step=step)


def _judgement(found: Case) -> Any:
    """The calculation a page shows; the operation asks the rule itself, so a form that goes through needs none."""
    return SimpleLazyObject(lambda: queries.judge_now(found, on=clock.today()))


@keyed
def notice(request: HttpRequest, number: str, step: str) -> HttpResponse:
    found = case_of(request, number)
    up = queries.open_notice(found, step=step)

    def write() -> object:
        if up is not None:
            return operations.close_notice(notice_id=up.pk, **who(request))
        return operations.post_notice(case_id=found.pk, step=step, **who(request))

    context = {"step": step, "up": up, "lines": queries.notice_preview(found, on=clock.today())}
    return perform(request, found, "staff/notice.html", write, context, step=step)


@keyed
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Show the whole calculation, then grant or deny; with relatives in the case, propose it to another approver."""
    found = case_of(request, number)
    proposes = queries.touches_relatives(found)
    act = operations.propose_decision if proposes else operations.decide_case
    return _decide(request, found, act, step="decide", proposes=proposes)


@keyed
def decide_at_once(request: HttpRequest, number: str) -> HttpResponse:
    """Accept and decide an immediate item in one session."""
    return _decide(request, case_of(request, number), operations.decide_at_once, step="accept", proposes=False)


def _decide(
    request: HttpRequest, found: Case, act: Callable[..., object], *, step: str, proposes: bool
) -> HttpResponse:
    def write() -> object:
        decision = request.POST.get("decision", "")
        if decision not in ("grant", "deny"):
            raise InvalidInput({"decision": "请选择准予或者不予批准。"})
        return act(case_id=found.pk, ruling=Ruling(decision == "grant", **ground(request)), **who(request))

    judgement = _judgement(found)
    context = {
        "judgement": judgement,
        "outcomes": SimpleLazyObject(lambda: queries.outcomes_of(found, judgement, at=clock.now())),
        "clocks": SimpleLazyObject(lambda: queries.clocks_of(found, at=clock.now())),
        "codes": grounds.DENIAL.items(),
        "articles": articles_of(found),
        "picked": request.POST.getlist("basis"),
        "proposes": proposes,
        "at_once": step == "accept",
    }
    return perform(request, found, "staff/decide.html", write, context, step=step)


@keyed
def extend(request: HttpRequest, number: str) -> HttpResponse:
    """Extend the limits once, with reason and basis; the applicant gets it in writing."""
    found = case_of(request, number)

    def write() -> object:
        return operations.extend_limit(
            case_id=found.pk,
            reason=request.POST.get("reason", ""),
            basis=request.POST.get("basis", ""),
            **who(request),
        )

    return perform(request, found, "staff/extend.html", write, {})


@keyed
def dispense(request: HttpRequest, number: str) -> HttpResponse:
    """Tell the applicant that nothing has to be applied for."""
    found = case_of(request, number)

    def write() -> object:
        return operations.dispense_case(case_id=found.pk, **words(request), **who(request))

    return perform(request, found, "staff/dispense.html", write, {}, step="accept")


@keyed
def terminate(request: HttpRequest, number: str) -> HttpResponse:
    """End a case that can no longer be decided."""
    found = case_of(request, number)

    def write() -> object:
        return operations.terminate_case(case_id=found.pk, **words(request), **who(request))

    return perform(request, found, "staff/terminate.html", write, {})


@keyed
def special(request: HttpRequest, number: str) -> HttpResponse:
    """Begin a special procedure, or end the one that runs."""
    found = case_of(request, number)

    def write() -> object:
        if found.state == "special":
            require_room(request)
            return operations.end_special_procedure(
                case_id=found.pk,
                result=request.POST.get("result", ""),
                proof=request.FILES.get("evidence"),
                **who(request),
            )
        return operations.begin_special_procedure(
            case_id=found.pk,
            procedure=request.POST.get("procedure", ""),
            reason=request.POST.get("reason", ""),
            planned_end=posted_day(request, "planned_end"),
            **who(request),
        )

    context = {
        "procedures": queries.special_procedures_of(found, at=clock.now()),
        "pauses": queries.pauses_of(found),
        "proof": queries.proof_wanted(found),
    }
    return perform(request, found, "staff/special.html", write, context)


@keyed
def objection(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Close an objection with what the inquiry found."""
    found = queries.get_objection(objection_id=objection_id, actor=actor_of(request))

    def write() -> object:
        return operations.close_objection(
            objection_id=objection_id, finding=request.POST.get("finding", ""), **who(request)
        )

    context = {"objection": found}
    return perform(request, case_of(request, found.notice.case.number), "staff/objection.html", write, context)
