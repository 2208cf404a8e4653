"""A33: data that contradict what was declared are verified, explained by the applicant, settled by a person. Never more."""

import uuid
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA, DENIED, MACHINE, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.access import CaseNotFound
from onedoor.platform.cases.models import Case, Conflict
from onedoor.platform.cases.operations import Finding
from onedoor.platform.exchange.models import DataObjection, Query
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.errors import NotAllowed
from onedoor.platform.kernel.models import OutboxMessage
from onedoor.platform.kernel.tasks import run_due_duties

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=CHINA)
LAST_DAY = date(2026, 11, 9)  # five working days
REASON = "已到分馆查看借书记录，确认押金已经退还。"


def finding(found: str = "200.00", **changes: Any) -> Finding:
    usual: dict[str, Any] = {
        "fact": "DEPOSIT",
        "label": "押金（元）",
        "declared": "100.00",
        "found": found,
        "differs": found != "100.00",
        "source": "banks.balance",
        "source_words": "银行业金融机构：存款信息",
        "as_of": date(2026, 10, 31),
    }
    return Finding(**usual | changes)


def report(case: Case, *findings: Finding, at: datetime = MONDAY) -> list[Conflict]:
    return operations.report_findings(case_id=case.pk, findings=findings, actor=MACHINE, at=at)


def question(books: Library) -> Query:
    """The question to the bank that the finding comes from."""
    return Query.objects.create(
        id=uuid.uuid4(),
        connector="banks.balance",
        person=books.reader,
        purpose="library.check",
        legal_basis="《公共图书馆法》第三十六条",
        business="1",
        asked_by="系统",
        asked_at=MONDAY,
        state="answered",
        answered_at=MONDAY,
    )


def moment(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=CHINA)


@pytest.fixture
def case(desk: Desk, books: Library) -> Case:
    desk.go(MONDAY)
    return books.accepted(MONDAY)


def test_a33_a_conflict_is_to_be_verified_for_five_working_days_and_both_sides_see_both_values(
    desk: Desk, case: Case
) -> None:
    (conflict,) = report(case, finding())
    assert (conflict.state, conflict.explain_due_on) == ("to_verify", LAST_DAY)
    outbox.deliver_pending(at=MONDAY)
    assert "不一致不等于不批准" in desk.page("reader", "/me/messages/")
    for page in (desk.page("reader", own(case, f"conflicts/{conflict.pk}/")), desk.page("reviewer", staff(case))):
        assert "100.00" in page
        assert "200.00" in page
        assert "银行业金融机构：存款信息" in page
        assert "2026-10-31" in page
    assert "2026年11月9日" in desk.page("reader", own(case))
    assert "待核实" in desk.page("reviewer", staff(case))


def test_a33_the_days_pass_and_nothing_is_denied_by_itself(desk: Desk, books: Library, case: Case) -> None:
    report(case, finding())
    before = Case.objects.get(pk=case.pk).state
    desk.go(moment(date(2026, 11, 30)))
    run_due_duties(at=moment(date(2026, 11, 30)))
    outbox.deliver_pending(at=moment(date(2026, 11, 30)))
    now = Case.objects.get(pk=case.pk)
    assert (now.state, now.result) == (before, "")
    assert Conflict.objects.get().state == "to_verify"


def test_a33_before_the_day_what_was_found_does_not_stand_without_a_word_of_the_applicant(
    desk: Desk, case: Case
) -> None:
    (conflict,) = report(case, finding())
    url, typed = staff(case, f"conflicts/{conflict.pk}/"), {"settled": "found", "reason": REASON}
    desk.go(moment(LAST_DAY, 23))
    page = desk.refused("reviewer", url, 409, **typed)
    assert "当事人可以说明到 2026-11-09" in page
    assert REASON in page
    desk.go(moment(date(2026, 11, 10)))
    desk.act("reviewer", url, **typed)
    settled = Conflict.objects.get()
    assert (settled.state, settled.settled, str(settled.reason)) == ("settled", "found", REASON)


def test_a33_the_applicant_explains_on_their_page_and_the_officer_settles_at_once(
    desk: Desk, books: Library, case: Case
) -> None:
    asked = question(books)
    (conflict,) = report(case, finding(receipt=asked.pk))
    asked.refresh_from_db()
    assert asked.conflicting  # counts in the figures of the source
    url = own(case, f"conflicts/{conflict.pk}/")
    assert "请写明实际情况" in desk.refused("reader", url, 422, text="嗯")
    desk.act("reader", url, text="押金去年就退还给我了，有收据。")
    assert "押金去年就退还给我了" in desk.page("reviewer", staff(case))
    desk.act("reviewer", staff(case, f"conflicts/{conflict.pk}/"), settled="declared", reason=REASON)
    told = desk.page("reader", url)
    assert "以申报为准" in told
    assert REASON not in told  # what officers write among themselves
    objection = DataObjection.objects.get()  # the source is asked to look into what it said
    assert (objection.receipt, objection.kind, objection.raised_by) == (asked.pk, "wrong", "官员reviewer")
    assert objection.due_on == date(2026, 11, 16)
    assert "已核实" in desk.refused(
        "reviewer", staff(case, f"conflicts/{conflict.pk}/"), 409, settled="found", reason=REASON
    )
    timeline = desk.page("reader", own(case))
    for words in ("查得与申报不一致", "说明情况", "核实不一致"):
        assert words in timeline


def test_a33_no_decision_while_something_is_to_be_verified(desk: Desk, books: Library) -> None:
    desk.go(MONDAY)
    noticed = books.noticed(MONDAY)
    report(noticed, finding())
    later = moment(date(2026, 11, 23))
    operations.close_ended_notices(at=later)
    desk.go(later)
    assert Case.objects.get(pk=noticed.pk).state == "deciding"
    for decision in ({"decision": "grant"}, {"decision": "deny", **DENIED}):
        assert "没有核实" in desk.refused("approver", staff(noticed, "decide/"), 409, **decision)
    conflict = Conflict.objects.get()
    desk.act("reviewer", staff(noticed, f"conflicts/{conflict.pk}/"), settled="declared", reason=REASON)
    desk.act("approver", staff(noticed, "decide/"), decision="grant")


def test_the_same_value_again_changes_nothing_another_supersedes_agreement_closes(case: Case) -> None:
    (first,) = report(case, finding())
    assert report(case, finding()) == []
    (second,) = report(case, finding("300.00"), at=moment(date(2026, 11, 4)))
    first.refresh_from_db()
    assert first.state == "superseded"
    assert second.explain_due_on == date(2026, 11, 11)  # the days begin anew
    later = moment(date(2026, 11, 5))
    assert report(case, finding("100.00"), at=later) == []
    assert Conflict.objects.filter(state="superseded").count() == 2
    (third,) = report(case, finding("300.00"), at=later)
    assert third.state == "to_verify"


def test_what_was_settled_is_not_raised_again_unless_the_source_says_something_new(desk: Desk, case: Case) -> None:
    (conflict,) = report(case, finding())
    desk.act("reviewer", staff(case, f"conflicts/{conflict.pk}/"), settled="declared", reason=REASON)
    assert report(case, finding()) == []
    assert len(report(case, finding("250.00"))) == 1


def test_after_the_decision_nothing_is_raised(desk: Desk, books: Library, case: Case) -> None:
    operations.withdraw_case(case_id=case.pk, actor=books.citizen(), at=MONDAY)
    assert report(case, finding()) == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"settled": "", "reason": REASON}, "请选择以哪一个为准"),
        ({"settled": "declared", "reason": "太短"}, "不少于 10 个字"),
        ({"settled": "whatever", "reason": ""}, "请选择以哪一个为准"),
    ],
)
def test_an_officer_says_which_and_why(desk: Desk, case: Case, typed: dict[str, str], told: str) -> None:
    (conflict,) = report(case, finding())
    assert told in desk.refused("reviewer", staff(case, f"conflicts/{conflict.pk}/"), 422, **typed)
    assert Conflict.objects.get().state == "to_verify"


def test_only_the_applicants_side_explains_and_only_reviewers_of_the_place_settle(
    desk: Desk, books: Library, case: Case
) -> None:
    (conflict,) = report(case, finding())
    typed = {"settled": "declared", "reason": REASON}
    for name in ("clerk", "approver"):
        assert desk.post(name, staff(case, f"conflicts/{conflict.pk}/"), **typed).status_code == 403
    assert desk.post("elsewhere", staff(case, f"conflicts/{conflict.pk}/"), **typed).status_code == 404
    with pytest.raises(CaseNotFound):
        operations.explain_conflict(
            conflict_id=conflict.pk, text="不是我的事。", actor=books.citizen(books.friend), at=MONDAY
        )
    with pytest.raises(NotAllowed):
        operations.report_findings(case_id=case.pk, findings=[finding()], actor=books.officer("clerk"), at=MONDAY)
    assert desk.get("reader", own(case, f"conflicts/{conflict.pk + 1}/")).status_code == 404
    assert desk.get("reviewer", staff(case, f"conflicts/{conflict.pk + 1}/")).status_code == 404
    assert Conflict.objects.get().state == "to_verify"


def test_values_are_encrypted_and_stand_in_no_event(case: Case) -> None:
    report(case, finding("24680.00"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT declared, found FROM cases_conflict")
        assert "24680" not in str(cursor.fetchall())
    assert "24680" not in str(list(OutboxMessage.objects.values_list("payload", flat=True)))
