"""Tell a recording by its first bytes. It is heard once by a machine and destroyed; nobody is ever given it to open."""

from onedoor.platform.files.contents.checks import Taken
from onedoor.platform.files.contents.refused import FileRefused
from onedoor.platform.files.storage import Aside

LARGEST = 5_000_000  # bytes: a few minutes of a telephone's recorder
NOT_TAKEN = "这里只能上传录音（M4A、MP3、WAV、OGG、WebM、FLAC），这个文件的内容不是，请重新选择。"
TOO_LARGE = "录音最多 5 MB，大约三分钟，请说短一点重新录。"


def take_recording(aside: Aside) -> Taken:
    """
    Return a recording as it came, with what it really is.

    :raises FileRefused: it is no recording, or longer than a message is.
    """
    if aside.size > LARGEST:
        raise FileRefused(why=TOO_LARGE)
    with aside.open() as content:
        media_type = _media_type(content.read(16))
    if not media_type:
        raise FileRefused(why=NOT_TAKEN)
    return Taken(aside, None, media_type)


def _media_type(head: bytes) -> str:
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp" and head[8:11] in (b"M4A", b"mp4", b"iso", b"3gp"):
        return "audio/mp4"
    if head[:3] == b"ID3" or head[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"):
        return "audio/mpeg"
    starts = {b"OggS": "audio/ogg", b"fLaC": "audio/flac", b"\x1a\x45\xdf\xa3": "audio/webm"}
    return starts.get(head[:4], "")


ENDINGS = {"audio/wav": "wav", "audio/mp4": "m4a", "audio/mpeg": "mp3", "audio/ogg": "ogg"} | {
    "audio/flac": "flac",
    "audio/webm": "webm",
}
