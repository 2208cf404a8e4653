"""Mark a picture: a copy of the same size and format with the mark over all of it."""

from typing import IO

from PIL import Image

from onedoor.platform.files.contents.pictures import QUALITY
from onedoor.platform.files.marked import tile
from onedoor.platform.files.storage import Aside

SMALLEST = 12  # pixels a character needs to be read; on a small photo the mark covers more of it


def mark(content: IO[bytes], words: tuple[str, ...]) -> Aside:
    """:raises OSError: the picture does not open."""
    with Image.open(content, formats=("JPEG", "PNG")) as stored:
        kind = str(stored.format)
        picture = stored.convert(_mode(stored))
    area = tile.Area(*picture.size)
    one = tile.drawn(words, character=max(SMALLEST, area.character))
    shrunk = area.fitting(one)
    if shrunk < 1:
        one = one.resize((max(1, int(one.width * shrunk)), max(1, int(one.height * shrunk))))
    _lay_over(picture, one, area)
    aside = Aside()
    picture.save(aside, kind, quality=QUALITY)  # type: ignore[arg-type]
    return aside.finish()


def _mode(picture: Image.Image) -> str:
    """Return in which colours a mark can be laid over it: grey stays grey, what can be seen through stays so."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        return "RGBA"
    return "L" if picture.mode in ("1", "L") else "RGB"


def _lay_over(picture: Image.Image, one: Image.Image, area: tile.Area) -> None:
    """Tile by tile and in place: a second layer of the whole size is never in memory."""
    shade, opacity = one.convert(picture.mode), one.getchannel("A")
    for left, top in area.places(*one.size):
        x, y = round(left), round(top)
        if picture.mode == "RGBA":
            # what lies over the edge is cut by hand: this function does not
            piece = one.crop((max(0, -x), max(0, -y), one.width, one.height))
            picture.alpha_composite(piece, (max(0, x), max(0, y)))
        else:
            picture.paste(shade, (x, y), opacity)
