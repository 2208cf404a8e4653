"""The words an item is found by: title, colloquial names, cut words, pinyin and initials."""

from functools import lru_cache

import rjieba
from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

from onedoor.platform.catalog.items import ServiceItem

WEIGHTS = {"title": 100, "alias": 90, "pinyin": 60, "initials": 50, "token": 40, "text": 15}


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def normalise(text: str) -> str:
    """Return text as it is searched: simplified characters, lower case, no spaces around."""
    simplified: str = _to_simplified().convert(text)
    return simplified.strip().lower()[:80]


def cut(text: str) -> list[str]:
    """Return the words of a Chinese text that carry meaning (two characters and more)."""
    return [word for word in rjieba.cut_for_search(normalise(text)) if len(word) > 1]


def words_of(item: ServiceItem) -> dict[tuple[str, str], int]:
    """Return {(word, kind): weight} for everything the item should be found by."""
    found: dict[tuple[str, str], int] = {}
    for kind, name in [("title", item.title), *(("alias", alias) for alias in item.aliases)]:
        found[normalise(name), kind] = WEIGHTS[kind]
        found.setdefault(("".join(lazy_pinyin(name)), "pinyin"), WEIGHTS["pinyin"])
        found.setdefault(("".join(lazy_pinyin(name, style=Style.FIRST_LETTER)), "initials"), WEIGHTS["initials"])
        for word in cut(name):
            found.setdefault((word, "token"), WEIGHTS["token"])
    for word in cut(item.summary + item.gives):
        found.setdefault((word, "text"), WEIGHTS["text"])
    if item.title_en:
        found[normalise(item.title_en), "title"] = WEIGHTS["title"]
        for word in normalise(item.title_en).split():
            found.setdefault((word, "token"), WEIGHTS["token"])
    return found


def likeness(one: str, other: str) -> float:
    """Return how much two normalised spellings have in common: 0 nothing, 1 the same (Dice, over `_pieces`)."""
    first, second = _pieces(one), _pieces(other)
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def _pieces(text: str) -> set[str]:
    """A Chinese spelling by its characters and pairs, a Latin one by pairs with its two ends: one letter says nothing."""
    if text.isascii():
        return {f" {text} "[place : place + 2] for place in range(len(text) + 1)} if text else set()
    return {text[place : place + size] for size in (1, 2) for place in range(len(text) - size + 1)}
