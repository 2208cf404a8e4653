"""Store a content under what it belongs to."""

from collections.abc import Collection
from datetime import datetime
from typing import IO

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.files import scanning
from onedoor.platform.files.contents import FileRefused, Taken
from onedoor.platform.files.families import Family
from onedoor.platform.files.models import FileGrant, StoredFile
from onedoor.platform.files.names import clean_name
from onedoor.platform.files.ownership import keyed_digest, owner_of
from onedoor.platform.files.receiving import USUAL, receive
from onedoor.platform.files.storage import Aside, path_of
from onedoor.platform.files.tasks import scan_file
from onedoor.platform.kernel.actors import Actor


@transaction.atomic
def store_file(
    *,
    content: bytes | IO[bytes] | Taken,
    name: str,
    target: str,
    actor: Actor,
    at: datetime,
    accept: Collection[Family] = USUAL,
    owner: str = "",
) -> StoredFile:
    """
    Store a content for `target` ("case:12"); the caller has checked that the actor may add to it.

    The name is kept cleaned, as what the file is called there; what the content is, only the content says.

    Whose it is, the actor says, or `owner` where nobody has logged in.

    Where a scanner is set, nobody opens it before the worker has had it looked at.

    :raises FileRefused: empty, too large, not one of the families in `accept`, or in quarantine since it came before.
    :raises StorageFull: the disk is full.
    """
    owner = owner or owner_of(actor)
    taken = content if isinstance(content, Taken) else receive(content, accept=accept)
    stored = _kept(taken, owner, actor, at)
    if stored.left_at is not None:
        StoredFile.objects.filter(pk=stored.pk).update(left_at=None)
    FileGrant.objects.get_or_create(
        file=stored,
        target=target,
        defaults={
            "name": clean_name(name, media_type=stored.media_type),
            "recorded_at": at,
            "recorded_by": actor.name,
        },
    )
    audit.record("files.store", actor=actor, at=at, target=target, file=stored.pk, digest=stored.digest)
    return stored


@transaction.atomic
def store_made(
    *, aside: Aside, media_type: str, name: str, target: str, owner: str, actor: Actor, at: datetime
) -> StoredFile:
    """
    Store what the platform itself has made and sealed aside, for `target`; it belongs to `owner` ("person:12").

    Nothing is asked of its content: nobody has brought it.
    """
    return store_file(content=Taken(aside, None, media_type), name=name, target=target, actor=actor, at=at, owner=owner)


def _kept(taken: Taken, owner: str, actor: Actor, at: datetime) -> StoredFile:
    """Return the row of a content with its file in place, written only where it is not there yet."""
    aside = taken.aside
    stored, created = _row(taken, owner, actor, at)
    # Another request with the same content waits for the row, so that two never put a file there under two keys.
    if stored.is_quarantined:
        raise FileRefused(why="这个文件以前没有通过安全检查，已经隔离，不能再交。请重新拍照，或者换一份文件上传。")
    if created:
        aside.put(path_of(stored.digest))
        if stored.scan == StoredFile.Scan.WAITING:
            scan_file.enqueue(file_id=stored.pk)
    elif not path_of(stored.digest).exists():  # lost from the disk, and here it is again
        stored.key = aside.key.kept()
        stored.save(update_fields=["key"])
        aside.put(path_of(stored.digest))
    return stored


def _row(taken: Taken, owner: str, actor: Actor, at: datetime) -> tuple[StoredFile, bool]:
    """Return the row of a content, locked, and whether it is new; one that is destroyed meanwhile is made anew."""
    digest = keyed_digest(owner, taken.aside.digest)
    while True:
        stored, created = StoredFile.objects.get_or_create(
            digest=digest,
            defaults={
                "owner": owner,
                "size": taken.aside.size,
                "media_type": taken.media_type,
                "key": taken.aside.key.kept(),
                "recorded_at": at,
                "recorded_by": actor.name,
                **scanning.begun(at=at),
            },
        )
        if created:
            return stored, True
        locked = StoredFile.objects.select_for_update().filter(pk=stored.pk).first()
        if locked is not None:
            return locked, False
