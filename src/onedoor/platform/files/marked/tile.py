"""One mark as a small picture, slanted and half transparent, and where it is repeated over an area."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from onedoor.platform.files.rendering import NoChineseFont, find_cjk_font

SLANT = 24  # degrees
INK, RIM = (40, 40, 40, 96), (255, 255, 255, 80)  # the rim keeps it legible on what is dark
LEADING, MARGIN = 1.4, 2.2  # of the size of a character
LINES_OF_SIDE = 52  # how many characters' heights the shorter side of an area has


@dataclass(frozen=True)
class Area:
    """What is marked, in pixels or points."""

    width: float
    height: float

    @property
    def character(self) -> float:
        """How high a character should be here."""
        return min(self.width, self.height) / LINES_OF_SIDE

    def fitting(self, tile: Image.Image) -> float:
        """Return how much a tile has to shrink so that one is seen whole."""
        return min(1.0, self.width / tile.width, self.height / tile.height)

    def places(self, width: float, height: float) -> Iterator[tuple[float, float]]:
        """Yield the corners of tiles of this size, one in the middle, every other row moved by half a tile."""
        rows = int(self.height / height / 2) + 1
        columns = int(self.width / width / 2) + 2
        for row in range(-rows, rows + 1):
            for column in range(-columns, columns + 1):
                x = (self.width - width) / 2 + (column + (row % 2) / 2) * width
                y = (self.height - height) / 2 + row * height
                if -width < x < self.width and -height < y < self.height:
                    yield x, y


def drawn(words: tuple[str, ...], *, character: float) -> Image.Image:
    """
    Draw a mark with characters of this many pixels.

    :raises NoChineseFont: see `find_cjk_font`.
    """
    font = _font(round(character))
    rim = max(1, round(character / 14))
    leading = round(character * LEADING)
    width = max(round(font.getlength(line)) for line in words) + 2 * rim
    block = Image.new("RGBA", (width, leading * len(words) + 2 * rim), (*RIM[:3], 0))
    pen = ImageDraw.Draw(block)
    for number, line in enumerate(words):
        start = ((width - font.getlength(line)) / 2, rim + number * leading)
        pen.text(start, line, font=font, fill=INK, stroke_width=rim, stroke_fill=RIM)
    slanted = block.rotate(SLANT, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=(*RIM[:3], 0))
    margin = round(character * MARGIN)
    tile = Image.new("RGBA", (slanted.width + margin, slanted.height), (*RIM[:3], 0))
    tile.paste(slanted, (margin // 2, 0))
    return tile


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    path = find_cjk_font()
    if path is None:
        raise NoChineseFont
    first = ImageFont.truetype(path, size)
    for face in range(10 if path.suffix.lower() == ".ttc" else 0):  # one file holds the faces of several countries
        try:
            font = ImageFont.truetype(path, size, index=face)
        except OSError:
            break
        if str(font.getname()[0]).endswith("SC"):
            return font
    return first
