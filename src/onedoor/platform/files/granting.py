"""A file that is stored already belongs to something more: the same paper in another application."""

from collections.abc import Iterable
from datetime import datetime

from onedoor.platform.files.models import FileGrant


def grant_also(file_ids: Iterable[int], *, target: str, by: str, at: datetime) -> None:
    """Let whoever may see `target` see these files too; the calling room has checked that they may be taken."""
    FileGrant.objects.bulk_create(
        [FileGrant(file_id=one, target=target, recorded_at=at, recorded_by=by) for one in sorted(set(file_ids))],
        ignore_conflicts=True,
    )
