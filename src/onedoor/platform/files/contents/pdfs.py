"""A PDF is taken when it opens, shows pages, and does nothing else: no scripts, no programs, no files inside."""

import time
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from onedoor.platform.files.contents.refused import FileRefused

ACTIVE_ACTIONS = {
    "/JavaScript": "脚本",
    "/Launch": "启动程序的动作",
    "/SubmitForm": "向外发送数据的动作",
    "/ImportData": "读取数据的动作",
    "/GoToE": "打开内嵌文件的动作",
    "/Rendition": "播放动作",
    "/Movie": "播放动作",
    "/Sound": "播放动作",
    "/RichMediaExecute": "播放动作",
}
ACTIVE_KEYS = {"/JS": "脚本", "/EmbeddedFiles": "内嵌文件", "/EF": "内嵌文件", "/XFA": "动态表单"}
ACTIVE_SUBTYPES = {
    "/FileAttachment": "内嵌文件",
    "/RichMedia": "多媒体内容",
    "/Screen": "多媒体内容",
    "/Movie": "多媒体内容",
    "/Sound": "多媒体内容",
    "/3D": "多媒体内容",
}
MOST_OBJECTS, MOST_VALUES, MOST_PAGES = 60_000, 2_000_000, 1_000
MOST_INFLATED = 400_000_000  # bytes that the compressed parts of one file may unfold into, all together
MOST_SECONDS = 10  # a scanned paper takes a fraction of one
STEP = 65_536
# What the reader raises over structures that nobody meant it to read.
STUMBLES = (
    PdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
AGAIN = "请重新打印或导出成普通 PDF，或拍照上传。"


def check(content: IO[bytes]) -> None:
    """:raises FileRefused: it does not open, is not only a PDF, or holds more than pages."""
    _check_end(content)
    try:
        reader = open_reader(content)
        pages = int(reader.root["/Pages"]["/Count"])
        if not 0 < pages <= MOST_PAGES:
            raise FileRefused(why=f"PDF 的页数须在 1 到 {MOST_PAGES} 页之间，请分开上传。")
        inflated = 0
        for one in _objects(reader):
            _check_dictionary(one)
            if isinstance(one, generic.StreamObject):
                inflated += _inflated(one, MOST_INFLATED - inflated)
    except STUMBLES as error:
        raise FileRefused(why=f"PDF 文件已损坏，打不开，{AGAIN}") from error


def open_reader(content: IO[bytes]) -> PdfFileReader:
    """
    Open a PDF; one that asks for no password is opened without.

    :raises FileRefused: it asks for a password.
    """
    reader = PdfFileReader(content, strict=False)
    if reader.encrypted and reader.decrypt("").status == AuthStatus.FAILED:
        raise FileRefused(why="PDF 文件有打开密码，请去掉密码后重新上传。")
    return reader


def _check_end(content: IO[bytes]) -> None:
    """Refuse a file that is something else besides: an archive, or with something behind its end."""
    size = content.seek(0, 2)
    content.seek(max(0, size - 2048))
    tail = content.read()
    end = tail.rfind(b"%%EOF")
    if end < 0 or tail[end + 5 :].strip(b"\r\n\t \0"):
        raise FileRefused(why=f"PDF 文件不完整，或末尾附带了别的内容，{AGAIN}")
    if zipfile.is_zipfile(content):
        raise FileRefused(why=f"这个 PDF 文件同时是压缩包，不能上传，{AGAIN}")
    content.seek(0)


def _objects(reader: PdfFileReader) -> Iterator[Any]:
    """Yield every dictionary and stream that can be reached; what cannot be reached is never shown or run."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [reader.root]
    count, give_up = 0, time.monotonic() + MOST_SECONDS
    while waiting:
        one = waiting.pop()
        if isinstance(one, generic.IndirectObject):
            reference = (one.idnum, one.generation)
            if reference in seen:
                continue
            seen.add(reference)
            one = reader.get_object(one.reference)
        count += 1
        if count > MOST_VALUES or len(seen) > MOST_OBJECTS or time.monotonic() > give_up:
            raise FileRefused(why=f"PDF 文件的内容过于复杂，{AGAIN}")
        if isinstance(one, generic.DictionaryObject):
            yield one
            waiting.extend(one.raw_get(key) for key in one)
        elif isinstance(one, generic.ArrayObject):
            waiting.extend(one.raw_get(place) for place in range(len(one)))


def _check_dictionary(one: generic.DictionaryObject) -> None:
    found = (
        next((ACTIVE_KEYS[key] for key in one if key in ACTIVE_KEYS), "")
        or ACTIVE_ACTIONS.get(_name(one, "/S"), "")
        or ACTIVE_SUBTYPES.get(_name(one, "/Subtype"), "")
        or ("内嵌文件" if _name(one, "/Type") == "/EmbeddedFile" else "")
    )
    if found:
        raise FileRefused(why=f"PDF 文件里带有{found}，不能上传，{AGAIN}")


def _name(one: generic.DictionaryObject, key: str) -> str:
    value = one.get(key, "")
    return str(value) if isinstance(value, generic.NameObject) else ""


def _inflated(stream: generic.StreamObject, most: int) -> int:
    """Return how many bytes a deflated stream unfolds into, without keeping them."""
    filters = stream.get("/Filter", [])
    names = [str(one) for one in (filters if isinstance(filters, generic.ArrayObject) else [filters])]
    if sum(name in ("/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL") for name in names) > 1:
        raise FileRefused(why=f"PDF 文件的内容被反复压缩，不能上传，{AGAIN}")
    if not names or names[0] not in ("/FlateDecode", "/Fl"):
        return 0
    total, data, inflator = 0, stream.encoded_data, zlib.decompressobj()
    for place in range(0, len(data), STEP):
        rest = data[place : place + STEP]
        while rest and not inflator.eof:
            try:
                total += len(inflator.decompress(rest, 16 * STEP))
            except zlib.error:  # readers show what came until here; so does a damaged scan
                return total
            if total > most:
                raise FileRefused(why=f"PDF 文件解开后过大，不能上传，{AGAIN}")
            rest = inflator.unconsumed_tail
    return total
