"""
A picture is drawn anew: straight, no larger than an A4 page at 300 dpi, without anything but its pixels.

The place where a photo was taken, the camera, hidden previews and whatever was appended to the file are gone with it.
"""

import threading
from typing import IO

from PIL import Image, ImageOps

from onedoor.platform.files.contents.refused import FileRefused
from onedoor.platform.files.storage import Aside

MOST_PIXELS = 60_000_000  # more than any phone's ordinary photo; a decompression bomb has more
LONGEST_SIDE = 3508  # pixels: A4 at 300 dots per inch
QUALITY = 88
TOO_LARGE = f"照片尺寸过大，最多 {MOST_PIXELS // 1_000_000} 百万像素，请用手机普通模式重新拍摄后上传。"
PLAIN_MODES = ("1", "L", "LA", "P", "RGB", "RGBA")

# A large picture takes up to 200 MB while it is open: one at a time in a process, however many arrive at once.
_one_at_a_time = threading.Lock()


def redraw(content: IO[bytes]) -> tuple[str, Aside]:
    """
    Return the media type and the picture as it is kept.

    :raises FileRefused: it is too large or does not open.
    """
    with _one_at_a_time:
        try:
            with Image.open(content, formats=("JPEG", "PNG")) as picture:
                return _kept(picture)
        except Image.DecompressionBombError as error:
            raise FileRefused(why=TOO_LARGE) from error
        except (OSError, SyntaxError, ValueError) as error:
            raise FileRefused(why="照片文件已损坏，打不开，请重新拍照上传。") from error


def _kept(picture: Image.Image) -> tuple[str, Aside]:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise FileRefused(why=TOO_LARGE)
    as_png = picture.format == "PNG"
    if max(width, height) > LONGEST_SIDE:
        scale = LONGEST_SIDE / max(width, height)
        picture.draft(picture.mode, (round(width * scale), round(height * scale)))  # a JPEG is opened small at once
    straight = ImageOps.exif_transpose(picture)
    if straight.mode not in PLAIN_MODES or (not as_png and straight.mode != "L"):
        straight = straight.convert("RGB")
    if max(straight.size) > LONGEST_SIDE:
        if straight.mode in ("1", "P"):
            straight = straight.convert("RGBA" if "transparency" in straight.info else "RGB")
        straight.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    straight.info = {name: value for name, value in straight.info.items() if name == "transparency"}
    aside = Aside()
    # Written as a file without a name, so that nothing of what came is taken over.
    straight.save(aside, "PNG" if as_png else "JPEG", quality=QUALITY)  # type: ignore[arg-type]
    return ("image/png" if as_png else "image/jpeg"), aside.finish()
