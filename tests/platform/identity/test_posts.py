"""Three administrators, powerful posts by two people, leaving, standing in; each through its page."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.platform.identity.conftest import AT
from tests.platform.library import CHINA, COUNTY, MACHINE, READER, TOWN, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Action
from onedoor.platform.cases.operations.steps import TooFewPeople
from onedoor.platform.cases.queries import worklist
from onedoor.platform.cases.steps import RoleSeparation
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries
from onedoor.platform.identity.models import Absence, AccountReset, Login, Post
from onedoor.platform.identity.roles import ADMINISTRATORS, ROLE_NAMES
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed

TODAY = AT.date()


def login(name: str) -> Login:
    return Login.objects.get(username=name)


def appoint(books: Library, name: str, role: str, *, start: date = TODAY, actor: Actor = MACHINE) -> Post:
    return identity.appoint_officer(
        login_id=login(name).pk,
        organization_id=books.organs[TOWN].pk,
        role=role,
        division=TOWN,
        lines=[],
        valid_from=start,
        actor=actor,
        at=AT,
    )


def own(name: str, on: date = TODAY, post: int | None = None) -> Actor:
    return queries.actor_for(login=login(name), post_id=post, channel="window", address="", on=on)


def forbidden() -> list[tuple[str, str]]:
    """Every pair of roles one human must not hold: two different administrators, or one and any business."""
    return [(one, other) for one in sorted(ADMINISTRATORS) for other in sorted(ROLE_NAMES) if other != one]


@pytest.mark.parametrize(("first", "second"), forbidden())
def test_no_human_holds_two_of_these(staffed: Library, first: str, second: str) -> None:
    login_id = identity.open_officer_login(
        username="pair", name="两职", password="x" * 12, one_time_secret="", actor=MACHINE, at=AT
    ).pk
    assert login_id
    appoint(staffed, "pair", first)
    with pytest.raises(identity.RolesNotTogether):
        appoint(staffed, "pair", second)
    assert Post.objects.filter(login_id=login_id).count() == 1


@pytest.mark.parametrize("start", [TODAY, TODAY + timedelta(days=20)], ids=["now", "later"])
def test_a_post_that_has_an_end_still_forbids_until_then(staffed: Library, start: date) -> None:
    post = Post.objects.get(pk=staffed.posts["clerk"])
    identity.end_post(post_id=post.pk, last_day=TODAY + timedelta(days=30), actor=MACHINE, at=AT)
    with pytest.raises(identity.RolesNotTogether):
        appoint(staffed, "clerk", "auditadmin", start=start)
    assert appoint(staffed, "clerk", "auditadmin", start=TODAY + timedelta(days=31))


def test_a_post_that_begins_later_forbids_already_now(staffed: Library) -> None:
    post = Post.objects.get(pk=staffed.posts["clerk"])
    identity.end_post(post_id=post.pk, last_day=TODAY, actor=MACHINE, at=AT)
    appoint(staffed, "clerk", "secadmin", start=TODAY + timedelta(days=60))
    with pytest.raises(identity.RolesNotTogether):
        appoint(staffed, "clerk", "reviewer", start=TODAY + timedelta(days=1))


@pytest.mark.parametrize(
    "role", sorted({"approver", "cert_officer", "supervisor", "sysadmin", "secadmin", "auditadmin"})
)
def test_a_powerful_post_holds_only_after_a_second_person(staffed: Library, role: str) -> None:
    identity.engage_officer(
        username="rising",
        name="新任",
        id_number="11010519491231002X",
        organization_id=staffed.organs[COUNTY].pk,
        role=role,
        division=COUNTY,
        lines=[],
        valid_from=TODAY,
        actor=own("system"),
        at=AT,
    )
    post = login("rising").posts.get()
    assert own("rising").permissions == frozenset()
    for name in ("system", "clerk", "auditor"):
        with pytest.raises(NotAllowed):
            identity.approve_post(post_id=post.pk, actor=own(name), at=AT)
    identity.approve_post(post_id=post.pk, actor=own("security"), at=AT)
    assert own("rising").role == role
    post.refresh_from_db()
    assert post.approved_by == login("security")


def test_nobody_approves_their_own_post(staffed: Library) -> None:
    post = Post.objects.get(pk=staffed.posts["security"])
    Post.objects.filter(pk=post.pk).update(approved_at=None)
    with pytest.raises(identity.ApproverAppointed):
        identity.approve_post(
            post_id=post.pk,
            actor=Actor(
                kind="officer",
                name="",
                login_id=post.login_id,
                permissions=frozenset({"identity.manage_security"}),
                reach=(("", "~"),),
            ),
            at=AT,
        )


def test_each_administrator_does_their_part_and_no_other(staffed: Library) -> None:
    wants: dict[str, Callable[[Actor], Any]] = {
        "system": lambda who: appoint(staffed, "clerk", "surveyor", actor=who),
        "security": lambda who: identity.approve_post(post_id=staffed.posts["clerk"], actor=who, at=AT),
    }
    for needed, deed in wants.items():
        for name in ("system", "security", "auditor", "clerk", "approver"):
            if name == needed:
                deed(staffed.officer(name))
            else:
                with pytest.raises(NotAllowed):
                    deed(staffed.officer(name))
    case = staffed.received(AT)
    for name in ("system", "security", "auditor"):
        assert worklist(actor=staffed.officer(name), at=AT) == []
        with pytest.raises(NotAllowed):
            cases.accept_case(case_id=case.pk, actor=staffed.officer(name), at=AT)


def test_from_new_account_to_first_day_on_the_pages(staffed: Library, desk: Callable[[str], Client]) -> None:
    with time_machine.travel(AT, tick=False):
        system, security = desk("system"), desk("security")
        form = {
            "username": "NEW01",
            "name": "周新来",
            "id_number": READER.id_number,
            "organization": str(staffed.organs[COUNTY].pk),
            "role": "approver",
            "valid_from": TODAY.isoformat(),
        }
        short = system.post("/staff/people/new/", form | {"id_number": "123"})
        assert short.status_code == 422
        assert "周新来" in short.content.decode()
        page = system.post("/staff/people/new/", form).content.decode()
        password = re.search(r'<dt>初始密码</dt><dd class="code">([^<]+)</dd>', page)
        assert password is not None
        fresh = login("NEW01")
        assert fresh.check_password(password[1])
        assert fresh.must_change_password
        assert READER.id_number not in page
        again = system.post("/staff/people/new/", form | {"username": "NEW02"})
        assert "一人只开一个账号" in again.content.decode()

        assert "周新来" in security.get("/staff/people/").content.decode()
        post = Post.objects.get(login=fresh)
        assert own("NEW01").permissions == frozenset()
        refused = system.post(f"/staff/people/{fresh.pk}/", {"act": "approve", "post": post.pk})
        assert refused.status_code == 403
        security.post(f"/staff/people/{fresh.pk}/", {"act": "approve", "post": post.pk})
        assert own("NEW01").role == "approver"


@pytest.mark.parametrize("name", ["clerk", "approver", "auditor", "supervisor", "helper"])
@pytest.mark.parametrize("page", ["people/", "people/new/", "organizations/", "divisions/"])
def test_only_the_administrators_open_these_pages(
    staffed: Library, desk: Callable[[str], Client], name: str, page: str
) -> None:
    assert desk(name).get(f"/staff/{page}").status_code == 403


def test_an_officer_elsewhere_is_not_there(staffed: Library, desk: Callable[[str], Client]) -> None:
    client = desk("system")
    assert client.get(f"/staff/people/{login('elsewhere').pk}/").status_code == 404
    assert client.get(f"/staff/organizations/{staffed.organs['330113000000'].pk}/").status_code == 404
    assert "elsewhere" not in client.get("/staff/people/").content.decode()


def test_the_list_of_officers_takes_as_many_queries_for_thirty_as_for_three(
    staffed: Library, desk: Callable[[str], Client]
) -> None:
    client = desk("system")
    client.get("/staff/people/")
    with CaptureQueriesContext(connection) as few:
        client.get("/staff/people/")
    for number in range(30):
        one = identity.open_officer_login(
            username=f"Z{number:03d}", name="众", password="x" * 12, one_time_secret="", actor=MACHINE, at=AT
        )
        appoint(staffed, one.username, "surveyor")
    with CaptureQueriesContext(connection) as many:
        client.get("/staff/people/")
    assert len(many) == len(few)


def test_who_leaves_is_out_the_day_after_and_their_screen_too(staffed: Library, desk: Callable[[str], Client]) -> None:
    with time_machine.travel(AT, tick=False) as clock:
        clerk = desk("clerk")
        assert clerk.get("/staff/").status_code == 200
        leaver = login("clerk")
        desk("system").post(f"/staff/people/{leaver.pk}/", {"act": "dismiss", "last_day": TODAY.isoformat()})
        assert clerk.get("/staff/").status_code == 200  # the last day is worked
        clock.shift(timedelta(hours=14, minutes=1))  # 00:01 of the next day
        identity.close_leavers(at=datetime.now(CHINA))
        leaver.refresh_from_db()
        assert not leaver.is_active
        assert "/staff/login/" in clerk.get("/staff/").headers["Location"]
    assert AuditEntry.objects.filter(event="identity.close_login", target=f"login:{leaver.pk}").count() == 1


def test_a_transfer_ends_one_post_and_begins_the_next(staffed: Library, desk: Callable[[str], Client]) -> None:
    with time_machine.travel(AT, tick=False):
        who, moved_on = login("second_clerk"), TODAY + timedelta(days=7)
        desk("system").post(
            f"/staff/people/{who.pk}/",
            {
                "act": "move",
                "post": staffed.posts["second_clerk"],
                "organization": staffed.organs[COUNTY].pk,
                "on": moved_on.isoformat(),
            },
        )
    before, after = own("second_clerk", moved_on - timedelta(days=1)), own("second_clerk", moved_on)
    assert (before.organization_name, after.organization_name) == ("第1图书局", "第0图书局")
    assert len(queries.posts_of(login_id=who.pk, on=moved_on)) == 1


# AB岗: somebody stands in


def away(books: Library, name: str, deputy: str, days: int = 5) -> Absence:
    return identity.record_absence(
        post_id=books.posts[name],
        deputy_id=login(deputy).pk,
        first_day=TODAY,
        last_day=TODAY + timedelta(days=days - 1),
        actor=own(name),
        at=AT,
    )


def test_a_deputy_takes_over_the_worklist_within_the_dates_by_their_own_name(
    staffed: Library, desk: Callable[[str], Client]
) -> None:
    case = staffed.received(AT)
    surveyor = login("surveyor")
    with time_machine.travel(AT, tick=False) as clock:
        form = {
            "post": staffed.posts["clerk"],
            "deputy": surveyor.pk,
            "first_day": TODAY.isoformat(),
            "last_day": (TODAY + timedelta(days=2)).isoformat(),
        }
        assert desk("clerk").post("/staff/absences/", form).status_code == 302
        client = desk("surveyor")
        assert case.number[-16:] not in client.get("/staff/").content.decode()
        assert "代官员clerk" in client.get("/staff/post/").content.decode()
        client.post("/staff/post/", {"post": staffed.posts["clerk"]})
        assert case.number[-16:] in client.get("/staff/").content.decode()
        clock.shift(timedelta(days=3))
        client = desk("surveyor")
        client.post("/staff/post/", {"post": staffed.posts["clerk"]})
        assert case.number[-16:] not in client.get("/staff/").content.decode()

    deputy = own("surveyor", post=staffed.posts["clerk"])
    assert (deputy.name, deputy.role) == ("官员surveyor（代官员clerk）", "intake_clerk")
    cases.accept_case(case_id=case.pk, actor=deputy, at=AT)
    action = Action.objects.get(case=case, kind="accept")
    assert action.actor_name == deputy.name
    entry = AuditEntry.objects.get(event="cases.accept")
    assert (entry.login_id, entry.post_id) == (surveyor.pk, staffed.posts["clerk"])


def test_separation_of_duties_counts_the_human_not_the_post(staffed: Library) -> None:
    case = staffed.accepted(AT)
    staffed.step(case, "visit", AT, "surveyor", "second_surveyor")
    away(staffed, "reviewer", "surveyor")
    deputy = own("surveyor", post=staffed.posts["reviewer"])
    with pytest.raises(RoleSeparation):
        cases.complete_step(
            case_id=case.pk,
            step="opinion",
            outcome="agree",
            note="情况属实，同意办理。",
            facts={},
            actor=deputy,
            together_with=[],
            at=AT,
        )


def test_one_human_is_not_two_visitors_by_standing_in(staffed: Library) -> None:
    case = staffed.accepted(AT)
    away(staffed, "second_surveyor", "surveyor")
    twice = [own("surveyor"), own("surveyor", post=staffed.posts["second_surveyor"])]
    with pytest.raises(TooFewPeople):
        cases.complete_step(
            case_id=case.pk,
            step="visit",
            outcome="agree",
            note="情况属实，同意办理。",
            facts={},
            actor=twice[0],
            together_with=twice[1:],
            at=AT,
        )


def test_back_early_ends_it_at_once(staffed: Library) -> None:
    absence = away(staffed, "clerk", "surveyor")
    assert len(queries.posts_of(login_id=login("surveyor").pk, on=TODAY)) == 2
    identity.end_absence(absence_id=absence.pk, actor=own("clerk"), at=AT + timedelta(days=1))
    assert len(queries.posts_of(login_id=login("surveyor").pk, on=TODAY + timedelta(days=1))) == 1


def test_an_administrator_has_no_business_deputy_and_does_none(staffed: Library) -> None:
    for name, deputy in (("auditor", "approver"), ("approver", "auditor")):
        with pytest.raises(identity.RolesNotTogether):
            away(staffed, name, deputy)
    away(staffed, "clerk", "surveyor")
    Post.objects.filter(login__username="surveyor").update(valid_to=TODAY)
    with pytest.raises(identity.RolesNotTogether):
        appoint(staffed, "surveyor", "secadmin", start=TODAY)


@pytest.mark.parametrize("why", ["past", "backwards", "overlap", "stranger", "oneself"])
def test_an_absence_that_cannot_be_is_refused(staffed: Library, why: str) -> None:
    if why == "overlap":
        away(staffed, "clerk", "surveyor")
    deputy = {"stranger": "elsewhere", "oneself": "clerk"}.get(why, "surveyor")
    first = TODAY - timedelta(days=1) if why == "past" else TODAY
    with pytest.raises(InvalidInput):
        identity.record_absence(
            post_id=staffed.posts["clerk"],
            deputy_id=login(deputy).pk,
            first_day=first,
            last_day=TODAY - timedelta(days=1) if why == "backwards" else TODAY,
            actor=own("clerk"),
            at=AT,
        )


def test_nobody_sends_another_away(staffed: Library) -> None:
    with pytest.raises(NotAllowed):
        identity.record_absence(
            post_id=staffed.posts["clerk"],
            deputy_id=login("surveyor").pk,
            first_day=TODAY,
            last_day=TODAY,
            actor=own("surveyor"),
            at=AT,
        )


# Organizations


def test_an_organization_is_entered_renamed_and_merged_on_its_pages(
    staffed: Library, desk: Callable[[str], Client]
) -> None:
    from onedoor.demonstration.cast import credit_code
    from onedoor.platform.identity.models import Organization

    with time_machine.travel(AT, tick=False):
        client = desk("system")
        form = {
            "name": "朝阳区图书馆",
            "short_name": "朝图",
            "uscc": credit_code("12", COUNTY, "MB000777"),
            "kind": "institution",
            "tier": "4",
            "division": COUNTY,
        }
        bad = client.post("/staff/organizations/", form | {"uscc": "123"})
        assert bad.status_code == 422
        assert "统一社会信用代码为 18 位" in bad.content.decode()
        client.post("/staff/organizations/", form)
        library = Organization.objects.get(name="朝阳区图书馆")
        page = f"/staff/organizations/{library.pk}/"
        client.post(page, {"act": "rename", "name": "朝阳区第一图书馆", "short_name": "朝图"})
        client.post(page, {"act": "unit", "unit": "借阅科"})
        client.post(
            page,
            {
                "act": "point",
                "kind": "hall",
                "point": "总馆",
                "address": "朝外大街 1 号",
                "opening_hours": "9:00–17:00",
            },
        )
        told = client.get(page).content.decode()
        for words in ("朝阳区第一图书馆", "朝阳区图书馆", "借阅科", "朝外大街 1 号"):
            assert words in told
        old = staffed.organs[TOWN]
        merged = client.post(
            f"/staff/organizations/{old.pk}/",
            {"act": "succeed", "successors": [library.pk], "document": "编办〔2026〕1号", "on": TODAY.isoformat()},
        )
        assert merged.status_code == 302
    assert own("clerk").organization_name == "朝阳区第一图书馆"
    assert Post.objects.filter(organization=old, valid_to__isnull=True).count() == 0
    with pytest.raises(queries.NoResponsibleOrganization):
        queries.responsible_organization(division=TOWN, tier=5, line="library", on=TODAY)


def test_an_organization_with_people_is_not_split_before_each_has_a_place(staffed: Library) -> None:
    organs = staffed.organs
    with pytest.raises(identity.PostsLeft):
        identity.succeed_organizations(
            ended=[organs[TOWN].pk],
            successors=[organs[COUNTY].pk, organs["330113000000"].pk],
            document="编办〔2026〕2号",
            on=TODAY,
            actor=MACHINE,
            at=AT,
        )


# What a second person has to agree to


NOTE = "本人持工作证到场，与档案照片相符。"


def test_nobody_stands_in_for_a_powerful_post_before_a_second_person_agrees(
    staffed: Library, desk: Callable[[str], Client]
) -> None:
    with time_machine.travel(AT, tick=False):
        form = {
            "post": staffed.posts["approver"],
            "deputy": login("cert_officer").pk,
            "first_day": TODAY.isoformat(),
            "last_day": TODAY.isoformat(),
        }
        page = desk("approver").post("/staff/absences/", form, follow=True)
        assert "待安全管理员批准" in page.content.decode()
        away = Absence.objects.get()
        assert own("cert_officer", post=staffed.posts["approver"]).role != "approver"
        with pytest.raises(NotAllowed):
            identity.approve_absence(absence_id=away.pk, actor=own("system"), at=AT)
        with pytest.raises(identity.ApproverAppointed):
            security = replace(own("security"), login_id=login("cert_officer").pk)
            identity.approve_absence(absence_id=away.pk, actor=security, at=AT)
        assert "等您批准的代岗" in desk("security").get("/staff/people/").content.decode()
        holder = f"/staff/people/{login('approver').pk}/"
        assert "批准代岗" in desk("security").get(holder).content.decode()
        desk("security").post(holder, {"act": "approve_absence", "absence": away.pk})
    away.refresh_from_db()
    assert away.approved_by == login("security")
    assert own("cert_officer", post=staffed.posts["approver"]).role == "approver"


def test_a_clerk_stands_in_for_a_clerk_at_once(staffed: Library) -> None:
    identity.record_absence(
        post_id=staffed.posts["clerk"],
        deputy_id=login("second_clerk").pk,
        first_day=TODAY,
        last_day=TODAY,
        actor=own("clerk"),
        at=AT,
    )
    assert own("second_clerk", post=staffed.posts["clerk"]).post_id == staffed.posts["clerk"]


def test_a_powerful_account_is_reset_by_two_and_the_secret_shown_to_the_second(
    staffed: Library, desk: Callable[[str], Client]
) -> None:
    before = login("approver").password
    with time_machine.travel(AT, tick=False):
        asked = desk("security").post("/staff/reset/", {"username": "approver", "witness_note": NOTE})
        assert "已申请重置" in asked.content.decode()
        assert login("approver").password == before
        waiting = AccountReset.objects.get()
        again = desk("security").post("/staff/reset/", {"approve": waiting.pk})
        assert (again.status_code, login("approver").password) == (403, before)
        page = desk("second_security").get("/staff/reset/").content.decode()
        assert "批准并重置" in page
        done = desk("second_security").post("/staff/reset/", {"approve": waiting.pk})
        assert "新密码" in done.content.decode()
    assert login("approver").password != before
    assert AuditEntry.objects.filter(event="identity.reset_login", target=waiting.target).count() == 1
    with pytest.raises(identity.ResetNotFound):
        identity.approve_reset(reset_id=waiting.pk, actor=own("second_security"), at=AT)


def test_a_reset_asked_for_a_day_ago_is_asked_for_anew(staffed: Library) -> None:
    waits = identity.reset_officer(username="approver", witness_note=NOTE, actor=own("security"), at=AT)
    assert (waits.needs_second, waits.password) == (True, "")
    old, later = AccountReset.objects.get(), AT + timedelta(days=1)
    with pytest.raises(identity.ResetNotFound):
        identity.approve_reset(reset_id=old.pk, actor=own("second_security"), at=later)
    assert queries.resets_to_approve(actor=own("second_security"), at=later) == []
    identity.reset_officer(username="approver", witness_note=NOTE, actor=own("security"), at=later)
    assert identity.approve_reset(reset_id=old.pk, actor=own("second_security"), at=later).password
