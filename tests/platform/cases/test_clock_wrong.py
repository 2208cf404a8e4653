"""A server whose clock is wrong: nothing is dated before what has happened, and the site's health says so."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations
from onedoor.platform.cases.life import ClockWrong
from onedoor.platform.cases.models import Action, Case
from onedoor.platform.cases.operations import duties

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
OPINION = {"outcome": "agree", "note": "情况属实，同意办理，没有疑问。"}


def test_an_officers_act_before_the_last_one_is_refused_told_and_recorded(desk: Desk) -> None:
    case = desk.books.accepted(AT)
    desk.books.step(case, "visit", AT, "surveyor", "second_surveyor")
    before = Case.objects.get(pk=case.pk)
    desk.go(AT - timedelta(hours=1))
    fields = {**OPINION, "seen": before.last_seq}
    said = desk.refused("reviewer", staff(case, "opinion/opinion/"), 409, **fields)
    assert "2026-09-01 09:00:00" in said
    assert "2026-09-01 10:00:00" in said
    assert "系统管理员" in said
    assert OPINION["note"] in said  # kept as typed
    after = Case.objects.get(pk=case.pk)
    assert (after.last_seq, after.state, after.last_at) == (before.last_seq, before.state, AT)
    assert list(AuditEntry.objects.filter(event="cases.clock_wrong").values_list("outcome", flat=True)) == ["refused"]
    desk.go(AT + timedelta(minutes=1))  # the clock has been put right
    desk.act("reviewer", staff(case, "opinion/opinion/"), **fields)


def test_a_citizens_act_too(desk: Desk) -> None:
    case = desk.books.accepted(AT)
    desk.go(AT - timedelta(days=1))
    answer = desk.post("reader", own(case, "withdraw/"), confirm="yes", reason="")
    assert answer.status_code == 409
    assert "时钟" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).state == "accepted"


def test_the_machine_passes_such_a_case_over(books: Library) -> None:
    case = books.submitted(AT)
    Case.objects.filter(pk=case.pk).update(undo_until=AT - timedelta(hours=2))
    assert duties.hand_in_due_cases(at=AT - timedelta(hours=1)) == 0
    assert duties.hand_in_due_cases(at=AT) == 1


@pytest.mark.parametrize(("behind", "dated"), [(0, True), (5, True), (6, False)])
def test_servers_a_few_seconds_apart_are_no_fault_and_the_order_holds(books: Library, behind: int, dated: bool) -> None:
    case, at = books.received(AT), AT - timedelta(seconds=behind)
    if not dated:
        with pytest.raises(ClockWrong):
            operations.accept_case(case_id=case.pk, actor=books.officer("clerk"), at=at)
        return
    operations.accept_case(case_id=case.pk, actor=books.officer("clerk"), at=at)
    moments = list(Action.objects.filter(case=case).order_by("seq").values_list("at", flat=True))
    assert moments == sorted(moments)
    assert moments[-1] == AT


@pytest.mark.parametrize(("off", "status"), [(0, 200), (50, 200), (-50, 200), (90, 503), (-90, 503)])
def test_the_health_of_a_server_is_bad_when_its_clock_drifts_from_the_databases(
    desk: Desk, off: int, status: int
) -> None:

    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        told = cursor.fetchone()[0]
    theirs = told if isinstance(told, datetime) else datetime.fromisoformat(f"{told}+00:00")
    desk.go(theirs + timedelta(seconds=off))
    answer = desk.client("reader").get("/healthz")
    assert answer.status_code == status
    assert answer.json()["status"] == ("ok" if status == 200 else "clock_wrong")
    assert abs(answer.json()["clock_drift"] - off) <= 2
