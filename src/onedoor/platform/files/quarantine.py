"""What the scanner says has its effect: a clean file may be opened, an infected one is locked away and later destroyed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from onedoor.platform.audit import operations as audit
from onedoor.platform.files import scanning, storage
from onedoor.platform.files.models import StoredFile
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor

MACHINE = Actor.system("安全检查")
Scan = StoredFile.Scan


@transaction.atomic
def settle_scan(*, file_id: int, clean: bool, actor: Actor, at: datetime) -> None:
    """Note what the scanner has said of a waiting file; the rooms that use it learn of an infected one."""
    actor.require("files.machine", division="000000000000")
    stored = StoredFile.objects.select_for_update().filter(pk=file_id, scan=Scan.WAITING).first()
    if stored is None:
        return
    stored.scan, stored.scanned_at, stored.scan_due_at = (Scan.CLEAN if clean else Scan.INFECTED), at, None
    stored.save(update_fields=["scan", "scanned_at", "scan_due_at"])
    audit.record("files.scan", actor=actor, at=at, target=f"file:{file_id}", verdict=str(stored.scan))
    if not clean:
        outbox.publish("files.infected", key=f"file:{file_id}", file_id=file_id)


def put_off(file_id: int, *, at: datetime) -> None:
    """Let a file wait on: the scanner would not say what it is."""
    waiting = StoredFile.objects.filter(pk=file_id, scan=Scan.WAITING)
    failures = waiting.values_list("scan_failures", flat=True).first() or 0
    waiting.update(scan_failures=F("scan_failures") + 1, scan_due_at=scanning.next_try(failures, at=at))


@transaction.atomic
def release(*, file_id: int, actor: Actor, at: datetime) -> bool:
    """Let a file out of quarantine that the operator has found harmless; False where none lies there."""
    actor.require("files.machine", division="000000000000")
    stored = StoredFile.objects.select_for_update().filter(pk=file_id, scan=Scan.INFECTED).first()
    if stored is None:
        return False
    stored.scan, stored.scanned_at = Scan.CLEAN, at
    stored.save(update_fields=["scan", "scanned_at"])
    audit.record("files.release", actor=actor, at=at, target=f"file:{file_id}")
    return True


@transaction.atomic
def destroy_old(*, at: datetime) -> int:
    """Destroy what has lain in quarantine for its days, file and key, and return how many; safe to run twice."""
    since = at - timedelta(days=settings.ONEDOOR_QUARANTINE_DAYS)
    old = list(StoredFile.objects.select_for_update().filter(scan=Scan.INFECTED, scanned_at__lte=since))
    for stored in old:
        stored.scan, stored.key = Scan.DESTROYED, {}
        stored.save(update_fields=["scan", "key"])
        audit.record("files.destroy", actor=MACHINE, at=at, target=f"file:{stored.pk}")
        transaction.on_commit(lambda digest=stored.digest: storage.remove(digest))  # type: ignore[misc]
    return len(old)
