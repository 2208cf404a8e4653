"""Tell the people of a booking what has become of it."""

from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from onedoor.platform.appointments.models import Booking
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.messages import operations as messages

MACHINE = Actor.system("预约")
WORDS = {
    "booked": "已经为您约好{when}到{point}办理{title}，预约号 {number}。带好身份证，当天可以在手机上取号。不来的请提前取消。",
    "moved": "您在{point}办理{title}的预约已改到{when}，预约号 {number} 不变。",
    "cancelled": "{when}到{point}办理{title}的预约已经取消。需要办的可以重新预约。",
    "reminded": "提醒您：{when}到{point}办理{title}，预约号 {number}。地址：{address}。来不了请提前取消，把号让给别人。",
    "offered": "您候补的{title}有号了：{when}，{point}。请在 {until} 前打开“我的预约”确认，过时自动让给下一位。",
    "lapsed": "为您留的{when}{title}的号没有确认，已经让给下一位。还要办的请重新预约或者候补。",
    "closed": "{when}{point}不办公（{reason}），您办理{title}的预约已经取消，不算爽约。请重新选个时间，给您添麻烦了。",
    "died": "{when}到{point}办理{title}的预约，因为同行人情况有变已经取消。您还要办的，请重新预约。",
    "missed": "{when}到{point}办理{title}的预约您没有来。下次来不了请提前取消；多次不来会暂停网上预约，现场取号不受影响。",
}


def tell(payload: dict[str, Any], *, at: datetime) -> None:
    """Write to everybody a booking is for, and to who made it for them; the same event twice makes no second message."""
    found = Booking.objects.select_related("slot", "plan__service_point")
    booking = found.get(pk=payload["booking"])
    what = payload["what"]
    starts = localtime(booking.slot.starts_at)
    text = WORDS[what].format(
        when=f"{starts:%-m月%-d日 %H:%M}",
        point=booking.plan.service_point.name,
        address=booking.plan.service_point.address,
        title=booking.plan.title,
        number=booking.number,
        reason=_reason(booking) if what == "closed" else "",
        until=f"{localtime(booking.held_until):%-m月%-d日 %H:%M}",
    )
    people = booking.people.select_related("person")
    readers = {one.person_id for one in people if what != "died" or one.person.deceased_on is None}
    readers |= identity.readers_of(
        person_id=booking.person_id,
        agent_id=booking.agent_id,
        item=booking.plan.business,
        on=day_of(at),
        scope=identity.SUBMIT,
    ) - {booking.person_id}
    for reader in sorted(readers):
        messages.send_message(
            recipient_id=reader,
            event=f"appointments.{what}",
            text=text,
            link=f"/appointments/bookings/{booking.pk}/",
            case_number=booking.case_number,
            source=f"{what}:{booking.pk}:{starts:%m%d%H%M}",
            actor=MACHINE,
            at=at,
        )


def _reason(booking: Booking) -> str:
    """Return why an office is closed on the day of a booking, as its manager has written it."""
    special = booking.plan.special_days.filter(day=booking.slot.day).first()
    return special.reason if special else "临时调整"
