"""Special procedures have days of their own at the most, end with a paper, and everybody sees when a case stood still."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.platform import library
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA, Library, proof

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case, Clock, Pause
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.special import ApproverHandles
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.messages.models import Message

WORDS = "专家评审认为可以办理。"


def moment(day: str, clock: str = "08:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=CHINA)


def begin(books: Library, case: Case, day: str, planned_end: date, officer: str = "approver") -> None:
    operations.begin_special_procedure(
        case_id=case.pk,
        procedure="experts",
        reason="需请专家评审古籍借阅资格。",
        planned_end=planned_end,
        actor=books.officer(officer),
        at=moment(day),
    )


def end(books: Library, case: Case, day: str) -> None:
    operations.end_special_procedure(
        case_id=case.pk, result=WORDS, proof=proof(), actor=books.officer("approver"), at=moment(day)
    )


def promised(case: Case) -> Clock:
    return case.clocks.get(kind=Clock.Kind.PROMISED)


def test_row_38_the_days_of_a_procedure_are_those_of_the_case_however_often_it_begins(books: Library) -> None:
    case = books.accepted(moment("2026-09-29"))
    begin(books, case, "2026-10-09", date(2026, 10, 19))
    end(books, case, "2026-10-19")  # eleven of its thirty days: the limits stood still on both ends too
    with pytest.raises(InvalidInput) as refused:
        begin(books, case, "2026-10-20", date(2026, 11, 10))
    assert "最迟 2026-11-08" in refused.value.by_field["planned_end"]
    begin(books, case, "2026-10-20", date(2026, 11, 8))
    assert case.pauses.get(to_at=None).most_until == date(2026, 11, 8)


def test_row_38_a_procedure_begun_and_ended_on_one_day_has_had_that_day(books: Library) -> None:
    case = books.accepted(moment("2026-09-01"))
    due = case.clocks.get(kind=Clock.Kind.STATUTORY).due_on
    times, day = 0, date(2026, 9, 2)
    with pytest.raises(InvalidInput):
        while times < 60:
            begin(books, case, day.isoformat(), day + timedelta(days=1))
            end(books, case, day.isoformat())
            times, day = times + 1, day + timedelta(days=1)
    assert times == 30  # the most of this procedure, and not one more
    assert case.clocks.get(kind=Clock.Kind.STATUTORY).due_on <= due + timedelta(days=45)


def test_row_38_after_the_longest_the_clocks_run_again_and_the_applicant_is_told(desk: Desk) -> None:
    books = desk.books
    case = books.accepted(moment("2026-09-29"))
    begin(books, case, "2026-10-13", date(2026, 11, 6))
    assert duties.run_overlong_again(at=moment("2026-11-12", "23:59")) == 0  # the thirtieth day
    assert promised(case).state == Clock.State.PAUSED
    assert duties.run_overlong_again(at=moment("2026-11-13", "00:01")) == 1
    assert duties.run_overlong_again(at=moment("2026-11-13", "00:11")) == 0
    clock = promised(case)
    # Five of the ten working days had gone (10-10 is a worked Saturday); 10-13 to 11-12 do not count.
    assert (clock.state, clock.due_on) == (Clock.State.RUNNING, date(2026, 11, 19))
    action = Action.objects.get(case=case, kind="run_again")
    assert (action.facts["due_on"], action.facts["promised_due"]) == ("2026-11-12", "2026-11-19")
    outbox.deliver_pending(at=moment("2026-11-13", "00:12"))
    assert "2026-11-12" in Message.objects.get(event="cases.run_again", recipient=books.reader, channel="inbox").text
    desk.go(moment("2026-11-13", "09:00"))
    assert "到了最长期限，之后照常计时" in desk.page("reader", own(case))
    end(books, case, "2026-11-18")  # what it takes beyond is the organ's own time
    assert promised(case).due_on == date(2026, 11, 19)
    assert Case.objects.get(pk=case.pk).state == "reviewing"


def test_a_step_that_opens_after_the_longest_does_not_wait(books: Library) -> None:
    steps: list[dict[str, Any]] = library.item().model_dump(mode="json", by_alias=True)["steps"]
    steps[1]["within"] = (
        {"length": 2, "unit": "workday"} if "length" in str(steps[1]) else {"days": 2, "unit": "workday"}
    )
    library.publish(library.item(steps=steps), valid_from=date(2026, 8, 1))
    case = books.accepted(moment("2026-09-29"))
    begin(books, case, "2026-10-13", date(2026, 10, 20))
    duties.run_overlong_again(at=moment("2026-11-13"))
    books.step(case, "visit", moment("2026-11-16"), "surveyor", "second_surveyor")
    clock = case.clocks.get(step="opinion")
    assert (clock.state, clock.due_on) == (Clock.State.RUNNING, date(2026, 11, 18))


def test_row_38_it_ends_only_with_its_proof_which_the_applicant_opens(desk: Desk) -> None:
    books = desk.books
    case = books.accepted(moment("2026-09-29"))
    begin(books, case, "2026-10-13", date(2026, 10, 20))
    desk.go(moment("2026-10-16"))
    page = staff(case, "special/")
    said = desk.refused("approver", page, 422, result=WORDS)
    assert "没有它不能结束特别程序" in said
    assert WORDS in said  # kept as typed
    wrong = SimpleUploadedFile("x.pdf", b"no pdf at all", content_type="application/pdf")
    assert desk.post("approver", page, result=WORDS, evidence=wrong).status_code == 422
    assert Case.objects.get(pk=case.pk).state == "special"
    desk.act("approver", page, result=WORDS, evidence=SimpleUploadedFile("a.jpg", proof(), content_type="image/jpeg"))
    kept = Pause.objects.get(case=case)
    assert kept.proof is not None
    assert Action.objects.get(case=case, kind="end_special").facts["proof"] == kept.proof.digest
    shown = desk.page("reader", own(case))
    assert f"/files/{kept.proof_id}/" in shown
    assert "专家评审" in shown
    assert desk.get("reader", f"/files/{kept.proof_id}/").status_code == 200
    assert desk.get("elsewhere", f"/files/{kept.proof_id}/").status_code in (403, 404)


def test_who_handles_does_not_approve_and_the_pause_names_who_did(books: Library) -> None:
    case = books.accepted(moment("2026-09-29"))
    handler = books.officer("approver")
    case.steps.get(code="accept").performers.create(login_id=handler.login_id)
    with pytest.raises(ApproverHandles):
        begin(books, case, "2026-10-13", date(2026, 10, 20))
    begin(books, case, "2026-10-13", date(2026, 10, 20), officer="second_approver")
    row = case.pauses.get()
    assert (row.kind, row.login_id) == ("special", books.officer("second_approver").login_id)
    assert row.from_at + timedelta(days=30) >= moment("2026-11-12")
