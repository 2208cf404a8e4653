"""Read what a manager wants to offer into a plan, unsaved: what cannot be so is refused with every reason at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any

from onedoor.platform.appointments import figures
from onedoor.platform.appointments.errors import PlanNotFound
from onedoor.platform.appointments.models import CapacityPlan, hours_from
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import ServicePoint
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

MANAGE = "appointments.manage"
WEEK = tuple(range(1, 8))
MOST_PLACES = 500  # of one slot: a typing error, not a hall
MOST_STRETCHES = 4


@dataclass(frozen=True)
class Offer:
    """What a manager sets; `week` has the days 1–7, each a list of (from, to, places of each slot)."""

    business: str
    title: str
    most_persons: int
    slot_minutes: int
    week: Mapping[int, Sequence[tuple[str, str, int]]]
    walk_in_percent: int
    days_ahead: int
    release_time: str
    windows: Sequence[str]
    active: bool = True


def point_of(point_id: int) -> ServicePoint:
    """:raises PlanNotFound: there is no such service point."""
    found = ServicePoint.objects.select_related("organization").filter(pk=point_id).first()
    if found is None:
        raise PlanNotFound
    return found


def draft_plan(*, point_id: int, offer: Offer, actor: Actor, at: datetime) -> CapacityPlan:
    """
    Return the plan an offer would be, unsaved, for the preview of its week.

    :raises InvalidInput: something in the offer cannot be so.
    :raises NotAllowed: the office is not within the manager's reach.
    """
    point = point_of(point_id)
    item_line, title = _business(offer, day_of(at))
    actor.require(MANAGE, division=point.organization.division_id, line=item_line)
    read = figures.read(chain=identity.chain(point.organization.division_id), on=day_of(at))
    problems = _problems(offer, read)
    if not title:
        problems["title"] = "请填写业务名称；已有的事项填事项代码，名称自动带出。"
    if problems:
        raise InvalidInput(problems)
    found = CapacityPlan.objects.filter(service_point=point, business=offer.business.strip()).first()
    plan = found or CapacityPlan(service_point=point, business=offer.business.strip())
    plan.service_point = point
    plan.title, plan.line, plan.most_persons = title, item_line, offer.most_persons
    plan.slot_minutes, plan.walk_in_percent = offer.slot_minutes, offer.walk_in_percent
    plan.week = {str(day): [list(row) for row in offer.week.get(day, ())] for day in WEEK}
    plan.days_ahead, plan.release_time = offer.days_ahead, time.fromisoformat(offer.release_time)
    plan.windows, plan.active = [name.strip() for name in offer.windows if name.strip()], offer.active
    plan.recorded_at, plan.recorded_by = at, actor.name
    return plan


def _business(offer: Offer, on: date) -> tuple[str, str]:
    """Return the line and title of what is offered: those of the item in force, or what the office calls it."""
    try:
        item = catalog.version_in_force(code=offer.business.strip(), on=on).item
    except OneDoorError:
        return "", offer.title.strip()
    return item.line, item.title


def _problems(offer: Offer, read: figures.Figures) -> dict[str, str]:
    problems = {}
    if not 0 < len(offer.business.strip()) <= 80:
        problems["business"] = "请填写事项代码，或者本单位自定的业务代码，不超过 80 个字符。"
    if len(offer.title.strip()) > 60:
        problems["title"] = "业务名称不超过 60 个字。"
    if offer.most_persons not in (1, 2):
        problems["most_persons"] = "一个号最多一人或者两人。"
    if not 5 <= offer.slot_minutes <= 480:
        problems["slot_minutes"] = "每个时段为 5 至 480 分钟。"
    if not read.walk_in_percent <= offer.walk_in_percent <= 100:
        problems["walk_in_percent"] = f"留给现场的号源不能少于 {read.walk_in_percent}%，不能多于 100%。"
    if not 0 <= offer.days_ahead <= read.longest_ahead:
        problems["days_ahead"] = f"最多提前 {read.longest_ahead} 天放号。"
    if not _is_time(offer.release_time):
        problems["release_time"] = "请按 08:00 的样子填写放号时间。"
    if not [name for name in offer.windows if name.strip()] or any(len(name.strip()) > 20 for name in offer.windows):
        problems["windows"] = "请至少填写一个窗口，每个不超过 20 个字。"
    for day, rows in offer.week.items():
        if fault := fault_of(rows):
            problems[f"day_{day}"] = fault
    return problems


def fault_of(rows: Sequence[tuple[str, str, int]]) -> str:
    """Return what is wrong with the hours of a day, "" where nothing is."""
    if len(rows) > MOST_STRETCHES:
        return f"一天最多分 {MOST_STRETCHES} 段。"
    if any(not (_is_time(row[0]) and _is_time(row[1])) for row in rows):
        return "请按 09:00-12:00 的样子填写起止时间。"
    stretches = sorted((hours_from(list(row)) for row in rows), key=lambda one: one.starts)
    if any(one.starts >= one.ends for one in stretches):
        return "结束时间要晚于开始时间。"
    if any(one.ends > two.starts for one, two in pairwise(stretches)):
        return "几段时间不能重叠。"
    if any(not 1 <= one.capacity <= MOST_PLACES for one in stretches):
        return f"每个时段的号数为 1 至 {MOST_PLACES}。"
    return ""


def _is_time(text: Any) -> bool:
    try:
        datetime.strptime(text, "%H:%M")
    except (TypeError, ValueError):
        return False
    return True
