"""Commitments at the desk: what waits for its check, one commitment with what can be done about it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from onedoor.platform.cases import operations, queries
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.writes import keyed
from onedoor.web.staff.performing import case_of, perform, who


def checks(request: HttpRequest) -> HttpResponse:
    """List the commitments that wait for their check, the most urgent first."""
    rows = queries.checks_to_do(actor=actor_of(request), on=clock.today(), after=request.GET.get("after", ""))
    context = {"rows": rows, "next": rows[-1].place if len(rows) == queries.CHECKS_A_PAGE else ""}
    return render(request, "staff/commitments.html", context)


ANSWERS = {"uphold": True, "drop": False}


@keyed
def commitment(request: HttpRequest, number: str, commitment_id: int) -> HttpResponse:
    """One commitment: check it, put a breach on record or let it go, note that it was made good."""
    found = case_of(request, number)
    view = queries.commitment_of(found, commitment_id=commitment_id)
    actor = actor_of(request)

    def write() -> object:
        common = {"commitment_id": view.commitment.pk, **who(request)}
        deed, reason = request.POST.get("deed", ""), request.POST.get("reason", "")
        if deed == "settle":
            answer = request.POST.get("answer", "")
            if answer not in ANSWERS:
                raise InvalidInput({"answer": "请选择记入或者不予记录。"})
            return operations.settle_breach(upheld=ANSWERS[answer], reason=reason, **common)
        if deed == "repair":
            return operations.repair_credit(reason=reason, **common)
        finding = request.POST.get("finding", "")
        return operations.check_commitment(outcome=request.POST.get("outcome", ""), finding=finding, **common)

    context = {
        "view": view,
        "reviews": actor.may("cases.review", division=found.division, line=found.line),
        "decides": actor.may("cases.decide", division=found.deciding_organization.division_id, line=found.line),
        "today": clock.today(),
    }
    return perform(request, found, "staff/commitment.html", write, context)
