"""What lines of a paper say, pure: numbers that prove themselves, and what stands beside a label. All of it is ours, not law."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from onedoor.standards import id_numbers

LEAST_TOLD = 0.6  # a line the recogniser is less sure of is told to nobody as a difference
MOST_SLIPS = 4  # digits in which two numbers may differ and be meant as the same


@dataclass(frozen=True)
class Piece:
    """Something read off a paper, with how sure the recogniser was of its line (None: it does not say)."""

    text: str
    confidence: float | None

    @property
    def is_sure(self) -> bool:
        return self.confidence is None or self.confidence >= LEAST_TOLD

    @cached_property
    def tight(self) -> str:
        """The text without spaces: a label that does not stand in it need not be looked for at length."""
        return _tight(self.text)


def pieces(lines: Sequence[dict[str, object]]) -> list[Piece]:
    """Return the lines as they were kept."""
    found = []
    for line in lines:
        share = line["confidence"]
        found.append(Piece(_plain(str(line["text"])), float(share) if isinstance(share, (int, float)) else None))
    return found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


_ID = re.compile(r"(?<![0-9])[0-9](?:\s?[0-9]){16}\s?[0-9Xx](?![0-9])")


def citizen_ids(lines: Sequence[Piece]) -> list[Piece]:
    """Return every identity number whose check digit holds, each once, in the order of the paper."""
    found: dict[str, Piece] = {}
    for line in lines:
        for match in _ID.findall(line.text):
            try:
                number = id_numbers.parse_citizen_id(re.sub(r"\s", "", match)).number
            except ValueError:
                continue
            found.setdefault(number, Piece(number, line.confidence))
    return list(found.values())


def beside(lines: Sequence[Piece], labels: Sequence[str]) -> Piece | None:
    """Return what stands behind the first of these labels on its line, or else the line below it; None: no such label."""
    tight = [_tight(label) for label in labels]
    whole = "\n".join(line.tight for line in lines)
    if not any(label in whole for label in tight):
        return None  # of most questions a paper says nothing; a search of every line for each makes a dense one slow
    starts = rf"(?:^|[\s,;.。:(])(?:{'|'.join(map(_spaced, labels))})\s*[:：]?\s*(.*)$"
    for number, line in enumerate(lines):
        if not any(label in line.tight for label in tight):
            continue
        match = re.search(starts, line.text)
        if match is None:
            continue
        if match[1]:
            return Piece(match[1], line.confidence)
        if number + 1 < len(lines):
            return lines[number + 1]
    return None


def _tight(text: str) -> str:
    return "".join(text.split())


def _spaced(label: str) -> str:
    return r"\s*".join(map(re.escape, label))


_SHAPES = {
    "person_name": re.compile(r"^[㐀-鿿·•.]{2,20}?(?=\s|$|[,;]|性别|民族|出生|住址|公民身份)"),
    "date": re.compile(r"\d{4}\s*(?:年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|[-/.]\d{1,2}[-/.]\d{1,2})"),
    "money": re.compile(r"^¥?\s*\d[\d,]*(?:\.\d{1,2})?"),
    "citizen_id": _ID,
    "bank_card": re.compile(r"(?<!\d)\d(?:\s?\d){11,18}(?!\d)"),
    "credit_code": re.compile(r"[0-9A-Z]{18}"),
}
COMPARED = frozenset(_SHAPES)


def shaped(piece: Piece, kind: str) -> Piece | None:
    """Return the part of a piece that has the shape of this type of answer; None: it has none."""
    match = _SHAPES[kind].search(piece.text)
    return Piece(re.sub(r"[\s¥]", "", match[0]), piece.confidence) if match else None


def slips(one: str, other: str) -> int:
    """Return in how many places two numbers differ."""
    return sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))


@dataclass(frozen=True)
class Named:
    """A person as declared: where the name and the number stand, and what is filled in there ("" where nothing is)."""

    name_path: str
    name: str
    id_path: str
    number: str


def same_person(found_name: str, found_number: str, declared: Sequence[Named]) -> Named | None:
    """
    Return whom of those declared a paper is about: who has its number, else its name, else a number with a slip or two,
    else the only one there is. None: nobody can tell.
    """
    by_number = [one for one in declared if found_number and one.number == found_number]
    by_name = [one for one in declared if found_name and one.name == found_name]
    near = [one for one in declared if found_number and one.number and slips(one.number, found_number) <= MOST_SLIPS]
    for candidates in (by_number, by_name, near, declared):
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            return None
    return None
