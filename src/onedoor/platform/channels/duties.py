"""Duties of the worker round: what a unit lets pass is told once for each lamp; readings of cards are forgotten."""

from datetime import date, datetime
from itertools import islice

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.channels import life, rules
from onedoor.platform.channels.figures import hotline_figures
from onedoor.platform.channels.models import CardReading, Scan, WorkOrder
from onedoor.platform.channels.states import AT_THE_UNIT, OPEN
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.clock import day_of

AT_ONCE = 200


def watch_orders(*, at: datetime) -> int:
    """Look at every order that is under way and tell what is newly overdue; return how many lamps were lit."""
    found = WorkOrder.objects.filter(state__in=OPEN, main_organization__isnull=False).order_by("pk")
    numbers, lit = found.values_list("pk", flat=True).iterator(), 0
    while batch := list(islice(numbers, AT_ONCE)):
        lit += sum(_watch(number, at) for number in batch)
    return lit


@transaction.atomic
def _watch(order_id: int, at: datetime) -> int:
    order = life.lock(order_id)
    fresh = [one for one in _overdue(order, at) if f"{one[0]}:{one[1]}" not in order.raised]
    for rule, lamp, due in fresh:
        order.raised = [*order.raised, f"{rule}:{lamp}"]
        life.append(order, "remind", actor=life.MACHINE, at=at, organ="", rule=rule, lamp=lamp, due=due)
        outbox.publish(
            "channels.overdue",
            key=order.target,
            order_id=order.pk,
            organization_id=order.main_organization_id,
            rule=rule,
            lamp=lamp,
            due=due,
            number=order.number,
            subject=f"{order.target}:{lamp}:{due}",
        )
        audit.record(
            "channels.remind", actor=life.MACHINE, at=at, target=order.target, division=order.division, rule=rule
        )
    return len(fresh)


def _overdue(order: WorkOrder, at: datetime) -> list[tuple[str, str, str]]:
    """Return rule, lamp and limit of what has passed: H01 the reply, H02 the duty officer, H03 the signature."""
    found = []
    if order.respond_due is not None and order.responded_at is None and at > order.respond_due:
        found.append(("H02", "red", order.respond_due.isoformat()))
    if order.state == "dispatched" and order.sign_due is not None and at > order.sign_due:
        found.append(("H03", "yellow", order.sign_due.isoformat()))
    last = order.last_day
    if order.state in AT_THE_UNIT and isinstance(last, date):
        figures, on = hotline_figures(division=order.division, on=day_of(at)), day_of(at)
        calendar = work_calendar(order.division)
        lamp = rules.lamp(due_on=last, on=on, figures=figures, calendar=calendar)
        if lamp:
            found.append(("H01", lamp, last.isoformat()))
    return found


def forget_readings(*, at: datetime) -> int:
    """Forget what readers have read, and scanners, and nobody has used in time; return how many there were."""
    return sum(rows.objects.filter(expires_at__lte=at).delete()[0] for rows in (CardReading, Scan))
