"""缴费: what is to be paid and why, the way to the payment platform, the receipts."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from onedoor.platform.kernel import clock
from onedoor.platform.payments import operations, queries
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled
from onedoor.web.parts.limits import limited
from onedoor.web.parts.papers import pdf_response
from onedoor.web.parts.writes import attempt, keyed, unkeyed


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


@login_not_required
@limited("receipt_check", most=30, methods=("POST",))
@unkeyed("reads; a POST keeps the check code out of the address")
def receipt_check(request: HttpRequest) -> HttpResponse:
    """Tell whoever holds a receipt whether it is genuine, and whether the money has gone back."""
    context: dict[str, Any] = {"typed": request.POST}
    status = 200
    if request.method == "POST":
        told = {name: request.POST.get(name, "") for name in ("code", "number", "check_code")}
        try:
            context["found"] = queries.check_receipt(**told, at=clock.wall())
        except queries.NoSuchReceipt as refusal:
            refusals.record(request, refusal)
            context["problem"], status = str(refusal), 404
    return render(request, "citizen/fees/check.html", context, status=status)


@login_not_required
@limited("receipt_check", most=30)
@require_safe
def scanned_receipt(request: HttpRequest, code: str, number: str, seal: str) -> HttpResponse:
    """Tell whoever has scanned the code of a receipt whether it is genuine, and whether the money has gone back."""
    context: dict[str, Any] = {"typed": {"code": code, "number": number}}
    status = 200
    try:
        context["found"] = queries.scan_receipt(code=code, number=number, seal=seal)
    except queries.NoSuchReceipt as refusal:
        refusals.record(request, refusal)
        context["problem"], status = str(refusal), 404
    return render(request, "citizen/fees/check.html", context, status=status)


def fee_receipt(request: HttpRequest, number: str, receipt_id: int) -> HttpResponse:
    """Give the electronic receipt as PDF to whoever has paid."""
    found = queries.get_receipt(number=number, receipt_id=receipt_id, actor=actor_of(request), at=clock.now())
    return pdf_response(found.content, found.name)
