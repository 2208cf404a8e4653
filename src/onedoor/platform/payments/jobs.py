"""What the worker does for orders by the clock alone: remind, let run out, look whether what was charged is right."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.models import CaseAnswers
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.payments import figures, life, rules
from onedoor.platform.payments.models import Order, OrderEvent
from onedoor.platform.payments.states import OPEN, State

BATCH, LOT = 200, 1000
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

    What was recorded when the order was opened counts, not what the case says by now. An order is looked at once, and
    again only when a list has changed; whatever the number of orders, each lot asks the same few questions.
    """
    lists = figures.lists(from_day=day_of(at - LOOKED_BACK))
    charged = Order.objects.filter(created_at__gte=at - LOOKED_BACK, mischarged_at=None)
    charged = charged.exclude(state__in=(State.CANCELLED, State.EXPIRED, State.REFUNDED))
    charged = charged.exclude(checked_by=lists.version)
    found, last = 0, 0
    while lot := list(charged.filter(pk__gt=last).order_by("pk")[:LOT]):
        last = lot[-1].pk
        standards = _standards(lot, lists)
        for order in lot:
            standard = standards[order.pk]
            if standard != order.amount:
                found += _tell_mischarged(order.number, "" if standard is None else str(standard), at)
        Order.objects.filter(pk__in=[order.pk for order in lot]).update(checked_by=lists.version)
    return found


def _standards(lot: Sequence[Order], lists: figures.Lists) -> dict[int, Decimal | None]:
    """Return by order what the list asks, None where it has nothing; answers are read only where the list is another."""
    listed = {
        order.pk: lists.published(order.project, chain=identity.chain(order.division), on=day_of(order.created_at))
        for order in lot
    }
    other = [order.case_id for order in lot if (found := listed[order.pk]) and not _rests_on(order, found[0])]
    answers = {one.case_id: one for one in CaseAnswers.objects.filter(case__in=other)}
    standards: dict[int, Decimal | None] = {}
    for order in lot:
        found = listed[order.pk]
        standard = rules.assess_recorded(found[0], order.judgement) if found else None
        now = answers.get(order.case_id)
        if found and now and (standard is None or now.digest == order.judgement.get("answers")):
            standard = rules.assess(found[0], now.content, row=found[1]).value["amount"]
        standards[order.pk] = standard
    return standards


def _rests_on(order: Order, entry: figures.Entry) -> bool:
    """Tell whether an order was charged by this very line of the list, so that its record says all."""
    told = [one for row in order.judgement.get("parameters", ()) for one in row["value"]]
    lines = [one for one in told if one.get("project") == order.project]
    return any(figures.Entry.model_validate(one) == entry for one in lines)


@transaction.atomic
def _tell_mischarged(number: str, standard: str, at: datetime) -> bool:
    order = life.lock(number)
    if order.mischarged_at is not None:
        return False
    order.mischarged_at = at
    order.save(update_fields=["mischarged_at"])
    life.tell(order, "mischarged", charged=str(order.amount), standard=standard, subject="list")
    return True
