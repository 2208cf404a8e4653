"""From where a rating is taken: from nobody's office, and not too often from one device (R-EVA-3)."""

from datetime import datetime, timedelta

from onedoor.platform.feedback import figures, rules
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import limits
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

HOUR = 3600


class StaffMayNotRate(OneDoorError):
    code, http_status, message = (
        "feedback.staff_may_not_rate",
        403,
        "工作人员登录着的时候不能评价，也不能替群众评价。请群众用自己的手机评价，或者拨打评价电话。",
    )


class StaffDevice(OneDoorError):
    code, http_status, message = (
        "feedback.staff_device",
        403,
        "这台设备有工作人员登录过，不能用来评价。请用自己的手机，或者拨打评价电话。",
    )


class TooManyRatings(OneDoorError):
    code, http_status, message = (
        "feedback.too_many_ratings",
        429,
        "这台设备一小时内已经评价了 {most} 次，请换自己的手机，或者一小时后再评价。",
    )


def require_device(channel: str, *, division: str, device: str, actor: Actor, at: datetime) -> None:
    """
    R-EVA-3: nobody rates from an officer's session, nor from a device that had one, nor too often from one of one's own.

    :raises StaffMayNotRate, StaffDevice, TooManyRatings: as their names say.
    :raises InvalidInput: ratings by telephone and on paper are written down by an officer.
    """
    if actor.kind == "officer" or actor.is_assisted:
        raise StaffMayNotRate
    if channel not in rules.CHANNELS or channel in rules.WRITTEN_DOWN:
        raise InvalidInput({"channel": "请从评价页面重新打开。"})
    on = day_of(at)
    hours = figures.days(figures.STAFF_DEVICE, division=division, on=on)
    if device and identity.officer_was_at(device_code=device, since=at - timedelta(hours=hours)):
        raise StaffDevice
    most = figures.days(figures.A_DEVICE, division=division, on=on)
    caller = device or f"{actor.address}|{actor.device}"
    if channel in rules.BY_ONESELF and limits.count("feedback.device", caller, seconds=HOUR, at=at) > most:
        raise TooManyRatings(most=most)
