"""What may be published (A11, A12), what a version keeps (A10), and by which words an item is found when."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError
from tests.platform import library
from tests.platform.library import LONG_AGO, MACHINE, Library

from onedoor.platform.cases.checks import faults_of
from onedoor.platform.catalog import operations, queries
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.catalog.operations import NotADraft
from onedoor.platform.catalog.queries import ItemNotFound
from onedoor.platform.kernel.errors import NotAllowed

RECEIVE = {"days": 5, "unit": "workday"}
WHOLE = library.item().model_dump(mode="json", by_alias=True)


def limits(statutory: tuple[int, str], promised: tuple[int, str]) -> dict[str, Any]:
    named = {"statutory": statutory, "promised": promised}
    return {name: {"days": days, "unit": unit} for name, (days, unit) in named.items()} | {"receive": RECEIVE}


def form(**changes: Any) -> dict[str, Any]:
    """The form with one field changed: `form(school={...})`."""
    section = WHOLE["form"]["sections"][0]
    fields = [field | changes.get(field["code"], {}) for field in section["fields"]]
    return {"form": {"sections": [section | {"fields": fields}]}}


def paper(**changes: Any) -> dict[str, Any]:
    return {"materials": [WHOLE["materials"][0] | changes]}


def steps(**changes: Any) -> dict[str, Any]:
    return {"steps": [step | changes.get(step["code"], {}) for step in WHOLE["steps"]]}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"limits": limits((30, "workday"), (35, "workday"))}, "promise_exceeds_statutory"),
        ({"limits": limits((30, "day"), (35, "day"))}, "promise_exceeds_statutory"),
        ({"limits": limits((30, "day"), (31, "workday"))}, "promise_exceeds_statutory"),
        (form(school={"required_when": {"field": "nobody", "equals": True}}), "unknown field nobody"),
        (form(school={"shown_when": {"all": [{"field": "nobody", "empty": False}]}}), "unknown field nobody"),
        (form(school={"shown_when": {"field": "student"}}), "one field with one operator"),
        (form(school={"shown_when": {"field": "student", "equals": True, "in": [1]}}), "one field with one operator"),
        (form(school={"code": "name"}), "field codes repeat"),
        (form(school={"type": "table"}), "has columns"),
        (form(school={"type": "choice"}), "needs choices"),
        (form(school={"type": "colour"}), "type"),
        (form(name={"code": "Name"}), "pattern"),
        (paper(required_when={"field": "nobody", "equals": True}), "unknown field nobody"),
        (paper(title="其他材料"), "no_catch_all_material"),
        (paper(title="法律法规规定的其他证明"), "no_catch_all_material"),
        (paper(legal_basis=" "), "legal_basis"),
        (paper(how=""), "how"),
        (steps(opinion={"excludes": ["opinion"]}), "excludes opinion"),
        (steps(opinion={"after": ["opinion"]}), "waits for opinion"),
        (steps(visit={"after": ["opinion"]}), "waits for opinion"),
        (steps(notice={"days_parameter": ""}), "days_parameter"),
        (steps(visit={"people": 0}), "people"),
        ({"fee": {"charged": True}}, "standard and a legal basis"),
        ({"visits": {"count": 1}}, "needs a reason"),
        ({"special_procedures": [{"code": "experts", "title": "专家评审", "basis": ""}]}, "basis"),
        ({"national": WHOLE["national"] | {"case_type": "1"}}, "immediate item"),
        ({"code": "借书证"}, "pattern"),
    ],
)
def test_a_faulty_item_is_refused_with_its_fault(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        library.item(**changes)


@pytest.mark.parametrize(
    ("statutory", "promised"), [((20, "workday"), (60, "day")), ((30, "day"), (30, "workday"))], ids=str
)
def test_a11_holds_across_the_units(statutory: tuple[int, str], promised: tuple[int, str]) -> None:
    with pytest.raises(ValidationError, match="promise_exceeds_statutory"):
        library.item(limits=limits(statutory, promised))


def test_a_promise_in_natural_days_that_is_surely_shorter_is_good() -> None:
    assert library.item(limits=limits((20, "workday"), (20, "day"))).limits.promised.unit == "day"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"materials": [WHOLE["materials"][0]] * 2}, id="materials"),
        pytest.param({"special_procedures": WHOLE["special_procedures"] * 2}, id="special procedures"),
        pytest.param(
            {
                "form": {
                    "sections": [
                        WHOLE["form"]["sections"][0],
                        {"code": "reader", "title": "又", "fields": [{"code": "x", "type": "text", "label": "又"}]},
                    ]
                }
            },
            id="sections",
        ),
        pytest.param(
            form(books={"columns": [{"code": "title", "type": "text", "label": "书名"}] * 2}), id="columns of a table"
        ),
    ],
)
def test_no_code_stands_for_two_things(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="repeat"):
        library.item(**changes)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"code": "library.unknown"}, "没有为事项"),
        (paper(waiver={"kind": "data", "source": "library.nowhere"}), "没有登记数据来源 library.nowhere"),
        (steps(visit={"by": "machine"}), "机器环节 visit"),
        (
            {"precheck": {"intro": "先看看", "fields": [{"code": "a", "type": "yes_no", "label": "甲"}]}},
            "没有自测规则",
        ),
    ],
)
def test_what_nobody_registered_is_found_before_a_citizen_finds_it(changes: dict[str, Any], fault: str) -> None:
    assert faults_of(library.item()) == []
    assert [found for found in faults_of(library.item(**changes)) if fault in found]


def draft(title: str, **changes: Any) -> ItemVersion:
    return operations.draft_version(item=library.item(title=title, **changes), actor=MACHINE, at=LONG_AGO)


def test_the_same_item_again_is_the_same_version_and_a_published_one_stays_published(books: Library) -> None:
    first = operations.draft_version(item=library.item(), actor=MACHINE, at=LONG_AGO)
    assert (first.version, first.state) == (1, "published")
    with pytest.raises(NotADraft):
        operations.publish_version(version_id=first.pk, valid_from=date(2026, 9, 1), actor=MACHINE, at=LONG_AGO)
    assert draft("读者证办理").version == 2


def test_a_draft_is_seen_by_nobody(books: Library) -> None:
    draft("读者证办理")
    assert queries.version_in_force(code=library.ITEM, on=date(2026, 9, 1)).title == "借书证办理"
    assert [card.title for card in queries.list_items(on=date(2026, 9, 1))] == ["借书证办理"]


def test_before_its_first_day_there_is_no_item(books: Library) -> None:
    with pytest.raises(ItemNotFound):
        queries.version_in_force(code=library.ITEM, on=date(2026, 6, 30))


@pytest.mark.parametrize("name", ["clerk", "approver", "supervisor"])
def test_only_who_manages_items_drafts_publishes_and_sets_figures(books: Library, name: str) -> None:
    officer = books.officer(name)
    with pytest.raises(NotAllowed):
        operations.draft_version(item=library.item(title="读者证"), actor=officer, at=LONG_AGO)
    version = draft("读者证办理")
    with pytest.raises(NotAllowed):
        operations.publish_version(version_id=version.pk, valid_from=date(2026, 9, 1), actor=officer, at=LONG_AGO)
    with pytest.raises(NotAllowed):
        operations.set_parameter(
            key="library.days",
            division=library.COUNTY,
            value=5,
            document="图〔2026〕1号",
            valid_from=date(2026, 9, 1),
            actor=officer,
            at=LONG_AGO,
        )


@pytest.mark.parametrize("name", ["undo_minutes", "supplement_days", "one_at_a_time", "single_officer_allowed"])
def test_a10_a_version_keeps_what_it_says_whatever_the_defaults_become(books: Library, name: str) -> None:
    assert name in ItemVersion.objects.get(code=library.ITEM).definition


def test_the_guide_shows_the_nearest_office_that_offers_it(books: Library) -> None:
    operations.open_offering(
        item_code=library.ITEM,
        division=library.TOWN,
        organization_id=books.organs[library.TOWN].pk,
        open_from=date(2026, 9, 1),
        own=library.OWN,
        actor=MACHINE,
        at=LONG_AGO,
    )

    def office(*chain: str, on: date = date(2026, 9, 1)) -> str:
        offering = queries.read_guide(code=library.ITEM, chain=[*chain, "000000000000"], on=on).offering
        return offering.organization.short_name if offering else ""

    assert office(library.TOWN, library.COUNTY) == books.organs[library.TOWN].short_name
    assert office(library.TOWN, library.COUNTY, on=date(2026, 8, 31)) == books.organs[library.COUNTY].short_name
    assert office(library.COUNTY) == books.organs[library.COUNTY].short_name
    assert office("330113000000") == ""
