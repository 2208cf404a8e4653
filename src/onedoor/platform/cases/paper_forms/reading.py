"""Find the code of a printed form on its scan or photo."""

import threading
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO

import pypdfium2  # type: ignore[import-untyped]
import zxingcpp
from PIL import Image, UnidentifiedImageError

from onedoor.platform.cases.paper_forms.codes import PaperCode, parse

MOST_PAGES = 6  # each page of a form has the code; a scan whose first six have none is no form
LONGEST_SIDE = 2400  # pixels: a code of 24 mm on A4 is then 190 wide
_lock = threading.Lock()  # pdfium is not for two threads at a time


def code_on(content: bytes) -> PaperCode | None:
    """Return the code on a picture or PDF; None when there is none to be read, or it is no form of ours."""
    for page in _pages(content):
        for found in zxingcpp.read_barcodes(page):
            code = parse(found.text)
            if code is not None:
                return code
    return None


def _pages(content: bytes) -> Iterator[Image.Image]:
    if content.startswith(b"%PDF"):
        yield from _pdf_pages(content)
        return
    try:
        picture = Image.open(BytesIO(content))
        picture.draft("L", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded no larger than needed
        grey = picture.convert("L")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return  # what is no picture is refused, with its reason, where it is stored
    grey.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    yield grey


def _pdf_pages(content: bytes) -> Iterator[Image.Image]:
    with _lock:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError:
            return
        with closing(document):
            pictures = [_drawn(document, number) for number in range(min(len(document), MOST_PAGES))]
    yield from pictures


def _drawn(document: pypdfium2.PdfDocument, number: int) -> Image.Image:
    page = document[number]
    with closing(page):
        picture: Image.Image = page.render(scale=LONGEST_SIDE / max(*page.get_size(), 1), grayscale=True).to_pil()
        return picture
