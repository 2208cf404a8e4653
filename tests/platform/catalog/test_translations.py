"""An item carries what it says in other languages; whoever reads it so is shown that, and Chinese where there is none."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from django.test import Client
from tests.platform import library
from tests.platform.library import Library

from onedoor.platform.catalog.items import ServiceItem, translation_faults

pytestmark = pytest.mark.django_db


def shipped_items() -> list[Path]:
    return sorted((Path(__file__).resolve().parents[3] / "src" / "onedoor" / "services").glob("*/items/*.yaml"))


def page(language: str) -> str:
    client = Client()
    client.cookies["lang"] = language
    return client.get(f"/items/{library.ITEM}/").content.decode()


def test_the_guide_is_read_in_the_language_its_item_has(books: Library) -> None:
    assert "You live in this district." in page("en")
    assert "住在本区。" not in page("en")
    assert "working days" in page("en")
    assert "住在本区。" in page("zh")


def test_a_translation_is_words_and_never_markup(books: Library) -> None:
    words = {"住在本区。": "You <script>alert(1)</script> & live here."}
    library.publish(library.item(translations={"en": words}), valid_from=date(2026, 8, 1))
    assert "<script>alert" not in page("en")
    assert "You &lt;script&gt;alert(1)&lt;/script&gt; &amp; live here." in page("en")


def test_what_has_no_translation_is_shown_in_chinese_and_marked(books: Library) -> None:
    assert re.search(r'lang="zh-CN"[^>]*>\s*《公共图书馆法》', page("en"))
    assert 'lang="zh-CN"' not in page("zh").replace('<html lang="zh-CN"', "")


def test_what_is_shipped_translates_only_what_it_says() -> None:
    items = [ServiceItem.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in shipped_items()]
    assert any(one.translations for one in items)
    assert [fault for one in [*items, library.item()] for fault in translation_faults(one)] == []
    changed = library.item(translations={"en": {"住在外地。": "You live elsewhere."}})
    assert list(translation_faults(changed)) == ["en：“住在外地。”，事项里没有这句话"]
