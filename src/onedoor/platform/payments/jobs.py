"""What the worker does for orders by the clock alone: remind, let run out, look whether what was charged is right."""

from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.payments import figures, life, rules
from onedoor.platform.payments.models import Order, OrderEvent
from onedoor.platform.payments.states import OPEN, State

BATCH = 200
LONGEST = timedelta(days=30)  # before the last day nobody is reminded earlier
LOOKED_BACK = timedelta(days=90)


def watch_days(*, at: datetime) -> int:
    """Remind of what is due soon, and let run out what is past its day; the case goes on in either case."""
    today = day_of(at)
    unpaid = Order.objects.filter(state__in=OPEN)
    late = unpaid.filter(due_on__lt=today).values_list("number", flat=True)[:BATCH]
    done = sum(_expire(number, at) for number in list(late))
    soon = unpaid.filter(due_on__gte=today, due_on__lte=today + LONGEST, reminded_at=None).order_by("due_on")[:BATCH]
    for order in soon:
        days = figures.whole(figures.REMIND, chain=identity.chain(order.division), on=today)
        if order.due_on - today <= timedelta(days=days):
            done += _remind(order.number, at)
    return done


@transaction.atomic
def _expire(number: str, at: datetime) -> bool:
    order = life.lock(number)
    if not order.is_open or order.due_on >= day_of(at):
        return False
    life.end(order, State.EXPIRED, at=at)
    life.note(order, OrderEvent.Kind.EXPIRE, actor=life.MACHINE, at=at)
    life.tell(order, "expired")
    audit.record("payments.expire", actor=life.MACHINE, at=at, target=order.target, division=order.division)
    return True


@transaction.atomic
def _remind(number: str, at: datetime) -> bool:
    order = life.lock(number)
    if not order.is_open or order.reminded_at is not None:
        return False
    order.reminded_at = at
    order.save(update_fields=["reminded_at"])
    life.note(order, OrderEvent.Kind.REMIND, actor=life.MACHINE, at=at)
    life.tell(order, "expiring")
    return True


def watch_amounts(*, at: datetime) -> int:
    """
    Charge every order anew by the list as it is known today for the day it was opened: one whose amount is not the
    standard, because a list was corrected or a row was brought in from outside, is told to supervision (P05).
    """
    charged = Order.objects.filter(created_at__gte=at - LOOKED_BACK, mischarged_at=None)
    charged = charged.exclude(state__in=(State.CANCELLED, State.EXPIRED, State.REFUNDED))
    found = 0
    for order in charged.select_related("case__declared").order_by("pk").iterator(chunk_size=BATCH):
        listed = figures.published(order.project, chain=identity.chain(order.division), on=day_of(order.created_at))
        standard = None
        if listed is not None:
            standard = rules.assess(listed[0], order.case.declared.content, row=listed[1]).value["amount"]
        if standard != order.amount:
            found += _tell_mischarged(order.number, "" if standard is None else str(standard), at)
    return found


@transaction.atomic
def _tell_mischarged(number: str, standard: str, at: datetime) -> bool:
    order = life.lock(number)
    if order.mischarged_at is not None:
        return False
    order.mischarged_at = at
    order.save(update_fields=["mischarged_at"])
    life.tell(order, "mischarged", charged=str(order.amount), standard=standard, subject="list")
    return True
