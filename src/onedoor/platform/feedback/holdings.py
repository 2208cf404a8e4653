"""What people have said of services, and what of it is given out with their name."""

from django.db.models import Q

from onedoor.platform.kernel.holdings import Holding

HOLDINGS = (
    Holding(
        "feedback.Invitation",
        ("phase", "step", "item_code", "title", "organization__name", "invited_on", "last_day", "outcome"),
        by=("person",),
    ),
    Holding(
        "feedback.Evaluation",
        ("phase", "step", "level", "indicators", "text", "organization__name", "title", "submitted_on"),
        by=("person",),
        where=Q(anonymous=False),
    ),
    Holding(
        "feedback.Complaint",
        (
            *("number", "category", "organization__name", "handled_by__name", "text", "about", "name", "contact"),
            *("state", "filed_on", "replied_on", "closed_on"),
        ),
        by=("person",),
        where=Q(kind="complaint"),
    ),
)
