"""Hearings (platform 4.7): told on 2026-11-02, asked for by 11-09; asked for on 11-06, held by 12-04."""

from datetime import date, datetime, timedelta

import pytest
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case, Clock, Hearing
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.decisions import HearingNotOver
from onedoor.platform.cases.operations.hearings import HearingTooLate, PresiderHandles
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed, OneDoorError

TOLD = datetime(2026, 11, 2, 10, 0, tzinfo=CHINA)
ASKED = datetime(2026, 11, 6, 10, 0, tzinfo=CHINA)
WHY = "拟不予办证，因为经核实不住在本区。"


@pytest.fixture
def told(books: Library) -> Case:
    """A case accepted on the day on which the right to a hearing is told."""
    case = books.accepted(TOLD)
    operations.inform_hearing_right(case_id=case.pk, reason=WHY, actor=books.officer("reviewer"), at=TOLD)
    return Case.objects.get(pk=case.pk)


def request(books: Library, case: Case, at: datetime = ASKED) -> Hearing:
    return operations.request_hearing(case_id=case.pk, actor=books.citizen(), at=at)


def schedule(books: Library, case: Case, day: date, presider: str = "second_approver") -> Hearing:
    return operations.schedule_hearing(
        case_id=case.pk,
        held_at=datetime(day.year, day.month, day.day, 9, 0, tzinfo=CHINA),
        place="图书馆二楼",
        is_public=True,
        presiding_post=books.posts[presider],
        actor=books.officer("approver", on=date(2026, 11, 6)),
        at=ASKED,
    )


def test_the_worked_days(books: Library, told: Case) -> None:
    assert Hearing.objects.get(case=told).request_until == date(2026, 11, 9)
    assert request(books, told).hold_until == date(2026, 12, 4)


def test_asked_for_on_the_last_day_but_not_after_it(books: Library, told: Case) -> None:
    with pytest.raises(HearingTooLate):
        request(books, told, datetime(2026, 11, 10, 0, 5, tzinfo=CHINA))
    assert request(books, told, datetime(2026, 11, 9, 23, 55, tzinfo=CHINA)).state == "requested"


def test_the_notice_goes_out_seven_days_before_and_the_hearing_is_held_within_twenty(
    books: Library, told: Case
) -> None:
    request(books, told)
    for day in (date(2026, 11, 12), date(2026, 12, 5)):
        with pytest.raises(InvalidInput) as refused:
            schedule(books, told, day)
        assert list(refused.value.problems) == ["held_at"]
    assert schedule(books, told, date(2026, 11, 13)).state == "scheduled"
    assert schedule(books, told, date(2026, 12, 4)).state == "scheduled"  # put off


def test_who_handled_the_case_does_not_preside(books: Library, told: Case) -> None:
    request(books, told)
    with pytest.raises(PresiderHandles):
        schedule(books, told, date(2026, 11, 20), presider="clerk")
    with pytest.raises(NotAllowed):
        operations.inform_hearing_right(case_id=told.pk, reason=WHY, actor=books.officer("clerk"), at=TOLD)


def test_the_days_of_the_hearing_do_not_count(books: Library, told: Case) -> None:
    statutory = told.clocks.get(kind=Clock.Kind.STATUTORY)
    assert statutory.due_on == date(2026, 11, 30)
    request(books, told)
    assert told.clocks.get(kind=Clock.Kind.STATUTORY).state == "paused"
    schedule(books, told, date(2026, 11, 20))
    with pytest.raises(OneDoorError, match="听证中"):
        operations.end_special_procedure(
            case_id=told.pk, result="听证不办了，继续审查吧。", proof=None, actor=books.officer("reviewer"), at=ASKED
        )
    presider = books.officer("second_approver", on=date(2026, 11, 20))
    held = datetime(2026, 11, 20, 11, 0, tzinfo=CHINA)
    with pytest.raises(PresiderHandles):
        operations.hold_hearing(
            case_id=told.pk, record="各方到场，意见如下。", actor=books.officer("approver"), at=held
        )
    with pytest.raises(InvalidInput):  # it has not begun yet
        operations.hold_hearing(case_id=told.pk, record="各方到场，意见如下记录。", actor=presider, at=ASKED)
    operations.hold_hearing(case_id=told.pk, record="各方到场，意见如下记录。", actor=presider, at=held)
    operations.sign_hearing_record(case_id=told.pk, signed_by="读者、馆员", actor=presider, at=held)
    statutory.refresh_from_db()
    # 6 to 20 November are eleven working days
    assert (statutory.state, statutory.due_on) == ("running", date(2026, 12, 15))
    assert Case.objects.get(pk=told.pk).state == "reviewing"


def test_nobody_decides_before_the_hearing_is_over_and_the_decision_names_the_record(desk: Desk) -> None:
    """Through the pages: told, asked for, set, held, signed, decided."""
    books = desk.books
    case = books.noticed(TOLD - timedelta(days=20))
    operations.close_ended_notices(at=TOLD)
    desk.go(TOLD)
    desk.act("approver", staff(case, "hearing/"), deed="inform", reason=WHY)
    with pytest.raises(HearingNotOver):
        operations.decide_case(case_id=case.pk, ruling=Ruling(True), actor=books.officer("approver"), at=TOLD)
    desk.go(ASKED)
    assert "您可以要求听证" in desk.page("reader", own(case))
    assert desk.refused("reader", own(case, "hearing/"), 422)
    desk.act("reader", own(case, "hearing/"), answer="request")
    page = desk.page("approver", staff(case, "hearing/"))
    assert "官员second_approver" in page
    assert "听证通知" in page
    when = {"held_at": "2026-11-20T09:00", "place": "图书馆二楼", "is_public": "yes"}
    said = desk.refused("approver", staff(case, "hearing/"), 422, deed="schedule", **when)
    assert "图书馆二楼" in said  # nothing typed is lost
    desk.act("approver", staff(case, "hearing/"), deed="schedule", presider=books.posts["second_approver"], **when)
    assert "图书馆二楼" in desk.page("reader", own(case))
    desk.go(datetime(2026, 11, 20, 11, 0, tzinfo=CHINA))
    record = "读者陈述：自九月起住在本区，提交租约。"
    desk.act("second_approver", staff(case, "hearing/"), deed="hold", record=record)
    desk.act("second_approver", staff(case, "hearing/"), deed="sign", signed_by="欧阳晓娜、官员second_approver")
    hearing = Hearing.objects.get(case=case)
    desk.act("approver", staff(case, "decide/"), decision="grant")
    decision = case.documents.get(kind="grant")
    assert hearing.record_number in str(decision.content["parts"])
    hearing.refresh_from_db()
    assert hearing.state == "closed"
    titles = set(case.documents.values_list("kind", flat=True))
    assert {"hearing_right", "hearing_notice", "hearing_record"} <= titles


def test_a_right_nobody_uses_lapses_and_one_can_be_given_up(books: Library, told: Case) -> None:
    duties.expire_hearing_rights(at=datetime(2026, 11, 9, 23, 0, tzinfo=CHINA))
    assert Hearing.objects.get(case=told).state == "right_informed"
    duties.expire_hearing_rights(at=datetime(2026, 11, 10, 1, 0, tzinfo=CHINA))
    assert Hearing.objects.get(case=told).state == "expired"
    assert Case.objects.get(pk=told.pk).state == "accepted"


def test_waived_and_over(books: Library, told: Case) -> None:
    operations.waive_hearing(case_id=told.pk, actor=books.citizen(), at=TOLD)
    assert Hearing.objects.get(case=told).state == "waived"
    with pytest.raises(OneDoorError):
        request(books, told)
