"""
The languages people read: a language is a directory of data, what it is called, how it runs, and its words.

Chinese is the key of every word, so a source stays readable; `{1}`, `{2}` or a name stand for what is filled in each
time. Words of a page, refusals and notices are found in the same tables, by the page, the API and what sends a message.
"""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from django.conf import settings
from django.utils import dateformat, translation
from pydantic import BaseModel, ConfigDict

CHINESE = re.compile(r"[\u3400-\u9fff]")
FIGURE = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?|\d+(?:[.,]\d+)*|(?<=“)[^“”]+(?=”)")  # and what is quoted
PLACE = re.compile(r"\{(\w+)\}")
FILLED = re.compile(
    r"\{(\w+)(?:\|([^|{}]*)\|([^{}]*))?\}"
)  # and {1|day|days}: the figure with the word that goes with it
DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日(?: 周.)?")
ENDS = "。？！"
GOES_ON = "。？！”，、；：）"  # after one of these, or a quotation that ends with one, the sentence is not over
CALLED = frozenset(("title", "item", "step", "role"))  # places that name a thing and hold nothing somebody has written
WITHIN = 3  # a value may be a sentence of ours with values of its own, so deep and no deeper


class Language(BaseModel):
    """One language: `code` as in `lang` of HTML, `name` in itself, `short` on the button, how it runs, its words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    name: str
    short: str
    direction: Literal["ltr", "rtl"] = "ltr"
    vertical: bool = False
    day: str = "j M Y"  # a day, in the letters of Django's `date`
    day_of_year: str = "j M"
    weekday: str = "D"
    words: Mapping[str, str] = {}

    def phrase(self, chinese: str, *values: str) -> str:
        """Return Chinese words in this language with the values in their places; in Chinese where it has none."""
        return _filled(self.words.get(chinese, chinese), _numbered(values))

    def told(self, chinese: str, further: Mapping[str, str], *, within: int = 0) -> str:
        """
        Return words put together elsewhere: known as they stand, with their figures taken out, as a sentence that was
        filled in, sentence by sentence, or as a list.

        What is quoted in them was said by somebody, or is what a thing is called: an item's own words for it are taken,
        which are `further`, and ours only where the place says that it names a thing (`CALLED`). The time this takes grows with the length of the text and no faster.
        """
        for words in (self.words, further):
            if chinese in words:
                return words[chinese]
        found = self._with_figures(chinese, further) or self._as_sentence(chinese, further, within)
        if found:
            return found
        if len(sentences := sentences_of(chinese)) > 1:
            return " ".join(self.told(one, further, within=within) for one in sentences)
        if day := DAY.fullmatch(chinese):
            with translation.override(self.code):
                return str(dateformat.format(date(*(int(one) for one in day.groups())), self.day))
        for mark, other in (("；", "; "), ("、", ", ")):
            if mark in chinese:
                return other.join(self.told(part, further, within=within) for part in chinese.split(mark))
        return chinese

    def _with_figures(self, chinese: str, further: Mapping[str, str]) -> str:
        """Return words whose figures and quotations are their places, "" where none are known."""
        figures = FIGURE.findall(chinese)
        numbers = iter(range(1, len(figures) + 1))
        pattern = FIGURE.sub(lambda _: f"{{{next(numbers)}}}", chinese)
        if figures and pattern in self.words:
            return _filled(self.words[pattern], _numbered([further.get(one, one) for one in figures]))
        row = pattern.replace("{1}", "{n}")  # 第 {n} 位家人, as an item calls the rows of a table
        return further[row].replace("{n}", figures[0]) if row in further else ""

    def _as_sentence(self, chinese: str, further: Mapping[str, str], within: int) -> str:
        """Return a whole sentence with its values in their places, themselves in this language; "" where none fits."""
        if within >= WITHIN or not chinese.endswith((*ENDS, "”")):
            return ""
        for pattern, words in self._sentences:
            if (values := pattern.values_in(chinese)) is not None:
                return _filled(
                    words,
                    {
                        name: self._quoted(name, value, further)
                        if name in pattern.quoted
                        else self.told(value, further, within=within + 1)
                        for name, value in values.items()
                    },
                )
        return ""

    def _quoted(self, name: str, value: str, further: Mapping[str, str]) -> str:
        """Return what is quoted: by its own words where it is what a thing is called, as it was said otherwise."""
        return further.get(value) or (self.words.get(value, value) if name in CALLED else value)

    @cached_property
    def _sentences(self) -> "list[tuple[Pattern, str]]":
        """Return the sentences with places, those that say most of their own first."""
        rows = [
            (words, said)
            for words, said in self.words.items()
            if PLACE.search(words) and words.endswith((*ENDS, "”")) and CHINESE.search(PLACE.sub("", words))
        ]
        rows.sort(key=lambda row: len(PLACE.sub("", row[0])), reverse=True)
        return [(Pattern(words), said) for words, said in rows]


class Pattern:
    """A sentence with places, which tells what stands in them in a sentence that was filled in."""

    def __init__(self, words: str) -> None:
        parts = PLACE.split(words)
        self.fixed, self.names = parts[::2], parts[1::2]
        around = zip(self.fixed, self.fixed[1:], strict=False)
        self.quoted = {
            name
            for name, (before, after) in zip(self.names, around, strict=True)
            if before.endswith("“") and after.startswith("”")
        }

    def values_in(self, text: str) -> dict[str, str] | None:
        """
        Return what stands in the places, None where the text is not this sentence.

        Each fixed part is looked for once, from where the one before it ended: a place is never empty and as short as it
        can be, so nothing is ever tried twice.
        """
        first, *middle, last = self.fixed
        if not text.startswith(first) or not text.endswith(last):
            return None
        values: dict[str, str] = {}
        start, end = len(first), len(text) - len(last)
        for name, part in zip(self.names, [*middle, None], strict=True):
            stop = end if part is None else text.find(part, start + 1, end)
            if stop <= start:
                return None
            value = text[start:stop]
            if values.setdefault(name, value) != value:
                return None
            start = stop + len(part or "")
        return values


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text, what is quoted in one left whole; nothing where its end is no end of a sentence."""
    found, start, depth = [], 0, 0
    for place, letter in enumerate(text):
        if letter == "“":
            depth += 1
        elif letter == "”" and depth:
            depth -= 1
        following = text[place + 1 : place + 2]
        ended = letter in ENDS or (letter == "”" and text[place - 1 : place] in tuple(ENDS))
        if ended and not depth and following not in tuple(GOES_ON):
            found.append(text[start : place + 1])
            start = place + 1
    return found if start == len(text) else []


def _numbered(values: Sequence[str]) -> dict[str, str]:
    return {str(number): value for number, value in enumerate(values, start=1)}


def _filled(words: str, values: Mapping[str, str]) -> str:
    """Put values into `{1}`, `{name}` and `{2|one|many}`."""
    if not values:
        return words

    def filled(found: "re.Match[str]") -> str:
        value = values[found[1]]
        return value if found[2] is None else f"{value} {found[2] if value == '1' else found[3]}"

    return FILLED.sub(filled, words)  # once over: a brace in a value is the value's own


def read(directory: Path) -> Language:
    """Read one language: `language.yaml`, and the words of every table beside it."""
    about: dict[str, Any] = yaml.safe_load((directory / "language.yaml").read_text(encoding="utf-8"))
    words: dict[str, str] = {}
    for table in sorted(directory.glob("*.csv")):
        with table.open(encoding="utf-8", newline="") as lines:
            words |= {row[0]: row[1] for row in csv.reader(lines) if len(row) > 1}
    return Language(**about, words=words)


OWN = Language(code="zh-CN", name="中文", short="中文", day="Y年n月j日", day_of_year="n月j日", weekday="l")


@cache
def languages() -> dict[str, Language]:
    """Return the languages of this site by the value of the cookie `lang`, Chinese first."""
    shipped = sorted(one for one in settings.SHIPPED_LANGUAGES.iterdir() if (one / "language.yaml").exists())
    further = [Path(one) for one in settings.ONEDOOR_LANGUAGES]
    return {"zh": OWN, **{one.name: read(one) for one in [*shipped, *further]}}


def read_in(code: str | None) -> Language:
    """Return the language somebody has chosen to be told in, Chinese where none is known."""
    return languages().get(code or "", OWN)


def chosen(cookie: str) -> str:
    """Return the language a visitor has chosen on this device, Chinese where none is known."""
    return cookie if cookie in languages() else "zh"


Further = Callable[[str, date], Mapping[str, str]]
_further: list[Further] = []


def register_further(words: Further) -> None:
    """Take what a room above says by its data, by language and day; called from `AppConfig.ready`."""
    if words not in _further:
        _further.append(words)


def further(language: Language, *, on: date) -> Mapping[str, str]:
    """Return the words data bring along on a day, such as what the items in force say of themselves."""
    return {chinese: said for words in _further for chinese, said in words(language.code, on).items()}


# What the items in force say in the language of the page being made, looked up when it is first needed.
item_words: ContextVar[Callable[[], Mapping[str, str]]] = ContextVar("item_words", default=dict)


def told(chinese: str) -> str:
    """Return words of ours or of an item in the reader's language, in Chinese where it has none for them."""
    language = current()
    if language is OWN or not CHINESE.search(chinese):
        return chinese
    return language.words.get(chinese) or language.told(chinese, item_words.get()())


def current() -> Language:
    """Return the language in which the page or answer being made is read."""
    return languages().get(translation.get_language() or "", OWN)
