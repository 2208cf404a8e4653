"""What a payer sees: what is to be paid, why, by when, where, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access
from onedoor.platform.cases.models import Case
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import NotFound
from onedoor.platform.payments import giving_back, rules
from onedoor.platform.payments.life import OrderNotFound
from onedoor.platform.payments.models import Order, Receipt
from onedoor.platform.payments.receipts import receipt_pdf
from onedoor.platform.payments.states import OPEN, RefundState, State

MOST = 100


class ReceiptNotFound(NotFound):
    code, message = "payments.receipt_not_found", "没有找到这张票据。缴款成功以后才会开出，请稍后再看。"


@dataclass(frozen=True)
class ReceiptView:
    id: int
    code: str
    number: str
    check_code: str
    amount: str
    is_reversal: bool
    issued_at: datetime


@dataclass(frozen=True)
class OrderView:
    """One order as its payer sees it; the calculation is that of the day it was opened."""

    number: str
    case_number: str
    item: str
    title: str
    document: str
    organization: str
    amount: Decimal
    state: str
    state_title: str
    due_on: date
    created_at: datetime
    trace: Sequence[dict[str, Any]]
    reasons: Sequence[dict[str, Any]]
    consequence: str
    pay_url: str  # empty while it is being prepared, or when nothing is to be paid
    may_renew: bool
    refund_reason: str
    refunded: Decimal  # of the fee itself; what came twice and went back is not counted
    receipts: Sequence[ReceiptView]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True)
class ReceiptFile:
    name: str
    content: bytes


def get_fee(*, number: str, actor: Actor, on: date) -> OrderView:
    """
    Return an order of one's own, or of somebody one acts for.

    :raises OrderNotFound: there is none, or it is for somebody else; both look alike.
    """
    return _view(_own(number, actor=actor, on=on))


def _own(number: str, *, actor: Actor, on: date) -> Order:
    order = _orders().filter(number=number).first()
    if order is None:
        raise OrderNotFound
    try:
        access.require_applicant_side(order.case, actor=actor, scope="view", on=on)
    except access.CaseNotFound:
        raise OrderNotFound from None
    return order


def _orders() -> QuerySet[Order]:
    return Order.objects.select_related("case__item_version", "organization").prefetch_related(
        "payments__receipts", "payments__refunds", "refunds"
    )


def fees_of_case(case: Case, *, actor: Actor) -> list[OrderView]:
    """Return the orders of a case whose page this actor has open; nothing is asked where it is known to have none."""
    if actor.person_id is None:
        return []
    if not getattr(case, "has_payment_orders", True):
        return []
    return [_view(one) for one in _orders().filter(case=case).order_by("pk")]


def list_fees(*, actor: Actor) -> list[OrderView]:
    """Return the orders a person has to do with as applicant, the latest first."""
    own = _orders().filter(payer_id=actor.require_person()).order_by("-pk")
    return [_view(one) for one in own[:MOST]]


def unpaid_fees(*, actor: Actor) -> list[OrderView]:
    """Return what a person has still to pay, the earliest day first."""
    own = _orders().filter(payer_id=actor.require_person()).filter(Q(state__in=OPEN))
    return [_view(one) for one in own.order_by("due_on", "pk")[:MOST]]


def get_receipt(*, number: str, receipt_id: int, actor: Actor, at: datetime) -> ReceiptFile:
    """
    Draw a receipt of an order of one's own as PDF.

    :raises ReceiptNotFound: the order has none of this number.
    """
    order = _own(number, actor=actor, on=day_of(at))
    found = Receipt.objects.filter(pk=receipt_id, payment__order=order).first()
    if found is None:
        raise ReceiptNotFound
    audit.record_look("payments.receipt", actor=actor, at=at, target=order.target, division=order.division)
    return ReceiptFile(f"{found.code}{found.number}.pdf", receipt_pdf(found))


def _view(order: Order) -> OrderView:
    refund = next((one for one in reversed(list(order.refunds.all())) if one.state != RefundState.DENIED), None)
    refunded = sum(
        (one.amount - giving_back.left(one) for one in order.payments.all() if not one.surplus), rules.NOTHING
    )
    state_title = order.get_state_display()
    if refunded and order.state == State.PAID:
        state_title = f"{state_title}，已退 {refunded} 元"
    return OrderView(
        number=order.number,
        case_number=order.case.number,
        item=order.case.item_version.title,
        title=order.title,
        document=order.document,
        organization=order.organization.name,
        amount=order.amount,
        state=order.state,
        state_title=state_title,
        due_on=order.due_on,
        created_at=order.created_at,
        trace=order.judgement["trace"],
        reasons=order.judgement["reasons"],
        consequence=rules.consequence(order.judgement.get("fee_due", "accept")),
        pay_url=order.pay_url if order.state == State.PAYING else "",
        may_renew=order.state == State.EXPIRED,
        refund_reason=refund.reason if refund else "",
        refunded=refunded,
        receipts=receipts_of(order),
    )


def receipts_of(order: Order) -> list[ReceiptView]:
    found = [receipt for payment in order.payments.all() for receipt in payment.receipts.all()]
    return [
        ReceiptView(
            one.pk,
            one.code,
            one.number,
            one.check_code,
            one.content["amount"],
            one.reverses_id is not None,
            one.issued_at,
        )
        for one in sorted(found, key=lambda one: one.pk)
    ]
