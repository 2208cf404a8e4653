"""
The languages pages are shown in. A language is a directory of data: what it is called, how it runs, and its words.

Chinese is the key of every word, so a page stays readable in its source; `{1}`, `{2}` stand for what is filled in each
time. A word without a translation is shown in Chinese, marked as Chinese for who listens (see `marking`).
"""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from django.conf import settings
from django.utils import translation
from pydantic import BaseModel, ConfigDict

from onedoor.web.parts.words import ENGLISH

HERE = Path(__file__).parent
CHINESE = re.compile(r"[\u3400-\u9fff]")
FIGURE = re.compile(r"\d+(?:[.,]\d+)*|(?<=“)[^“”]+(?=”)")  # and what is quoted
FORM = re.compile(r"\{(\d)\|([^|{}]*)\|([^{}]*)\}")  # {1|day|days}: the figure with the word that goes with it
PLACE = re.compile(r"\{(\d)\}")


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
        return _filled(self.words.get(chinese, chinese), values)

    def told(self, chinese: str, further: Mapping[str, str]) -> str:
        """Return words put together elsewhere: known as they stand, with their figures taken out, or as a list."""
        for words in (self.words, further):
            if chinese in words:
                return words[chinese]
        figures = FIGURE.findall(chinese)
        numbers = iter(range(1, len(figures) + 1))
        pattern = FIGURE.sub(lambda _: f"{{{next(numbers)}}}", chinese)
        if figures and pattern in self.words:
            return _filled(self.words[pattern], [further.get(one, one) for one in figures])
        row = pattern.replace("{1}", "{n}")  # 第 {n} 位家人, as an item calls the rows of a table
        if row in further:
            return further[row].replace("{n}", figures[0])
        for mark, other in (("；", "; "), ("、", ", ")):
            if mark in chinese:
                return other.join(self.told(part, further) for part in chinese.split(mark))
        return chinese


def _filled(words: str, values: Sequence[str]) -> str:
    """Put values into `{1}` and `{2|one|many}`."""
    if not values:
        return words

    def counted(found: "re.Match[str]") -> str:
        value = values[int(found[1]) - 1]
        return f"{value} {found[2] if value == '1' else found[3]}"

    return PLACE.sub(lambda found: values[int(found[1]) - 1], FORM.sub(counted, words))


def read(directory: Path) -> Language:
    """Read one language: `language.yaml`, and the words of every table beside it."""
    about: dict[str, Any] = yaml.safe_load((directory / "language.yaml").read_text(encoding="utf-8"))
    words: dict[str, str] = dict(ENGLISH) if about["code"] == "en" else {}
    for table in sorted(directory.glob("*.csv")):
        with table.open(encoding="utf-8", newline="") as lines:
            words |= {row[0]: row[1] for row in csv.reader(lines) if len(row) > 1 and row[1]}
    return Language(**about, words=words)


OWN = Language(code="zh-CN", name="中文", short="中文", day="Y年n月j日", day_of_year="n月j日", weekday="l")


@cache
def languages() -> dict[str, Language]:
    """Return the languages of this site by the value of the cookie `lang`, Chinese first."""
    found = sorted(one for one in HERE.iterdir() if (one / "language.yaml").exists())
    further = [Path(one) for one in settings.ONEDOOR_LANGUAGES]
    return {"zh": OWN, **{one.name: read(one) for one in [*found, *further]}}


def chosen(cookie: str) -> str:
    """Return the language a visitor has chosen on this device, Chinese where none is known."""
    return cookie if cookie in languages() else "zh"


# What the items in force say in the language of the page being made, looked up when it is first needed.
item_words: ContextVar[Callable[[], Mapping[str, str]]] = ContextVar("item_words", default=dict)


def told(chinese: str) -> str:
    """Return words of ours or of an item in the visitor's language, in Chinese where it has none for them."""
    language = current()
    if language is OWN or not CHINESE.search(chinese):
        return chinese
    return language.words.get(chinese) or language.told(chinese, item_words.get()())


def current() -> Language:
    """Return the language in which the page being made is read."""
    return languages().get(translation.get_language() or "", OWN)
