"""A statement of a death is never stuck: who stated it takes it back, an organ above confirms it, nobody states in vain."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from tests.platform.desks import Desk
from tests.platform.identity.bereaved import CORRECTION, PAPER, WHO, bury
from tests.platform.library import COUNTY, LONG_AGO, MACHINE, TOWN, Library
from tests.platform.replays.stage import AT

from onedoor.demonstration.cast import credit_code
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.identity import operations
from onedoor.platform.identity.models import DeathStatement, Organization, Person, Post

URL = "/staff/window/person/"
NOTE = "证明上的日期看错了，重新提交"


@pytest.fixture
def at_work(books: Library) -> Iterator[Desk]:
    with time_machine.travel(AT, tick=False) as traveller:
        yield Desk(books, traveller)


def organ(parent: Organization | None) -> Organization:
    """Return a station below an organ, in the reader's town."""
    return operations.register_organization(
        uscc=credit_code("12", TOWN, "MB000777"),
        name="社区便民服务站",
        short_name="社",
        kind="institution",
        tier=6,
        division=TOWN,
        parent_id=parent.pk if parent else None,
        phone="",
        actor=MACHINE,
        at=LONG_AGO,
    )


def appoint(username: str, role: str, organization: Organization, division: str = TOWN) -> None:
    login = operations.open_officer_login(
        username=username, name=f"官员{username}", password="x" * 12, one_time_secret="", actor=MACHINE, at=LONG_AGO
    )
    operations.appoint_officer(
        login_id=login.pk,
        organization_id=organization.pk,
        role=role,
        division=division,
        lines=[],
        valid_from=date(2026, 1, 1),
        actor=MACHINE,
        at=LONG_AGO,
    )


def deceased(books: Library) -> date | None:
    return Person.objects.get(pk=books.reader.pk).deceased_on


def post(desk: Desk, name: str, url: str, key: str, /, **fields: Any) -> Any:
    headers = {"Idempotency-Key": key * 20}
    return desk.client(name).post(f"/api/v1/window/{url}", fields, content_type="application/json", headers=headers)


def test_a_station_with_one_assistant_states_and_the_organ_above_confirms(books: Library, at_work: Desk) -> None:
    appoint("helper", "assistant", organ(books.organs[TOWN]))
    at_work.act("helper", URL, **WHO, **PAPER)
    row = DeathStatement.objects.get()
    page = at_work.page("clerk", "/staff/deaths/")
    assert "社区便民服务站" in page
    assert f"/staff/deaths/{row.pk}/" in page
    assert "等另一人确认" in at_work.page("helper", f"/staff/deaths/{row.pk}/")
    at_work.act("clerk", f"/staff/deaths/{row.pk}/", answer="confirm")
    assert deceased(books) == date(2026, 8, 30)


def test_the_organ_below_sees_nothing_of_the_one_above(books: Library, at_work: Desk) -> None:
    station = organ(books.organs[TOWN])
    appoint("station_clerk", "intake_clerk", station)
    at_work.act("clerk", URL, **WHO, **PAPER)
    row = DeathStatement.objects.get()
    assert at_work.get("station_clerk", f"/staff/deaths/{row.pk}/").status_code == 404
    assert at_work.post("station_clerk", f"/staff/deaths/{row.pk}/", answer="confirm").status_code == 404
    page = at_work.refused("station_clerk", URL, 422, **WHO, **PAPER)
    assert "第1图书局" in page, "the organ where the statement waits is named"


def test_whoever_stated_it_takes_it_back_without_the_right_to_settle(books: Library, at_work: Desk) -> None:
    appoint("helper", "assistant", organ(books.organs[TOWN]))
    at_work.act("helper", URL, **WHO, **PAPER)
    row = DeathStatement.objects.get()
    page = at_work.page("helper", f"/staff/deaths/{row.pk}/")
    assert ">收回</button>" in page
    assert "不能自己确认" in at_work.refused("helper", f"/staff/deaths/{row.pk}/", 403, answer="confirm")
    at_work.act("helper", f"/staff/deaths/{row.pk}/", answer="reject", note=NOTE)
    assert "已收回" in at_work.page("helper", f"/staff/deaths/{row.pk}/")
    assert AuditEntry.objects.filter(event="identity.withdraw_death").count() == 1
    assert deceased(books) is None
    at_work.act("clerk", URL, **WHO, **PAPER)


def test_a_colleague_without_the_right_neither_confirms_nor_takes_back(books: Library, at_work: Desk) -> None:
    station = organ(books.organs[TOWN])
    appoint("helper", "assistant", station)
    appoint("other", "assistant", station)
    at_work.act("helper", URL, **WHO, **PAPER)
    row = DeathStatement.objects.get()
    assert 'name="answer"' not in at_work.page("other", f"/staff/deaths/{row.pk}/")
    for answer in ("confirm", "reject"):
        at_work.refused("other", f"/staff/deaths/{row.pk}/", 403, answer=answer, note=NOTE)
    assert post(at_work, "other", f"deaths/{row.pk}/settlement", "a", confirmed=False, note=NOTE).status_code == 403
    assert post(at_work, "helper", f"deaths/{row.pk}/settlement", "b", confirmed=False, note=NOTE).status_code == 200
    told = at_work.client("helper").get(f"/api/v1/window/deaths/{row.pk}").json()
    assert (told["standing"], told["organization"]) == ("withdrawn", "社区便民服务站")


def test_it_is_taken_back_from_another_post_too(books: Library, at_work: Desk) -> None:
    at_work.act("clerk", URL, **WHO, **PAPER)
    row = DeathStatement.objects.get()
    post = Post.objects.get(pk=books.posts["clerk"])
    post.organization, post.division_id = books.organs["330113100000"], "330113100000"
    post.reach = [["330113100000", "330113101000"]]
    post.save()
    at_work.act("clerk", f"/staff/deaths/{row.pk}/", answer="reject", note=NOTE)


def test_nobody_states_where_nobody_else_could_confirm(books: Library, at_work: Desk) -> None:
    appoint("helper", "assistant", organ(None))
    page = at_work.refused("helper", URL, 422, **WHO, **PAPER)
    assert "没有另一位能确认的工作人员" in page
    assert "请到“第1图书局”办理" in page
    assert 'value="朝阳医院"' in page, "what was typed is kept"
    who = {name: WHO[name] for name in ("name", "id_number")}
    answer = post(at_work, "helper", "deaths", "a", **who, **PAPER)
    assert (answer.status_code, answer.json()["type"]) == (409, "/api/v1/docs/codes#identity.no_second_officer")
    assert not DeathStatement.objects.exists()
    bury(books, books.reader)
    page = at_work.refused("helper", URL, 422, **(WHO | {"act": "corrected"}), **CORRECTION)
    assert "请到“第1图书局”办理" in page
    assert DeathStatement.objects.count() == 1


def test_the_only_one_who_could_confirm_lets_a_colleague_state(books: Library, at_work: Desk) -> None:
    station = organ(None)
    appoint("station_clerk", "intake_clerk", station)
    appoint("helper", "assistant", station)
    Post.objects.filter(organization=books.organs[TOWN]).update(valid_to=date(2026, 8, 1))
    page = at_work.refused("station_clerk", URL, 422, **WHO, **PAPER)
    assert "请由本单位另一位窗口人员提交，您来核对确认" in page
    at_work.act("helper", URL, **WHO, **PAPER)
    at_work.act("station_clerk", f"/staff/deaths/{DeathStatement.objects.get().pk}/", answer="confirm")
    assert deceased(books) == date(2026, 8, 30)


def test_an_officer_of_the_county_confirms_for_the_town(books: Library, at_work: Desk) -> None:
    appoint("county_clerk", "intake_clerk", books.organs[COUNTY], COUNTY)
    for name in ("second_clerk", "reviewer"):
        Post.objects.filter(pk=books.posts[name]).update(valid_to=date(2026, 8, 1))
    at_work.act("clerk", URL, **WHO, **PAPER)
    at_work.act("county_clerk", f"/staff/deaths/{DeathStatement.objects.get().pk}/", answer="confirm")
    assert deceased(books) == date(2026, 8, 30)
