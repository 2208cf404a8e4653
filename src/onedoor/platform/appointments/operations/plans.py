"""What an office offers for booking, set by its manager: the week, special days, shares, release, windows."""

import string
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from onedoor.platform.appointments import making
from onedoor.platform.appointments.calling_off import call_off_unwanted
from onedoor.platform.appointments.drafting import MANAGE, Offer, draft_plan, fault_of
from onedoor.platform.appointments.errors import PlanNotFound
from onedoor.platform.appointments.models import CapacityPlan, SpecialDay
from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import ServicePoint
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import CHINA, day_of
from onedoor.platform.kernel.errors import InvalidInput


@transaction.atomic
def set_plan(*, point_id: int, offer: Offer, actor: Actor, at: datetime) -> CapacityPlan:
    """
    Offer a business for booking at a service point, or change how; slots and places of the coming days follow at once.

    :raises InvalidInput, NotAllowed: as `draft_plan`.
    """
    actor.require_one_of(MANAGE)
    ServicePoint.objects.select_for_update().filter(pk=point_id).first()  # one manager at a time
    plan = draft_plan(point_id=point_id, offer=offer, actor=actor, at=at)
    if not plan.letter:
        used = set(CapacityPlan.objects.filter(service_point_id=point_id).values_list("letter", flat=True))
        plan.letter = next((letter for letter in string.ascii_uppercase if letter not in used), "")
    if not plan.letter:
        raise InvalidInput(
            {"business": "一个服务点最多安排 26 项业务，号头已经用完。请另设服务点，或者停用不办的业务后改用它。"}
        )
    plan.save()
    if plan.active:
        making.make(plan, at=at)
    audit.record("appointments.set_plan", actor=actor, at=at, target=plan.target, division=plan.division)
    return plan


@transaction.atomic
def set_special_day(
    *, plan_id: int, day: date, hours: Sequence[tuple[str, str, int]], reason: str, actor: Actor, at: datetime
) -> SpecialDay:
    """
    Close an office on a day (no hours), or open it otherwise than the week says.

    What is booked for a time at which it is not open any more is called off, and its people are told why: nobody comes to
    a closed door, nor counts as not come for that.

    :raises InvalidInput: the hours cannot be, no reason is said, or the day is over.
    """
    plan = _lock(plan_id, actor)
    problems = {}
    if day < day_of(at):
        problems["day"] = "这一天已经过去，请选择今天或者以后的日期。"
    if not reason.strip():
        problems["reason"] = "请写明原因，办事群众会看到。"
    if fault := fault_of(hours):
        problems["hours"] = fault
    if problems:
        raise InvalidInput(problems)
    values = {"hours": [list(row) for row in hours], "reason": reason.strip()[:60], "recorded_at": at}
    special, _ = SpecialDay.objects.update_or_create(plan=plan, day=day, defaults=values | {"recorded_by": actor.name})
    wanted = making.wanted(plan, [day])[day]
    starts = [datetime.combine(day, one.starts, tzinfo=CHINA) for one in wanted]
    call_off_unwanted(plan, starts, day=day, at=at)
    making.make(plan, at=at)
    audit.record("appointments.set_special_day", actor=actor, at=at, target=plan.target, division=plan.division)
    return special


@transaction.atomic
def drop_special_day(*, plan_id: int, day: date, actor: Actor, at: datetime) -> None:
    """Let a day be as the week says again; dropping it twice changes nothing."""
    plan = _lock(plan_id, actor)
    SpecialDay.objects.filter(plan=plan, day=day).delete()
    making.make(plan, at=at)
    audit.record("appointments.drop_special_day", actor=actor, at=at, target=plan.target, division=plan.division)


def _lock(plan_id: int, actor: Actor) -> CapacityPlan:
    """
    Return a plan under lock for its manager.

    :raises PlanNotFound: there is none, or it is not within reach; both look alike.
    """
    actor.require_one_of(MANAGE)
    plan = CapacityPlan.objects.select_for_update(of=("self",)).filter(pk=plan_id)
    found = plan.select_related("service_point__organization").first()
    if found is None or not actor.may(MANAGE, division=found.division, line=found.line):
        raise PlanNotFound
    return found
