"""Refusals, and what is wrong with a field, in English: every sentence has one, with the same values in their places."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.test import Client

from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.languages import CHINESE, PLACE, Language, languages
from tests.platform.conftest import books
from tests.platform.library import Library

__all__ = ["books"]

SOURCE = Path(__file__).resolve().parents[2] / "src" / "onedoor"
COUNTED = re.compile(r"\{(\w+)\|[^{}]*\}")
# Sentences told to nobody on a page: for who writes definitions, keeps the site or reads the record of it;
# the words of documents, which stay Chinese.
ELSEWHERE = re.compile(
    r"api/|config/|demonstration/|web/(staff|supervision|kiosk|hooks)/|web/parts/(design|templatetags)|.*/management/"
    r"|web/citizen/services\.py|.*(holdings|documents|deeds|wechat)\.py"
    r"|platform/(catalog|kernel|audit|supervision|publishing)/|platform/bundles/merging|platform/exchange/(matters|phrasing|recognizing)"
    r"|platform/(portability/archive|messages/media)|standards/(workdays|coordinates|code_sets)"
)


def refusals(above: type[OneDoorError] = OneDoorError) -> Iterator[type[OneDoorError]]:
    """Return every kind of refusal there is."""
    import_module("onedoor.config.urls")
    for kind in above.__subclasses__():
        yield kind
        yield from refusals(kind)


def written(node: ast.AST) -> Iterator[str]:
    """Return the texts of a source as they would be looked up: what is filled in is `{1}`, `{2}`."""
    if isinstance(node, ast.JoinedStr):
        numbers = iter(range(1, 99))
        yield "".join(
            str(one.value) if isinstance(one, ast.Constant) else f"{{{next(numbers)}}}" for one in node.values
        )
        for one in node.values:
            yield from written(one) if isinstance(one, ast.FormattedValue) else ()
    elif isinstance(node, ast.Constant):
        yield node.value if isinstance(node.value, str) else ""
    else:
        for child in ast.iter_child_nodes(node):
            yield from written(child)


def sentences() -> set[str]:
    """Return every whole sentence the code may answer on a page."""
    paths = [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]
    trees = [ast.parse(path.read_text("utf-8")) for path in paths if not ELSEWHERE.match(str(path.relative_to(SOURCE)))]
    found = {text for tree in trees for text in written(tree) if text.endswith(("。", "？", "！"))}
    return {text for text in found if CHINESE.search(PLACE.sub("", text))}


def test_every_refusal_and_every_sentence_has_its_english() -> None:
    english = languages()["en"]
    said = sentences() | {kind.message for kind in refusals() if CHINESE.search(PLACE.sub("", kind.message))}
    assert not sorted(one for one in said - set(english.words) if CHINESE.search(english.told(one, {})))


def test_a_sentence_keeps_what_is_filled_in() -> None:
    words = languages()["en"].words
    for chinese in sentences() | {kind.message for kind in refusals()}:
        english = words.get(chinese, chinese)
        assert set(PLACE.findall(COUNTED.sub(r"{\1}", english))) == set(PLACE.findall(chinese)), chinese


def test_a_sentence_is_found_by_what_stands_around_its_values() -> None:
    english = Language(
        code="en",
        name="",
        short="",
        words={
            "您的“{title}”在 {day} 前交{n}份。": "Give {n|copy|copies} of “{title}” by {day}.",
            "户口簿": "household register",
            "请重新填写。": "Type it again.",
        },
    )
    told = english.told("您的“户口簿”在 2026年11月28日 前交2份。请重新填写。", {})
    assert told == "Give 2 copies of “household register” by 28 Nov 2026. Type it again."
    assert english.told("没有这句话。", {}) == "没有这句话。"


@pytest.mark.django_db
def test_a_page_says_a_refusal_and_a_wrong_field_in_english(books: Library) -> None:
    visitor = Client()
    visitor.cookies["lang"] = "en"
    gone = visitor.get("/items/nobody.knows/")
    assert gone.status_code == 404
    assert "This item was not found; it may have ended" in gone.content.decode()
    wrong = visitor.post("/progress/", {"query_code": "1", "last_four": "1"})
    assert "Check the receipt and type them again" in wrong.content.decode()


@pytest.mark.django_db
def test_the_api_says_the_same_refusal_in_the_language_asked_for(books: Library) -> None:
    chinese, english = (
        Client().get("/api/v1/items/nobody.knows", headers={"accept-language": language}).json()
        for language in ("zh", "en")
    )
    assert (chinese["code"], chinese["status"]) == (english["code"], english["status"])
    assert chinese["detail"].startswith("没有找到该事项")
    assert english["detail"].startswith("This item was not found")
