"""What social assistance holds about people, and what of it they are given."""

from onedoor.platform.kernel.holdings import Holding

HOLDINGS = (
    Holding(
        "assistance.Recognition",
        (
            *("number", "category", "case_number", "in_force_from", "in_force_to", "start_month", "end_month"),
            *("monthly_amount", "review_class", "review_due_on", "decided_by__name"),
        ),
        by=("head",),
    ),
    Holding(
        "assistance.RecognizedPerson",
        ("recognition__number", "recognition__category", "ended_on"),
        by=("person",),
    ),
    Holding("assistance.SourceResult", ("role", "source", "state", "as_of", "received_at", "answer"), by=("person",)),
)
