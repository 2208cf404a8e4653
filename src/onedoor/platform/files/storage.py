"""
Sealed contents on disk: one file a keyed digest, sealed aside and moved into place, so that half a file is never seen.

What is still being looked at lies in `incoming/`; a process that is killed meanwhile leaves its piece there to be swept.
"""

import errno
import io
import os
import secrets
import shutil
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from onedoor.platform.files.sealing import FileKey, SealingWriter, unsealed
from onedoor.platform.kernel.crypto import TamperedValue
from onedoor.platform.kernel.crypto.digests import sm3_hasher
from onedoor.platform.kernel.errors import OneDoorError

STALE = 86_400  # seconds; no request lasts so long
# No space, no quota left, or a limit on the size of files.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class StorageFull(OneDoorError):
    code, http_status, message = "files.storage_full", 507, "系统存储空间不足，文件没有保存，已填内容都在，请稍后再试。"


class FileDamaged(OneDoorError):
    code, http_status, message = (
        "files.damaged",
        503,
        "这份文件在系统里缺失或已损坏，打不开，情况已记录。请联系系统管理员从备份恢复；急用时请申请人重新提交这份材料。",
    )


def path_of(digest: str) -> Path:
    return Path(settings.ONEDOOR_FILES_DIR) / digest[:2] / digest[2:4] / digest


def part_of(upload: object, offset: int) -> Path:
    """Return the place of one part of a file that is not whole yet."""
    return _parts(upload) / str(offset)


def _parts(upload: object) -> Path:
    return Path(settings.ONEDOOR_FILES_DIR) / "parts" / str(upload)


def remove_parts(upload: object) -> None:
    shutil.rmtree(_parts(upload), ignore_errors=True)


def incoming(name: str) -> Path:
    """Return the place of something on its way."""
    return Path(settings.ONEDOOR_FILES_DIR) / "incoming" / name


def sweep_incoming() -> int:
    """
    Remove what a killed process has left on its way, `STALE` old; return how many.

    The age is by the clock of the disk itself: a demonstration's clock runs ahead of what is just coming in.
    """
    probe = Aside()
    oldest = probe.path.stat().st_mtime - STALE
    probe.drop()
    gone = 0
    for path in incoming("").glob("*"):
        with suppress(FileNotFoundError):  # it was put in its place, or another worker was quicker
            if path.stat().st_mtime < oldest:
                path.unlink()
                gone += 1
    return gone


@contextmanager
def room_for(path: Path) -> Iterator[None]:
    """
    Write to a path whose folder is made.

    :raises StorageFull: the disk is full, and nothing half written is left unless it was there before.
    """
    there_before = path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield
    except OSError as error:
        if not there_before:
            path.unlink(missing_ok=True)
        if error.errno in FULL:
            raise StorageFull from error
        raise


class Aside:
    """
    A content sealed aside while it is looked at; its file goes with it unless it is put in its place.

    Write to it, `finish` it, then `open` it as often as needed.
    """

    def __init__(self) -> None:
        self.key = FileKey.new()
        self.size = 0
        self.path = incoming(secrets.token_hex(16))
        self._hasher = sm3_hasher()
        with room_for(self.path):
            self._file = self.path.open("xb")
        self._end = weakref.finalize(self, _drop, self._file, self.path)
        self._writer = SealingWriter(self._file, self.key)

    def write(self, data: bytes) -> int:
        """:raises StorageFull: the disk is full; the file is gone then."""
        with self._room():
            self._writer.write(data)
        self._hasher.update(data)
        self.size += len(data)
        return len(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        """What writes into it as into a file may ask for this; it is on disk when it is finished."""

    def finish(self) -> "Aside":
        """:raises StorageFull: the disk is full; the file is gone then."""
        with self._room():
            self._writer.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        return self

    @property
    def digest(self) -> bytes:
        """The SM3 digest of the plain content."""
        return self._hasher.digest()

    def open(self) -> io.BufferedReader:
        return unsealed(self.path.open("rb"), self.key)

    def put(self, target: Path) -> None:
        """Move it to its place. What lies there already is replaced: the caller holds its row."""
        with room_for(target):
            os.replace(self.path, target)
            _sync_folder(target.parent)

    def drop(self) -> None:
        self._end()

    @contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.drop()
            if error.errno in FULL:
                raise StorageFull from error
            raise


def _drop(file: io.BufferedWriter, path: Path) -> None:
    with suppress(OSError):  # what is still in its buffer finds no room either
        file.close()
    path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_content(digest: str, key: FileKey) -> io.BufferedReader:
    """Open a stored content; see `open_sealed`."""
    return open_sealed(path_of(digest), key)


def open_sealed(path: Path, key: FileKey) -> io.BufferedReader:
    """
    Open a sealed content after every chunk of it has been checked.

    :raises FileDamaged: it is missing, or not what was stored.
    """
    try:
        content = unsealed(path.open("rb"), key)
        while content.read1():
            pass
        content.seek(0)
    except (OSError, TamperedValue) as error:
        raise FileDamaged from error
    return content


def remove(digest: str) -> None:
    path_of(digest).unlink(missing_ok=True)
