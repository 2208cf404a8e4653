"""身后一件事 as it ships: it loads, says for every member where it is dealt with, and pretends nothing."""

from tests.platform.desks import Desk
from tests.platform.library import LONG_AGO, MACHINE, TOWN, Library

from onedoor.platform.bundles import merging, operations
from onedoor.platform.bundles.models import BundleVersion
from onedoor.platform.bundles.operations.versions import shipped_bundles
from onedoor.platform.bundles.queries import read_bundle_guide


def load() -> list[str]:
    return operations.load_bundles(files=shipped_bundles(), valid_from=LONG_AGO.date(), actor=MACHINE, at=LONG_AGO)


def test_it_loads_once(books: Library) -> None:
    assert load() == ["funeral.after_death"]
    assert load() == []
    assert BundleVersion.objects.count() == 1


def test_members_without_an_item_are_told_with_where_and_how(desk: Desk) -> None:
    load()
    page = desk.page("reader", "/together/funeral.after_death/")
    assert "公安派出所" in page
    assert "逝者户籍所在地派出所" in page
    assert "开始办理" not in page
    assert "先办好户口注销" in page
    desk.refused("reader", "/together/funeral.after_death/", 409)


def test_what_follows_from_the_answers(books: Library) -> None:
    load()
    bundle = read_bundle_guide(code="funeral.after_death", division=TOWN, on=LONG_AGO.date()).bundle
    nothing = dict.fromkeys(("died_at_home", "pensioner", "housing_fund", "benefits", "driver"), False)
    needed = [member.code for member in merging.taking_part(bundle, nothing, [])]
    assert needed == ["medical_death", "cremation", "household"]
    fund = merging.taking_part(bundle, nothing | {"housing_fund": True}, ["fund"])
    assert [member.code for member in fund][-1] == "fund"


def test_the_list_shows_it(desk: Desk) -> None:
    load()
    assert "身后一件事" in desk.page("reader", "/together/")


def test_a_new_version_begins_with_the_one_there_is(desk: Desk) -> None:
    load()
    version = BundleVersion.objects.get()
    assert f"?from={version.pk}" in desk.page("item_manager", "/staff/bundles/new/")
    assert "code: funeral.after_death" in desk.page("item_manager", f"/staff/bundles/new/?from={version.pk}")
    desk.refused("clerk", f"/staff/bundles/new/?from={version.pk}", 403)
