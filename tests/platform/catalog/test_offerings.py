"""Row 4 in part: a place overrides only what the item has opened, and everybody reads the result (R-CAT-2)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.platform import library
from tests.platform.library import LONG_AGO, MACHINE, OWN, Library

from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.catalog import operations, queries
from onedoor.platform.catalog.models import ItemVersion, Offering
from onedoor.platform.catalog.offerings import OPENABLE, FieldNotOpened, merged
from onedoor.platform.catalog.operations import NotPublishable, TierNotCompetent
from onedoor.platform.catalog.queries import ItemNotFound

CHAIN = [library.TOWN, library.COUNTY, library.NATION]
EXTRA = {
    "code": "local_1",
    "title": "社区证明",
    "how": "到社区开具。",
    "acceptance_standard": "盖章",
    "legal_basis": "本地办法",
}
AT = datetime(2026, 9, 1, 10, 0, tzinfo=library.CHINA)


def offer(books: Library, *, on: date = date(2026, 8, 1), division: str = library.COUNTY, **overrides: Any) -> Offering:
    return operations.open_offering(
        item_code=library.ITEM,
        division=division,
        organization_id=books.organs[division].pk,
        open_from=on,
        own=OWN,
        overrides={path.replace("__", "."): value for path, value in overrides.items()},
        actor=MACHINE,
        at=datetime(2026, 8, 1, 9, 0, tzinfo=library.CHINA),
    )


CORE = ("title", "code", "national.item_type", "legal_basis", "national.levels", "limits.statutory", "steps", "form")


@pytest.mark.parametrize("path", [*CORE, "fee", "visits"])
def test_row_4_what_is_not_opened_is_refused_by_its_name(books: Library, path: str) -> None:
    with pytest.raises(FieldNotOpened, match=path):
        operations.draft_offering(
            item_code=library.ITEM,
            division=library.COUNTY,
            organization_id=books.organs[library.COUNTY].pk,
            own=OWN,
            overrides={path: "别的"},
            actor=books.officer("county_items"),
            at=AT,
        )


def test_the_core_of_the_basic_item_can_never_be_opened() -> None:
    assert not set(CORE) & set(OPENABLE)


def test_row_4_the_nearest_place_wins_and_only_what_is_opened_changes(books: Library) -> None:
    offer(books, limits__promised={"days": 5}, conditions=["有本区居住证。"], materials=[EXTRA])
    item = queries.read_guide(code=library.ITEM, chain=CHAIN, on=date(2026, 9, 1)).item
    nation = library.item()
    assert item.limits.promised.days == 5
    assert item.limits.statutory == nation.limits.statutory
    assert item.conditions == ("住在本区。", "有本区居住证。")
    assert [paper.code for paper in item.materials] == ["photo", "proof", "school_card", "local_1"]
    assert (item.title, item.national, item.legal_basis) == (nation.title, nation.national, nation.legal_basis)
    elsewhere = queries.read_guide(code=library.ITEM, chain=["330113000000", library.NATION], on=date(2026, 9, 1))
    assert elsewhere.item == nation
    offer(books, division=library.TOWN, limits__promised={"days": 3})
    assert queries.read_guide(code=library.ITEM, chain=CHAIN, on=date(2026, 9, 1)).item.limits.promised.days == 3


@pytest.mark.parametrize(
    ("overrides", "fault"),
    [
        ({"limits__promised": {"days": 11}}, "不得长于上级统一承诺"),
        ({"limits__promised": {"days": 35}}, "promise_exceeds_statutory"),
        ({"limits__promised": {"days": "五"}}, "写法不对"),
        ({"materials": [EXTRA | {"title": "其他材料"}]}, "no_catch_all_material"),
        ({"materials": [EXTRA | {"code": "photo"}]}, "重复"),
    ],
)
def test_an_override_keeps_to_the_law(books: Library, overrides: dict[str, Any], fault: str) -> None:
    with pytest.raises(NotPublishable, match=fault):
        offer(books, **overrides)


def test_an_authority_of_another_tier_cannot_offer(books: Library) -> None:
    with pytest.raises(TierNotCompetent):
        offer(books, division=library.NATION)


def test_without_a_basic_item_in_force_there_is_nothing_to_offer(books: Library) -> None:
    with pytest.raises(ItemNotFound):
        operations.draft_offering(
            item_code="library.loan",
            division=library.COUNTY,
            organization_id=books.organs[library.COUNTY].pk,
            own=OWN,
            overrides={},
            actor=books.officer("county_items"),
            at=AT,
        )


def test_guide_form_case_and_window_read_the_same_version(
    books: Library, officer: Callable[[str], Client], reader: Client
) -> None:
    """R-CAT-2."""
    offer(books, limits__promised={"days": 5}, materials=[EXTRA])
    reader.cookies["place"] = library.TOWN
    guide = reader.get(f"/items/{library.ITEM}/").content.decode()
    assert "社区证明" in guide
    assert '<strong class="number">5<small>' in guide
    assert OWN["counters"][0]["name"] in guide  # type: ignore[index]
    api = reader.get(f"/api/v1/items/{library.ITEM}?division={library.TOWN}").json()
    assert (api["promised"]["days"], api["materials"][-1]["title"]) == (5, "社区证明")
    draft = books.draft(AT)
    assert "社区证明" in reader.get(f"/drafts/{draft.pk}/materials/").content.decode()
    books.attach(draft.pk, "local_1", AT)
    draft = Draft.objects.get(pk=draft.pk)
    case = cases.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)
    cases.hand_in_case(case_id=case.pk, actor=books.citizen(), at=AT)
    window = officer("clerk").get(f"/staff/cases/{case.number}/accept/").content.decode()
    assert "承诺 5 个工作日" in window
    read = queries.read_guide(code=library.ITEM, chain=CHAIN, on=date(2026, 9, 1)).item
    assert Case.objects.get(pk=case.pk).item_version.item == read


def test_row_2_a_running_case_keeps_the_limits_and_papers_it_was_begun_with(books: Library) -> None:
    offer(books, limits__promised={"days": 5})
    case = books.received(AT)
    offer(books, on=date(2026, 9, 2), limits__promised={"days": 2}, materials=[EXTRA])
    cases.accept_case(case_id=case.pk, actor=books.officer("clerk", on=date(2026, 9, 3)), at=AT + timedelta(days=2))
    case = Case.objects.get(pk=case.pk)
    assert case.clocks.get(kind="promised").length == 5
    assert case.item_version.item.material("local_1") is None
    later = books.draft(AT + timedelta(days=2), photo=False)
    assert later.item_version.item.limits.promised.days == 2


def test_the_local_version_is_made_once_and_is_nobody_elses(books: Library) -> None:
    offering = offer(books, limits__promised={"days": 5})
    for _ in range(2):
        draft = books.draft(AT, photo=False)
        cases.discard_draft(draft_id=draft.pk, actor=books.citizen(), at=AT)
    local = ItemVersion.objects.get(offering=offering)
    assert (local.version, local.state, local.localizes.version if local.localizes else 0) == (1, "local", 1)
    assert queries.version_in_force(code=library.ITEM, on=date(2026, 9, 1)).offering is None
    assert [card.code for card in queries.list_items(on=date(2026, 9, 1))] == [library.ITEM]


def test_what_a_new_version_closes_ceases_to_apply_and_is_shown(
    books: Library, officer: Callable[[str], Client]
) -> None:
    offer(books, limits__promised={"days": 5}, conditions=["有本区居住证。"])
    library.publish(library.item(opened=["limits.promised"]), valid_from=date(2026, 8, 15))
    item = queries.read_guide(code=library.ITEM, chain=CHAIN, on=date(2026, 9, 1)).item
    assert (item.limits.promised.days, item.conditions) == (5, ("住在本区。",))
    assert (
        "已不开放，不再适用：conditions"
        in officer("item_manager").get(f"/staff/items/{library.ITEM}/").content.decode()
    )


def test_a_version_under_which_an_offering_would_be_unlawful_is_not_published(books: Library) -> None:
    offer(books, limits__promised={"days": 5})
    shorter = library.item().model_dump(mode="json")["limits"] | {"promised": {"days": 3}}
    with pytest.raises(NotPublishable, match=r"第0图书局的实施清单：承诺时限不得长于上级"):
        library.publish(library.item(limits=shorter), valid_from=date(2026, 9, 1))


def test_without_overrides_the_item_is_the_very_same() -> None:
    item = library.item()
    assert merged(item, {}) is item


def test_an_offering_is_drafted_reviewed_and_published_at_its_pages(
    books: Library, officer: Callable[[str], Client], reader: Client
) -> None:
    county, reviewer = officer("county_items"), officer("county_reviewer")
    page = county.get(f"/staff/items/{library.ITEM}/offering/").content.decode()
    assert "统一规定 10 个工作日，只能更短" in page
    assert "是否收费" not in page  # not opened, so not asked
    counter = {f"counters-0-{part}": text for part, text in OWN["counters"][0].items()}  # type: ignore[index,attr-defined]
    typed = {"organ_nature": "1", "power_source": "1", "consult": "010-10000", "supervise": "12345", **counter}
    saved = county.post(f"/staff/items/{library.ITEM}/offering/", typed | {"limits.promised": "4"})
    offering = Offering.objects.order_by("-pk")[0]
    address = f"/staff/items/{library.ITEM}/offerings/{offering.pk}/"
    assert saved.headers["Location"] == address
    assert county.post(address, {"deed": "submit"}).status_code == 302
    own = county.post(address, {"deed": "approve", "opinion": "同意发布。"})
    assert (own.status_code, "起草人不能审核" in own.content.decode()) == (403, True)
    assert reviewer.post(address, {"deed": "approve", "opinion": "同意发布。"}).status_code == 302
    assert county.post(address, {"deed": "publish", "valid_from": "2026-09-01"}).status_code == 302
    reader.cookies["place"] = library.TOWN
    assert '<strong class="number">4<small>' in reader.get(f"/items/{library.ITEM}/").content.decode()


def test_a_forged_override_of_something_closed_is_refused_at_the_page(
    books: Library, officer: Callable[[str], Client]
) -> None:
    typed = {"organ_nature": "1", "fee.charged": "yes", "fee.standard": "10 元", "fee.basis": "本地"}
    answer = officer("county_items").post(f"/staff/items/{library.ITEM}/offering/", typed)
    assert answer.status_code == 422
    assert "“收费”（fee）由上级统一规定" in answer.content.decode()
    assert Offering.objects.count() == 1


def test_another_place_sees_and_changes_nothing_of_it(books: Library, officer: Callable[[str], Client]) -> None:
    draft = operations.draft_offering(
        item_code=library.ITEM,
        division="330113000000",
        organization_id=books.organs["330113000000"].pk,
        own=OWN,
        overrides={},
        actor=MACHINE,
        at=LONG_AGO,
    )
    address = f"/staff/items/{library.ITEM}/offerings/{draft.pk}/"
    assert officer("county_items").get(address).status_code == 404
    assert officer("county_items").post(address, {"deed": "submit"}).status_code == 404
    assert officer("item_manager").get(address).status_code == 200
