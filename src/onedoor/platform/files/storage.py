"""Contents on disk: one file a digest, written aside and moved into place, so that half a file is never seen."""

import errno
import os
import tempfile
from pathlib import Path

from django.conf import settings

from onedoor.platform.kernel.errors import OneDoorError


class StorageFull(OneDoorError):
    code, http_status, message = "files.storage_full", 507, "系统存储空间不足，文件没有保存，已填内容都在，请稍后再试。"


def path_of(digest: str) -> Path:
    return Path(settings.ONEDOOR_FILES_DIR) / digest[:2] / digest[2:4] / digest


def write(digest: str, content: bytes) -> None:
    """
    Keep a content under its digest; writing it again changes nothing.

    :raises StorageFull: the disk is full; nothing is left behind.
    """
    target = path_of(digest)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(descriptor, "wb") as aside:
            aside.write(content)
            aside.flush()
            os.fsync(aside.fileno())
        os.replace(name, target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        if error.errno == errno.ENOSPC:
            raise StorageFull from error
        raise


def read(digest: str) -> bytes:
    return path_of(digest).read_bytes()
