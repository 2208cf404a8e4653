"""The conversation with the payment platform, in the worker's rounds: nothing of it happens while a person waits."""

from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db.models import Q

from onedoor.platform.kernel import clock
from onedoor.platform.kernel.pauses import FAILURES_TO_OPEN, pause
from onedoor.platform.payments import gateway, life
from onedoor.platform.payments.models import Order, OrderEvent, Reconciliation, ReconciliationRow, Refund
from onedoor.platform.payments.operations import note_refunded, record_day, take_money
from onedoor.platform.payments.states import OPEN, Outcome, RefundState, State
from onedoor.standards.masks import mask_name

log = structlog.get_logger()
BATCH = 50
LEASE = timedelta(minutes=1)  # a worker that is killed in the middle holds an order up for no longer
LOST_NOTICE = timedelta(minutes=10)  # after which we ask by ourselves whether an order has been paid
SETTLED_HOUR = 2  # the hour of the night from which the platform has the statement of the day before


def talk(*, at: datetime) -> int:
    """Do what is due between us and the platform: open orders, ask after them, close them, have money given back."""
    if not gateway.is_set_up():
        return 0
    due = Q(ask_at__lte=at)
    orders = Order.objects.filter(due).order_by("ask_at")[:BATCH]
    refunds = Refund.objects.filter(due, state=RefundState.APPROVED).order_by("ask_at")[:BATCH]
    rows: list[Order | Refund] = [*orders, *refunds]
    done = away = 0
    for row in rows:
        if not _claim(row, at):
            continue
        try:
            _order(row, at) if isinstance(row, Order) else _refund(row, at)
            done, away = done + 1, 0
        except gateway.GatewayAway:
            _again(row, at)
            away += 1
        if away == FAILURES_TO_OPEN:  # nobody is there: the others wait for a later round
            break
    return done


def _claim(row: Order | Refund, at: datetime) -> bool:
    """Tell whether this worker is the one who asks now."""
    mine = type(row).objects.filter(pk=row.pk, ask_at=row.ask_at)
    return bool(mine.update(ask_at=at + LEASE, attempts=row.attempts + 1))


def _order(order: Order, at: datetime) -> None:
    if order.state == State.DUE:
        _open(order, at)
    elif order.state == State.PAYING:
        _follow(order, gateway.ask_order(order.number, wall=clock.wall()), at, next_at=at + LOST_NOTICE)
    else:
        _follow(order, gateway.close_order(order.number, wall=clock.wall()), at, next_at=None)


def _open(order: Order, at: datetime) -> None:
    payer = Order.objects.select_related("payer", "organization").get(pk=order.pk)
    told: dict[str, Any] = {
        "number": order.number,
        "unit": payer.organization.uscc,
        "project": order.project,
        "title": order.title,
        "amount": str(order.amount),
        "payer": mask_name(payer.payer.name),
        "due_on": order.due_on.isoformat(),
        "notify": f"{settings.ONEDOOR_PUBLIC_URL}/hooks/treasury/",
        "back": f"{settings.ONEDOOR_PUBLIC_URL}/fees/{order.number}/",
    }
    standing = gateway.open_order(told, wall=clock.wall())
    opened = Order.objects.filter(pk=order.pk, state=State.DUE).update(
        state=State.PAYING, pay_url=standing.pay_url, theirs_open=True, ask_at=at + LOST_NOTICE, attempts=0
    )
    if opened:
        life.note(order, OrderEvent.Kind.PREPARE, actor=life.MACHINE, at=at)
    else:  # cancelled while we asked: there it has to be closed again
        Order.objects.filter(pk=order.pk).update(theirs_open=True, ask_at=at, attempts=0)


def _follow(order: Order, standing: gateway.Standing, at: datetime, *, next_at: datetime | None) -> None:
    if standing.state == "paid":
        assert standing.amount is not None
        assert standing.paid_on is not None
        take_money(
            number=order.number,
            trade=standing.trade,
            amount=standing.amount,
            paid_on=standing.paid_on,
            actor=life.MACHINE,
            at=at,
        )
    fresh = Order.objects.filter(pk=order.pk)
    if next_at is None:
        fresh.update(ask_at=None, attempts=0, theirs_open=False)
    else:
        fresh.filter(state__in=OPEN).update(ask_at=next_at, attempts=0)


def _refund(refund: Refund, at: datetime) -> None:
    trade = Refund.objects.values_list("payment__trade", flat=True).get(pk=refund.pk)
    done = gateway.refund(number=refund.number, trade=trade, amount=refund.amount, wall=clock.wall())
    note_refunded(refund_id=refund.pk, trade=done[0], refunded_on=done[1], actor=life.MACHINE, at=at)


def _again(row: Order | Refund, at: datetime) -> None:
    log.warning("payments.gateway_away", attempts=row.attempts + 1)
    type(row).objects.filter(pk=row.pk).update(ask_at=at + pause(row.attempts))


def reconcile_due(*, at: datetime) -> int:
    """
    Lay yesterday beside the platform's statement, once it has one; a day the platform was away for is made up for.

    A day of the last month with an open difference is compared again each night: the other side may have put it right.
    """
    local = at.astimezone(clock.CHINA)
    if not gateway.is_set_up() or local.hour < SETTLED_HOUR:
        return 0
    last = Reconciliation.objects.order_by("-day").values_list("day", flat=True).first()
    yesterday = local.date() - timedelta(days=1)
    first = max(last + timedelta(days=1), yesterday - timedelta(days=31)) if last else yesterday
    differences = 0
    tonight = local.replace(hour=SETTLED_HOUR, minute=0, second=0, microsecond=0)
    for day in [*_days(first, yesterday), *_open_days(yesterday - timedelta(days=31), compared_before=tonight)]:
        found = reconcile(day, at=at)
        if found is None:  # the next day waits for this one: only what follows the last compared day is asked for
            break
        differences += found
    return differences


def _open_days(first: date, *, compared_before: datetime) -> list[date]:
    """Return the days compared before tonight of which a difference is still open."""
    rows = ReconciliationRow.objects.exclude(outcome=Outcome.MATCHED).filter(settled_at=None, superseded_at=None)
    compared = rows.filter(reconciliation__day__gte=first, reconciliation__compared_at__lt=compared_before)
    return list(compared.order_by("reconciliation__day").values_list("reconciliation__day", flat=True).distinct())


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def reconcile(day: date, *, at: datetime) -> int | None:
    """Fetch the statement of a day and compare it; return the number of differences, None where the platform is away."""
    try:
        lines, file = gateway.statement(day, wall=clock.wall())
    except gateway.GatewayAway:
        log.warning("payments.statement_away", day=day.isoformat())
        return None
    return record_day(day=day, lines=lines, file=file, actor=life.MACHINE, at=at)
