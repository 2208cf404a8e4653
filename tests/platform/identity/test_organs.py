"""Organs fit their place and their superior, and no two of them print the same number on a document."""

from datetime import date, datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from tests.platform.library import CHINA, COUNTY, MACHINE, TOWN, Library

from onedoor.demonstration.cast import credit_code
from onedoor.platform.cases import operations
from onedoor.platform.cases.models import CaseDocument
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.kernel.models import NumberSeries

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)


def entered(**changes: Any) -> Organization:
    usual: dict[str, Any] = {
        "uscc": credit_code("11", TOWN, "MB000301"),
        "name": "高碑店镇文化站",
        "short_name": "高文",
        "kind": "organ",
        "tier": 5,
        "division": TOWN,
        "parent_id": None,
        "phone": "",
    }
    return identity.register_organization(**usual | changes, actor=MACHINE, at=AT)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tier": 4}, "tier"),
        ({"parent": "330113000000"}, "parent_id"),
        ({"parent_id": 999_999}, "parent_id"),
        ({"short_name": "图1"}, "name"),
        ({"division": "119999000000"}, "division"),
    ],
    ids=["a county's tier in a town", "a superior elsewhere", "no such superior", "another's short name", "no place"],
)
def test_an_organ_that_does_not_fit_is_refused(books: Library, changes: dict[str, Any], field: str) -> None:
    if place := changes.pop("parent", ""):
        changes["parent_id"] = books.organs[place].pk
    with pytest.raises(InvalidInput) as refused:
        entered(**changes)
    assert list(refused.value.problems) == [field]
    assert not Organization.objects.filter(name="高碑店镇文化站").exists()


def test_an_organ_below_the_county_and_an_institution_of_any_tier_are_entered(books: Library) -> None:
    assert entered(parent_id=books.organs[COUNTY].pk).parent == books.organs[COUNTY]
    home = credit_code("12", TOWN, "MB000302")
    assert entered(uscc=home, name="镇图书馆", short_name="镇图", kind="institution", tier=6).tier == 6


def test_a_short_name_is_free_again_when_its_organ_has_ended_and_numbers_go_on(books: Library) -> None:
    with pytest.raises(InvalidInput) as refused:
        identity.rename_organization(
            organization_id=books.organs[COUNTY].pk, name="朝阳书局", short_name="图1", actor=MACHINE, at=AT
        )
    assert "第1图书局" in str(refused.value.problems["name"])
    first = books.received(AT)
    before = first.documents.get(kind="receipt")
    operations.withdraw_case(case_id=first.pk, actor=books.citizen(), at=AT)
    old, new = books.organs[TOWN], entered(parent_id=books.organs[COUNTY].pk)
    identity.succeed_organizations(
        ended=[old.pk], successors=[new.pk], document="朝编〔2026〕9号", on=date(2026, 9, 1), actor=MACHINE, at=AT
    )
    identity.rename_organization(
        organization_id=new.pk, name="高碑店镇图书局", short_name=old.short_name, actor=MACHINE, at=AT
    )
    again = books.draft(AT, name="欧阳晓娜")
    case = operations.submit_draft(draft_id=again.pk, revision=again.revision, actor=books.citizen(), at=AT)
    after = case.documents.get(kind="receipt")
    assert (before.number, after.number) == ("图1收〔2026〕1号", "图1收〔2026〕2号")


def test_counters_named_after_rows_go_on_under_the_printed_words(books: Library) -> None:
    """The step of the database from one way of counting to the other and back loses no number."""
    step = import_module("onedoor.platform.cases.migrations.0019_numbers_by_what_is_printed")
    county, town = books.organs[COUNTY], books.organs[TOWN]
    Organization.objects.filter(pk=town.pk).update(short_name=county.short_name)
    NumberSeries.objects.create(name=f"document:{county.pk}:grant:2026", last=7)
    NumberSeries.objects.create(name=f"document:{town.pk}:grant:2026", last=9)
    NumberSeries.objects.create(name=f"document:{town.pk}:grant:2025", last=3)
    NumberSeries.objects.create(name="case:2026", last=4)

    step.by_words(apps, None)
    step.by_words(apps, None)

    counted = dict(NumberSeries.objects.filter(name__startswith="document:").values_list("name", "last"))
    assert counted == {"document:图0准:2026": 9, "document:图0准:2025": 3}
    step.by_rows(apps, None)
    counted = dict(NumberSeries.objects.filter(name__startswith="document:").values_list("name", "last"))
    assert {counted[f"document:{organ.pk}:grant:2026"] for organ in (county, town)} == {9}
    assert NumberSeries.objects.get(name="case:2026").last == 4


def test_the_words_of_the_step_are_those_that_are_printed() -> None:
    from onedoor.platform.cases.documents import _SERIES

    step = import_module("onedoor.platform.cases.migrations.0019_numbers_by_what_is_printed")
    assert {CaseDocument.Kind(kind): words for kind, words in step.SERIES.items()}.items() <= _SERIES.items()
    assert len(set(_SERIES.values())) == len(_SERIES)
