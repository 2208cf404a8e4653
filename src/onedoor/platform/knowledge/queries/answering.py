"""From a question to passages: what is quoted, from which version and clause, or that nobody knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from onedoor.platform.catalog.queries import ItemNotFound, ItemSuspended, read_guide
from onedoor.platform.knowledge import reading
from onedoor.platform.knowledge.indexing import in_time
from onedoor.platform.knowledge.matching import Matches
from onedoor.platform.knowledge.models import SearchRow
from onedoor.platform.knowledge.passages import ASKED, passages_of
from onedoor.platform.knowledge.queries.searching import Place, search
from onedoor.platform.knowledge.reading import Reading, Synonyms, Word
from onedoor.platform.knowledge.words import cut, normalise

MOST_QUOTED = 3
MOST_READ = 400
ENOUGH = 0.6  # of what a question is about, how much a passage must speak of; below it the answer is 不知道
Kind = SearchRow.Kind


@dataclass(frozen=True)
class Passage:
    """A retrieved text with where it stands, word for word."""

    title: str
    text: str
    cited: str
    address: str

    def as_data(self) -> dict[str, Any]:
        return vars(self).copy()


def passages_for(*, question: str, place: Place, on: date) -> list[Passage]:
    """
    Return the passages that answer a question, the best first; none where nothing speaks of what is asked.

    A passage of an item is read from the item as it is offered at the place, so that it says what the item's page says.
    """
    known = reading.synonyms()
    sections, asked = _asked_for(question, known)
    found = _ranked(asked, sections, place, on)
    if not found and asked.words:
        # What nobody here calls so may be pinyin, or a slip of the hand.
        meant = search(text=asked.core, place=place, on=on, kinds=[Kind.ITEM], most=1)
        hits = meant.hits(Kind.ITEM)
        name = meant.corrected or (hits[0].title if hits and asked.core.isascii() else "")
        found = _ranked(reading.read(name, known), sections, place, on) if name else []
    quoted = [passage for row in found for passage in _quoted(row, place, on)]
    return list(dict.fromkeys(quoted))[:MOST_QUOTED]


def _asked_for(question: str, known: Synonyms) -> tuple[list[str], Reading]:
    """Return which sections of a guide a question asks for, and what it is about without the words for that."""
    whole = normalise(question)
    sections = [part for part, phrases in ASKED.items() if any(phrase in whole for phrase in phrases)]
    asked = reading.read(whole, known)
    spoken = {word for part in sections for phrase in ASKED[part] for word in [phrase, *cut(phrase)]}
    spoken |= reading.SAID_ANYWAY
    about = tuple(word for word in asked.words if word.said not in spoken and len(word.said) > 1)
    return sections, Reading(whole, about)


def _ranked(asked: Reading, sections: Sequence[str], place: Place, on: date) -> list[SearchRow]:
    tree = reading.any_tree(asked)
    if tree is None:
        return []
    rows = SearchRow.objects.filter(
        Matches(tree), place.condition, in_time(on), kind__in=[Kind.GUIDE, Kind.CLAUSE]
    ).order_by("pk")[:MOST_READ]
    scored = [(_score(row, asked, sections), -place_in_list, row) for place_in_list, row in enumerate(rows)]
    good = [one for one in scored if one[0] >= ENOUGH]
    best = max((one[0] for one in good), default=0.0)
    near = [one for one in good if one[0] >= best - 0.35]
    return [row for _, _, row in sorted(near, key=lambda one: (-one[0], -one[1]))][: MOST_QUOTED + 2]


def _score(row: SearchRow, asked: Reading, sections: Sequence[str]) -> float:
    """
    Return how well a passage answers: which part of what is asked about it speaks of, more where it is the very name,
    and more where it is the section asked for.
    """
    names = normalise("".join((row.title, *row.names)))
    text = names + normalise(row.text)
    total = sum(len(word.said) for word in asked.words)
    covered = sum(len(word.said) for word in asked.words if _speaks(word, text))
    if total == 0 or not covered:
        return 0.0
    score = covered / total
    part = row.part.partition("#")[2]
    if row.kind == Kind.GUIDE:
        if sections:
            return score + (0.5 if part in sections else -0.3)
        return score + (0.2 if part == "gives" else 0.1 if part == "conditions" else -0.1)
    inside = sum(len(word.said) for word in asked.words if _speaks(word, normalise(row.text)))
    return score + 0.4 * inside / total


def _speaks(word: Word, text: str) -> bool:
    return any(phrase in text or _in_parts(phrase, text) for phrase in word.phrases)


def _in_parts(phrase: str, text: str) -> bool:
    parts = [one for one in cut(phrase) if len(one) > 1]
    return len(parts) > 1 and all(one in text for one in parts)


def _quoted(row: SearchRow, place: Place, on: date) -> list[Passage]:
    if row.kind == Kind.CLAUSE:
        return [Passage(row.title, row.text, row.cited, row.address)]
    code, part = row.source.partition(":")[2], row.part.partition("#")[2]
    try:
        guide = read_guide(code=code, chain=place.chain, on=on)
    except (ItemNotFound, ItemSuspended):
        return []
    version = guide.version.version
    return [
        Passage(
            title=f"{guide.item.title} · {one.title}",
            text=one.text,
            cited=f"{guide.item.title} · {one.title}（事项第 {version} 版）",
            address=f"/items/{code}/#{part}",
        )
        for one in passages_of(guide.item)
        if one.part == part
    ]
