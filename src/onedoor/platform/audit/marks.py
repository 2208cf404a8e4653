"""
The code in the mark of a copy that somebody was given: number and secret of the look it was given for.

The number finds the row at once; without the secret, which stands in the row, nobody can make up a code that points to
somebody else's look.
"""

import secrets

from django.db.models import QuerySet

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.kernel.errors import NotFound

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another when read off a photo
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "—": "-", "－": "-"})
SECRET = 6  # letters of five bits each
LONGEST_NUMBER = 12  # letters: what a database's own numbers hold


class NoSuchMark(NotFound):
    code, message = "audit.no_such_mark", "没有这个水印码，或它不在您的管辖范围内。请对照文件上的水印逐字核对。"


def new_secret() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(SECRET))


def code_of(entry: AuditEntry) -> str:
    """Return the code of a look, "" for one that gave no marked copy."""
    secret = entry.details.get("mark", "")
    return f"{_written(entry.pk)}-{secret}" if secret else ""


def look_behind(code: str, *, among: QuerySet[AuditEntry]) -> AuditEntry:
    """
    Return the look for which the copy with this code was given, as the code was typed off it.

    :raises NoSuchMark: there is none among these.
    """
    cleaned = code.strip().upper().replace(" ", "").translate(READ_AS)
    number = cleaned.partition("-")[0]
    if not 0 < len(number) <= LONGEST_NUMBER or set(number) - set(LETTERS):
        raise NoSuchMark
    entry = among.filter(pk=_read(number)).first()
    if entry is None or code_of(entry) != cleaned:
        raise NoSuchMark
    return entry


def _read(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * len(LETTERS) + LETTERS.index(letter)
    return number


def _written(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number, len(LETTERS))
        letters = LETTERS[rest] + letters
    return letters or "0"
