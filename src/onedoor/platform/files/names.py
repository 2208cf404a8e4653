"""File names as they are kept and given back: the last part, without what a name can do besides naming."""

import unicodedata
from pathlib import PurePosixPath

LONGEST = 80
NEVER_IN_NAMES = frozenset('<>:"/\\|?*')
EXTENSIONS = {
    "application/zip": ".zip",  # made by the platform; nobody hands one in
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "application/pdf": ".pdf",
    "application/ofd": ".ofd",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


def clean_name(name: str, *, media_type: str) -> str:
    """Return a harmless name whose ending says what the content really is; "" when nothing of it is left."""
    last = name.replace("\\", "/").rpartition("/")[2]
    # Control characters, and those that turn the direction of writing so that exe.gpj reads as jpg.exe.
    shown = "".join(one for one in unicodedata.normalize("NFC", last) if unicodedata.category(one)[0] != "C")
    safe = "".join("_" if one in NEVER_IN_NAMES else one for one in shown)
    stem = PurePosixPath(safe).stem.strip(" .")[:LONGEST].strip(" .")
    return stem + EXTENSIONS[media_type] if stem else ""
