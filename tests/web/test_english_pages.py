"""Every page of a citizen in English: what is in Chinese comes from data, and none of it is a word of ours."""

import html
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.apps import apps
from django.db import models

from tests.browser.test_every_page import CITIZENS, CODES, pages
from tests.guard.site import addresses, build
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


def test_a_page_in_english_has_no_word_of_ours_in_chinese(books: Library) -> None:
    told: dict[str, set[str]] = {}
    with time_machine.travel(LONG_AGO, tick=False) as traveller:
        objects, browser = build(books, traveller)
        filled = {f"{one.name} {one.pattern}": one.filled(objects) for one in addresses()}
        for visitor, names in pages(CITIZENS).items():
            client = browser(visitor)
            client.cookies["lang"] = "en"
            for name in names:
                if name.startswith((CODES, *NOT_FOR_CITIZENS)):
                    continue
                answer = client.get(filled[name])
                page = answer.content.decode()
                assert '<html lang="en"' in page, name
                for run in runs(page):
                    told.setdefault(run, set()).add(name)
        data = stored()
    ours = {run: sorted(names)[:3] for run, names in told.items() if run not in data and run not in SEALED}
    assert not ours, "\n".join(f"{run}: {', '.join(names)}" for run, names in sorted(ours.items(), key=str))
