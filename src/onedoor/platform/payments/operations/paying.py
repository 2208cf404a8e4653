"""Money comes: by the platform's notice, by its answer, from its statement, or over the counter; each counted once."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.payments import days, giving_back, life, receipts
from onedoor.platform.payments.models import Order, OrderEvent, Payment
from onedoor.platform.payments.rules import Movement
from onedoor.platform.payments.states import OPEN, Sort, State, Way

Kind = OrderEvent.Kind
LONGEST_SLIP = 40


class AlreadyPaid(OneDoorError):
    code, http_status, message = "payments.already_paid", 409, "缴款单 {number} 现在是“{state}”，不用再缴。"


class AmountDiffers(OneDoorError):
    code, http_status, message = (
        "payments.amount_differs",
        409,
        "应收 {amount} 元，不能按 {taken} 元收。收费标准由清单规定，窗口不得多收少收。",
    )


@transaction.atomic
def take_money(*, number: str, trade: str, amount: Decimal, paid_on: date, actor: Actor, at: datetime) -> Order:
    """
    Count what the platform says has been paid for an order; the same trade told a hundred times is counted once.

    A second payment, or one for an order that was cancelled meanwhile, is a surplus: the machine asks for its refund.
    An amount that is not the one owed pays nothing: supervision and the finance post hear of it.

    :raises OrderNotFound: we have no such order.
    """
    actor.require("payments.settle", division=identity.NATION)
    order = life.lock(number)
    if Payment.objects.filter(trade=trade).exists():
        return order
    if amount != order.amount:
        _refuse_amount(order, trade=trade, amount=amount, actor=actor, at=at)
        return order
    _count(order, way=Way.GATEWAY, trade=trade, settled_on=paid_on, taken_by=None, actor=actor, at=at)
    return order


def _refuse_amount(order: Order, *, trade: str, amount: Decimal, actor: Actor, at: datetime) -> None:
    told = {"trade": trade, "amount": str(amount)}
    if order.events.filter(kind=Kind.AMOUNT_DIFFERS, facts=told).exists():
        return
    life.note(order, Kind.AMOUNT_DIFFERS, actor=actor, at=at, **told)
    life.tell(order, "mischarged", charged=str(amount), standard=str(order.amount), subject=trade[:40])
    if order.is_open:
        order.ask_at = at  # its answer may be another one than its notice
        order.save(update_fields=["ask_at"])
    audit.record(
        "payments.differ", actor=actor, at=at, target=order.target, division=order.division, amount=str(amount)
    )


def _count(
    order: Order, *, way: Way, trade: str, settled_on: date, taken_by: int | None, actor: Actor, at: datetime
) -> None:
    pays = order.state in (*OPEN, State.EXPIRED) and not _succeeded(order)
    payment = Payment.objects.create(
        order=order,
        way=way,
        trade=trade,
        amount=order.amount,
        surplus=not pays,
        paid_at=at,
        settled_on=settled_on,
        taken_by=taken_by,
    )
    if way == Way.GATEWAY:
        order.theirs_open = False
    money = Movement(Sort.PAYMENT, order.number, trade, payment.amount)
    days.enter(money, way=way, unit=order.organization, day=settled_on, at=at)
    if not pays:
        order.save(update_fields=["theirs_open"])
        life.note(order, Kind.SURPLUS, actor=actor, at=at, trade=trade, amount=str(payment.amount))
        giving_back.ask(order, payment, payment.amount, giving_back.TWICE, actor=actor, at=at)
    else:
        order.save(update_fields=["theirs_open"])
        life.end(order, State.PAID, at=at)
        life.note(order, Kind.PAY, actor=actor, at=at, way=way, trade=trade, amount=str(payment.amount))
        receipts.issue(payment, at=at)
        life.tell(order, "paid")
    audit.record(
        "payments.take", actor=actor, at=at, target=order.target, division=order.division, way=way, surplus=not pays
    )


def _succeeded(order: Order) -> bool:
    """Tell whether an order that has run out was opened again; then its late money is one payment too many."""
    later = Order.objects.filter(case_id=order.case_id, project=order.project, pk__gt=order.pk)
    return order.state == State.EXPIRED and later.exclude(state__in=(State.EXPIRED, State.CANCELLED)).exists()


@transaction.atomic
def take_at_counter(*, number: str, way: str, slip: str, amount: Decimal, actor: Actor, at: datetime) -> Order:
    """
    Take cash or a card at the counter for an open order; the platform is told to take nothing more for it.

    `slip` is the number of the bank slip or of the cash book; the same slip is not counted twice.

    :raises AmountDiffers: more or less than what the list says.
    :raises AlreadyPaid: it is paid already, or over.
    """
    order = life.lock(number)
    actor.require("payments.collect", division=order.case.handled_in, line=order.line)
    problems = {}
    if way not in (Way.CASH, Way.POS):
        problems["way"] = "请选择现金或者刷卡。"
    if not 0 < len(slip.strip()) <= LONGEST_SLIP:
        problems["slip"] = f"请填写现金日记账号或者银行小票号，不超过 {LONGEST_SLIP} 个字。"
    if problems:
        raise InvalidInput(problems)
    trade = life.counter_trade(order, way, slip, of=Payment)
    if order.state not in (*OPEN, State.EXPIRED) or _succeeded(order):
        raise AlreadyPaid(number=order.number, state=order.get_state_display())
    if amount != order.amount:
        raise AmountDiffers(amount=order.amount, taken=amount)
    _count(order, way=Way(way), trade=trade, settled_on=day_of(at), taken_by=actor.require_login(), actor=actor, at=at)
    return order


@transaction.atomic
def ask_again(*, number: str, actor: Actor, at: datetime) -> Order:
    """Let the worker ask the platform at once how an order stands: the payer says it is paid and nothing has come."""
    order = life.lock(number)
    access.require_applicant_side(order.case, actor=actor, scope="view", on=day_of(at))
    if order.is_open:
        order.ask_at = at
        order.save(update_fields=["ask_at"])
        audit.record("payments.ask_again", actor=actor, at=at, target=order.target, division=order.division)
    return order
