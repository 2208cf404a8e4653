"""A language is a folder: an invented one, in letters nobody had thought of, is read, chosen, shown and told like English."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from onedoor.platform.kernel import languages
from onedoor.platform.messages import operations
from onedoor.platform.messages.models import Message
from tests.platform.conftest import books
from tests.platform.library import Library
from tests.platform.messages.test_ways import AT, MACHINE

__all__ = ["books"]

ABOUT = "{code: ii, name: ꆈꌠꉙ, short: ꆈꌠ, vertical: true, day: Y-m-d}"
WORDS = (
    ("跳到正文", "ꀋꀕ"),
    ("没有找到该事项，可能已停办或改名，请返回首页搜索。", "ꀋꀀ。"),
    ("“{item}”申请已撤销，填写的内容仍保存在草稿里。", "ꆀ {item} ꆀ"),
    ("借书证办理", "ꌠꉙ"),
)


@pytest.fixture
def invented(tmp_path: Path, settings: Any) -> Iterator[None]:
    folder = tmp_path / "yi"
    folder.mkdir()
    (folder / "language.yaml").write_text(ABOUT, encoding="utf-8")
    with (folder / "words.csv").open("w", encoding="utf-8", newline="") as table:
        csv.writer(table).writerows(WORDS)
    settings.ONEDOOR_LANGUAGES = [str(folder)]
    languages.languages.cache_clear()
    yield
    languages.languages.cache_clear()


@pytest.mark.django_db
def test_a_page_is_shown_in_it_and_what_it_has_no_word_for_is_marked_as_chinese(invented: None, books: Library) -> None:
    visitor = Client()
    visitor.cookies["lang"] = "yi"
    page = visitor.get("/").content.decode()
    assert '<html lang="ii" data-writing="vertical"' in page
    assert "ꀋꀕ" in page
    assert 'lang="zh-CN"' in page
    assert "ꀋꀀ。" in visitor.get("/items/nobody.knows/").content.decode()
    assert "ꆈꌠ" in Client().get("/").content.decode()  # the way to it, in itself


@pytest.mark.django_db
def test_whoever_has_chosen_it_is_told_in_it(invented: None, books: Library) -> None:
    operations.choose_language(language="yi", actor=books.citizen(), at=AT)
    operations.send_message(
        recipient_id=books.reader.pk,
        event="cases.undo",
        values={"item": "借书证办理"},
        link="/",
        case_number="",
        source="action:1",
        actor=MACHINE,
        at=AT,
    )
    assert str(Message.objects.get(source="action:1", channel="inbox").text) == "ꆀ ꌠꉙ ꆀ"
