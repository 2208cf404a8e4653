"""Have files looked at by the operator's scanner, in the background and outside of any transaction."""

from datetime import datetime

import structlog

from onedoor.platform.files import quarantine, scanning, storage
from onedoor.platform.files.models import StoredFile
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.tasks import task

log = structlog.get_logger()
MACHINE = Actor.system("安全检查")
AT_ONCE = 100


@task(attempts=1)
def scan_file(*, file_id: int) -> None:
    """Ask once; while the scanner does not say what a file is, it waits and is asked about again."""
    stored = StoredFile.objects.filter(pk=file_id, scan=StoredFile.Scan.WAITING).first()
    if stored is None:
        return
    try:
        with storage.open_content(stored.digest, stored.file_key) as content:
            clean = scanning.is_clean(content)
    except (scanning.ScannerDown, storage.FileDamaged):
        log.exception("files.not_scanned", file=file_id)  # an operator has to act
        quarantine.put_off(file_id, at=clock.now())
    else:
        quarantine.settle_scan(file_id=file_id, clean=clean, actor=MACHINE, at=clock.now())


def scan_again(*, at: datetime) -> int:
    """Ask about what still waits and return how many; without a scanner any more nothing waits for one."""
    waiting = StoredFile.objects.filter(scan=StoredFile.Scan.WAITING)
    if not scanning.is_set():
        return waiting.update(scan=StoredFile.Scan.UNSCANNED, scan_due_at=None)
    due = list(waiting.filter(scan_due_at__lte=at).order_by("scan_due_at")[:AT_ONCE])
    for stored in due:
        ours = waiting.filter(pk=stored.pk, scan_due_at=stored.scan_due_at)
        if ours.update(scan_due_at=scanning.next_try(stored.scan_failures, at=at)):
            scan_file.enqueue(file_id=stored.pk)
    return len(due)
