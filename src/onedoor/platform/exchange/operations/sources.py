"""What officers do about the sources of other departments: announce their pauses."""

from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.exchange.connectors import all_connectors
from onedoor.platform.exchange.models import PlannedWindow
from onedoor.platform.exchange.operations.grants import own_organization
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput

LONGEST_WINDOW = timedelta(days=7)


@transaction.atomic
def plan_window(
    *, source: str, starts_at: datetime, ends_at: datetime, reason: str, actor: Actor, at: datetime
) -> PlannedWindow:
    """
    Enter a pause a department has announced: nothing is asked of it meanwhile, questions wait and are then asked.

    :raises InvalidInput: no such source, no reason, or a time that is over, runs backwards or is longer than a week.
    """
    actor.require("exchange.manage", division=own_organization(actor).division_id)
    problems = {}
    if source not in all_connectors():
        problems["source"] = "没有这个数据来源。"
    if ends_at <= starts_at or ends_at <= at:
        problems["ends_at"] = "结束时间应在开始时间以后，并且还没有过去。"
    elif ends_at - starts_at > LONGEST_WINDOW:
        problems["ends_at"] = "一次计划停机最长七天，更长的请分次登记。"
    if len(reason.strip()) < 4:
        problems["reason"] = "请写明事由，例如：系统升级。"
    if problems:
        raise InvalidInput(problems)
    window = PlannedWindow.objects.create(
        connector=source,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        recorded_at=at,
        recorded_by=actor.name,
    )
    audit.record("exchange.plan_window", actor=actor, at=at, target=f"source:{source}", window=window.pk)
    return window
