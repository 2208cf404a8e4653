"""The rows a worker works on: held in the order in which a recall holds them, ended in one way."""

from datetime import datetime

from onedoor.platform.publishing.models import Placement, Publication


def held(placement: Placement) -> tuple[Placement, Publication]:
    """Return both rows as they are now, held until the transaction ends: first the text, as a recall does."""
    rows = Publication.objects.select_for_update(of=("self",)).select_related("organization", "carries__organization")
    publication = rows.get(pk=placement.publication_id)
    row = Placement.objects.select_for_update(of=("self",)).select_related("account").get(pk=placement.pk)
    return row, publication


def finish(placement: Placement, state: str, at: datetime, reason: str = "") -> None:
    """Note that nothing is left to do."""
    placement.state, placement.reason = state, reason[:200]
    placement.due_at, placement.claimed_until, placement.attempts = None, None, 0
    if state == Placement.State.SENT:
        placement.sent_at = at
    if state == Placement.State.REMOVED:
        placement.removed_at = at
    placement.save()
