"""What an officer does about the papers of a case, and a data steward about data that were doubted."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import operations, queries
from onedoor.platform.files.posted import require_room
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import optional_day, whole
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.performing import case_of, perform, who


@keyed
def check_original(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Compare an uploaded paper with the original the person has brought."""
    found = case_of(request, number)
    actor_of(request).require("cases.accept", division=found.division, line=found.line)
    papers = queries.current_papers(found, code=code)

    def write() -> object:
        if request.POST.get("agrees") != "yes":
            raise InvalidInput({"agrees": "请确认看过原件，并且与上传件一致。不一致的，请一次性告知补正。"})
        until = optional_day(request, "valid_until")
        return operations.check_original(case_id=found.pk, material=code, valid_until=until, **who(request))

    return perform(request, found, "staff/check_original.html", write, {"papers": papers})


@keyed
def take_certificate(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Take the applicant's certificate in place of a paper."""
    found = case_of(request, number)
    actor_of(request).require("cases.supplement", division=found.division, line=found.line)

    def write() -> object:
        return operations.take_certificate(case_id=found.pk, material=code, **who(request))

    context = {"proof": queries.proofs_of(found, at=clock.now()).get(code)}
    return perform(request, found, "staff/take_certificate.html", write, context)


@keyed
def receive_paper(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Take in, at the window, a paper that the case waits for."""
    found = case_of(request, number)
    actor_of(request).require("cases.supplement", division=found.division, line=found.line)

    def write() -> object:
        require_room(request)
        contents = [("窗口代收", one) for one in request.FILES.getlist("evidence")]
        return operations.give_papers(case_id=found.pk, material=code, contents=contents, **who(request))

    owed = queries.open_papers(found, at=clock.now()).owed
    context = {"owed": next((one for one in owed if one.definition.code == code), None)}
    return perform(request, found, "staff/receive_paper.html", write, context)


@keyed
def return_overdue(request: HttpRequest, number: str) -> HttpResponse:
    """Return a case whose promised paper has not come, where the machine leaves it to a person."""
    found = case_of(request, number)
    actor_of(request).require("cases.accept", division=found.division, line=found.line)

    def write() -> object:
        return operations.return_overdue(case_id=found.pk, **who(request))

    context = {"tolerances": queries.tolerances_of(found), "today": clock.today()}
    return perform(request, found, "staff/return_overdue.html", write, context)


def tickets(request: HttpRequest) -> HttpResponse:
    """List the doubts about data of the steward's place."""
    rows = queries.quality_tickets(actor=actor_of(request), before=whole(request.GET, "before", 0))
    context = {"rows": rows, "next": rows[-1].pk if len(rows) == queries.TICKETS_A_PAGE else None}
    return render(request, "staff/tickets.html", context)


ANSWERS = {"mended": True, "sound": False}


@keyed
def ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """One doubt about data, and what was found."""
    row = queries.get_ticket(ticket_id=ticket_id, actor=actor_of(request))
    problems: Mapping[str, str] = {}
    status = 200

    def write() -> object:
        found = request.POST.get("found", "")
        if found not in ANSWERS:
            raise InvalidInput({"found": "请选择核查结果。"})
        answer = request.POST.get("answer", "")
        return operations.answer_ticket(ticket_id=row.pk, mended=ANSWERS[found], answer=answer, **who(request))

    if request.method == "POST":
        _, refusal = attempt(request, write)
        if refusal is None:
            return redirect("quality_ticket", ticket_id=row.pk)
        problems, status = refusal.by_field, refusal.http_status
    context = {"row": row, "problems": problems, "typed": request.POST}
    return render(request, "staff/ticket.html", context, status=status)
