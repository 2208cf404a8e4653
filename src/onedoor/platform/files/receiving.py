"""Take a content in, however it comes, sealed piece by piece: nothing of it lies open on disk, nor twice in memory."""

import io
from collections.abc import Collection
from typing import IO

from django.conf import settings

from onedoor.platform.files.contents import FileRefused, Taken, take
from onedoor.platform.files.contents.sounds import take_recording
from onedoor.platform.files.families import Family
from onedoor.platform.files.storage import Aside

USUAL: tuple[Family, ...] = ("image", "pdf")
PIECE = 262_144


def receive(content: bytes | IO[bytes], *, accept: Collection[Family] = USUAL) -> Taken:
    """
    Return a content as it can be stored, after a look at what it is; nothing is written to the database.

    :raises FileRefused: empty, too large, or not what is asked for.
    :raises StorageFull: the disk is full; nothing is left behind.
    """
    aside = sealed_aside(content)
    if aside.size == 0:
        raise FileRefused(why="文件是空的，请重新选择。")
    return take(aside, accept=accept)


def receive_recording(content: bytes | IO[bytes]) -> Taken:
    """
    Return a recording as it can be stored until it was heard; nothing is written to the database.

    :raises FileRefused: empty, longer than a message is, or no recording.
    :raises StorageFull: the disk is full; nothing is left behind.
    """
    return take_recording(sealed_aside(content))


def require_size(size: int) -> None:
    """:raises FileRefused: a file of so many bytes is too large."""
    limit = settings.ONEDOOR_FILE_SIZE_LIMIT
    if size > limit:
        raise FileRefused(why=f"文件有 {size / 1_048_576:.0f} MB，最多 {limit // 1_048_576} MB，请拍小一点再上传。")


def sealed_aside(content: bytes | IO[bytes]) -> Aside:
    """
    Return a content sealed aside as it came.

    :raises FileRefused: it is too large.
    :raises StorageFull: the disk is full; nothing is left behind.
    """
    already = getattr(content, "aside", None)  # a form's file, which was sealed while it arrived
    require_size(getattr(content, "size", 0) or 0)
    if isinstance(already, Aside):
        return already
    aside, content = Aside(), io.BytesIO(content) if isinstance(content, bytes) else content
    while piece := content.read(PIECE):
        require_size(aside.size + len(piece))
        aside.write(piece)
    return aside.finish()
