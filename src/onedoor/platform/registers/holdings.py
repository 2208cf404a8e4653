"""What the house holds about what people were paid."""

from onedoor.platform.kernel.holdings import Holding

HOLDINGS = (
    Holding(
        "registers.BenefitPayment",
        (
            *("number", "sequence", "kind", "title", "month", "months", "fen", "happened_on"),
            *("account", "reason", "organization__name", "batch__recorded_at"),
        ),
        by=("person",),
    ),
)
