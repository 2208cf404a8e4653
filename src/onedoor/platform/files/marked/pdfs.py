"""
Mark a PDF on every page, in the copy's own content, so that it is seen, printed and saved with the page.

A signed file is marked by what is appended to it: its signature still proves the part it was made over, and a reader
says that something was added after it. Any other file is written anew, without what lay under the mark as a file.
"""

from collections.abc import Iterator
from typing import IO, Any

from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.images import pil_image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter, copy_into_new_writer

from onedoor.platform.files.contents.pdfs import open_reader
from onedoor.platform.files.marked import tile
from onedoor.platform.files.storage import Aside

SMALLEST = 7  # points a character needs to be read
DRAWN = 36  # pixels of a character: sharp when a page is printed
INHERITED = ("/MediaBox", "/CropBox", "/Rotate", "/Resources")
A4 = (0.0, 0.0, 595.0, 842.0)
SHOWN, MARK = b"Shown", b"Mark"


def mark(content: IO[bytes], words: tuple[str, ...]) -> Aside:
    """Return the marked copy; raises what the reader stumbles over (`contents.pdfs.STUMBLES`)."""
    writer = _writer(content)
    one = tile.drawn(words, character=DRAWN)
    image = pil_image(one, writer)
    for page, known in _pages(writer):
        left, bottom, right, top = _box(known)
        drawing = _drawing(one, tile.Area(right - left, top - bottom), turned=int(known.get("/Rotate", 0)) % 360)
        commands = b"/%b Do\nq 1 0 0 1 %.2f %.2f cm\n%b Q\n" % (SHOWN, left, bottom, drawing)
        pictures = {f"/{SHOWN.decode()}": _as_picture(page, known, writer), f"/{MARK.decode()}": image}
        named = generic.DictionaryObject({pdf_name(name): one for name, one in pictures.items()})
        page[pdf_name("/Resources")] = generic.DictionaryObject({pdf_name("/XObject"): named})
        page[pdf_name("/Contents")] = writer.add_object(_compressed(commands))
        writer.update_container(page)
    aside = Aside()
    writer.write(aside)
    return aside.finish()


def _writer(content: IO[bytes]) -> BasePdfFileWriter:
    reader = open_reader(content)
    if reader.embedded_signatures and not reader.encrypted:
        return IncrementalPdfFileWriter.from_reader(reader)
    return copy_into_new_writer(reader)


def _pages(writer: BasePdfFileWriter) -> Iterator[tuple[generic.DictionaryObject, dict[str, Any]]]:
    """Yield every page once, with what it takes over from the branches of the tree it hangs on."""
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[Any, dict[str, Any]]] = [(writer.root.raw_get("/Pages"), {})]
    while waiting:
        reference, above = waiting.pop()
        if not isinstance(reference, generic.IndirectObject) or (reference.idnum, reference.generation) in seen:
            continue
        seen.add((reference.idnum, reference.generation))
        node = reference.get_object()
        own = above | {key: node[key] for key in INHERITED if key in node}
        if "/Kids" in node:
            kids = node["/Kids"]
            waiting.extend((kids.raw_get(place), own) for place in range(len(kids)))
        else:
            yield node, own


def _box(page: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return what is shown of a page; readers take A4 where a file does not say."""
    x1, y1, x2, y2 = (float(side) for side in page.get("/CropBox") or page.get("/MediaBox") or A4)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _drawing(one: Image.Image, area: tile.Area, *, turned: int) -> bytes:
    """Return the commands that repeat the mark over a page so that it stands upright as the page is shown."""
    if turned in (90, 270):
        area = tile.Area(area.height, area.width)
    # a shown corner (x, y) lies here on the page
    onto = {
        90: b"0 1 -1 0 %.2f 0 cm\n" % area.height,
        180: b"-1 0 0 -1 %.2f %.2f cm\n" % (area.width, area.height),
        270: b"0 -1 1 0 0 %.2f cm\n" % area.width,
    }.get(turned, b"")
    scale = max(SMALLEST, area.character) / DRAWN
    fit = tile.Area(area.width / scale, area.height / scale).fitting(one)
    width, height = one.width * scale * fit, one.height * scale * fit
    return onto + b"".join(
        b"q %.2f 0 0 %.2f %.2f %.2f cm /%b Do Q\n" % (width, height, x, y, MARK) for x, y in area.places(width, height)
    )


def _as_picture(page: generic.DictionaryObject, known: dict[str, Any], writer: BasePdfFileWriter) -> Any:
    """
    Return what a page shows as one picture of its own, so that no scale or colour it leaves behind reaches the mark.

    Many scanners leave the page scaled to one unit; a mark drawn after that would be nowhere to be seen.
    """
    contents = page["/Contents"] if "/Contents" in page else generic.ArrayObject()
    if isinstance(contents, generic.ArrayObject):
        shown = _compressed(b"\n".join(contents[place].data for place in range(len(contents))))
    else:
        kept = {key: contents.raw_get(key) for key in contents if key != "/Length"}
        shown = generic.StreamObject(kept, encoded_data=contents.encoded_data)
    box = known.get("/MediaBox") or generic.ArrayObject(generic.FloatObject(side) for side in A4)
    shown[pdf_name("/Type")], shown[pdf_name("/Subtype")] = pdf_name("/XObject"), pdf_name("/Form")
    shown[pdf_name("/BBox")] = generic.ArrayObject(generic.FloatObject(side) for side in box)
    shown[pdf_name("/Resources")] = known.get("/Resources", generic.DictionaryObject())
    return writer.add_object(shown)


def _compressed(commands: bytes) -> generic.StreamObject:
    stream = generic.StreamObject(stream_data=commands)
    stream.compress()
    return stream
