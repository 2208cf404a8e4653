"""Give money back: one officer asks and says why, another one decides, then the worker or the counter does it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.payments import days, giving_back, life, receipts
from onedoor.platform.payments.models import Order, OrderEvent, Refund
from onedoor.platform.payments.rules import Movement
from onedoor.platform.payments.states import RefundState, Sort, State, Way
from onedoor.standards.money import round_to_fen

Kind = OrderEvent.Kind
SHORTEST_REASON, LONGEST_REASON = 5, 300


class RefundNotFound(NotFound):
    code, message = "payments.refund_not_found", "没有找到这张退付单，请核对退付单号。"


class NothingToRefund(OneDoorError):
    code, http_status, message = "payments.nothing_to_refund", 409, "缴款单现在是“{state}”，没有可以退付的缴款。"


class RefundSettled(OneDoorError):
    code, http_status, message = "payments.refund_settled", 409, "退付单现在是“{state}”，请刷新后查看。"


class SamePerson(OneDoorError):
    code, http_status, message = "payments.same_person", 403, "退付由另一名工作人员审批，提出人不能自己批准。"


@transaction.atomic
def ask_refund(
    *,
    number: str,
    reason: str,
    amount: Decimal | None = None,
    payment_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Refund:
    """
    Ask for what was paid for an order to be given back, all that is left or `amount` of it, with the reason.

    Without `payment_id` it is the payment of the fee, or else one that came twice and whose refund was refused.

    :raises NothingToRefund: there is no such payment, nothing is left of it, or its refund is on the way.
    :raises InvalidInput: more than is left, or no amount.
    """
    order = life.lock(number)
    actor.require("payments.collect", division=order.case.handled_in, line=order.line)
    told = _reason(reason, "reason", "退付理由")
    payments = order.payments.prefetch_related("refunds").order_by("surplus", "pk")
    asked = payments if payment_id is None else payments.filter(pk=payment_id)
    payment = next((one for one in asked if giving_back.may_ask(order, one)), None)
    if payment is None:
        raise NothingToRefund(state=order.get_state_display())
    left = giving_back.left(payment)
    wanted = left if amount is None else amount
    if not 0 < wanted <= left or wanted != round_to_fen(wanted):
        raise InvalidInput({"amount": f"最多可以退 {left} 元，请重新填写退付金额。"})
    if not payment.surplus and wanted == left:  # who gets a part back has still paid
        order.state = State.REFUNDING
        order.save(update_fields=["state"])
    refund = giving_back.ask(order, payment, wanted, told, actor=actor, at=at)
    audit.record("payments.ask_refund", actor=actor, at=at, target=order.target, division=order.division)
    return refund


@transaction.atomic
def decide_refund(*, refund_id: int, approved: bool, opinion: str, actor: Actor, at: datetime) -> Refund:
    """
    Approve a refund or not, as somebody else than who has asked for it.

    :raises SamePerson: the same officer asks and decides.
    :raises RefundSettled: somebody has decided already.
    """
    refund, order = _hold(refund_id)
    actor.require("payments.approve_refund", division=order.case.handled_in, line=order.line)
    if refund.state != RefundState.ASKED:
        raise RefundSettled(state=refund.get_state_display())
    if refund.asked_by is not None and refund.asked_by == actor.login_id:
        raise SamePerson
    refund.opinion = opinion.strip()[:LONGEST_REASON] if approved else _reason(opinion, "opinion", "不同意的理由")
    refund.decided_by, refund.decided_name, refund.decided_at = actor.require_login(), actor.name, at
    refund.state = RefundState.APPROVED if approved else RefundState.DENIED
    if approved and refund.payment.way == Way.GATEWAY:
        refund.ask_at = at
    refund.save()
    if not approved and not refund.payment.surplus and order.state == State.REFUNDING:
        order.state = State.PAID
        order.save(update_fields=["state"])
    kind = Kind.APPROVE_REFUND if approved else Kind.DENY_REFUND
    life.note(order, kind, actor=actor, at=at, refund=refund.number)
    audit.record(
        "payments.decide_refund",
        actor=actor,
        at=at,
        target=order.target,
        division=order.division,
        approved=approved,
    )
    return refund


@transaction.atomic
def pay_out_refund(*, refund_id: int, slip: str, actor: Actor, at: datetime) -> Refund:
    """
    Give back at the counter what was taken there, once it is approved; `slip` is the number in the cash book, one for
    each refund.

    :raises RefundSettled: it is not approved, is given back already, or goes back over the platform.
    """
    refund, order = _hold(refund_id)
    actor.require("payments.collect", division=order.case.handled_in, line=order.line)
    if refund.state != RefundState.APPROVED or refund.payment.way == Way.GATEWAY:
        raise RefundSettled(state=refund.get_state_display())
    if not 0 < len(slip.strip()) <= 40:
        raise InvalidInput({"slip": "请填写退款凭证号，不超过 40 个字。"})
    trade = life.counter_trade(order, refund.payment.way, slip, of=Refund)
    return _done(refund, order, trade=trade, refunded_on=day_of(at), actor=actor, at=at)


@transaction.atomic
def note_refunded(*, refund_id: int, trade: str, refunded_on: date, actor: Actor, at: datetime) -> Refund:
    """Note that the platform has given the money back; noting it again changes nothing."""
    refund, order = _hold(refund_id)
    actor.require("payments.settle", division=identity.NATION)
    if refund.state != RefundState.APPROVED:
        return refund
    return _done(refund, order, trade=trade, refunded_on=refunded_on, actor=actor, at=at)


def _done(refund: Refund, order: Order, *, trade: str, refunded_on: date, actor: Actor, at: datetime) -> Refund:
    refund.state, refund.trade, refund.refunded_at = RefundState.DONE, trade, at
    refund.settled_on, refund.ask_at = refunded_on, None
    refund.save()
    money = Movement(Sort.REFUND, refund.number, trade, refund.amount)
    days.enter(money, way=refund.payment.way, unit=order.organization, day=refunded_on, at=at)
    if not refund.payment.surplus:
        left = giving_back.left(refund.payment)
        if not left:
            order.state = State.REFUNDED
            order.save(update_fields=["state"])
        receipts.reverse(refund.payment, stood=left + refund.amount, left=left, at=at)
    facts: dict[str, Any] = {"refund": refund.number, "trade": trade, "amount": str(refund.amount)}
    life.note(order, Kind.REFUND, actor=actor, at=at, **facts)
    life.tell(order, "refunded", refund_id=refund.pk)
    audit.record("payments.refund", actor=actor, at=at, target=order.target, division=order.division)
    return refund


def _hold(refund_id: int) -> tuple[Refund, Order]:
    """Hold the order first, as whoever takes money does, so that nobody waits for the other in a circle."""
    number = Refund.objects.filter(pk=refund_id).values_list("order__number", flat=True).first()
    if number is None:
        raise RefundNotFound
    order = life.lock(number)
    refund = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund_id)
    return refund, order


def _reason(text: str, field: str, title: str) -> str:
    """:raises InvalidInput: too short to say why, or too long to be kept."""
    told = " ".join(text.split())
    if not SHORTEST_REASON <= len(told) <= LONGEST_REASON:
        raise InvalidInput({field: f"请写明{title}，{SHORTEST_REASON} 至 {LONGEST_REASON} 个字。"})
    return told
