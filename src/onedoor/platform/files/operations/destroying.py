"""
Destroy what belongs to nothing any more: row, key and sealed content.

The order matters. The row is locked, taken away, and the content unlinked before the transaction ends: who stores the
same content meanwhile waits for the row and finds none, so that nobody's fresh copy is unlinked. A process killed after
the unlinking leaves a row without a content that belongs to nothing; it is offered to nobody and goes the next hour,
and the same content handed in again before that is put in its place anew. A copy of the disk made earlier cannot be
read any more, because the key went with the row.
"""

from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import ProtectedError

from onedoor.platform.audit import operations as audit
from onedoor.platform.files import storage
from onedoor.platform.files.models import QUARANTINED, FileGrant, StoredFile
from onedoor.platform.kernel.actors import Actor

log = structlog.get_logger()
MACHINE = Actor.system("文件销毁")
AT_ONCE = 500


def destroy_left(*, at: datetime) -> int:
    """Destroy up to 500 files that belong to nothing and return how many; what lies in quarantine has its own days."""
    left = StoredFile.objects.filter(left_at__lte=at).exclude(scan__in=QUARANTINED)
    return sum(_destroy(one, at) for one in left.order_by("left_at").values_list("pk", flat=True)[:AT_ONCE])


def _destroy(file_id: int, at: datetime) -> bool:
    try:
        with transaction.atomic():
            stored = StoredFile.objects.select_for_update().filter(pk=file_id, left_at__isnull=False).first()
            if stored is None or FileGrant.objects.filter(file=stored).exists():
                return False
            target, digest = f"file:{stored.pk}", stored.digest
            stored.delete()
            storage.remove(digest)
            audit.record("files.destroy_left", actor=MACHINE, at=at, target=target, digest=digest)
    except (ProtectedError, OSError):
        # A room has forgotten to give it a grant, or the disk refuses: an operator has to look. The others go first.
        log.exception("files.not_destroyed", file=file_id)
        StoredFile.objects.filter(pk=file_id).update(left_at=at)
        return False
    return True
