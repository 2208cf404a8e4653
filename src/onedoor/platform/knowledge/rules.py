"""Judgements of this room, pure: what has ended under an entry, what a text may be kept as, what a sentence rests on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

VALIDITY_ENDED, ITEM_ENDED = "validity_ended", "item_ended"


def flaws(*, valid_to: date | None, items_end: Sequence[date | None], on: date) -> list[str]:
    """Return why an entry no longer holds on a day (R-HOT-6): its own time is over, or that of an item it speaks of."""
    found = [VALIDITY_ENDED] if valid_to is not None and valid_to <= on else []
    if any(end is not None and end <= on for end in items_end):
        found.append(ITEM_ENDED)
    return found


# Digits that belong to one person, with spaces or dashes between them as people type them.
_GAP = r"[ \-－—]?"
_IDENTITY = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{16}}{_GAP}[\dXx](?![\dXx])")
_OLD_IDENTITY = re.compile(r"(?<!\d)\d{15}(?!\d)")
_CARD = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{15,18}}(?!\d)")
_MOBILE = re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1[3-9](?:{_GAP}\d){{9}}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[ \-－—]?[2-9]\d{6,7}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MASKS = (
    (_MAIL, "‹邮箱已隐去›"),
    (_IDENTITY, "‹证件号码已隐去›"),
    (_CARD, "‹卡号已隐去›"),
    (_OLD_IDENTITY, "‹证件号码已隐去›"),
    (_MOBILE, "‹电话已隐去›"),
    (_LANDLINE, "‹电话已隐去›"),
)
_WIDE = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")


def masked(text: str) -> str:
    """Return a text as it may be kept: numbers that belong to one person are taken out, whoever they belong to."""
    kept = text.translate(_WIDE)
    for pattern, word in _MASKS:
        kept = pattern.sub(word, kept)
    return kept


@dataclass(frozen=True)
class Sentence:
    """A sentence somebody else wrote, with the passages it says it rests on, counted from 1."""

    text: str
    cites: tuple[int, ...]


_CITE = re.compile(r"[\[【［](\d{1,2})[\]】］]")
_END = re.compile(r"(?<=[。！？!?；;\n])")
# Figures, whatever they count; Chinese numerals count where a measure follows.
_FIGURE = re.compile(
    r"\d+(?:[.,]\d+)*%?|[零〇一二两三四五六七八九十百千万亿]+(?=[年月日天元次个人岁份周倍成本册件户口张名位折])"
)
_NAMED = re.compile(r"《[^》]+》|〔[^〕]+〕|第[零〇一二三四五六七八九十百千\d]+[条款项]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]+")
_DENIES = re.compile(r"不得|不能|不可以|不可|不会|不予|不需|不用|不必|不收|无需|无须|没有|禁止|免交|免费|除外|未|不|无")
LEAST_SHARED = 0.6  # of the pairs of characters of a sentence, how many its passage must have
LEAST_RETOLD = 0.5  # of a piece of a passage, how much of it a sentence must say to be about it


def sentences(text: str) -> list[Sentence]:
    """Return the sentences of a text; a mark [1] behind the full stop belongs to the sentence before it."""
    joined = re.sub(r"([。！？!?；;])\s*((?:[\[【［]\d{1,2}[\]】］])+)", r"\2\1", text)
    found = []
    for piece in _END.split(joined):
        plain = _CITE.sub("", piece).strip()
        if plain.strip("。！？!?；;，、 "):
            found.append(Sentence(plain, tuple(int(one) for one in _CITE.findall(piece))))
    return found


def supported(sentence: Sentence, passages: Sequence[str]) -> bool:
    """
    Tell whether a sentence rests on the passages it cites: no figure, name or denial that is not there, and most of its
    words. A sentence that cites nothing, or what was not given, rests on nothing.
    """
    if not sentence.cites or any(not 1 <= one <= len(passages) for one in sentence.cites):
        return False
    cited = "".join(passages[one - 1] for one in sentence.cites)
    if not set(_exact(sentence.text)) <= set(_exact(cited)):
        return False
    if any(name not in cited for name in _NAMED.findall(sentence.text)):
        return False
    spoken = _plain(sentence.text)
    retold = "".join(piece for piece in _pieces(cited) if _shared(_plain(piece), spoken) >= LEAST_RETOLD)
    if sorted(_DENIES.findall(sentence.text)) != sorted(_DENIES.findall(retold)):
        return False
    return _shared(spoken, _plain(cited)) >= LEAST_SHARED


def _exact(text: str) -> Iterator[str]:
    """The figures and Latin names of a text, as they are written."""
    narrow = text.translate(_WIDE)
    yield from (one.replace(",", "") for one in _FIGURE.findall(narrow))
    yield from (one.lower() for one in _LATIN.findall(narrow))


def _pieces(text: str) -> list[str]:
    return [one for one in re.split(r"[。！？!?；;，,、\n]", text) if one.strip()]


def _plain(text: str) -> str:
    return "".join(one for one in text if one.isalnum())


def _shared(one: str, other: str) -> float:
    """Return which part of the pairs of characters of `one` the other has."""
    mine = {one[place : place + 2] for place in range(len(one) - 1)} or {one}
    theirs = {other[place : place + 2] for place in range(len(other) - 1)}
    return len(mine & theirs) / len(mine)
