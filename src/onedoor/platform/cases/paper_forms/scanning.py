"""
Read the barcodes of a scan in a process of its own, with limits: `reading` starts it as a script, outside of Django.

The scan comes by standard input; out goes a line of JSON for each page, the texts on it, up to the first page with `marker`.
"""

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO

import pypdfium2  # type: ignore[import-untyped]
import zxingcpp
from PIL import Image

CPU_SECONDS, MEMORY = 3, 1 << 30
MOST_PAGES = 6  # each page of a form has the code; a scan whose first six have none is no form
LONGEST_SIDE = 2400  # pixels: a code of 24 mm on A4 is then 190 wide


def main(marker: str, most_pixels: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for page in _pages(sys.stdin.buffer.read(), most_pixels):
        texts = [found.text for found in zxingcpp.read_barcodes(page)]
        sys.stdout.write(json.dumps(texts) + "\n")
        sys.stdout.flush()
        if any(marker in text for text in texts):
            return


def _pages(content: bytes, most_pixels: int) -> Iterator[Image.Image]:
    if content.startswith(b"%PDF"):
        yield from _pdf_pages(content)
        return
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > most_pixels:
                return
            picture.draft("L", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded no larger than needed
            grey = picture.convert("L")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return  # what is no picture is refused, with its reason, where it is stored
    grey.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    yield grey


def _pdf_pages(content: bytes) -> Iterator[Image.Image]:
    try:
        with closing(pypdfium2.PdfDocument(content)) as document:
            for number in range(min(len(document), MOST_PAGES)):
                with closing(document[number]) as page:
                    scale = LONGEST_SIDE / max(*page.get_size(), 1)
                    yield page.render(scale=scale, grayscale=True).to_pil()
    except pypdfium2.PdfiumError:
        return


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
