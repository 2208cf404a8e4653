"""What appointments and queues hold about people, and what of it they are given."""

from onedoor.platform.kernel.holdings import Holding

HOLDINGS = (
    Holding(
        "appointments.Booking",
        (
            *("number", "plan__title", "slot__day", "slot__starts_at", "state", "case_number", "channel"),
            *("agent__name", "made_at", "booked_at", "ended_at"),
        ),
        by=("person",),
    ),
    Holding("appointments.BookedPerson", ("booking__number", "business", "active"), by=("person",)),
    Holding(
        "appointments.Waiting",
        ("plan__title", "day", "state", "case_number", "agent__name", "joined_at"),
        by=("person", "partner"),
    ),
    Holding(
        "appointments.Ticket",
        ("service_point__name", "day", "number", "state", "taken_at", "called_at", "ended_at", "channel"),
        by=("person",),
    ),
)
