"""Make the marked copy of a content, whatever it is."""

import threading
from collections.abc import Callable
from typing import IO

from onedoor.platform.files.contents.pdfs import STUMBLES
from onedoor.platform.files.contents.refused import FileRefused
from onedoor.platform.files.marked import pdfs, pictures
from onedoor.platform.files.storage import Aside
from onedoor.platform.kernel.errors import OneDoorError

MARKERS: dict[str, Callable[[IO[bytes], tuple[str, ...]], Aside]] = {
    "image/jpeg": pictures.mark,
    "image/png": pictures.mark,
    "application/pdf": pdfs.mark,
}
# A page-sized picture takes some 60 MB while it is open: one at a time in a process, however many are opened at once.
_one_at_a_time = threading.Lock()


class CannotMark(OneDoorError):
    code, http_status, message = (
        "files.cannot_mark",
        422,
        "这份文件的结构特殊，加不上水印，不能在系统里打开。请在窗口核对原件，或请申请人重新导出成普通 PDF 或拍照提交。",
    )


def can_mark(media_type: str) -> bool:
    """Tell whether a content of this type is given marked; OFD, Word and Excel files are not."""
    return media_type in MARKERS


def marked_copy(content: IO[bytes], media_type: str, words: tuple[str, ...]) -> IO[bytes]:
    """
    Return a copy with the words over every page, sealed aside while it is read and gone afterwards.

    :raises CannotMark: the content does not open in a way that would let every page be marked.
    :raises StorageFull: there is no room for the copy.
    """
    with _one_at_a_time, content:
        try:
            return MARKERS[media_type](content, words).open()
        except (*STUMBLES, OSError, SyntaxError, FileRefused) as error:
            raise CannotMark from error
