"""What an officer does to a case, one page an act: HTTP in, one operation, HTTP out."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import make_aware

from onedoor.platform.cases import operations, queries
from onedoor.platform.cases.forms.binding import bind_section
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.cases.queries import Case
from onedoor.platform.catalog.items import Section
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.visits import checklists
from onedoor.platform.visits import operations as visit_operations
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted_day
from onedoor.web.parts.writes import once


def _case(request: HttpRequest, number: str) -> Case:
    return queries.get_visible_case(number=number, actor=actor_of(request), at=clock.now(), on=clock.today())


def _perform(
    request: HttpRequest,
    found: Case,
    template: str,
    scope: str,
    write: Callable[[], object],
    context: dict[str, Any],
    *,
    step: str = "",
) -> HttpResponse:
    """
    Draw the page of an act, or perform it; a refusal is shown on the page with everything typed still there.

    With `step`, nobody gets a form for a step they cannot do now: the page says why.
    """
    context |= {"case": found, "typed": request.POST, "problems": {}}
    if request.method != "POST":
        reason = queries.why_not(case=found, actor=actor_of(request), step=step) if step else ""
        if reason:
            return render(request, "staff/not_now.html", {"case": found, "reason": reason}, status=409)
        return render(request, template, context)

    def perform() -> dict[str, Any]:
        write()
        return {}

    try:
        once(request, scope, perform)
    except OneDoorError as refusal:
        refusals.record(request, refusal)
        context["problems"] = refusal.problems if isinstance(refusal, InvalidInput) else {"": str(refusal)}
        return render(request, template, context, status=refusal.http_status)
    return redirect("staff_case", number=found.number)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "at": clock.now()}


def _words(request: HttpRequest) -> dict[str, Any]:
    return {"reason": request.POST.get("reason", ""), "basis": request.POST.get("basis", "")}


def accept(request: HttpRequest, number: str) -> HttpResponse:
    found = _case(request, number)

    def write() -> object:
        return operations.accept_case(case_id=found.pk, **_who(request))

    return _perform(request, found, "staff/accept.html", "cases.accept", write, {}, step="accept")


def supplement(request: HttpRequest, number: str) -> HttpResponse:
    """List everything that is missing, once, each with how to mend it."""
    found = _case(request, number)
    item = found.item_version.item

    def write() -> object:
        defects = [
            Defect(
                material=paper.code,
                problem=request.POST.get(f"problem-{paper.code}", "").strip(),
                how_to_fix=request.POST.get(f"how-{paper.code}", "").strip(),
                basis=paper.legal_basis,
            )
            for paper in item.materials
            if request.POST.get(f"ask-{paper.code}")
        ]
        return operations.request_supplement(case_id=found.pk, defects=defects, **_who(request))

    context = {"materials": item.materials, "papers": queries.materials_of(found)}
    return _perform(request, found, "staff/supplement.html", "cases.request_supplement", write, context, step="accept")


def refuse(request: HttpRequest, number: str) -> HttpResponse:
    found = _case(request, number)

    def write() -> object:
        return operations.refuse_acceptance(
            case_id=found.pk,
            reason=request.POST.get("reason", ""),
            basis=request.POST.get("basis", ""),
            competent_organ=request.POST.get("competent_organ", ""),
            **_who(request),
        )

    return _perform(request, found, "staff/refuse.html", "cases.refuse", write, {}, step="accept")


def visit(request: HttpRequest, number: str) -> HttpResponse:
    """Record a visit by two officers against the item's checklist."""
    found = _case(request, number)
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
            offline_id=uuid.UUID(request.POST["offline_id"]),
            visited_at=_moment(request.POST.get("visited_at", "")),
            answers=cleaned.answers,
            findings=request.POST.getlist("findings"),
            note=request.POST.get("note", ""),
            signed_by_member=request.POST.get("signed_by_member") == "on",
            team=_colleagues(request),
            **_who(request),
        )

    fields = bind_section(section, answers=cleaned.answers, typed=cleaned.typed, problems=dict(cleaned.typed), known={})
    context = {
        "checklist": checklist,
        "fields": fields,
        "colleagues": identity.colleagues(actor=actor_of(request), permission="cases.survey", on=clock.today()),
        "offline_id": request.POST.get("offline_id") or uuid.uuid4(),
        "now": clock.now(),
    }
    return _perform(request, found, "staff/visit.html", "visits.record", write, context, step=step)


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


def opinion(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Write the opinion of a review step."""
    found = _case(request, number)

    def write() -> object:
        note = request.POST.get("note", "").strip()
        outcome = request.POST.get("outcome", "")
        problems = {}
        if len(note) < 10:
            problems["note"] = "请写明审核意见和理由，不少于 10 个字。"
        if outcome not in ("agree", "disagree"):
            problems["outcome"] = "请选择审核结论。"
        if problems:
            raise InvalidInput(problems)
        return operations.complete_step(
            case_id=found.pk, step=step, outcome=outcome, note=note, facts={}, **_who(request)
        )

    judgement = queries.judge_now(found, on=clock.today())
    return _perform(
        request, found, "staff/opinion.html", "cases.opinion", write, {"step": step, "judgement": judgement}, step=step
    )


def notice(request: HttpRequest, number: str, step: str) -> HttpResponse:
    found = _case(request, number)
    up = queries.open_notice(found, step=step)

    def write() -> object:
        if up is not None:
            return operations.close_notice(notice_id=up.pk, **_who(request))
        return operations.post_notice(case_id=found.pk, step=step, **_who(request))

    context = {"step": step, "up": up, "lines": queries.notice_preview(found, on=clock.today())}
    return _perform(request, found, "staff/notice.html", "cases.notice", write, context, step=step)


def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Show the whole calculation, then grant or deny."""
    found = _case(request, number)

    def write() -> object:
        decision = request.POST.get("decision", "")
        if decision not in ("grant", "deny"):
            raise InvalidInput({"decision": "请选择准予或者不予批准。"})
        return operations.decide_case(
            case_id=found.pk, granted=decision == "grant", reason=request.POST.get("reason", ""), **_who(request)
        )

    judgement = queries.judge_now(found, on=clock.today())
    return _perform(request, found, "staff/decide.html", "cases.decide", write, {"judgement": judgement}, step="decide")


def extend(request: HttpRequest, number: str) -> HttpResponse:
    """Extend the limits once, with reason and basis; the applicant gets it in writing."""
    found = _case(request, number)

    def write() -> object:
        return operations.extend_limit(
            case_id=found.pk,
            reason=request.POST.get("reason", ""),
            basis=request.POST.get("basis", ""),
            **_who(request),
        )

    return _perform(request, found, "staff/extend.html", "cases.extend", write, {})


def dispense(request: HttpRequest, number: str) -> HttpResponse:
    """Tell the applicant that nothing has to be applied for."""
    found = _case(request, number)

    def write() -> object:
        return operations.dispense_case(case_id=found.pk, **_words(request), **_who(request))

    return _perform(request, found, "staff/dispense.html", "cases.dispense", write, {}, step="accept")


def terminate(request: HttpRequest, number: str) -> HttpResponse:
    """End a case that can no longer be decided."""
    found = _case(request, number)

    def write() -> object:
        return operations.terminate_case(case_id=found.pk, **_words(request), **_who(request))

    return _perform(request, found, "staff/terminate.html", "cases.terminate", write, {})


def special(request: HttpRequest, number: str) -> HttpResponse:
    """Begin a special procedure, or end the one that runs."""
    found = _case(request, number)

    def write() -> object:
        if found.state == "special":
            return operations.end_special_procedure(
                case_id=found.pk, result=request.POST.get("result", ""), **_who(request)
            )
        return operations.begin_special_procedure(
            case_id=found.pk,
            procedure=request.POST.get("procedure", ""),
            reason=request.POST.get("reason", ""),
            planned_end=posted_day(request, "planned_end"),
            **_who(request),
        )

    context = {"procedures": found.item_version.item.special_procedures, "today": clock.today()}
    return _perform(request, found, "staff/special.html", "cases.special", write, context)


def objection(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Close an objection with what the inquiry found."""
    found = queries.get_objection(objection_id=objection_id, actor=actor_of(request))

    def write() -> object:
        return operations.close_objection(
            objection_id=objection_id, finding=request.POST.get("finding", ""), **_who(request)
        )

    context = {"objection": found}
    return _perform(request, found.notice.case, "staff/objection.html", "cases.close_objection", write, context)
