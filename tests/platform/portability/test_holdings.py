"""Every table that names people is given out to them, or says why not."""

import pytest
from django.apps import apps
from django.db.models import Model
from tests.platform.library import Library

from onedoor.platform.identity.models import Person
from onedoor.platform.kernel import holdings
from onedoor.platform.kernel.blind import BlindIndexField

KEYS = {"person_id", "recipient_id", "owner"}
# These name people only as officers who did their duty, or are kept by a row that is declared.
NOT_OF_PEOPLE = {
    "cases.QualityTicket": "owner is the post that minds a case",
    "exchange.ShareRequest": "owner is the department that shares",
}


def names_people(model: type[Model]) -> bool:
    for field in model._meta.concrete_fields:
        if field.is_relation and field.related_model is Person:
            return True
        if isinstance(field, BlindIndexField) or field.name in KEYS:
            return True
    return False


def test_every_table_that_names_people_is_given_out_or_says_why_not() -> None:
    declared = {one.model for one in (*holdings.holdings(), *holdings.withheld())}
    naming = {model._meta.label for model in apps.get_models() if names_people(model)}
    assert not naming - declared - set(NOT_OF_PEOPLE)


@pytest.mark.parametrize("one", holdings.holdings(), ids=lambda one: one.model)
def test_every_column_is_there_and_has_a_chinese_name(one: holdings.Holding, books: Library) -> None:
    titles = [column.title for column in one.described()]
    assert len(set(titles)) == len(titles)
    assert all(any("一" <= letter <= "鿿" for letter in title) for title in titles), titles
    assert list(one.rows_of(0)) == []


@pytest.mark.parametrize("one", holdings.withheld(), ids=lambda one: one.model)
def test_a_reason_is_a_sentence(one: holdings.Withheld) -> None:
    assert one.title
    assert one.why.endswith("。")
