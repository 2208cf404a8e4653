"""Store a file under what it belongs to."""

import subprocess
from datetime import datetime

from django.conf import settings
from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.files import storage
from onedoor.platform.files.contents import FileRefused, media_type_of
from onedoor.platform.files.models import FileGrant, StoredFile
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import sm3
from onedoor.platform.kernel.errors import NotLoggedIn


@transaction.atomic
def store_file(*, content: bytes, name: str, target: str, actor: Actor, at: datetime) -> StoredFile:
    """
    Store a content for `target` ("case:12"); the caller has checked that the actor may add to it. The name is not kept.

    :raises FileRefused: empty, too large, or its content is no picture and no PDF.
    :raises StorageFull: the disk is full.
    """
    if actor.kind == "anonymous":
        raise NotLoggedIn
    limit = settings.ONEDOOR_FILE_SIZE_LIMIT
    if not content:
        raise FileRefused(why="文件是空的，请重新选择。")
    if len(content) > limit:
        raise FileRefused(
            why=f"文件有 {len(content) / 1_048_576:.0f} MB，最多 {limit // 1_048_576} MB，请拍小一点再上传。"
        )
    media_type = media_type_of(content)
    _scan(content)
    digest = sm3(content).hex()
    storage.write(digest, content)
    stored, _ = StoredFile.objects.get_or_create(
        digest=digest,
        defaults={"size": len(content), "media_type": media_type, "recorded_at": at, "recorded_by": actor.name},
    )
    FileGrant.objects.get_or_create(file=stored, target=target, defaults={"recorded_at": at, "recorded_by": actor.name})
    audit.record("files.store", actor=actor, at=at, target=target, file=stored.pk, digest=digest)
    return stored


def _scan(content: bytes) -> None:
    """Hand the content to the operator's scanner, if one is set: exit status 1 means infected."""
    command = settings.ONEDOOR_SCAN_COMMAND
    if not command:
        return
    # The command is the operator's own setting; the content reaches it only through its standard input.
    answer = subprocess.run([command], input=content, capture_output=True, timeout=60, check=False)  # noqa: S603
    if answer.returncode == 1:
        raise FileRefused(why="文件未通过安全检查，请重新拍照上传。")
    if answer.returncode != 0:
        raise RuntimeError(f"scan command failed with {answer.returncode}")
