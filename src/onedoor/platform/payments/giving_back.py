"""A refund begins: by an officer who asks, or by the machine for what came twice. The caller holds the order."""

from datetime import datetime

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.numbers import next_number
from onedoor.platform.payments import life
from onedoor.platform.payments.models import Order, OrderEvent, Payment, Refund

TWICE = "同一笔费用收到两次缴款，或者缴款单已经取消，多收的退回原账户。"


def ask(order: Order, payment: Payment, reason: str, *, actor: Actor, at: datetime) -> Refund:
    """Write down that a payment is to be given back; somebody else decides."""
    on = day_of(at)
    refund = Refund.objects.create(
        number=f"TF{on:%Y%m%d}{next_number(f'payments.refund:{on:%Y%m%d}'):06d}",
        order=order,
        payment=payment,
        amount=payment.amount,
        reason=reason,
        asked_by=actor.login_id,
        asked_name=actor.name,
        asked_at=at,
    )
    life.note(order, OrderEvent.Kind.ASK_REFUND, actor=actor, at=at, refund=refund.number, amount=str(refund.amount))
    return refund
