"""A refund begins: by an officer who asks, or by the machine for what came twice. The caller holds the order."""

from datetime import datetime
from decimal import Decimal

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.numbers import next_number
from onedoor.platform.payments import life
from onedoor.platform.payments.models import Order, OrderEvent, Payment, Refund
from onedoor.platform.payments.states import RefundState, State

TWICE = "同一笔费用收到两次缴款，或者缴款单已经取消，多收的退回原账户。"


def left(payment: Payment) -> Decimal:
    """Return how much of a payment has not been given back; what is only asked for is still there."""
    done = [one.amount for one in payment.refunds.all() if one.state == RefundState.DONE]
    return payment.amount - sum(done, Decimal("0.00"))


def may_ask(order: Order, payment: Payment) -> bool:
    """Tell whether a refund of this payment may be asked: something is left of it, and no other one is on its way."""
    on_its_way = any(one.state in (RefundState.ASKED, RefundState.APPROVED) for one in payment.refunds.all())
    return (payment.surplus or order.state == State.PAID) and not on_its_way and left(payment) > 0


def ask(order: Order, payment: Payment, amount: Decimal, reason: str, *, actor: Actor, at: datetime) -> Refund:
    """Write down that so much of a payment is to be given back; somebody else decides."""
    on = day_of(at)
    refund = Refund.objects.create(
        number=f"TF{on:%Y%m%d}{next_number(f'payments.refund:{on:%Y%m%d}'):06d}",
        order=order,
        payment=payment,
        amount=amount,
        reason=reason,
        asked_by=actor.login_id,
        asked_name=actor.name,
        asked_at=at,
    )
    life.note(order, OrderEvent.Kind.ASK_REFUND, actor=actor, at=at, refund=refund.number, amount=str(refund.amount))
    return refund
