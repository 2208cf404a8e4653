"""Look at a file's content: what it really is, and whether it can be taken."""

import io

from PIL import Image, UnidentifiedImageError

from onedoor.platform.kernel.errors import OneDoorError

LARGEST_PICTURE = 60_000_000  # pixels; a decompression bomb is larger than any phone's photo


class FileRefused(OneDoorError):
    code, http_status, message = "files.refused", 422, "{why}"


def media_type_of(content: bytes) -> str:
    """
    Return the media type the content itself shows: JPEG, PNG or PDF.

    :raises FileRefused: anything else, with what to do.
    """
    if content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        raise FileRefused(why="这是 HEIC 格式照片，请在手机“设置—相机—格式”中选“兼容性最佳”后重拍，或截图后上传。")
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return _picture(content)
    raise FileRefused(why="只能上传照片（JPG、PNG）或 PDF 文件，这个文件的内容不是，请重新拍照上传。")


def _picture(content: bytes) -> str:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
            kind = picture.format
            if width * height > LARGEST_PICTURE:
                raise FileRefused(why="照片尺寸过大，请用手机普通模式重新拍摄后上传。")
            picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise FileRefused(why="照片文件已损坏，打不开，请重新拍照上传。") from error
    return "image/png" if kind == "PNG" else "image/jpeg"
