"""A35 and 容缺受理: a secondary paper comes after acceptance by a promised day, never later than the review allows."""

from datetime import date, datetime
from typing import Any

import pytest
from tests.journeys.conftest import photo
from tests.platform import library
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA
from tests.platform.papers.stage import Applicant, given, paper, publish

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case, CaseDocument, Clock, Tolerance
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.owing import ToleranceOpen
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.parameters import write_parameter
from onedoor.platform.messages.models import Message

MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=CHINA)
LEASE = paper("lease", "租约", tolerance={"within": {"days": 60}})
LIMITS = {
    "statutory": {"days": 20, "unit": "workday", "basis": "《公共图书馆法》", "extension": 10},
    "promised": {"days": 15, "unit": "workday", "basis": "本馆承诺"},
    "receive": {"days": 5, "unit": "workday", "basis": "《公共图书馆法》"},
}


def day(month: int, number: int, hour: int = 9) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=CHINA)


@pytest.fixture
def case(desk: Desk, applicant: Applicant) -> Case:
    """An application received on 16 November whose lease is promised for later."""
    publish(paper("photo", "照片"), LEASE, limits=LIMITS)
    desk.go(MONDAY)
    draft = applicant.begin()
    applicant.upload(draft, "photo")
    assert "租约" in applicant.refused(draft)
    page = desk.page("reader", applicant.papers(draft))
    assert "受理后再补交" in page
    assert "逾期没有补交的，这件申请予以退件" in page
    applicant.choose(draft, later="lease")
    assert "租约：承诺受理后补交" in desk.page("reader", f"/drafts/{draft.pk}/review/")
    return applicant.submit(draft)


def accept(desk: Desk, case: Case, **fields: Any) -> None:
    desk.act("clerk", staff(case, "accept/"), **fields)


def test_a35_the_promise_ends_two_working_days_before_the_promised_end(desk: Desk, case: Case) -> None:
    page = desk.page("clerk", staff(case, "accept/"))
    assert "最晚 2026年12月3日 周四" in page
    refused = desk.refused("clerk", staff(case, "accept/"), 422, tolerated_until="2026-12-07")
    assert "不能晚于 2026-12-03" in refused
    assert 'value="2026-12-07"' in refused
    case.refresh_from_db()
    assert (case.state, Tolerance.objects.get().state) == ("received", "asked")
    desk.refused("clerk", staff(case, "accept/"), 422, tolerated_until="2026-12-04")
    assert "已经过了" in desk.refused("clerk", staff(case, "accept/"), 422, tolerated_until="2026-11-13")

    accept(desk, case, tolerated_until="2026-12-03")
    assert Clock.objects.get(case=case, kind="promised").due_on == date(2026, 12, 7)
    row = Tolerance.objects.get()
    assert (row.state, row.due_on) == ("open", date(2026, 12, 3))


def test_the_applicant_is_told_in_writing_what_by_when_and_what_follows(desk: Desk, case: Case) -> None:
    accept(desk, case, tolerated_until="2026-11-30")
    notice = CaseDocument.objects.get(case=case, kind="tolerance")
    assert notice.content["rows"] == [["租约", "纸质或者电子"]]
    assert "2026-11-30 前补交" in notice.content["paragraphs"][0]
    assert any("予以退件" in point for point in notice.content["points"])
    assert CaseDocument.objects.filter(case=case, kind="acceptance").count() == 1
    page = desk.page("reader", own(case))
    assert "容缺受理通知书" in page
    assert "租约（容缺受理，约定补交，2026年11月30日 周一前）" in page
    outbox.deliver_pending(at=MONDAY)
    told = Message.objects.get(event="cases.accept", channel=Message.Channel.INBOX)
    assert "约定后补的材料请在 2026-11-30 前交来" in told.text
    facts = Action.objects.get(case=case, kind="accept").facts
    assert (facts["tolerated"], facts["tolerated_until"]) == (["lease"], "2026-11-30")


def test_what_the_item_allows_bounds_the_promise_too(desk: Desk, applicant: Applicant) -> None:
    publish({**LEASE, "tolerance": {"within": {"days": 5}}}, limits=LIMITS)
    desk.go(MONDAY)
    draft = applicant.begin()
    applicant.choose(draft, later="lease")
    case = applicant.submit(draft)
    desk.refused("clerk", staff(case, "accept/"), 422, tolerated_until="2026-11-24")
    accept(desk, case)  # without a day, the last one that is possible
    assert Tolerance.objects.get().due_on == date(2026, 11, 23)


def test_a_place_may_keep_more_days_for_its_review(desk: Desk, case: Case) -> None:
    write_parameter(
        key="tolerance.buffer_days",
        division=library.COUNTY,
        value=4,
        document="测试",
        valid_from=date(2026, 1, 1),
        recorded_by="测试",
        at=MONDAY,
    )
    assert "不能晚于 2026-12-01" in desk.refused("clerk", staff(case, "accept/"), 422, tolerated_until="2026-12-02")


def reviewed(desk: Desk, case: Case) -> None:
    """Drive an accepted case to its decision."""
    books, at = desk.books, MONDAY
    books.step(case, "visit", at, "surveyor", "second_surveyor")
    books.step(case, "opinion", at, "reviewer")
    operations.post_notice(case_id=case.pk, step="notice", actor=books.officer("reviewer"), at=at)
    duties.close_ended_notices(at=day(11, 30))
    desk.go(day(11, 30))


@pytest.mark.parametrize("buffer", [15, 16])
def test_a_review_that_leaves_no_room_puts_nothing_off_beyond_the_promised_end(
    desk: Desk, case: Case, buffer: int
) -> None:
    write_parameter(
        key="tolerance.buffer_days",
        division=library.COUNTY,
        value=buffer,
        document="测试",
        valid_from=date(2026, 1, 1),
        recorded_by="测试",
        at=MONDAY,
    )
    assert "不能晚于 2026-12-07" in desk.refused("clerk", staff(case, "accept/"), 422, tolerated_until="2026-12-08")
    accept(desk, case)
    assert Tolerance.objects.get().due_on == Clock.objects.get(case=case, kind="promised").due_on == date(2026, 12, 7)


def test_nothing_is_decided_while_it_is_owed_and_goes_on_once_it_has_come(desk: Desk, case: Case) -> None:
    accept(desk, case, tolerated_until="2026-12-03")
    reviewed(desk, case)
    assert "容缺受理的材料还没有补交" in desk.page("approver", staff(case))
    decide = staff(case, "decide/")
    assert "租约”还没有补交" in desk.refused("approver", decide, 409, decision="grant")
    with pytest.raises(ToleranceOpen):
        operations.decide_case(case_id=case.pk, ruling=denial(), actor=desk.books.officer("approver"), at=day(11, 30))
    desk.act("reader", own(case, "papers/"), give="lease", file_lease=photo("租约"))
    assert (Tolerance.objects.get().state, given(case, "lease").grade) == ("fulfilled", "C")
    desk.act("approver", decide, decision="grant")
    case.refresh_from_db()
    assert case.result == "granted"


def denial() -> Any:
    from onedoor.platform.cases.rulings import Ruling

    return Ruling(False, **library.DENIED)


def test_the_window_takes_the_paper_in(desk: Desk, case: Case) -> None:
    accept(desk, case, tolerated_until="2026-12-03")
    url = staff(case, "papers/lease/receive/")
    assert "容缺受理，约定补交" in desk.page("clerk", url)
    assert "请先选择" in desk.refused("clerk", url, 422)
    desk.act("clerk", url, evidence=photo("租约"))
    assert Tolerance.objects.get().state == "fulfilled"
    desk.refused("clerk", url, 409, evidence=photo("又一份"))
    for name in ("reviewer", "supervisor"):
        desk.refused(name, url, 403, evidence=photo("租约"))


def run_duties(at: datetime) -> tuple[int, int]:
    done = duties.remind_of_tolerated(at=at), duties.return_untolerated(at=at)
    outbox.deliver_pending(at=at)
    return done


def test_one_reminder_two_working_days_before_then_a_return_in_writing(desk: Desk, case: Case) -> None:
    accept(desk, case, tolerated_until="2026-12-01")
    assert run_duties(day(11, 26)) == (0, 0)
    assert run_duties(day(11, 27)) == (1, 0)
    assert run_duties(day(11, 30)) == (0, 0)
    reminder = Message.objects.get(event="cases.tolerance_due", channel=Message.Channel.INBOX)
    assert "2026-12-01 前交来" in reminder.text
    assert run_duties(day(12, 1, 23)) == (0, 0)  # the whole last day counts
    assert run_duties(day(12, 2, 0)) == (0, 1)
    assert run_duties(day(12, 2, 1)) == (0, 0)
    case.refresh_from_db()
    assert (case.state, Tolerance.objects.get().state) == ("returned", "expired")
    action = Action.objects.get(case=case, kind="return_tolerated")
    assert (action.facts["result_code"], action.facts["materials"]) == ("5", ["lease"])
    document = CaseDocument.objects.get(case=case, kind="return")
    assert "租约" in document.content["paragraphs"][0]
    assert document.content["remedies"]
    assert Message.objects.filter(event="cases.return_tolerated", recipient=desk.books.reader).exists()
    desk.go(day(12, 2))
    assert "再次申请" in desk.page("reader", own(case))


def test_on_a_provisional_day_a_person_returns_it(desk: Desk, applicant: Applicant) -> None:
    long = {**LIMITS, "statutory": {"days": 60, "unit": "workday", "basis": "法"}, "promised": {"days": 50}}
    publish({**LEASE, "tolerance": {"within": {"days": 40}}}, limits=long)
    desk.go(MONDAY)
    draft = applicant.begin()
    applicant.choose(draft, later="lease")
    case = applicant.submit(draft)
    accept(desk, case, tolerated_until="2027-01-06")
    desk.refused("clerk", staff(case, "return/"), 409)
    late = datetime(2027, 1, 7, 9, tzinfo=CHINA)
    assert duties.return_untolerated(at=late) == 0
    desk.go(late)
    assert "逾期退件" in desk.page("clerk", staff(case))
    desk.refused("supervisor", staff(case, "return/"), 403)
    desk.act("clerk", staff(case, "return/"))
    case.refresh_from_db()
    assert case.state == "returned"


def test_a_supplement_that_brings_the_paper_ends_the_wish_for_later(desk: Desk, case: Case) -> None:
    ask = {"ask-lease": "1", "code-lease": "missing", "problem-lease": "没有交租约", "how-lease": "拍下租约的每一页"}
    desk.act("clerk", staff(case, "supplement/"), **ask)
    desk.act("reader", own(case, "supplement/"), file_lease=photo("租约"), hand_in="1")
    assert Tolerance.objects.get().state == "fulfilled"
    accept(desk, case)
    assert not CaseDocument.objects.filter(case=case, kind="tolerance").exists()


def test_silence_of_the_organ_costs_the_applicant_no_day(desk: Desk, case: Case) -> None:
    late = day(11, 24)
    assert duties.deem_accepted(at=late) == 1
    row = Tolerance.objects.get()
    assert row.state == "open"
    assert row.due_on is not None
    assert row.due_on > late.date()


def test_the_superior_organ_dates_it_anew(desk: Desk, case: Case) -> None:
    from onedoor.platform.identity.models import Organization

    county = desk.books.organs[library.COUNTY]
    Organization.objects.filter(pk=county.pk).update(parent=desk.books.organs[library.NATION])
    accept(desk, case, tolerated_until="2026-12-03")
    child = operations.transfer_case(
        case_id=case.pk,
        reason="超出本级审批权限，转报上级。",
        basis="《公共图书馆法》",
        actor=desk.books.officer("reviewer"),
        at=MONDAY,
    )
    row = Tolerance.objects.get()
    assert (row.case, row.state, row.due_on) == (child, "asked", None)


def test_an_item_that_promises_too_little_time_cannot_tolerate() -> None:
    short = {**LIMITS, "promised": {"days": 3, "unit": "workday"}}
    with pytest.raises(ValueError, match="tolerance_needs_time"):
        library.item(materials=[LEASE], limits=short)


def test_what_the_item_does_not_tolerate_cannot_be_put_off(desk: Desk, applicant: Applicant) -> None:
    publish(paper("photo", "照片"), LEASE, limits=LIMITS)
    desk.go(MONDAY)
    draft = applicant.begin()
    answer = desk.post("reader", applicant.papers(draft), later="photo")
    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.paper_choices == {}


def test_a_submission_taken_back_takes_the_promise_back(desk: Desk, applicant: Applicant) -> None:
    publish(LEASE, limits=LIMITS)
    desk.go(MONDAY)
    draft = applicant.begin()
    applicant.choose(draft, later="lease")
    case = applicant.submit(draft, hand_in=False)
    assert Tolerance.objects.filter(case=case).exists()
    desk.act("reader", own(case, "undo/"))
    assert not Tolerance.objects.exists()
