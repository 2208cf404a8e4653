"""What the record holds about people: their own acts."""

from django.db.models import Q

from onedoor.platform.kernel.holdings import Holding

HOLDINGS = (
    Holding(
        "audit.AuditEntry",
        ("at", "event", "outcome", "role", "channel", "target", "reason"),
        by=("person_id",),
        where=Q(actor_kind="citizen"),
    ),
)
