"""Copies are made in the background."""

from uuid import UUID

from onedoor.platform.kernel import clock
from onedoor.platform.kernel.tasks import task

ATTEMPTS = 4


@task(attempts=ATTEMPTS)
def prepare_export(*, export_id: str) -> None:
    # imported here: the operations enqueue this task
    from onedoor.platform.portability import operations

    operations.prepare_export(export_id=UUID(export_id), at=clock.now())
