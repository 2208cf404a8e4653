"""The English of the chrome: every word a template asks for has one, and no word is kept for nobody."""

import re
from pathlib import Path

from onedoor.web.citizen.events import EVENTS
from onedoor.web.parts.templatetags.parts import TABS
from onedoor.web.parts.words import ENGLISH
from onedoor.web.staff.rail import GROUPS

SOURCE = Path(__file__).resolve().parents[2] / "src" / "onedoor"
CHINESE = re.compile(r"[\u3400-\u9fff]")


def asked_for() -> set[str]:
    """Return every word the chrome may have to say."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("templates/**/*.html"))
    written = set(re.findall(r'{% say "([^"]+)"', text))
    ways = {tab.title for tab in TABS} | {"工作台", "登录", "我的"}
    events = {words for event in EVENTS for words in (event.title, event.about)}
    rail = {title for title, _ in GROUPS} | {entry.title for _, entries in GROUPS for entry in entries}
    return written | ways | events | rail


def test_every_word_of_the_chrome_has_its_english_and_none_is_left_over() -> None:
    assert not asked_for() - set(ENGLISH)
    assert not set(ENGLISH) - asked_for()


def test_the_english_is_english() -> None:
    assert not {words: said for words, said in ENGLISH.items() if CHINESE.search(said)}
