"""The machine's own rounds: safe to run twice, and one odd case never holds up the others."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.platform import library
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case, PublicNotice
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.cases.queries import public_notices
from onedoor.platform.kernel.errors import OneDoorError

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(days=8)


@pytest.fixture
def many(books: Library) -> Library:
    library.publish(library.item(one_at_a_time=False), valid_from=date(2026, 8, 1))
    return books


def end(books: Library, case: Case, how: str) -> None:
    if how == "withdraw":
        operations.withdraw_case(case_id=case.pk, actor=books.citizen(), at=AT)
    else:
        words = {"reason": "申请人已于九月一日去世。", "basis": "《公共图书馆法》"}
        operations.terminate_case(case_id=case.pk, actor=books.officer("approver"), at=AT, **words)


@pytest.mark.parametrize("how", ["withdraw", "terminate"])
def test_an_ended_case_does_not_hold_up_the_notices_of_others(many: Library, how: str) -> None:
    end(many, many.noticed(AT), how)
    other = many.noticed(AT + timedelta(minutes=1))
    duties.close_ended_notices(at=LATER)
    assert Case.objects.get(pk=other.pk).state == "deciding"


@pytest.mark.parametrize("how", ["withdraw", "terminate"])
def test_the_notice_of_an_ended_case_comes_off_the_board(many: Library, how: str) -> None:
    case = many.noticed(AT)
    reach = [("110105000000", "110106000000")]
    assert [notice.case_id for notice in public_notices(divisions=reach, on=AT.date())] == [case.pk]
    end(many, case, how)
    assert public_notices(divisions=reach, on=AT.date()) == []


def test_a_case_whose_next_office_is_missing_does_not_hold_up_the_others(many: Library) -> None:
    whole = library.item().model_dump(mode="json", by_alias=True)["steps"]
    city = {"code": "city", "title": "市级核实", "permission": "cases.survey", "tier": 3, "after": ["accept"]}
    library.publish(library.item(one_at_a_time=False, steps=[city, *whole]), valid_from=date(2026, 9, 2))
    odd = many.received(AT + timedelta(days=1))
    library.publish(library.item(one_at_a_time=False), valid_from=date(2026, 9, 3))
    good = many.received(AT + timedelta(days=2))
    with suppress(OneDoorError):  # what counts is what becomes of the other case
        duties.deem_accepted(at=AT + timedelta(days=30))
    assert Case.objects.get(pk=odd.pk).state == "received"
    assert Case.objects.get(pk=good.pk).state == "accepted"


@pytest.mark.parametrize(
    ("duty", "kind"),
    [
        (duties.hand_in_due_cases, "hand_in"),
        (duties.deem_accepted, "deem_accepted"),
        (duties.return_unsupplied_cases, "return"),
        (duties.close_ended_notices, "complete_step"),
    ],
)
def test_a_round_done_twice_does_nothing_twice(many: Library, duty: Any, kind: str) -> None:
    many.submitted(AT)
    many.received(AT)
    asked = many.received(AT)
    defect = Defect("photo", "看不清楚", "在亮处重新拍一张", "《公共图书馆法》")
    operations.request_supplement(case_id=asked.pk, defects=[defect], actor=many.officer("clerk"), at=AT)
    many.noticed(AT)
    late = AT + timedelta(days=40)
    assert duty(at=late) == 1
    done = Action.objects.filter(kind=kind).count()
    assert duty(at=late) == 0
    assert Action.objects.filter(kind=kind).count() == done


def test_no_right_ends_on_a_provisional_day_without_a_human(many: Library) -> None:
    """Readings 1: a notice through a year whose holidays are not yet published is closed by a person."""
    case = many.noticed(datetime(2026, 12, 30, 10, 0, tzinfo=CHINA))
    notice = PublicNotice.objects.get(case=case)
    assert notice.provisional
    late = datetime(2027, 1, 20, 10, 0, tzinfo=CHINA)
    duties.close_ended_notices(at=late)
    assert Case.objects.get(pk=case.pk).state == "publicizing"
    operations.close_notice(notice_id=notice.pk, actor=many.officer("reviewer"), at=late)
    assert Case.objects.get(pk=case.pk).state == "deciding"


def test_a_late_supplement_is_not_returned_on_a_provisional_day_either(many: Library) -> None:
    case = many.received(datetime(2026, 12, 28, 10, 0, tzinfo=CHINA))
    defect = Defect("photo", "看不清楚", "在亮处重新拍一张", "《公共图书馆法》")
    at = datetime(2026, 12, 29, 10, 0, tzinfo=CHINA)
    operations.request_supplement(case_id=case.pk, defects=[defect], actor=many.officer("clerk"), at=at)
    duties.return_unsupplied_cases(at=at + timedelta(days=40))
    assert Case.objects.get(pk=case.pk).state == "supplement_wait"


def test_a_round_takes_some_and_the_next_the_rest(many: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "AT_ONCE", 2)
    for _ in range(3):
        many.submitted(AT)
    assert [duties.hand_in_due_cases(at=LATER) for _ in range(3)] == [2, 1, 0]


def test_a_submission_that_cannot_be_handed_in_does_not_hold_up_the_next(
    many: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = many.submitted(AT), many.submitted(AT + timedelta(minutes=1))
    real = duties.hand_in_case

    def broken(*, case_id: int, actor: Any, at: datetime) -> Any:
        if case_id == first.pk:
            raise RuntimeError("broken case")
        return real(case_id=case_id, actor=actor, at=at)

    monkeypatch.setattr(duties, "hand_in_case", broken)
    with suppress(RuntimeError):
        duties.hand_in_due_cases(at=LATER)
    assert Case.objects.get(pk=second.pk).state == "received"


def test_silence_accepts_across_the_turn_of_the_year_too(books: Library) -> None:
    at = datetime(2026, 12, 29, 10, 0, tzinfo=CHINA)
    case = books.received(at)
    clock = case.clocks.get(kind="receive")
    assert clock.provisional  # the notice of 2027 has not been published
    assert duties.deem_accepted(at=at + timedelta(days=20)) == 0
    assert duties.deem_accepted(at=at + timedelta(days=31)) == 1  # over, whatever the notice will say


def test_what_was_submitted_before_midnight_is_received_on_that_day(books: Library) -> None:
    at = datetime(2026, 11, 30, 23, 55, tzinfo=CHINA)
    case = books.submitted(at)
    duties.hand_in_due_cases(at=at + timedelta(minutes=11))
    case.refresh_from_db()
    assert case.received_at == at
    clock = case.clocks.get(kind="receive")
    assert (clock.started_on, clock.due_on) == (at.date(), date(2026, 12, 7))
