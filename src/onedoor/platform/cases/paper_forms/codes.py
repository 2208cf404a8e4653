"""
The code on a printed form: which item's version it asks for, or whose draft it prints; typed by hand or read from its QR code.

`B-000C-7QK` is a blank form of version 12; `D-4F7ZK2M9QP-3VX` a draft by the first fifty bits of its number. The last three letters
check the others, so that a slip of the pen finds nothing instead of somebody else's draft. A code opens nothing: who may not see a
draft does not get to it by its code either.
"""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from onedoor.platform.kernel.crypto import sm3

ADDRESS = "/paper/?code="  # of the page where a scan is handed in, as the QR code has it
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that looks like another
LOOKALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
CHECK = 3
DRAFT = 10  # letters of five bits
REST = 128 - 5 * DRAFT  # bits of a draft's number that its code leaves out


@dataclass(frozen=True)
class PaperCode:
    """What a code names. `value`: the version's key of a blank form, the leading bits of a draft's number."""

    kind: Literal["B", "D"]
    value: int

    def __str__(self) -> str:
        body = _letters(self.value, DRAFT if self.kind == "D" else 4)
        return f"{self.kind}-{body}-{_check(self.kind, body)}"

    @property
    def drafts(self) -> tuple[UUID, UUID]:
        """Return the first and the last number a draft with this code can have."""
        return UUID(int=self.value << REST), UUID(int=((self.value + 1) << REST) - 1)


def of_version(pk: int) -> PaperCode:
    return PaperCode("B", pk)


def of_draft(pk: UUID) -> PaperCode:
    return PaperCode("D", pk.int >> REST)


def parse(text: str) -> PaperCode | None:
    """Return what a code says that was typed (spaces, dashes and small letters do not matter) or read as an address; None for any other."""
    plain = "".join(_typed_or_addressed(text).split()).replace("-", "").upper()
    kind, rest = plain[:1], plain[1:].translate(LOOKALIKE)
    body, check = rest[:-CHECK], rest[-CHECK:]
    whole = len(body) == DRAFT if kind == "D" else kind == "B" and 4 <= len(body) <= 12
    if not whole or not set(rest) <= set(LETTERS) or _check(kind, body) != check:
        return None
    value = 0
    for letter in body:
        value = value * 32 + LETTERS.index(letter)
    return PaperCode("D" if kind == "D" else "B", value)


def _typed_or_addressed(text: str) -> str:
    if "://" not in text:
        return text
    try:
        found = parse_qs(urlsplit(text.strip()).query).get("code", [""])
    except ValueError:  # an address that is none: a://[
        return ""
    return found[0]


def _letters(value: int, least: int) -> str:
    out = ""
    while value:
        value, place = divmod(value, 32)
        out = LETTERS[place] + out
    return out.rjust(least, "0")


def _check(kind: str, body: str) -> str:
    digest = int.from_bytes(sm3(f"paper form {kind}{body}".encode())[:2], "big")
    return _letters(digest % 32**CHECK, CHECK)
