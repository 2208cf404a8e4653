"""Open a file, for whoever may see what it belongs to; see what of one's own is still on its way."""

from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID

import structlog
from django.utils.http import content_disposition_header

from onedoor.platform.audit import operations as audit
from onedoor.platform.files import access, storage
from onedoor.platform.files.models import BegunUpload, FileGrant, StoredFile
from onedoor.platform.files.ownership import owner_of
from onedoor.platform.files.parts import UploadNotThere
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound

log = structlog.get_logger()


class FileNotThere(NotFound):
    code, message = "files.not_found", "没有找到该文件，请从办件或草稿页面打开。"


@dataclass(frozen=True)
class OpenedFile:
    content: IO[bytes]
    media_type: str
    name: str  # "" where it came without one

    @property
    def headers(self) -> dict[str, str]:
        """
        How a browser has to take it: shown where it can only be looked at, else saved under its name; kept by nobody on the
        way, never read as another type than ours, and a picture runs nothing even if it were no picture.
        """
        is_picture = self.media_type.startswith("image/")
        looked_at = is_picture or self.media_type == "application/pdf"
        disposition = content_disposition_header(not looked_at, self.name) or "inline"
        return {
            "Content-Disposition": disposition,
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
            # The browser's own reader of PDF does not start within a sandbox.
            **({"Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'"} if is_picture else {}),
        }


def open_file(*, file_id: int, actor: Actor, at: datetime) -> OpenedFile:
    """
    Return a file's content and record the look.

    :raises FileNotThere: there is none, or it is not for this actor; both look alike.
    :raises FileDamaged: it is missing on disk, or not what was stored.
    """
    stored = StoredFile.objects.filter(pk=file_id).first()
    grant = _grant(stored, actor, at)
    if stored is None or grant is None:
        raise FileNotThere
    audit.record_look("files.open", actor=actor, at=at, target=grant.target, fields=[f"file:{stored.pk}"])
    return OpenedFile(_content(stored), stored.media_type, str(grant.name))


def _grant(stored: StoredFile | None, actor: Actor, at: datetime) -> FileGrant | None:
    """Return the first of what a file belongs to that the actor may see."""
    grants = stored.grants.order_by("pk") if stored else ()
    return next((grant for grant in grants if access.may_read(grant.target, actor=actor, at=at)), None)


def _content(stored: StoredFile) -> IO[bytes]:
    try:
        return storage.open_content(stored.digest, stored.file_key)
    except storage.FileDamaged:
        log.error("files.damaged", file=stored.pk)  # an operator has to act; the refusal is recorded where it surfaces
        raise


def begun_uploads(*, actor: Actor, at: datetime, target: str = "") -> list[BegunUpload]:
    """Return what one has begun to upload and not handed in yet, for one application where it is named, oldest first."""
    if actor.person_id is None:
        return []
    rows = BegunUpload.objects.filter(owner=owner_of(actor), expires_at__gt=at)
    return list((rows.filter(target=target) if target else rows).order_by("begun_at", "pk"))


def get_upload(*, upload_id: UUID, actor: Actor, at: datetime) -> BegunUpload:
    """:raises UploadNotThere: there is none, it has expired, or somebody else has begun it; all look alike."""
    found = next((one for one in begun_uploads(actor=actor, at=at) if one.pk == upload_id), None)
    if found is None:
        raise UploadNotThere
    return found
