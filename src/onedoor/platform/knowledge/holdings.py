"""What people have asked while logged in."""

from onedoor.platform.kernel.holdings import Holding

HOLDINGS = (
    Holding("knowledge.Conversation", ("state", "begun_at", "last_at", "handed_over_at"), by=("person",)),
    Holding(
        "knowledge.Turn",
        ("conversation_id", "seq", "kind", "text", "at"),
        by=("conversation__person",),
    ),
)
