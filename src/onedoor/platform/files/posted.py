"""The files of a form, sealed while they arrive: nothing of them lies open on disk, and little of them in memory."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from onedoor.platform.files import operations
from onedoor.platform.files.contents import FileRefused, Taken
from onedoor.platform.files.operations import QuotaUsed, StorageFull, UploadIncomplete
from onedoor.platform.files.parts import announced, lock_upload
from onedoor.platform.files.receiving import PIECE
from onedoor.platform.files.storage import Aside, open_sealed, part_of
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError

NO_ROOM = "no_room_for_files"  # set on a request whose files found no room: the refusal


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

    What leaves no room for the form, the disk or its sender's share of the day, is noted on the request (`require_room`):
    whoever parses a form is not a page that could say so. Who sends it, and when, knows the face that receives it.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._aside: Aside | None = None
        self._length = 0

    def room(self) -> int:
        """Return how many bytes more the sender may bring."""
        raise NotImplementedError

    def refusal(self) -> type[OneDoorError]:
        """Return how the sender is told that there is no room for more today."""
        return QuotaUsed

    def charge(self, size: int) -> None:
        """Note that the sender has brought so many bytes, whatever becomes of them."""
        raise NotImplementedError

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *rest: Any, **named: Any) -> None:  # noqa: N803 - Django's name
        self._length = content_length

    def new_file(self, *arguments: Any, **named: Any) -> None:
        super().new_file(*arguments, **named)
        if NO_ROOM not in self._noted and self._length > self.room():
            self._noted[NO_ROOM] = self.refusal()
        if NO_ROOM in self._noted:
            return
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
        self._length -= file_size
        self.charge(file_size)
        try:
            aside.finish()
        except StorageFull:
            self._no_room()
            return None
        return SealedUpload(aside, self.file_name or "", self.content_type or "", file_size)

    @property
    def _noted(self) -> dict[str, Any]:
        return vars(self.request)

    def _no_room(self) -> None:
        self._aside = None
        self._noted[NO_ROOM] = StorageFull


def require_room(request: HttpRequest) -> None:
    """
    Refuse a form whose files found no room.

    :raises StorageFull: on the disk.
    :raises QuotaUsed, SmallQuotaUsed: in what its sender may bring in a day.
    """
    refusal = getattr(request, NO_ROOM, None)
    if refusal is not None:
        raise refusal()


def put_together(*, upload_id: UUID, actor: Actor, at: datetime) -> SealedUpload:
    """
    Return a file that came in parts as if it had come in a form; the begun upload stays until `end_upload`.

    :raises UploadNotThere: see `lock_upload`.
    :raises UploadIncomplete: parts of it are still to come.
    :raises FileRefused: the parts do not make what was announced.
    :raises FileDamaged: a part is missing on disk, or not what came.
    """
    upload = lock_upload(upload_id, actor=actor, at=at)
    if not upload.is_whole:
        raise UploadIncomplete
    aside, hasher = Aside(), hashlib.sha256()
    for part in upload.parts.order_by("offset"):
        with open_sealed(part_of(upload.pk, part.offset), part.file_key) as content:
            while piece := content.read(PIECE):
                hasher.update(piece)
                aside.write(piece)
    if upload.digest and upload.digest != announced(upload.owner, hasher.hexdigest()):
        raise FileRefused(why="传来的内容和开始时不一样，请重新选择文件上传。")
    return SealedUpload(aside.finish(), str(upload.name), "", aside.size)


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
