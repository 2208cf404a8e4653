"""A42 and its like: divisions end, merge, split and are renamed; old cases keep their place, new ones go on."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.platform.library import CHINA, COUNTY, LONG_AGO, MACHINE, TOWN, Library

from onedoor.demonstration.cast import credit_code
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.queries import get_visible_case, worklist
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries
from onedoor.platform.identity.divisions import load_table
from onedoor.platform.identity.models import Division, DivisionSuccession, FormerDivisionName, Person, Post
from onedoor.platform.kernel import tasks
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed, OneDoorError

BEFORE = datetime(2026, 8, 20, 10, 0, tzinfo=CHINA)
DAY = date(2026, 9, 1)
AFTER = datetime(2026, 9, 2, 10, 0, tzinfo=CHINA)
NEW_COUNTY, NEW_TOWN = "110119000000", "110119100000"
DOCUMENT = "国函〔2026〕8号"


def establish(code: str, name: str, level: int, parent: str, on: date = DAY, at: datetime = BEFORE) -> None:
    identity.establish_division(
        code=code, name=name, level=level, parent=parent, document=DOCUMENT, on=on, actor=MACHINE, at=at
    )


@pytest.fixture
def province(books: Library) -> Library:
    """The library's county under a province, with a new county beside it that has its own organs and clerk."""
    Division.objects.create(code="110000000000", name="京", full_name="京", level=2, source="测试")
    Division.objects.filter(code=COUNTY).update(parent_id="110000000000")
    establish(NEW_COUNTY, "新阳区", 4, "110000000000")
    establish(NEW_TOWN, "新镇", 5, NEW_COUNTY)
    for place, (code, tier) in enumerate(((NEW_COUNTY, 4), (NEW_TOWN, 5))):
        organ = identity.register_organization(
            uscc=credit_code("11", code, f"MB00030{place}"),
            name=f"新{place}图书局",
            short_name=f"新{place}",
            kind="organ",
            tier=tier,
            division=code,
            parent_id=None,
            phone="",
            actor=MACHINE,
            at=LONG_AGO,
            in_force_from=DAY,
        )
        books.organs[code] = organ
    login = identity.open_officer_login(
        username="new_clerk", name="新区经办", password="x" * 12, one_time_secret="", actor=MACHINE, at=LONG_AGO
    )
    books.posts["new_clerk"] = identity.appoint_officer(
        login_id=login.pk,
        organization_id=books.organs[NEW_TOWN].pk,
        role="intake_clerk",
        division=NEW_TOWN,
        lines=[],
        valid_from=date(2026, 1, 1),
        actor=MACHINE,
        at=LONG_AGO,
    ).pk
    return books


def merge(at: datetime, on: date = DAY) -> None:
    pairs = [(COUNTY, NEW_COUNTY), (TOWN, NEW_TOWN)]
    identity.replace_divisions(successions=pairs, document=DOCUMENT, on=on, actor=MACHINE, at=at)


def sees(books: Library, case: Case, at: datetime) -> bool:
    clerk = books.officer("new_clerk", on=at.date())
    try:
        return get_visible_case(number=case.number, actor=clerk, at=at, on=at.date()) == case
    except OneDoorError:
        return False


def test_a42_the_open_case_keeps_its_place_and_the_new_one_belongs_to_the_successor(province: Library) -> None:
    old = province.received(BEFORE)
    merge(AFTER)

    assert Case.objects.get(pk=old.pk).division == TOWN
    page = "高碑店镇"
    assert page in queries.division_name(old.division, on=AFTER.date())
    assert Division.objects.get(code=TOWN).in_force_to == DAY

    Case.objects.filter(pk=old.pk).update(state="completed")
    new = province.received(AFTER)
    assert (new.division, new.receiving_organization.name) == (NEW_TOWN, "新1图书局")
    assert new.deciding_organization.name == "新0图书局"
    Case.objects.filter(pk=old.pk).update(state=old.state)


def test_a42_the_successors_officer_opens_the_old_case_on_the_page_under_its_old_name(province: Library) -> None:
    old = province.received(BEFORE)
    with time_machine.travel(AFTER, tick=False):
        merge(AFTER)
        client = Client()
        client.force_login(
            Post.objects.get(pk=province.posts["new_clerk"]).login,
            backend="onedoor.platform.identity.backends.AccountBackend",
        )
        page = client.get(f"/staff/cases/{old.number}/")
        assert page.status_code == 200
        assert "<dt>地区</dt><dd>高碑店镇</dd>" in page.content.decode()
        assert old.number[-16:] in client.get("/staff/").content.decode()


def test_before_the_day_the_successor_sees_nothing_and_on_the_day_the_machine_lets_it_see(province: Library) -> None:
    old = province.received(BEFORE)
    merge(BEFORE)  # entered ten days ahead
    assert not sees(province, old, BEFORE)
    identity.apply_reorganisations(at=BEFORE + timedelta(days=5))
    assert not sees(province, old, BEFORE)
    tasks.run_due_duties(at=AFTER)
    assert sees(province, old, AFTER)
    assert identity.apply_reorganisations(at=AFTER) == 0  # once is enough


def test_the_successors_worklist_holds_what_waited_in_the_old_place(province: Library) -> None:
    old = province.received(BEFORE)
    merge(AFTER)
    assert [item.number for item in worklist(actor=province.officer("new_clerk"), at=AFTER)] == [old.number]


def test_the_old_countys_own_officers_go_on(province: Library) -> None:
    old = province.received(BEFORE)
    merge(AFTER)
    assert [item.number for item in worklist(actor=province.officer("clerk"), at=AFTER)] == [old.number]


def test_when_the_old_organ_has_ended_its_open_case_goes_on_with_the_new_one(province: Library) -> None:
    case = province.received(BEFORE)
    merge(AFTER)
    organs = province.organs
    identity.succeed_organizations(
        ended=[organs[TOWN].pk], successors=[organs[NEW_TOWN].pk], document=DOCUMENT, on=DAY, actor=MACHINE, at=AFTER
    )
    found = queries.responsible_organization(division=case.division, tier=5, line="library", on=AFTER.date())
    assert found == organs[NEW_TOWN]
    moved = Post.objects.filter(login__username="clerk", valid_to__isnull=True).get()
    assert (moved.organization, moved.division_id) == (organs[NEW_TOWN], NEW_TOWN)
    clerk = queries.actor_for_post(post_id=moved.pk, channel="window", on=AFTER.date())
    assert [item.number for item in worklist(actor=clerk, at=AFTER)] == [case.number]
    assert Case.objects.get(pk=case.pk).receiving_organization.name == "第1图书局"


def test_a_split_asks_the_person_which_part_they_live_in(province: Library) -> None:
    establish("110119200000", "另一镇", 5, NEW_COUNTY)
    identity.replace_divisions(
        successions=[(COUNTY, NEW_COUNTY), (TOWN, NEW_TOWN), (TOWN, "110119200000")],
        document=DOCUMENT,
        on=DAY,
        actor=MACHINE,
        at=AFTER,
    )
    with pytest.raises(queries.DivisionSplit, match="新镇、另一镇"):
        province.draft(AFTER)
    Person.objects.filter(pk=province.reader.pk).update(division_id=NEW_TOWN)
    assert province.draft(AFTER).division == NEW_TOWN


def test_a_unit_left_below_is_named(province: Library) -> None:
    with pytest.raises(identity.DivisionsLeftBelow, match="高碑店镇"):
        identity.replace_divisions(
            successions=[(COUNTY, NEW_COUNTY)], document=DOCUMENT, on=DAY, actor=MACHINE, at=AFTER
        )


@pytest.mark.parametrize(
    ("successions", "document", "field"),
    [
        ([], DOCUMENT, "successions"),
        ([(COUNTY, COUNTY)], DOCUMENT, "successions"),
        ([(COUNTY, "119999000000")], DOCUMENT, "successions"),
        ([(NEW_TOWN, TOWN)], "", "document"),
        ([(NEW_TOWN, TOWN), (TOWN, NEW_TOWN)], DOCUMENT, "successions"),
    ],
)
def test_a_reorganisation_that_cannot_be_is_refused(
    province: Library, successions: Any, document: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        identity.replace_divisions(successions=successions, document=document, on=DAY, actor=MACHINE, at=AFTER)
    assert field in refused.value.problems


@pytest.mark.parametrize("changes", [{"code": COUNTY}, {"code": "1101"}, {"parent": "999999999999"}, {"name": " "}])
def test_a_code_is_given_out_once_for_ever(province: Library, changes: dict[str, str]) -> None:
    usual = {"code": "110120000000", "name": "再设区", "parent": "110000000000"} | changes
    with pytest.raises(InvalidInput):
        establish(usual["code"], usual["name"], 4, usual["parent"])


def test_a_new_name_keeps_the_code_and_the_past_keeps_the_old_name(province: Library) -> None:
    identity.rename_division(code=TOWN, name="高碑店街道", on=DAY, actor=MACHINE, at=AFTER)
    assert queries.division_name(TOWN, on=DAY - timedelta(days=1)) == "高碑店镇"
    assert queries.division_name(TOWN, on=DAY) == "高碑店街道"
    assert queries.division(TOWN).name == "高碑店街道"


def test_a_new_name_shows_in_the_full_names_of_all_below_and_the_past_keeps_the_old_ones(province: Library) -> None:
    def full(code: str) -> str:
        return queries.division(code).full_name

    assert full(NEW_TOWN).startswith(full(NEW_COUNTY))
    before = full(NEW_TOWN)
    identity.rename_division(code=NEW_COUNTY, name="新名区", on=DAY, actor=MACHINE, at=AFTER)
    identity.rename_division(code=NEW_COUNTY, name="又名区", on=DAY, actor=MACHINE, at=AFTER)  # a slip, mended at once
    assert full(NEW_COUNTY).endswith("又名区")
    assert full(NEW_TOWN) == full(NEW_COUNTY) + queries.division(NEW_TOWN).name
    assert FormerDivisionName.objects.get(division_id=NEW_TOWN).full_name == before
    assert full(TOWN) == "高碑店镇"


def test_a_newer_table_keeps_the_names_of_the_past_too(province: Library, tmp_path: Any) -> None:
    rows = [(one.code, one.level, one.parent_id or "", one.name) for one in Division.objects.order_by("level")]
    lines = [f"{code},{level},{parent},{'朝外区' if code == COUNTY else name}" for code, level, parent, name in rows]
    table = tmp_path / "divisions.csv"
    table.write_text("\n".join(["code,level,parent,name,as_of 2026-10-01", *lines, ""]), encoding="utf-8")
    assert load_table(table).renamed == 1
    assert queries.division_name(COUNTY, on=date(2026, 9, 30)) == "朝阳区"
    assert queries.division(COUNTY).name == "朝外区"


def test_only_the_system_administrator_of_both_places_reorganises_them(province: Library) -> None:
    for name in ("clerk", "approver", "auditor"):
        with pytest.raises(NotAllowed):
            identity.rename_division(code=TOWN, name="别名", on=DAY, actor=province.officer(name), at=AFTER)
    one_county = Actor(
        kind="officer", name="", permissions=frozenset({"identity.manage"}), reach=(("110105000000", "110106000000"),)
    )
    with pytest.raises(NotAllowed):
        identity.replace_divisions(
            successions=[(TOWN, NEW_TOWN)], document=DOCUMENT, on=DAY, actor=one_county, at=AFTER
        )


def test_the_system_administrator_enters_it_on_the_page(
    province: Library, staffed: Library, desk: Callable[[str], Client]
) -> None:
    Post.objects.filter(pk=staffed.posts["system"]).update(
        division_id="110000000000", reach=[["110000000000", "120000000000"]]
    )
    with time_machine.travel(AFTER, tick=False):
        client = desk("system")
        wrong = client.post(
            "/staff/divisions/",
            {"act": "replace", "successions": f"{COUNTY} {NEW_COUNTY}\n一行废话", "document": DOCUMENT, "on": str(DAY)},
        )
        assert wrong.status_code == 422
        assert "一行废话" in wrong.content.decode()  # what was typed is still there
        done = client.post(
            "/staff/divisions/",
            {
                "act": "replace",
                "successions": f"{COUNTY} → {NEW_COUNTY}\n{TOWN}，{NEW_TOWN}\n",
                "document": DOCUMENT,
                "on": str(DAY),
            },
        )
        assert done.status_code == 302
        assert "已重算" in client.get("/staff/divisions/").content.decode()
    assert DivisionSuccession.objects.count() == 2


COUNTIES = [f"1101{number:02d}000000" for number in range(5, 11)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8))
def test_a_reach_is_what_the_successions_say_whatever_they_are(db: None, pairs: list[tuple[int, int]]) -> None:
    """For any web of successions: a post reaches its own place and everything that leads to it, and nothing else."""
    DivisionSuccession.objects.all().delete()
    Division.objects.all().delete()
    for code in COUNTIES:
        Division.objects.create(code=code, name=code, full_name=code, level=4, source="测试")
    edges = {(COUNTIES[a], COUNTIES[b]) for a, b in pairs if a != b}
    for old, new in edges:
        DivisionSuccession.objects.create(from_division_id=old, to_division_id=new, on=DAY)
    for code in COUNTIES:
        reached, waiting = set(), {code}
        while waiting:
            reached |= waiting
            waiting = {old for old, new in edges if new in waiting} - reached
        ranges = queries.reach_of(code, on=DAY)
        assert queries.reaches_of([code], on=DAY) == {code: ranges}
        assert {one for one in COUNTIES if any(start <= one < end for start, end in ranges)} == reached
        assert queries.reach_of(code, on=DAY - timedelta(days=1)) == [(code, f"{int(code[:6]) + 1}000000")]
