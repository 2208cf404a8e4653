"""What bundles and offers hold about people, and what of it they are given."""

from onedoor.platform.kernel.holdings import Holding

HOLDINGS = (
    Holding(
        "bundles.BundleCase",
        ("number", "version__title", "state", "asks", "answers", "typed", "created_at", "submitted_at", "ended_at"),
        by=("applicant",),
    ),
    Holding(
        "bundles.ProactiveOffer",
        (
            *("entitlement", "item_code", "period", "reasons", "facts", "state", "offered_at", "expires_at"),
            *("answered_at", "agent__name", "contest", "answer"),
        ),
        by=("person",),
    ),
    Holding("bundles.LeftOut", ("entitlement", "period", "reasons", "on"), by=("person",)),
    Holding("bundles.ProactiveRefusal", ("refused_at", "ended_at"), by=("person",)),
)
