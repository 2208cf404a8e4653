"""What somebody means by the words they type: which of them carry meaning, and what else the same is called."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from onedoor.platform.knowledge.matching import Term, Tree, either, every
from onedoor.platform.knowledge.models import Synonym
from onedoor.platform.knowledge.words import DATA, LONGEST_QUERY, cut, is_latin, normalise, pairs, parts, runs

# What a question is put with and what nearly every item says: it tells nothing of what is looked for.
SAID_ANYWAY = frozenset((DATA / "said_anyway.txt").read_text(encoding="utf-8").split())
Synonyms = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Word:
    """One word that carries meaning, with what it is called here."""

    said: str
    meanings: tuple[str, ...] = ()

    @property
    def phrases(self) -> tuple[str, ...]:
        return (self.said, *self.meanings)


@dataclass(frozen=True)
class Reading:
    """A text as it is searched."""

    whole: str
    words: tuple[Word, ...]

    @property
    def core(self) -> str:
        """What is left without the words that tell nothing."""
        joined = "".join(word.said for word in self.words)
        return " ".join(word.said for word in self.words) if joined.isascii() else joined


@lru_cache(maxsize=1)
def shipped_synonyms() -> dict[str, tuple[str, ...]]:
    """Return the synonyms that come with the code."""
    with (DATA / "synonyms.csv").open(encoding="utf-8") as file:
        return {row["word"]: tuple(row["meanings"].split("|")) for row in csv.DictReader(file)}


def synonyms() -> dict[str, tuple[str, ...]]:
    """Return what people say and what it is called here, the administrators' rows before the shipped ones; one query."""
    own = {row.word: tuple(row.meanings) for row in Synonym.objects.all()}
    together = shipped_synonyms() | own
    return {normalise(word): tuple(map(normalise, meanings)) for word, meanings in together.items() if meanings}


def read(text: str, known: Synonyms) -> Reading:
    """Return what a text asks for; where it consists of empty words alone, they are what is looked for."""
    whole = normalise(text)[:LONGEST_QUERY]
    said = [word for run in runs(whole) for word in _words(run, known)]
    telling = [word for word in said if word not in SAID_ANYWAY] or said
    return Reading(whole, tuple(Word(word, known.get(word, ())) for word in dict.fromkeys(telling)))


def of_words(words: Sequence[str], known: Synonyms) -> Reading:
    """Return these words as they stand as what is asked for."""
    return Reading(" ".join(words), tuple(Word(normalise(word), known.get(normalise(word), ())) for word in words))


def _words(run: str, known: Synonyms) -> list[str]:
    """Return a run word by word, the longest known saying first, wherever the segmenter would cut it."""
    if is_latin(run):
        return [run]
    for length in range(min(len(run), max(map(len, known), default=0)), 1, -1):
        for place in range(len(run) - length + 1):
            if run[place : place + length] in known:
                before, after = run[:place], run[place + length :]
                return [
                    *(_words(before, known) if before else []),
                    run[place : place + length],
                    *(_words(after, known) if after else []),
                ]
    return cut(run)


def tree_of(reading: Reading, *, names_only: bool = False) -> Tree | None:
    """Return the question that asks for all the words; None where nothing was typed that could be looked for."""
    letters = "".join(runs(reading.whole))
    if not reading.words or (letters.isascii() and len(letters) < 2):
        return None
    words = every([_word_tree(word, names_only=names_only) for word in reading.words])
    if not letters.isascii():
        return words
    # Typed in Latin letters it may be English, or pinyin, or initials, with spaces anywhere.
    return either([words, Term(f"p{letters}", prefix=True), Term(f"i{letters}", prefix=True)])


def any_tree(reading: Reading) -> Tree | None:
    """Return the question that asks for one of the words at least."""
    told = [_word_tree(word) for word in reading.words if len(word.said) > 1]
    return either(told) if told else None


def _word_tree(word: Word, *, names_only: bool = False) -> Tree:
    found = [tree for phrase in word.phrases for tree in _phrase_trees(phrase, names_only)]
    return either(found)


def _phrase_trees(phrase: str, names_only: bool) -> list[Tree]:
    """Return how a phrase is found: in a name by its pairs, in a text by its words."""
    stretches = runs(phrase)
    trees = [every([tree for run in stretches for tree in _in_name(run)])] if stretches else []
    if not names_only and (telling := [one for one in cut(phrase) if is_latin(one) or len(one) > 1]):
        trees.append(every([_in_text(one) for one in telling]))
    return trees


def _in_name(run: str) -> Sequence[Tree]:
    if is_latin(run) or len(run) == 1:
        return [Term(f"t{run}", prefix=True)]
    return [Term(f"t{pair}") for pair in pairs(run)]


def _in_text(word: str) -> Tree:
    if is_latin(word):
        return Term(f"w{word}", prefix=True)
    shorter = parts(word)
    whole: Tree = Term(f"w{word}")
    return either([whole, every([Term(f"w{one}") for one in shorter])]) if len(shorter) > 1 else whole
