"""OFD, docx and xlsx are zip packages: looked into without unpacking, taken when they only show something."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Literal
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException, ElementTree

from onedoor.platform.files.contents.refused import FileRefused

MOST_PARTS, MOST_UNPACKED, MOST_RATIO = 5_000, 300_000_000, 200
LARGEST_LIST = 2_000_000  # bytes of a package's own lists, which are read whole
OFD_ROOT = "{http://www.ofdspec.org/2016}OFD"
CONTENT_TYPES = "[Content_Types].xml"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
# Programs, other documents and remote controls inside an Office file.
ACTIVE_PARTS = ("vbaproject", "/activex/", "/embeddings/", "macrosheets/", "dialogsheets/")


def family_of(content: IO[bytes]) -> Literal["ofd", "word", "sheet"] | None:
    """Return what a package says it is by its own list; None for any other archive."""
    with _opened(content) as package:
        names = {one.filename for one in package.infolist()}
        if "OFD.xml" in names and _xml(package, "OFD.xml").tag == OFD_ROOT:
            return "ofd"
        if CONTENT_TYPES not in names:
            return None
        types = {part.get("ContentType", "") for part in _xml(package, CONTENT_TYPES)}
        return "word" if WORD in types else "sheet" if SHEET in types else None


def check_ofd(content: IO[bytes]) -> None:
    """:raises FileRefused: files are attached inside it."""
    with _opened(content) as package:
        if any(one.filename.rpartition("/")[2].lower() == "attachments.xml" for one in package.infolist()):
            raise FileRefused(why="OFD 文件里带有附件，不能上传，请把附件分开上传。")


def check_office(content: IO[bytes]) -> None:
    """:raises FileRefused: it holds programs or other files, or fetches something from outside."""
    with _opened(content) as package:
        names = [one.filename for one in package.infolist()]
        if any(part in f"/{name.lower()}" for name in names for part in ACTIVE_PARTS):
            raise FileRefused(why="文档里带有宏、控件或内嵌文件，不能上传，请另存为不含它们的文档，或导出成 PDF。")
        for name in names:
            if name.endswith(".rels"):
                for relation in _xml(package, name):
                    outside = relation.get("TargetMode") == "External"
                    if outside and not relation.get("Type", "").endswith("/hyperlink"):
                        raise FileRefused(why="文档会从外面读取内容，不能上传，请断开外部链接，或导出成 PDF。")


@contextmanager
def _opened(content: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(content) as package:
            _check_size(package)
            yield package
    except (
        zipfile.BadZipFile,
        ElementTree.ParseError,
        DefusedXmlException,
        KeyError,
        EOFError,
        NotImplementedError,
    ) as error:
        raise FileRefused(why="文件已损坏，打不开，请重新导出后上传，或拍照上传。") from error


def _check_size(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    unpacked = sum(one.file_size for one in parts)
    packed = sum(one.compress_size for one in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(packed, 1):
        raise FileRefused(why="文件解开后过大，不能上传，请拆分后上传，或拍照上传。")
    if any(one.flag_bits & 1 for one in parts):
        raise FileRefused(why="文件有打开密码，请去掉密码后重新上传。")
    if min((one.header_offset for one in parts), default=0) != 0:
        raise FileRefused(why="文件前面附带了别的内容，不能上传，请重新导出后上传。")


def _xml(package: zipfile.ZipFile, name: str) -> Element:
    if package.getinfo(name).file_size > LARGEST_LIST:
        raise FileRefused(why="文件的目录过大，不能上传，请重新导出后上传，或拍照上传。")
    root: Element = ElementTree.fromstring(package.read(name))
    return root
