"""A file that comes in parts: begin it or go on with it, add a part, let it go."""

from datetime import datetime
from typing import IO
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.files import access, quotas, storage
from onedoor.platform.files.contents import FileRefused
from onedoor.platform.files.models import BegunUpload, UploadPart
from onedoor.platform.files.ownership import keyed_digest, owner_of
from onedoor.platform.files.parts import KEPT_FOR, UploadNotThere, WrongOffset, announced, lock_upload
from onedoor.platform.files.receiving import require_size, sealed_aside
from onedoor.platform.kernel.actors import Actor


@transaction.atomic
def begin_upload(
    *, target: str, purpose: str, name: str, size: int, sha256: str, actor: Actor, at: datetime
) -> BegunUpload:
    """
    Begin a file of `size` bytes meant for `purpose` of `target`; the same file begun before goes on where it stopped.

    The same is told by its SHA-256 (hexadecimal): without one every beginning is a new one.

    :raises UploadNotThere: the target is not for this actor.
    :raises FileRefused: it is empty or too large.
    :raises QuotaUsed: it would be more than the actor may bring today.
    """
    if access.matter_of(target, actor=actor, at=at) is None:
        raise UploadNotThere
    if size <= 0:
        raise FileRefused(why="文件是空的，请重新选择。")
    require_size(size)
    owner = owner_of(actor)
    same = {"owner": owner, "target": target, "purpose": purpose, "size": size, "digest": announced(owner, sha256)}
    found = BegunUpload.objects.filter(**same, expires_at__gt=at).order_by("begun_at").first() if sha256 else None
    if size - (found.received if found else 0) > quotas.room(owner, at=at):
        raise quotas.QuotaUsed
    upload = found or BegunUpload.objects.create(**same, name=name[:200], begun_at=at, expires_at=at + KEPT_FOR)
    audit.record("files.begin_upload", actor=actor, at=at, target=target, upload=str(upload.pk), size=size)
    return upload


@transaction.atomic
def receive_part(
    *, upload_id: UUID, offset: int, content: bytes | IO[bytes], actor: Actor, at: datetime
) -> BegunUpload:
    """
    Add what comes next; a part that is there already, with the same content, is taken without a second effect.

    :raises UploadNotThere: see `lock_upload`.
    :raises WrongOffset: something else comes next; the refusal says from where.
    :raises FileRefused: there is nothing in it, or more than was announced.
    """
    upload = lock_upload(upload_id, actor=actor, at=at)
    aside = sealed_aside(content)
    digest = keyed_digest(upload.owner, aside.digest)
    if offset < upload.received and upload.parts.filter(offset=offset, size=aside.size, digest=digest).exists():
        return upload
    if offset != upload.received:
        raise WrongOffset(received=upload.received)
    if aside.size == 0 or offset + aside.size > upload.size:
        raise FileRefused(why="传来的内容和开始时说的大小不一样，请重新选择文件上传。")
    UploadPart.objects.create(upload=upload, offset=offset, size=aside.size, digest=digest, key=aside.key.kept())
    aside.put(storage.part_of(upload.pk, offset))
    upload.received += aside.size
    upload.expires_at = at + KEPT_FOR
    upload.save(update_fields=["received", "expires_at"])
    audit.record(
        "files.receive_part", actor=actor, at=at, target=upload.target, upload=str(upload.pk), received=upload.received
    )
    return upload


@transaction.atomic
def end_upload(*, upload_id: UUID, actor: Actor, at: datetime) -> None:
    """
    Let a begun upload go with its parts: it has become what it was for, or is not wanted any more.

    :raises UploadNotThere: see `lock_upload`.
    """
    upload = lock_upload(upload_id, actor=actor, at=at)
    audit.record("files.end_upload", actor=actor, at=at, target=upload.target, upload=str(upload.pk))
    _remove(upload)


@transaction.atomic
def sweep_uploads(*, at: datetime) -> int:
    """Remove what nobody has gone on with in time and return how many; safe to run twice."""
    late = list(BegunUpload.objects.select_for_update(skip_locked=True).filter(expires_at__lte=at)[:1000])
    for upload in late:
        _remove(upload)
    return len(late)


def _remove(upload: BegunUpload) -> None:
    key = upload.pk
    upload.delete()
    transaction.on_commit(lambda: storage.remove_parts(key))


def drop_uploads(*, target: str) -> None:
    """
    Forget what is on its way to a target that is no more, parts and all; the calling room takes the target away.

    One that is being handed in this moment holds its own row and waits for the target's: it is passed over, is refused
    there, and goes when it expires.
    """
    for upload in BegunUpload.objects.select_for_update(skip_locked=True).filter(target=target):
        _remove(upload)
