"""
The tokens something is found by, made in Python alone, so that both databases find the same.

A token is a letter and what it stands for: `t` pairs of characters and words of a name, `w` words of a text, `p` pinyin of
a name run together, `i` its initials. Only letters, digits and the common Chinese characters stand as they are: SQLite and
PostgreSQL do not agree on what the rarer ones are, so those are spelled by their number.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import rjieba
from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

DATA = Path(__file__).parent / "data"
LONGEST_QUERY = 80
LONGEST_SOUND = 60
TERM_WEIGHT = 100_000  # how sure the segmenter is to keep one of our terms whole
RUNS = re.compile(r"[0-9a-z]+|[^\W0-9a-z_]+")
PLAIN = re.compile(r"[0-9a-z\u3400-\u4db5\u4e00-\u9fcc]")


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=1)
def _segmenter() -> "rjieba.Jieba":
    """The segmenter with our terms, once per process."""
    jieba = rjieba.Jieba()
    for term in (DATA / "terms.txt").read_text(encoding="utf-8").split():
        jieba.add_word(term, TERM_WEIGHT, "n")
    return jieba


@lru_cache(maxsize=1)
def surnames() -> dict[str, tuple[str, ...]]:
    """Return how characters are read as surnames, where that is not how they are read in words (单 shan, 曾 zeng)."""
    with (DATA / "surnames.csv").open(encoding="utf-8") as file:
        return {row["surname"]: tuple(row["pinyin"].split()) for row in csv.DictReader(file)}


def normalise(text: str) -> str:
    """Return text as it is searched: simplified characters, small letters, half width, no spaces around."""
    narrow = "".join(chr(ord(one) - 0xFEE0) if "！" <= one <= "～" else one for one in text.replace("\u3000", " "))
    simplified: str = _to_simplified().convert(narrow)
    return simplified.strip().lower()


def runs(text: str) -> list[str]:
    """Return the stretches of a normalised text that are Latin letters and digits, or anything else that is written."""
    return RUNS.findall(text)


def is_latin(run: str) -> bool:
    return run.isascii()


def cut(text: str) -> list[str]:
    """Return the words of a normalised text in their order, nothing left out but signs."""
    found: list[str] = []
    for run in runs(text):
        found.extend([run] if is_latin(run) else _segmenter().cut(run))
    return found


def parts(word: str) -> list[str]:
    """Return the shorter words a Chinese word is made of, the word itself left out."""
    return [one for one in _segmenter().cut_for_search(word) if len(one) > 1 and one != word]


def pairs(run: str) -> list[str]:
    """Return a run by pairs of its characters; one character stands for itself."""
    return ["".join(pair) for pair in pairwise(run)] or [run]


def spelled(text: str) -> str:
    """Return text in characters both databases take for letters."""
    return "".join(one if PLAIN.match(one) else f"u{ord(one):x}" for one in text)


def sounds(name: str, *, person: bool = False) -> list[list[str]]:
    """Return the syllables of a name, once as words are read, and once more as a surname where that differs."""
    found = [lazy_pinyin(name)]
    if person:
        for length in (2, 1):
            if (read := surnames().get(name[:length])) is not None:
                return [*found, [*read, *lazy_pinyin(name[length:])]]
    return found


def sound(text: str) -> str:
    """Return a text run together as it sounds: pinyin for characters, letters as they are."""
    return "".join(lazy_pinyin("".join(runs(text))))


def initials(text: str) -> str:
    return "".join(lazy_pinyin("".join(runs(text)), style=Style.FIRST_LETTER))


def name_tokens(name: str, *, person: bool = False, inside: bool = True) -> Iterator[str]:
    """Return the tokens of one name; `inside`: its pinyin is found from every word on, not from the first alone."""
    plain = normalise(name)
    for run in runs(plain):
        if is_latin(run):
            yield f"t{run}"
            continue
        yield from (f"t{pair}" for pair in pairs(run))
        yield f"t{run[-1]}"
    starts = _starts(plain) if inside else [plain]
    for start in starts:
        for syllables in sounds("".join(runs(start)), person=person):
            yield f"p{''.join(syllables)[:LONGEST_SOUND]}"
            yield f"i{''.join(one[:1] for one in syllables)[:LONGEST_SOUND]}"


def _starts(plain: str) -> list[str]:
    """Return what is left of a name from each of its words on."""
    words = cut(plain)
    return ["".join(words[place:]) for place in range(len(words))]


def text_tokens(text: str) -> Iterator[str]:
    """Return the tokens of a text: its words, and the shorter ones within them."""
    for word in cut(normalise(text)):
        if is_latin(word) or len(word) > 1:
            yield f"w{word}"
        if not is_latin(word):
            yield from (f"w{part}" for part in parts(word))


def tokens(
    names: Sequence[str], text: str = "", *, person: bool = False, inside: bool = True, also: Iterable[str] = ()
) -> str:
    """Return everything a row is found by, each token once, in an order that does not change."""
    found = [token for name in names for token in name_tokens(name, person=person, inside=inside)]
    found.extend(text_tokens(text))
    found.extend(text_tokens(" ".join(also)))
    return " ".join(dict.fromkeys(spelled(token) for token in found if len(token) > 1))
