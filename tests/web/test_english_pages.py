"""Every page of a citizen in English: what is in Chinese comes from data, and none of it is a word of ours."""

import html
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.apps import apps
from django.db import models

from tests.browser.test_every_page import CITIZENS, CODES, pages
from tests.guard.site import VISITORS, addresses, build
from tests.platform.conftest import books
from tests.platform.library import LONG_AGO, Library

__all__ = ["books"]

pytestmark = pytest.mark.django_db

TAG = re.compile(r"<script.*?</script>|<!--.*?-->|<[^>]*>", re.S)
ATTRIBUTE = re.compile(r'\s(?:aria-label|placeholder|title|alt|data-label|data-says)="([^"]*)"')
# Opened by anybody, but for those who build, show or run the site.
NOT_FOR_CITIZENS = ("design ", "demonstration ", "officer_login ", "kiosk_enrol ")
# On a page, and in no column as it is shown: encrypted, or the name of the other language on its button.
SEALED = {"一层", "满六十岁", "中文"}
# Officers' pages with words of ours still in Chinese: names of figures, notices and events, which are data of the code.
NOT_YET = {
    "absences",
    "audit",
    "board",
    "calendar",
    "complaint",
    "complaints",
    "death",
    "deaths",
    "divisions",
    "hall",
    "item_version",
    "new_client",
    "offering_draft",
    "organizations",
    "outreach",
    "parameters",
    "plan",
    "plan_day",
    "plan_new",
    "providers",
    "publication",
    "publication_edit",
    "publication_new",
    "publication_reach",
    "rating_rows_behind",
    "replay",
    "sharing_list",
    "sources",
    "staff_bundle",
    "staff_kiosk",
    "staff_kiosks",
    "staff_offers",
    "synonyms",
    "template",
    "template_version",
    "templates",
    "unsolved_list",
}
RUN = re.compile(r"[\u3400-\u9fff]+")


def stored() -> str:
    """Return all that the database holds, as one text."""
    kept = []
    for model in apps.get_models():
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
        ]
        kept += [str(value) for row in model._default_manager.values_list(*names) for value in row]
    return "\n".join(kept)


def runs(page: str) -> Iterator[str]:
    """Return what is in Chinese on a page: its text, and what its attributes say."""
    for said in (*TAG.split(page), *(found[1] for tag in TAG.findall(page) for found in ATTRIBUTE.finditer(tag))):
        for found in RUN.finditer(html.unescape(said)):
            yield found[0]


def told(books: Library, visitors: tuple[str, ...], *, but: tuple[str, ...] = ()) -> dict[str, set[str]]:
    """Return what of ours is in Chinese on the pages in English of some visitors, by the names of the pages."""
    found: dict[str, set[str]] = {}
    with time_machine.travel(LONG_AGO, tick=False) as traveller:
        objects, browser = build(books, traveller)
        filled = {f"{one.name} {one.pattern}": one.filled(objects) for one in addresses()}
        for visitor, names in pages(visitors, but=but).items():
            client = browser(visitor)
            client.cookies["lang"] = "en"
            for name in names:
                if name.startswith((CODES, *NOT_FOR_CITIZENS)):
                    continue
                page = client.get(filled[name]).content.decode()
                assert '<html lang="en"' in page, name
                for run in runs(page):
                    found.setdefault(name.split(" ")[0], set()).add(run)
        data = stored()
    ours = {name: {run for run in on if run not in data and run not in SEALED} for name, on in found.items()}
    return {name: on for name, on in ours.items() if on}


def test_a_page_in_english_has_no_word_of_ours_in_chinese(books: Library) -> None:
    assert not told(books, CITIZENS)


def test_an_officers_page_in_english_has_none_either_but_for_those_named_here(books: Library) -> None:
    officers = tuple(visitor for visitor in VISITORS if visitor not in (*CITIZENS, "stranger", "elsewhere"))
    found = told(books, officers, but=CITIZENS)
    assert not {name: on for name, on in found.items() if name not in NOT_YET}
    assert not NOT_YET - set(found), "in English by now: take them from the list"
