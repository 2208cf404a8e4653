"""Writes of the appointments room."""

from onedoor.platform.appointments.drafting import Offer
from onedoor.platform.appointments.holding import Partner
from onedoor.platform.appointments.operations.bookings import (
    cancel_booking,
    confirm_booking,
    hold_place,
    move_booking,
)
from onedoor.platform.appointments.operations.plans import (
    drop_special_day,
    set_plan,
    set_special_day,
)
from onedoor.platform.appointments.operations.queue import (
    Visitor,
    call_next,
    check_in,
    check_in_at_kiosk,
    check_in_at_window,
    finish,
    mark_no_show,
    pass_over,
    put_back,
    recall,
    take_ticket,
    take_ticket_at_kiosk,
    transfer,
)
from onedoor.platform.appointments.operations.waiting import join_waiting, leave_waiting

__all__ = [
    "Offer",
    "Partner",
    "Visitor",
    "call_next",
    "cancel_booking",
    "check_in",
    "check_in_at_kiosk",
    "check_in_at_window",
    "confirm_booking",
    "drop_special_day",
    "finish",
    "hold_place",
    "join_waiting",
    "leave_waiting",
    "mark_no_show",
    "move_booking",
    "pass_over",
    "put_back",
    "recall",
    "set_plan",
    "set_special_day",
    "take_ticket",
    "take_ticket_at_kiosk",
    "transfer",
]
