"""The papers of a complaint: whoever may see the complaint may open them, and each look is recorded on it."""

from datetime import datetime

from onedoor.platform.feedback.models import Complaint
from onedoor.platform.feedback.queries.complaints import visible_complaints, visible_reports
from onedoor.platform.files.access import Matter
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of

NOBODY = 0  # whoever gave them is told to nobody


def complaint_of_file(identifier: str, *, actor: Actor, at: datetime) -> Matter | None:
    """Return the complaint a file belongs to, None where the actor may not see it: the unit complained of never does."""
    if actor.kind != "officer":
        return None
    sought = visible_complaints(actor, on=day_of(at)) | visible_reports(actor, on=day_of(at))
    row = Complaint.objects.filter(sought, pk=int(identifier)).first()
    return Matter(NOBODY, f"投诉举报 {row.number}", row.division, row.target) if row else None
