"""Open a file, for whoever may see what it belongs to; see what of one's own is still on its way."""

from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID

import structlog
from django.utils.http import content_disposition_header

from onedoor.platform.audit import operations as audit
from onedoor.platform.files import access, storage
from onedoor.platform.files.access import Matter
from onedoor.platform.files.marked import can_mark, marked_copy, words_for
from onedoor.platform.files.models import BegunUpload, FileGrant, StoredFile
from onedoor.platform.files.ownership import owner_of
from onedoor.platform.files.parts import UploadNotThere
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound, OneDoorError

log = structlog.get_logger()


class FileNotThere(NotFound):
    code, message = "files.not_found", "没有找到该文件，请从办件或草稿页面打开。"


class FileInCheck(OneDoorError):
    code, http_status, message = (
        "files.in_check",
        409,
        "这份文件正在做安全检查，通常几分钟内完成，检查通过后才能打开。请稍后再试。",
    )


class FileQuarantined(OneDoorError):
    code, http_status, message = (
        "files.quarantined",
        409,
        "这份文件未通过安全检查，已经隔离，谁也打不开。请重新拍照，或者换一份文件上传。",
    )


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
    Return a file's content, and record the look; who opens what belongs to somebody else is given a marked copy.

    :raises FileNotThere: there is none, or it is not for this actor; both look alike.
    :raises FileInCheck, FileQuarantined: the scanner has not said that it is clean; nobody opens it, not even who brought it.
    :raises FileDamaged: it is missing on disk, or not what was stored.
    :raises CannotMark: no marked copy can be made of it.
    """
    stored = StoredFile.objects.filter(pk=file_id).first()
    found = _grant(stored, actor, at) if stored else None
    if stored is None or found is None:
        raise FileNotThere
    if stored.is_quarantined:
        raise FileQuarantined
    if not stored.may_be_opened:
        raise FileInCheck
    grant, matter = found
    marked = can_mark(stored.media_type) and not _is_own(stored, matter, actor)
    code = audit.record_look(
        "files.open",
        actor=actor,
        at=at,
        target=matter.target or grant.target,
        division=matter.division,
        fields=[f"file:{stored.pk}"],
        marked=marked,
    )
    content, name = _content(stored), str(grant.name)
    if not marked:
        return OpenedFile(content, stored.media_type, name)
    words = words_for(matter=matter.title, code=code, actor=actor, at=at)
    return OpenedFile(marked_copy(content, stored.media_type, words), stored.media_type, name and f"加注件-{name}")


def _grant(stored: StoredFile, actor: Actor, at: datetime) -> tuple[FileGrant, Matter] | None:
    """Return the first of what a file belongs to that the actor may see."""
    for grant in stored.grants.order_by("pk"):
        matter = access.matter_of(grant.target, actor=actor, at=at)
        if matter is not None:
            return grant, matter
    return None


def _is_own(stored: StoredFile, matter: Matter, actor: Actor) -> bool:
    """Tell whether somebody opens a paper of their own matter, or one they brought themselves, and nobody helps them."""
    if actor.kind != "citizen" or actor.is_assisted or actor.person_id is None:
        return False
    return actor.person_id == matter.person_id or stored.owner == owner_of(actor)


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


def scanner_is_down() -> bool:
    """Tell whether a file waits of which the scanner would not say what it is."""
    return StoredFile.objects.filter(scan=StoredFile.Scan.WAITING, scan_failures__gt=0).exists()
