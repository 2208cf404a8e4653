"""What a stored file belongs to: to something more, to something no longer, to nothing at all."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from onedoor.platform.files.models import FileGrant, StoredFile


def grant_also(file_ids: Iterable[int], *, target: str, by: str, at: datetime) -> None:
    """Let whoever may see `target` see these files too; the calling room has checked that they may be taken."""
    also = sorted(set(file_ids))
    FileGrant.objects.bulk_create(
        [FileGrant(file_id=one, target=target, recorded_at=at, recorded_by=by) for one in also], ignore_conflicts=True
    )
    StoredFile.objects.filter(pk__in=also, left_at__isnull=False).update(left_at=None)


@transaction.atomic
def drop_grants(*, target: str, at: datetime, still: Collection[int] = ()) -> None:
    """
    Let a target's files belong to it no longer, but for those it `still` has. What then belongs to nothing is
    destroyed by the machine (`operations.destroying`); the calling room has taken away what refers to it.
    """
    dropped = FileGrant.objects.filter(target=target).exclude(file_id__in=still)
    left = list(dropped.values_list("file_id", flat=True))
    if not left:
        return
    # Two targets that let go of one file at once do so one after the other, so that the second sees it is the last.
    list(StoredFile.objects.select_for_update().filter(pk__in=left).order_by("pk").values_list("pk"))
    dropped.delete()
    elsewhere = FileGrant.objects.filter(file=OuterRef("pk"))
    StoredFile.objects.filter(~Exists(elsewhere), pk__in=left, left_at__isnull=True).update(left_at=at)
