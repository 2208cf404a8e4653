"""Somebody of a running case dies: the case says so, waits for an officer, and hearing it twice changes nothing."""

from datetime import datetime, timedelta

from tests.platform.desks import Desk, staff
from tests.platform.identity.bereaved import PAPER, WHO, bury
from tests.platform.library import CHINA, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import deaths, operations
from onedoor.platform.cases.models import Action, Case
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.identity.models import DeathEffect, DeathStatement, Person
from onedoor.platform.kernel import outbox

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)


def hear(at: datetime) -> None:
    """Let every room hear what has happened."""
    outbox.deliver_pending(at=at)


def test_a_death_in_the_middle_of_a_case_is_told_to_the_officer_and_closes_nothing(books: Library, desk: Desk) -> None:
    case = books.accepted(AT)
    desk.go(AT)
    desk.act("clerk", "/staff/window/person/", **WHO, **PAPER)
    statement = DeathStatement.objects.get()
    listed = desk.page("second_clerk", "/staff/deaths/")
    assert "等您核对" in listed
    assert books.reader.name not in listed
    assert "1 项等您确认" in desk.page("second_clerk", "/staff/window/")
    desk.act("second_clerk", f"/staff/deaths/{statement.pk}/", answer="confirm")
    hear(AT)
    note = Action.objects.get(case=case, kind=Kind.NOTE_DEATH)
    assert note.facts == {"statement": statement.pk, "role": "applicant"}
    assert note.to_state == note.from_state == case.state
    page = desk.page("reviewer", staff(case))
    assert "申请人已于 2026年8月30日死亡" in page
    assert "得知有关人员死亡" in page
    assert "已死亡" in desk.page("surveyor", "/staff/")
    assert not Case.objects.get(pk=case.pk).is_ended


def test_hearing_it_twice_changes_nothing_more(books: Library) -> None:
    books.accepted(AT)
    statement = bury(books, books.reader)
    hear(AT)
    before = Action.objects.count(), DeathEffect.objects.count(), AuditEntry.objects.count()
    deaths.hear_of_death({"statement_id": statement.pk, "person_id": books.reader.pk}, at=AT)
    assert (Action.objects.count(), DeathEffect.objects.count(), AuditEntry.objects.count()) == before


def test_papers_the_dead_do_not_bring_send_no_case_back_by_themselves(books: Library) -> None:
    """The same case of somebody living is returned by the machine on that day."""
    case = books.received(AT)
    defect = Defect("photo", "看不清楚", "在亮处重新拍一张", "《公共图书馆法》")
    operations.request_supplement(case_id=case.pk, defects=[defect], actor=books.officer("clerk"), at=AT)
    bury(books, books.reader)
    hear(AT)
    duties.return_unsupplied_cases(at=AT + timedelta(days=60))
    assert Case.objects.get(pk=case.pk).state == State.SUPPLEMENT_WAIT
    Person.objects.filter(pk=books.reader.pk).update(deceased_on=None)
    assert duties.return_unsupplied_cases(at=AT + timedelta(days=60)) == 1
