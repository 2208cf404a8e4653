"""Somebody has died: nobody waits for them at a window, and whoever was to come along with them hears of it."""

from datetime import datetime
from typing import Any

from onedoor.platform.appointments.calling_off import MACHINE, STANDING, call_off
from onedoor.platform.appointments.models import Booking, Waiting
from onedoor.platform.appointments.operations.waiting import promote
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries as people
from onedoor.platform.messages import operations as messages

ROOM = "appointments"


def hear_of_death(payload: dict[str, Any], *, at: datetime) -> None:
    """
    Listen for `identity.died`: call off what is booked for the person, and let them wait for nothing.

    The place goes to whoever waits for it. Heard again, nothing happens.
    """
    statement, person = payload["statement_id"], payload["person_id"]
    if people.effect_of(statement_id=statement, room=ROOM) is not None:
        return
    standing = Booking.objects.filter(people__person=person, slot__starts_at__gt=at, state__in=STANDING)
    called_off = [call_off(pk, told="died", at=at) for pk in standing.order_by("pk").values_list("pk", flat=True)]
    bookings = [one for one in called_off if one is not None]
    waits = Waiting.objects.filter(person=person) | Waiting.objects.filter(partner=person)
    left = waits.filter(state=Waiting.State.WAITING).update(state=Waiting.State.LEFT)
    for plan_id, day in sorted({(one.plan_id, one.slot.day) for one in bookings}):
        promote(plan_id=plan_id, day=day, at=at)
    told = [f"预约 {len(bookings)} 个已取消，号源已让给别人。"] if bookings else []
    told += [f"候补 {left} 个已退出。"] if left else []
    facts = {"bookings": [str(one.pk) for one in bookings], "waiting": left}
    identity.record_effect(statement_id=statement, room=ROOM, facts=facts, told=told, at=at)


def hear_of_correction(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for `identity.death_corrected`: a place that was given away does not come back, and that is said."""
    statement = payload["statement_id"]
    if people.effect_of(statement_id=statement, room=ROOM) is not None:
        return
    done = people.effect_of(statement_id=payload["death_id"], room=ROOM) if payload["death_id"] else None
    lost, left = len((done or {}).get("bookings", [])), (done or {}).get("waiting", 0)
    told = [f"已取消的预约 {lost} 个不能恢复，请重新预约。"] if lost else []
    told += [f"已退出的候补 {left} 个不能恢复，还需要的请重新候补。"] if left else []
    if told:
        messages.send_message(
            recipient_id=payload["person_id"],
            event="appointments.not_restored",
            text="".join(told),
            link="/me/appointments/",
            case_number="",
            source=f"death:{statement}:appointments",
            actor=MACHINE,
            at=at,
        )
    facts = {"bookings_lost": lost, "waiting_lost": left}
    identity.record_effect(statement_id=statement, room=ROOM, facts=facts, told=told, at=at)
