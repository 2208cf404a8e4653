"""What an applicant does beside the common road: hearing, statement, way of delivery, correction, a linked case."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from onedoor.platform.cases import operations, queries
from onedoor.platform.cases.forms.binding import bind_section
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.cases.queries import Case, Draft
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.writes import attempt, keyed

WAYS = (
    ("electronic", "电子送达：到达“我的消息”就算送达，最快"),
    ("direct", "到窗口领取"),
    ("post", "邮寄到家"),
)


@keyed
def hearing(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a hearing, or say that none is wanted."""
    found = _case(request, number)

    def write() -> object:
        answer = request.POST.get("answer", "")
        if answer not in ("request", "waive"):
            raise InvalidInput({"answer": "请选择要求听证或者不要求。"})
        act = operations.request_hearing if answer == "request" else operations.waive_hearing
        return act(case_id=found.pk, **_who(request))

    context = {"hearing": queries.hearing_of(found)}
    return _perform(request, found, "citizen/hearing.html", write, context)


@keyed
def defence(request: HttpRequest, number: str) -> HttpResponse:
    """Say what speaks against a revocation."""
    found = _case(request, number)

    def write() -> object:
        statement = request.POST.get("statement", "")
        return operations.state_defence(case_id=found.pk, statement=statement, **_who(request))

    context = {"revocation": queries.revocation_of(found), "today": clock.today()}
    return _perform(request, found, "citizen/defence.html", write, context)


@keyed
def explain(request: HttpRequest, number: str, conflict_id: int) -> HttpResponse:
    """Say how something really is that a source tells otherwise than the application does."""
    found = _case(request, number)
    conflict = queries.conflict_of(found, conflict_id=conflict_id)

    def write() -> object:
        text = request.POST.get("text", "")
        return operations.explain_conflict(conflict_id=conflict.pk, text=text, **_who(request))

    return _perform(request, found, "citizen/explain.html", write, {"conflict": conflict})


@keyed
def commitment(request: HttpRequest, number: str, commitment_id: int) -> HttpResponse:
    """Read what was promised and what came of it; take it back, or say what speaks against a finding."""
    found = _case(request, number)
    view = queries.commitment_of(found, commitment_id=commitment_id)

    def write() -> object:
        if "retract" in request.POST:
            return operations.retract_commitment(commitment_id=view.commitment.pk, **_who(request))
        statement = request.POST.get("statement", "")
        return operations.answer_breach(commitment_id=view.commitment.pk, statement=statement, **_who(request))

    return _perform(request, found, "citizen/commitment.html", write, {"view": view})


def ways_of(owner: Case | Draft) -> dict[str, Any]:
    """Return what the choice of a delivery shows: the ways that lead to this applicant, and which one is proposed."""
    offered = queries.delivery_ways(owner=owner, on=clock.today())
    return {"ways": [way for way in WAYS if way[0] in offered], "proposed": offered[0]}


@keyed
def delivery(request: HttpRequest, number: str) -> HttpResponse:
    """Choose how decisions arrive; consent to the inbox is given, and taken back, here."""
    found = _case(request, number)

    def write() -> object:
        method = request.POST.get("delivery", "")
        return operations.choose_delivery(case_id=found.pk, method=method, **_who(request))

    return _perform(request, found, "citizen/delivery.html", write, ways_of(found))


@keyed
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Correct a slip before the application is accepted."""
    found = _case(request, number)
    section = queries.correctable_section(found)
    posted = request.method == "POST"
    cleaned = read_section(section, request.POST, known=found.declared.content)

    def write() -> object:
        if cleaned.problems:
            raise InvalidInput(dict(cleaned.problems))
        return operations.correct_answers(case_id=found.pk, corrections=cleaned.answers, **_who(request))

    fields = bind_section(
        section,
        answers=cleaned.answers if posted else found.declared.content,
        typed=cleaned.typed if posted else {},
        problems=dict(cleaned.problems) if posted else {},
        known={},
    )
    return _perform(request, found, "citizen/correct.html", write, {"fields": fields})


@require_POST
@keyed
def linked(request: HttpRequest, number: str) -> HttpResponse:
    """Begin the application that corrects, changes, reissues or cancels what this case granted."""
    found = _case(request, number)
    relation = request.POST.get("relation", "")
    draft = operations.start_linked(case_id=found.pk, relation=relation, **_who(request))
    return redirect("draft", draft_id=draft.pk)


def _case(request: HttpRequest, number: str) -> Case:
    return queries.get_visible_case(number=number, actor=actor_of(request), at=clock.now(), on=clock.today())


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "at": clock.now()}


def _perform(
    request: HttpRequest,
    found: Case,
    template: str,
    write: Callable[[], object],
    context: dict[str, Any],
) -> HttpResponse:
    """Draw the page, or perform its act and return to the case; a refusal is shown with everything typed still there."""
    problems: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        _, refusal = attempt(request, write)
        if refusal is None:
            return redirect("case", number=found.number)
        problems, status = refusal.by_field, refusal.http_status
    context |= {"case": found, "problems": problems, "typed": request.POST}
    return render(request, template, context, status=status)
