"""A picture of a text as it lies open: drawn anew twice, large for who asks for it, small for the first view of the page."""

import io
from dataclasses import dataclass
from typing import IO

from PIL import Image

from onedoor.platform.files.contents import FileRefused

LARGE, SMALL = (1280, 4000), (640, 960)  # pixels, as wide and as high as it gets
LARGE_BYTES, SMALL_BYTES = 900_000, 12_000  # WeChat takes less than 1 MB; a page's first view is 60 KB with everything
SHORTEST_SIDE = 32
QUALITIES = (82, 70, 55, 40, 30, 20, 10)


@dataclass(frozen=True)
class Drawn:
    large: bytes  # JPEG
    small: bytes  # WebP
    width: int
    height: int


def draw(content: IO[bytes]) -> Drawn:
    """
    Return a picture, already known to be one, in both sizes and without anything but its pixels.

    :raises FileRefused: nobody could see anything on it.
    """
    with Image.open(content, formats=("JPEG", "PNG")) as opened:
        if min(opened.size) < SHORTEST_SIDE:
            raise FileRefused(why="图片太小，看不清内容，请换一张大一点的。")
        picture = _on_white(opened)
    picture.thumbnail(LARGE)
    large = _within(picture, "JPEG", LARGE_BYTES)
    width, height = picture.size
    picture.thumbnail(SMALL)
    small = _within(picture, "WEBP", SMALL_BYTES)
    return Drawn(large, small, width, height)


def _on_white(opened: Image.Image) -> Image.Image:
    """Return its pixels alone; what is transparent becomes paper."""
    if opened.mode in ("RGBA", "LA", "P"):
        seen = opened.convert("RGBA")
        paper = Image.new("RGB", seen.size, "white")
        paper.paste(seen, mask=seen.getchannel("A"))
        return paper
    plain = opened.convert("RGB")
    plain.info = {}
    return plain


def _within(picture: Image.Image, form: str, most: int) -> bytes:
    """Return it as good as `most` bytes allow; one that stays too heavy is made smaller."""
    while True:
        for quality in QUALITIES:
            held = io.BytesIO()
            picture.save(held, form, quality=quality)
            if held.tell() <= most:
                return held.getvalue()
        picture = picture.resize((max(1, picture.width * 3 // 4), max(1, picture.height * 3 // 4)))
