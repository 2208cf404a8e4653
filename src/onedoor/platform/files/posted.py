"""The files of a form, sealed while they arrive: nothing of them lies open on disk, and little of them in memory."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from onedoor.platform.files import operations
from onedoor.platform.files.contents import Taken
from onedoor.platform.files.operations import StorageFull
from onedoor.platform.files.storage import Aside
from onedoor.platform.kernel.actors import Actor

DISK_FULL = "storage_full"  # set on a request whose files found no room


class SealedUpload(UploadedFile):  # type: ignore[type-arg]
    """A file of a form; `aside` is where it lies, `size` how large it is even if its end was not kept."""

    def __init__(self, aside: Aside, name: str, content_type: str, size: int) -> None:
        super().__init__(aside.open(), name, content_type, size)
        self.aside = aside

    def close(self) -> None:
        """Called at the end of the request: what was not kept goes."""
        super().close()
        self.aside.drop()


class SealingUploadHandler(FileUploadHandler):
    """
    Seals each file of a form as it comes in; what lies beyond the limit is counted and not kept.

    A full disk is noted on the request (`require_room`): whoever parses a form is not a page that could say so.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._aside: Aside | None = None

    def new_file(self, *arguments: Any, **named: Any) -> None:
        super().new_file(*arguments, **named)
        try:
            self._aside = Aside()
        except StorageFull:
            self._no_room()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._aside is None or start > settings.ONEDOOR_FILE_SIZE_LIMIT:
            return
        try:
            self._aside.write(raw_data)
        except StorageFull:
            self._no_room()

    def file_complete(self, file_size: int) -> SealedUpload | None:
        aside, self._aside = self._aside, None
        if aside is None:
            return None
        try:
            aside.finish()
        except StorageFull:
            self._no_room()
            return None
        return SealedUpload(aside, self.file_name or "", self.content_type or "", file_size)

    def _no_room(self) -> None:
        self._aside = None
        setattr(self.request, DISK_FULL, True)


def require_room(request: HttpRequest) -> None:
    """:raises StorageFull: a file of this form found no room on the disk."""
    if getattr(request, DISK_FULL, False):
        raise StorageFull


@dataclass(frozen=True)
class Evidence:
    """A paper given at the window, looked at and not yet kept; without one, its digest is empty and refused as missing."""

    taken: Taken | None

    @property
    def digest(self) -> str:
        """The SM3 digest of what will be kept of it."""
        return self.taken.aside.digest.hex() if self.taken else ""

    def keep(self, *, name: str, target: str, actor: Actor, at: datetime) -> None:
        if self.taken is not None:
            operations.store_file(content=self.taken, name=name, target=target, actor=actor, at=at)


def evidence_of(request: HttpRequest) -> Evidence:
    """
    Return the paper that comes as `evidence` of something done at the window.

    :raises FileRefused: it is no picture and no PDF.
    """
    require_room(request)
    file = request.FILES.get("evidence")
    return Evidence(operations.receive(file) if file is not None else None)
