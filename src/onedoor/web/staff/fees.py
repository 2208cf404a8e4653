"""收费: the fees of a case at the counter, refunds by two people, each day beside the platform's statement."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.payments import operations, queries
from onedoor.standards.money import parse_money
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled, posted, whole
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.performing import who

Acts = Mapping[str, Callable[[], object]]


@keyed
def case_fees(request: HttpRequest, number: str) -> HttpResponse:
    """What a case costs and what became of it; open an order, take money at the counter, ask for a refund."""
    about, sent = who(request), request.POST
    found = queries.read_case_fees(number=number, actor=actor_of(request))
    acts: Acts = {
        "open": lambda: operations.open_order(case_id=found.case_id, project=sent.get("project", ""), **about),
        "take": lambda: operations.take_at_counter(
            number=sent.get("order", ""),
            way=sent.get("way", ""),
            slip=sent.get("slip", ""),
            amount=_money(sent.get("amount", "")),
            **about,
        ),
        "refund": lambda: operations.ask_refund(
            number=sent.get("order", ""),
            reason=sent.get("reason", ""),
            amount=_money(sent["refund_amount"]) if sent.get("refund_amount") else None,
            payment_id=posted(request, "payment") if sent.get("payment") else None,
            **about,
        ),
    }
    answer, problems, status = _answered(request, acts, lambda: redirect("case_fees", number=number))
    if answer is not None:
        return answer
    context = {"fees": found, "ways": queries.COUNTER_WAYS, "problems": problems, "typed": sent}
    return render(request, "staff/fees/case.html", context, status=status)


def refunds(request: HttpRequest) -> HttpResponse:
    """List the refunds in reach by state, the latest first."""
    state = request.GET.get("state", "asked")
    rows = queries.list_refunds(actor=actor_of(request), state=state, before=whole(request.GET, "before", 0))
    older = rows[-1].id if len(rows) == queries.PAGE else None
    context = {"rows": rows, "state": state, "states": queries.REFUND_STATES, "older": older}
    return render(request, "staff/fees/refunds.html", context)


@keyed
def refund(request: HttpRequest, refund_id: int) -> HttpResponse:
    """One refund: decided by somebody else than who asked; what came over the counter is paid out there."""
    about: dict[str, Any] = {"refund_id": refund_id, **who(request)}
    opinion = request.POST.get("opinion", "")
    acts: Acts = {
        "approve": lambda: operations.decide_refund(approved=True, opinion=opinion, **about),
        "deny": lambda: operations.decide_refund(approved=False, opinion=opinion, **about),
        "pay_out": lambda: operations.pay_out_refund(slip=request.POST.get("slip", ""), **about),
    }
    answer, problems, status = _answered(request, acts, lambda: redirect("refund", refund_id=refund_id))
    if answer is not None:
        return answer
    found = queries.get_refund(refund_id=refund_id, actor=actor_of(request))
    context = {"refund": found, "problems": problems, "typed": request.POST}
    return render(request, "staff/fees/refund.html", context, status=status)


def reconciliations(request: HttpRequest) -> HttpResponse:
    """List the days that were compared for the units in reach."""
    rows = queries.list_reconciliations(actor=actor_of(request))
    return render(request, "staff/fees/days.html", {"rows": rows})


@keyed
def reconciliation(request: HttpRequest, reconciliation_id: int) -> HttpResponse:
    """One day: every difference with what to do about it; closed by a person when all are settled."""
    about, sent = who(request), request.POST
    note = sent.get("note", "")
    acts: Acts = {
        "settle": lambda: operations.settle_row(row_id=posted(request, "row"), note=note, **about),
        "take_up": lambda: operations.take_up_row(row_id=posted(request, "row"), note=note, **about),
        "close": lambda: operations.close_day(reconciliation_id=reconciliation_id, note=note, **about),
    }
    answer, problems, status = _answered(
        request, acts, lambda: redirect("reconciliation", reconciliation_id=reconciliation_id)
    )
    if answer is not None:
        return answer
    found = queries.get_reconciliation(reconciliation_id=reconciliation_id, actor=actor_of(request))
    context = {"day": found, "problems": problems, "typed": sent}
    return render(request, "staff/fees/day.html", context, status=status)


def _answered(
    request: HttpRequest, acts: Acts, done: Callable[[], HttpResponse]
) -> tuple[HttpResponse | None, Mapping[str, str], int]:
    """Do what was posted; return where it leads to, or what was wrong with it."""
    if request.method != "POST":
        return None, {}, 200
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Garbled
    _, refusal = attempt(request, act)
    if refusal is None:
        return done(), {}, 302
    return None, refusal.by_field, refusal.http_status


def _money(text: str) -> Decimal:
    """:raises InvalidInput: what was typed is no amount."""
    try:
        return parse_money(text)
    except ValueError as wrong:
        raise InvalidInput({"amount": str(wrong)}) from None
