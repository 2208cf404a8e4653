"""Row 33: what the same person has already is refused wherever it was; a household named twice is shown to who decides."""

from datetime import date, datetime
from typing import Any

import pytest
from tests.conftest import position
from tests.platform import library
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA, TOWN

from onedoor.platform.cases.models import Case, CasePerson, Draft
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.twins import period_of
from onedoor.platform.identity.models import Person

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
ELSEWHERE = "330113100000"


def moment(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=CHINA)


def offered(**changes: Any) -> None:
    library.publish(library.item(**changes), valid_from=date(2026, 8, 1))


def granted(desk: Desk, at: datetime, decided: datetime) -> Case:
    case = desk.books.noticed(at)
    desk.go(decided)
    duties.close_ended_notices(at=decided)
    url = staff(case, "decide/")
    desk.act("approver", url, decision="grant", seen=position(url))
    return Case.objects.get(pk=case.pk)


def hand_in(desk: Desk, at: datetime) -> Any:
    desk.go(at)
    draft = desk.books.draft(at)
    return desk.post("reader", f"/drafts/{draft.pk}/review/", revision=draft.revision)


@pytest.mark.parametrize(
    ("kind", "day", "begins", "ends"),
    [
        ("month", "2026-01-31", "2026-01-01", "2026-02-01"),
        ("month", "2026-12-01", "2026-12-01", "2027-01-01"),
        ("quarter", "2026-03-31", "2026-01-01", "2026-04-01"),
        ("quarter", "2026-11-26", "2026-10-01", "2027-01-01"),
        ("year", "2028-02-29", "2028-01-01", "2029-01-01"),
    ],
)
def test_a_period_is_one_of_the_calendar(kind: str, day: str, begins: str, ends: str) -> None:
    found = period_of(kind, date.fromisoformat(day))
    assert (f"{found.begins:%Y-%m-%d}", f"{found.ends:%Y-%m-%d}") == (begins, ends)


def test_row_33_what_was_granted_this_year_is_refused_in_any_place_and_the_answers_stay(desk: Desk) -> None:
    offered(once_per="year", one_at_a_time=False)
    desk.go(AT)
    first = granted(desk, AT, moment("2026-09-15"))
    Case.objects.filter(pk=first.pk).update(division=ELSEWHERE)
    refused = hand_in(desk, moment("2026-12-31"))
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "每年只办一次" in page
    assert first.query_code in page
    assert "2027-01-01 起可以再申请" in page
    assert Draft.objects.filter(submitted_as=None).exists()  # nothing typed is lost
    Case.objects.filter(pk=first.pk).update(division=TOWN)
    assert hand_in(desk, moment("2027-01-04")).status_code == 302


def two_households(desk: Desk) -> tuple[Case, Case]:
    """Two open cases of one item that name the same child, of two people."""
    offered(one_at_a_time=False)
    desk.go(AT)
    one, other = desk.books.received(AT), desk.books.received(AT)
    for case in (one, other):
        CasePerson.objects.create(case=case, person=desk.books.friend, role="member")
    return one, other


def test_row_33_a_person_in_two_households_is_shown_to_the_officer_with_a_way_to_the_other_case(desk: Desk) -> None:
    one, other = two_households(desk)
    page = desk.page("clerk", staff(one))
    assert "可能重复" in page
    assert staff(other) in page
    assert library.FRIEND.name not in page.split("可能重复")[1].split("</section>")[0]
    assert "可能重复" not in desk.page("reader", own(one))


def test_row_33_of_a_case_elsewhere_the_officer_learns_only_whom_to_ask(desk: Desk) -> None:
    one, other = two_households(desk)
    Case.objects.filter(pk=other.pk).update(division=ELSEWHERE)
    try:
        page = desk.page("clerk", staff(one))
        assert "不在您的管辖范围，请向该单位核实" in page
        assert other.number not in page
    finally:
        Case.objects.filter(pk=other.pk).update(division=TOWN)


def test_an_obligor_named_by_two_households_and_an_ended_case_are_nothing_to_ask_about(desk: Desk) -> None:
    one, other = two_households(desk)
    CasePerson.objects.filter(case=other).update(role="obligor")
    assert "可能重复" not in desk.page("clerk", staff(one))
    CasePerson.objects.filter(case=other).update(role="member")
    desk.act("reader", own(other, "withdraw/"))
    assert "可能重复" not in desk.page("clerk", staff(one))


def two_people(desk: Desk) -> tuple[Case, Case]:
    """Open cases of one item, of two people who have left the same telephone."""
    offered(one_at_a_time=False)
    desk.go(AT)
    one, other = desk.books.received(AT), desk.books.received(AT)
    Case.objects.filter(pk=other.pk).update(applicant=desk.books.friend)
    return one, other


def hint(page: str) -> str:
    return page.split("<h2>可能重复</h2>")[1].split("</section>", maxsplit=1)[0]


def test_row_33_the_same_telephone_is_a_weaker_hint_which_says_so_and_shows_no_number(desk: Desk) -> None:
    one, other = two_people(desk)
    told = hint(desk.page("clerk", staff(one)))
    assert staff(other) in told
    assert "手机号与本件相同（线索较弱" in told
    assert str(desk.books.friend.phone) not in told
    assert library.FRIEND.name not in told
    assert staff(one) in hint(desk.page("clerk", staff(other)))


def test_row_33_of_a_telephone_elsewhere_the_officer_learns_only_whom_to_ask(desk: Desk) -> None:
    one, other = two_people(desk)
    Case.objects.filter(pk=other.pk).update(division=ELSEWHERE)
    try:
        told = hint(desk.page("clerk", staff(one)))
        assert "不在您的管辖范围，请向该单位核实" in told
        assert other.number not in told
    finally:
        Case.objects.filter(pk=other.pk).update(division=TOWN)


def test_a_member_and_a_telephone_in_the_same_other_case_are_one_hint_with_both_reasons(desk: Desk) -> None:
    one, other = two_people(desk)
    for case in (one, other):
        CasePerson.objects.create(case=case, person=desk.books.friend, role="member")
    told = hint(desk.page("clerk", staff(one)))
    assert told.count("<li>") == 1
    assert "也列在其中；申请人的手机号与本件相同" in told


def test_other_telephones_none_at_all_and_ended_cases_are_no_hint(desk: Desk) -> None:
    one, other = two_people(desk)
    for phones in (("13900000000", "13800000000"), ("", "")):
        for person, phone in zip((desk.books.friend, desk.books.reader), phones, strict=True):
            Person.objects.filter(pk=person.pk).update(phone=phone, **Person.by_phone.values(phone))
        assert "可能重复" not in desk.page("clerk", staff(one))
    for person in (desk.books.friend, desk.books.reader):
        Person.objects.filter(pk=person.pk).update(**Person.by_phone.values("13800000000"))
    assert "可能重复" in desk.page("clerk", staff(one))
    Case.objects.filter(pk=other.pk).update(state="withdrawn")
    assert "可能重复" not in desk.page("clerk", staff(one))
    Case.objects.filter(pk=other.pk).update(state="received")
