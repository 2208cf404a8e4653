"""What the hotline holds about people, and what of it they are given."""

from onedoor.platform.kernel.holdings import Holding

HOLDINGS = (
    Holding(
        "channels.WorkOrder",
        (
            *("number", "category", "topic", "content", "main_organization__name", "state", "received_at"),
            *("due_on", "replied_at", "closed_at", "settled"),
        ),
        by=("subject_person",),
    ),
)
