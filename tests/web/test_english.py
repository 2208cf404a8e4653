"""The English of the pages: every word a template says has one, and no word is kept for nobody."""

import ast
import csv
import re
from functools import cache
from pathlib import Path

from onedoor.platform.kernel.languages import CHINESE, FIGURE, languages
from onedoor.platform.messages import shipped
from onedoor.web.parts.languages.templates import keys

WEB = Path(__file__).resolve().parents[2] / "src" / "onedoor" / "web"
FACES = ("citizen", "parts", "kiosk", "staff", "supervision")
BUILDERS = ("design", "codes")  # pages for those who build or show the site

PIECES = re.compile(r"\{\d\}|[、（）年月日]|到 (?=\{)")  # a word put together elsewhere: each piece stands in the code


def said_by(*faces: str) -> set[str]:
    """Return every word the templates of some faces say."""
    paths = [path for face in faces for path in (WEB / face / "templates").rglob("*.html") if path.stem not in BUILDERS]
    return {key for path in paths for key in keys(path.read_text(encoding="utf-8"))}


@cache
def computed() -> set[str]:
    """Return every Chinese text in the code, and its parts: what `say` may be asked for, with figures taken out."""
    found = set()
    for path in WEB.parent.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value):
                found |= {node.value, *node.value.split()}
    return found


def asked_for() -> set[str]:
    """Return every word a template names within a tag: said, or handed to the part it includes."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in WEB.rglob("templates/**/*.html"))
    return set(re.findall(r'"([^"{}%\n]*[\u3400-\u9fff][^"{}%\n]*)"', text))


def test_every_word_of_a_page_has_its_english() -> None:
    assert not said_by(*FACES) - set(languages()["en"].words)


def test_no_word_is_kept_for_nobody() -> None:
    notices = {text for template in shipped.every() for text in template.texts.values()}
    known = said_by(*FACES) | asked_for() | computed() | notices
    pieces = "\n".join(known)
    left_over = {
        words
        for words in languages()["en"].words
        if words not in known
        and not all(part in pieces for part in PIECES.split(words) if CHINESE.search(part))
        and not words.endswith("受理和决定的机关")  # with the names of the tiers before it
    }
    assert not left_over


def test_the_english_is_english() -> None:
    assert not {words: said for words, said in languages()["en"].words.items() if CHINESE.search(said)}


def test_each_word_has_one_place_in_the_tables() -> None:
    paths = sorted((WEB / "parts" / "languages" / "en").glob("*.csv"))
    rows = [row[0] for path in paths for row in csv.reader(path.read_text(encoding="utf-8").splitlines())]
    assert len(rows) == len(set(rows))


def test_what_is_filled_in_keeps_its_place() -> None:
    english = languages()["en"]
    assert english.phrase("第 {1} 步，共 {2} 步", "2", "5") == "Step 2 of 5"
    assert english.phrase("有 {1} 处需要修改", "1") == "1 place needs a change"
    assert english.phrase("有 {1} 处需要修改", "3") == "3 places need a change"
    assert english.told("没有这句话 3 次", {}) == "没有这句话 3 次"
    assert FIGURE.findall("还剩 3 个") == ["3"]
