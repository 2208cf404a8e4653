"""缴费: what is to be paid and why, the way to the payment platform, the receipts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.kernel import clock
from onedoor.platform.payments import operations, queries
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled
from onedoor.web.parts.papers import pdf_response
from onedoor.web.parts.writes import attempt, keyed


def fees(request: HttpRequest) -> HttpResponse:
    """List everything one had, or has, to pay."""
    return render(request, "citizen/fees/list.html", {"fees": queries.list_fees(actor=actor_of(request))})


@keyed
def fee(request: HttpRequest, number: str) -> HttpResponse:
    """One fee: the calculation, where to pay, what became of it; what has run out is opened again."""
    problem, status = "", 200
    if request.method == "POST":
        order, refusal = attempt(request, lambda: _act(request, number))
        if refusal is None:
            return redirect("fee", number=order.number)
        problem, status = str(refusal), refusal.http_status
    found = queries.get_fee(number=number, actor=actor_of(request), on=clock.today())
    return render(request, "citizen/fees/fee.html", {"fee": found, "problem": problem}, status=status)


def _act(request: HttpRequest, number: str) -> operations.Order:
    acts = {"renew": operations.renew_order, "ask": operations.ask_again}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Garbled
    return act(number=number, actor=actor_of(request), at=clock.now())


def fee_receipt(request: HttpRequest, number: str, receipt_id: int) -> HttpResponse:
    """Give the electronic receipt as PDF to whoever has paid."""
    found = queries.get_receipt(number=number, receipt_id=receipt_id, actor=actor_of(request), at=clock.now())
    return pdf_response(found.content, found.name)
