"""Tell a content's family by its first bytes, open it as that, and refuse what does more than it shows."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import IO

from onedoor.platform.files.contents import packages, pdfs, pictures
from onedoor.platform.files.contents.refused import FileRefused
from onedoor.platform.files.families import FAMILIES, Family
from onedoor.platform.files.storage import Aside

HEIC = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypheim", b"ftypmif1", b"ftypmsf1")


@dataclass(frozen=True)
class Taken:
    """A content that can be kept: sealed aside, with what it really is."""

    aside: Aside
    family: Family | None  # None: made by the platform, or a recording
    media_type: str


def take(aside: Aside, *, accept: Collection[Family]) -> Taken:
    """
    Return what is kept of a content: a picture drawn anew, anything else as it came.

    :raises FileRefused: it is none of the accepted families, damaged, or does more than show something; with what to do.
    """
    with aside.open() as content:
        family = _family(content)
        if family is None or family not in accept:
            raise FileRefused(
                why=f"这里只能上传{'、'.join(FAMILIES[one] for one in accept)}，这个文件的内容不是，请重新选择。"
            )
        content.seek(0)
        if family == "image":
            media_type, drawn = pictures.redraw(content)
            return Taken(drawn, family, media_type)
        CHECKS[family](content)
    return Taken(aside, family, MEDIA_TYPES[family])


def _family(content: IO[bytes]) -> Family | None:
    head = content.read(16)
    if head[4:12] in HEIC:
        raise FileRefused(why="这是 HEIC 格式照片，请在手机“设置—相机—格式”中选“兼容性最佳”后重拍，或截图后上传。")
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return "image"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return packages.family_of(content)
    return None


CHECKS: dict[Family, Callable[[IO[bytes]], None]] = {
    "pdf": pdfs.check,
    "ofd": packages.check_ofd,
    "word": packages.check_office,
    "sheet": packages.check_office,
}
MEDIA_TYPES: dict[Family, str] = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "word": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "sheet": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
