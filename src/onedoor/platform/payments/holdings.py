"""What the house holds about what people pay."""

from onedoor.platform.kernel.holdings import Holding

HOLDINGS = (
    Holding(
        "payments.Order",
        (
            *("number", "case__number", "title", "document", "amount", "judgement", "organization__name"),
            *("state", "due_on", "created_at", "ended_at"),
        ),
        by=("payer",),
    ),
)
