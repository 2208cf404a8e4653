"""Masked answers shown for a purpose; the person sees who looked; too many looks suspend the right to look (A40)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.platform.audit.conftest import AT
from tests.platform.library import READER, Library

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit import queries as record
from onedoor.platform.audit.models import AuditEntry, QuerySuspension
from onedoor.platform.audit.seals import find_faults, seal_entries
from onedoor.platform.audit.suspensions import (
    MOST_A_DAY,
    QuerySuspended,
    count_look,
    release_query_right,
    require_query_right,
)
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.queries import looks_at_me, reveal
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.kernel.management.commands.work import outbox
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.queries import audit_lines, events

BACKEND = "onedoor.platform.identity.backends.AccountBackend"
MASKED = READER.id_number[:3] + "*" * 11 + READER.id_number[-4:]


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(Login.objects.get(username=username), backend=BACKEND)
    return client


@pytest.fixture
def reader(books: Library) -> Client:
    """The reader with an account."""
    login = identity.open_citizen_login(
        person_id=books.reader.pk, phone="13800000000", password="", actor=Actor.system("测试"), at=AT
    )
    client = Client()
    client.force_login(login, backend=BACKEND)
    return client


# Masking


def test_numbers_of_people_are_masked_until_a_purpose_is_given_and_then_for_one_page(books: Library) -> None:
    case = books.received(AT)
    client, page = client_of("clerk"), f"/staff/cases/{case.number}/"
    text = client.get(page).content.decode()
    assert MASKED in text
    assert READER.id_number not in text

    answer = client.post(f"{page}reveal/", {"fields": "id_number", "purpose": "核对身份", "note": "与户口簿核对"})
    assert READER.id_number in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert READER.id_number not in client.get(page).content.decode()

    look = AuditEntry.objects.get(event="cases.reveal")
    assert (look.outcome, look.reason, look.details) == ("looked", "核对身份：与户口簿核对", {"fields": ["id_number"]})
    assert (look.target, look.division, look.role) == (case.target, case.division, "intake_clerk")


@pytest.mark.parametrize(
    "posted",
    [
        {"fields": "id_number", "purpose": ""},
        {"fields": "id_number", "purpose": "好奇"},
        {"fields": "id_number", "purpose": "其他", "note": "看"},
        {"purpose": "核对身份"},
        {"fields": "school", "purpose": "核对身份"},
    ],
    ids=["no purpose", "unknown purpose", "other without words", "no field", "a field that is not masked"],
)
def test_without_a_purpose_nothing_is_shown(books: Library, posted: dict[str, str]) -> None:
    case = books.received(AT)
    answer = client_of("clerk").post(f"/staff/cases/{case.number}/reveal/", posted)
    assert answer.status_code == 422
    assert READER.id_number not in answer.content.decode()
    assert 'class="problem"' in answer.content.decode()
    assert not AuditEntry.objects.filter(event="cases.reveal").exists()


def test_who_only_watches_cannot_unmask(books: Library) -> None:
    case = books.received(AT)
    for name in ("supervisor", "auditor", "elsewhere"):
        with pytest.raises(NotAllowed):
            reveal(case=case, fields=["id_number"], purpose="核对身份", note="", actor=books.officer(name), at=AT)
    text = client_of("supervisor").get(f"/staff/cases/{case.number}/").content.decode()
    assert MASKED in text
    assert "查看被遮盖的信息" not in text
    with pytest.raises(InvalidInput):
        reveal(case=case, fields=[], purpose="核对身份", note="", actor=books.officer("clerk"), at=AT)


# What the person sees


def test_the_person_sees_organ_duty_fields_purpose_and_case_but_no_officers_name(
    books: Library, reader: Client
) -> None:
    case = books.received(AT)
    client_of("clerk").post(f"/staff/cases/{case.number}/reveal/", {"fields": "id_number", "purpose": "联系申请人一方"})
    text = reader.get("/me/looks/").content.decode()
    for said in ("第1图书局", "窗口受理人员", "读者 · 身份证号", "联系申请人一方", case.number):
        assert said in text
    assert "官员clerk" not in text


def test_nobody_sees_looks_at_other_people(books: Library) -> None:
    case = books.received(AT)
    client_of("clerk").get(f"/staff/cases/{case.number}/")
    assert len(looks_at_me(actor=books.citizen())) == 1
    assert looks_at_me(actor=books.citizen(books.friend)) == []


def test_the_list_of_looks_is_paged_and_costs_the_same_however_long(books: Library, reader: Client) -> None:
    case = books.received(AT)

    def look(times: int) -> None:
        for _ in range(times):
            audit.record_look(
                "cases.view", actor=books.officer("clerk"), at=AT, target=case.target, division=case.division
            )

    look(2)
    reader.get("/me/")  # the first page of a session notes where it began
    with CaptureQueriesContext(connection) as few:
        reader.get("/me/looks/")
    look(60)
    with CaptureQueriesContext(connection) as many:
        page = reader.get("/me/looks/").content.decode()
    assert len(few) == len(many)
    assert page.count("<time") == 50
    before = looks_at_me(actor=books.citizen())[-1].id
    assert f"?before={before}" in page
    assert reader.get(f"/me/looks/?before={before}").content.decode().count("<time") == 12


# A40


def open_records(books: Library, times: int, *, name: str = "clerk", at: Any = AT) -> None:
    """Open people's records without a case, as a register's page does."""
    officer = books.officer(name)
    for number in range(times):
        require_query_right(officer)
        audit.record_look(
            "registers.view",
            actor=officer,
            at=at,
            target=f"library.readers:{number}",
            division=officer.reach[0][0],
            without_case=True,
        )
        count_look(actor=officer, at=at)


def test_the_51st_record_without_a_case_lights_d01_and_suspends_the_right_until_it_is_released(
    books: Library,
) -> None:
    open_records(books, MOST_A_DAY)
    assert not QuerySuspension.objects.exists()
    open_records(books, 1)
    suspension = QuerySuspension.objects.get()
    assert suspension.looks == 51
    with pytest.raises(QuerySuspended):
        open_records(books, 1)

    outbox.deliver_pending(at=AT)
    supervisor = books.officer("supervisor")
    (event,) = events(actor=supervisor, on=AT.date())
    assert (event.rule, event.lamp, event.case, event.facts["looks"]) == ("D01", "red", None, 51)
    assert "无办件查询个人信息 51 次" in client_of("supervisor").get("/supervision/").content.decode()

    # The auditor sees the 51 rows with their hashes.
    clerk = books.officer("clerk")
    rows = audit_lines(actor=books.officer("auditor"), at=AT, login_id=clerk.login_id or 0, most=100)
    assert len([row for row in rows if row.target.startswith("library.readers:")]) == 51
    assert len({row.hash for row in rows}) == len(rows)
    assert seal_entries(at=AT + timedelta(hours=1))
    assert find_faults() == []


def secadmin(books: Library) -> Client:
    from datetime import date

    login = identity.open_officer_login(
        username="guard", name="安全员", password="x" * 12, one_time_secret="", actor=Actor.system("测试"), at=AT
    )
    identity.appoint_officer(
        login_id=login.pk,
        organization_id=books.organs["110105000000"].pk,
        role="secadmin",
        division="110105000000",
        lines=[],
        valid_from=date(2026, 1, 1),
        actor=Actor.system("测试"),
        at=AT,
    )
    return client_of("guard")


def test_only_the_security_administrator_gives_the_right_back_and_says_why(books: Library) -> None:
    open_records(books, MOST_A_DAY + 1)
    suspension = QuerySuspension.objects.get()
    page, data = "/supervision/suspensions/", {"suspension": str(suspension.pk)}
    for name in ("clerk", "supervisor", "auditor"):
        assert client_of(name).get(page).status_code == 403
        assert client_of(name).post(page, data | {"note": "没有问题，放行"}).status_code == 403
    guard = secadmin(books)
    assert "官员clerk" in guard.get(page).content.decode()
    refused = guard.post(page, data | {"note": "好"})
    assert refused.status_code == 422
    assert "请写明核实情况" in refused.content.decode()
    assert guard.post(page, data | {"note": "年度复核，名单已核对"}).status_code == 302
    require_query_right(books.officer("clerk"))
    assert AuditEntry.objects.get(event="audit.release_query_right").reason == "年度复核，名单已核对"
    assert guard.post(page, data | {"note": "年度复核，名单已核对"}).status_code == 404

    # The count begins anew with the release, and lights again.
    later = QuerySuspension.objects.get().released_at
    assert later is not None
    open_records(books, MOST_A_DAY, at=later + timedelta(seconds=1))
    require_query_right(books.officer("clerk"))
    open_records(books, 1, at=later + timedelta(seconds=1))
    with pytest.raises(QuerySuspended):
        require_query_right(books.officer("clerk"))


def test_looks_of_other_days_other_officers_and_with_a_case_do_not_count(books: Library) -> None:
    case = books.received(AT)
    open_records(books, MOST_A_DAY, at=AT - timedelta(days=1))
    open_records(books, MOST_A_DAY, name="second_clerk")
    for _ in range(MOST_A_DAY + 5):
        client_of("clerk").get(f"/staff/cases/{case.number}/")
    open_records(books, MOST_A_DAY)
    assert not QuerySuspension.objects.exists()


def test_a_suspended_officer_goes_on_with_cases(books: Library) -> None:
    case = books.accepted(AT)
    officer = books.officer("approver")
    open_records(books, MOST_A_DAY + 1, name="approver")
    with pytest.raises(QuerySuspended):
        require_query_right(officer)
    client = client_of("approver")
    assert client.get(f"/staff/cases/{case.number}/").status_code == 200


def test_releasing_needs_reach(books: Library) -> None:
    open_records(books, MOST_A_DAY + 1, name="elsewhere")
    secadmin(books)
    from onedoor.platform.identity import queries as identity_queries
    from onedoor.platform.identity.models import Post

    guard = identity_queries.actor_for_post(
        post_id=Post.objects.get(login__username="guard").pk, channel="web", on=AT.date()
    )
    with pytest.raises(NotAllowed):
        release_query_right(
            suspension_id=QuerySuspension.objects.get().pk, note="别处的人员，也想放行", actor=guard, at=AT
        )
    assert record.suspensions(actor=guard) == []


def test_the_event_is_raised_once(books: Library) -> None:
    open_records(books, MOST_A_DAY + 1)
    outbox.deliver_pending(at=AT)
    outbox.deliver_pending(at=AT)
    assert SupervisionEvent.objects.filter(rule="D01").count() == 1
    assert json.dumps(SupervisionEvent.objects.get().facts).count("官员") == 0
    assert Case.objects.count() == 0


def test_the_person_sees_that_an_officer_opened_a_paper_handed_in_while_filling_in(
    books: Library, reader: Client
) -> None:
    case = books.received(AT)
    paper = case.materials.get(code="photo")
    assert client_of("clerk").get(f"/files/{paper.file_id}/").status_code == 200
    look = AuditEntry.objects.get(event="files.open")
    assert (look.target, look.division) == (case.target, case.division)
    told = reader.get("/me/looks/").content.decode()
    assert "高碑店镇" in told or "图书" in told  # the organ that looked
    assert case.item_version.title in told
    assert len(looks_at_me(actor=books.citizen())) == 1
