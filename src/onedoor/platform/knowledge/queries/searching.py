"""One search over items, policies and answers, offices and public registers: what fits, why, and what to do if nothing does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from rapidfuzz import process
from rapidfuzz.distance import OSA

from onedoor.platform.catalog.queries import ItemCard, item_cards
from onedoor.platform.identity import queries as identity
from onedoor.platform.knowledge import reading
from onedoor.platform.knowledge.indexing import in_time
from onedoor.platform.knowledge.matching import Matches, Tree
from onedoor.platform.knowledge.models import SearchRow
from onedoor.platform.knowledge.reading import Reading, Synonyms
from onedoor.platform.knowledge.words import cut, initials, is_latin, normalise, runs, sound

NATION = "000000000000"
SUGGESTED = 6  # offered while somebody types: what fits above the keys of a phone
SHOWN = 20  # of each group
MOST_READ = 300  # rows that are put in order
ALIKE = 0.75  # from this likeness on a name is taken for what was meant
SNIPPET = 90
Kind = SearchRow.Kind
GROUPS = (Kind.ITEM, Kind.CLAUSE, Kind.OFFICE, Kind.REGISTER)
SMALL = (Kind.ITEM, Kind.CLAUSE, Kind.OFFICE)


@dataclass(frozen=True)
class Place:
    """Where somebody searches: what holds there comes from above, offices and registers also from within."""

    chain: Sequence[str]
    ranges: Sequence[tuple[str, str]]

    @property
    def condition(self) -> Q:
        inside = Q(division__in=[NATION, *self.chain])
        for start, end in self.ranges:
            inside |= Q(division__gte=start, division__lt=end)
        return inside


@dataclass(frozen=True)
class Hit:
    """Something found, with the reason."""

    kind: str
    code: str  # of an item, else ""
    title: str
    title_en: str
    summary: str
    address: str
    cited: str
    line: str
    reason: str
    score: int


@dataclass(frozen=True)
class Group:
    kind: str
    title: str
    hits: Sequence[Hit]
    more: bool


@dataclass(frozen=True)
class Found:
    """What a search found; `corrected` is what was searched instead where the words themselves found nothing."""

    text: str
    groups: Sequence[Group]
    corrected: str = ""

    @property
    def total(self) -> int:
        return sum(len(group.hits) for group in self.groups)

    def hits(self, kind: str) -> Sequence[Hit]:
        return next((group.hits for group in self.groups if group.kind == kind), ())


def place_at(*, division: str, on: date) -> Place:
    """Return the place of a search; the whole country where none is chosen."""
    if division in ("", NATION):
        return Place((NATION,), (("", "~"),))
    return Place(identity.chain(division), identity.subtree_range(division, on=on))


def search(*, text: str, place: Place, on: date, kinds: Sequence[str] = GROUPS, most: int = SHOWN) -> Found:
    """
    Return what fits a person's own words: names, what people say instead, pinyin, initials, words of a text.

    Where nothing fits, the nearest name is searched instead, and said to be so. At most three database queries; two more
    where nothing was found.
    """
    known = reading.synonyms()
    asked = reading.read(text, known)
    hits = _hits(asked, place, on, kinds)
    if hits or not asked.whole:
        return Found(text, _grouped(hits, kinds, most))
    meant = _meant(asked, known, place, on)
    if not meant:
        return Found(text, ())
    instead = _hits(reading.read(meant, known), place, on, kinds)
    return Found(text, _grouped(instead, kinds, most), meant if instead else "")


def items_about(*, words: Sequence[str], place: Place, on: date) -> list[ItemCard]:
    """Return the items that have to do with any of these words, what fits best first; three database queries."""
    known = reading.synonyms()
    asked = reading.of_words(words, known)
    hits = _scored(_rows(reading.any_tree(asked), place, on, [Kind.ITEM]), asked)
    return cards_of(sorted(hits, key=lambda hit: (-hit.score, hit.title)), on=on)


def cards_of(hits: Sequence[Hit], *, on: date) -> list[ItemCard]:
    """Return the cards of the items among what was found, in the same order; one query."""
    return item_cards([hit.code for hit in hits if hit.code], on=on)


def _hits(asked: Reading, place: Place, on: date, kinds: Sequence[str]) -> list[Hit]:
    tree = reading.tree_of(asked)
    if tree is None:
        return []
    small = [kind for kind in SMALL if kind in kinds]
    found = _scored(_rows(tree, place, on, small), asked)
    loose = reading.any_tree(asked)
    if not found and small and loose is not None and len(asked.words) > 1:
        found = _scored(_rows(loose, place, on, small), asked)
    names = reading.tree_of(asked, names_only=True)
    if Kind.REGISTER in kinds and names is not None:
        found += _scored(_rows(names, place, on, [Kind.REGISTER]), asked)
    return sorted(found, key=lambda hit: (-hit.score, hit.title, hit.address))


def _rows(tree: Tree | None, place: Place, on: date, kinds: Sequence[str]) -> list[SearchRow]:
    """Read a bounded number of rows: whoever types one common word gets some of them, and quickly."""
    if tree is None:
        return []
    inside = SearchRow.objects.filter(Matches(tree), place.condition, in_time(on), kind__in=kinds)
    return list(inside.defer("tokens")[:MOST_READ])


def _scored(rows: Sequence[SearchRow], asked: Reading) -> list[Hit]:
    best: dict[str, Hit] = {}
    for row in rows:
        score, reason = _judge(row, asked)
        hit = Hit(
            kind=row.kind,
            code=row.source.partition(":")[2] if row.kind == Kind.ITEM else "",
            title=row.title,
            title_en=row.title_en,
            summary=_snippet(row, asked),
            address=row.address,
            cited=row.cited,
            line=row.line,
            reason=reason,
            score=score,
        )
        # The versions of an item and the clauses of an entry are one find: the best of them.
        if row.source not in best or best[row.source].score < score:
            best[row.source] = hit
    return list(best.values())


def _judge(row: SearchRow, asked: Reading) -> tuple[int, str]:
    """Return how well a row fits, and why it was found, in words."""
    names = [normalise(name) for name in (row.title, *row.names)]
    shown = [row.title, *row.names]
    whole, core = asked.whole, asked.core
    for wanted in (whole, core):
        if wanted == names[0]:
            return 200, "名称一致"
        if wanted in names:
            return 180, f"又叫“{shown[names.index(wanted)]}”"
    for word in asked.words:
        for meaning in word.meanings:
            if any(meaning in name for name in names):
                return 170, f"“{word.said}”就是“{meaning}”"
    squeezed = "".join(runs(whole))
    if is_latin(squeezed):
        return _judge_latin(names, shown, squeezed)
    if any(name.startswith(core) for name in names):
        return 150, "名称里有"
    inside = [word for word in asked.words if any(word.said in name for name in names)]
    if len(inside) == len(asked.words):
        return 120, "名称里有"
    return 40 + 60 * len(inside) // max(len(asked.words), 1), "名称和内容里有" if inside else "内容里有"


def _judge_latin(names: Sequence[str], shown: Sequence[str], typed: str) -> tuple[int, str]:
    for name, original in zip(names, shown, strict=True):
        if sound(name) == typed or initials(name) == typed:
            return 160, f"“{original}”的拼音"
    for name, original in zip(names, shown, strict=True):
        if "".join(runs(name)).startswith(typed):
            return 150, f"“{original}”"
        if typed in sound(name) or typed in initials(name):
            return 130, f"“{original}”的拼音"
    return 60, "名称或内容里有"


def _snippet(row: SearchRow, asked: Reading) -> str:
    """Return what is shown of a text: from a little before the first word that was looked for."""
    if len(row.text) <= SNIPPET:
        return row.text
    places = [row.text.find(phrase) for word in asked.words for phrase in word.phrases if phrase in row.text]
    start = max(min(places, default=0) - 12, 0)
    end = start + SNIPPET
    return f"{'…' if start else ''}{row.text[start:end]}{'…' if end < len(row.text) else ''}"


def _grouped(hits: Sequence[Hit], kinds: Sequence[str], most: int) -> list[Group]:
    groups = []
    for kind in kinds:
        own = [hit for hit in hits if hit.kind == kind]
        if own:
            groups.append(Group(str(kind), str(Kind(kind).label), own[:most], len(own) > most))
    return groups


def _meant(asked: Reading, known: Synonyms, place: Place, on: date) -> str:
    """Return the name that looks or sounds most like what was typed, "" where none does; one query."""
    typed = asked.core or asked.whole
    if len("".join(runs(typed))) < 2:
        return ""
    rows = SearchRow.objects.filter(place.condition, in_time(on), kind=Kind.ITEM).values_list("title", "names")
    vocabulary = dict.fromkeys([*known, *(name for title, names in rows for name in (title, *names))])
    spoken: dict[str, str] = {}
    for name in vocabulary:
        plain = normalise(name)
        spoken.setdefault(sound(plain), name)
        for word in cut(plain):
            if len(word) > 1:
                spoken.setdefault(sound(word), word)
    found = process.extractOne(
        sound(typed), list(spoken), scorer=OSA.normalized_similarity, score_cutoff=ALIKE, processor=None
    )
    return spoken[found[0]] if found else ""
