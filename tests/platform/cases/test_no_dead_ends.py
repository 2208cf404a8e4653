"""Proceedings that meet one another leave a way on, and no right of the applicant is lost between them."""

from datetime import date, datetime, timedelta

import pytest
from tests.platform import library
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA, MACHINE, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case, Clock, Hearing
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.conflicts import Finding
from onedoor.platform.cases.operations.decisions import ConflictsOpen, HearingNotOver
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.cases.operations.hearings import HearingRightRuns
from onedoor.platform.cases.rulings import Ruling

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(days=8)
WHY = "拟不予办证，因为经核实不住在本区。"
DEFECTS = [
    Defect(
        material="proof",
        code="missing",
        problem="没有提交居住证明",
        how_to_fix="请拍清楚居住证明再传",
        basis="《公共图书馆法》",
    )
]


@pytest.fixture
def proposed(books: Library) -> Case:
    """A case that touches a relative of the staff; its decision has been proposed and waits for a second approver."""
    library.publish(library.item(post_accept_supplement=True), valid_from=date(2026, 8, 1))
    case = books.noticed(AT)
    duties.close_ended_notices(at=LATER)
    operations.declare_relative(case_id=case.pk, relation="姐妹", actor=books.officer("clerk"), at=LATER)
    operations.propose_decision(case_id=case.pk, ruling=Ruling(True), actor=books.officer("approver"), at=LATER)
    return Case.objects.get(pk=case.pk)


def begin_special(books: Library, case: Case, at: datetime, officer: str = "approver") -> None:
    operations.begin_special_procedure(
        case_id=case.pk,
        procedure="experts",
        reason="需要专家评审才能判断情况",
        planned_end=(at + timedelta(days=3)).date(),
        actor=books.officer(officer),
        at=at,
    )


def confirm(books: Library, case: Case, at: datetime = LATER) -> None:
    actor = books.officer("second_approver")
    operations.confirm_decision(case_id=case.pk, agreed=True, note="", actor=actor, at=at)


def test_a_special_procedure_after_the_proposal_leads_back_to_its_confirmation(books: Library, proposed: Case) -> None:
    begin_special(books, proposed, LATER, "second_approver")
    operations.end_special_procedure(
        case_id=proposed.pk,
        result="专家认为可以办理没有问题",
        proof=library.proof(),
        actor=books.officer("reviewer"),
        at=LATER + timedelta(days=1),
    )
    assert Case.objects.get(pk=proposed.pk).state == "deciding"
    confirm(books, proposed, LATER + timedelta(days=1))
    assert Case.objects.get(pk=proposed.pk).result == "granted"


def test_a_supplement_after_the_proposal_leads_back_to_its_confirmation(books: Library, proposed: Case) -> None:
    reviewer = books.officer("reviewer")
    operations.request_supplement(case_id=proposed.pk, defects=DEFECTS, actor=reviewer, at=LATER)
    operations.attach_material(
        draft_id=None,
        case_id=proposed.pk,
        material="proof",
        content=library.proof(),
        name="proof.jpg",
        actor=books.citizen(),
        at=LATER,
    )
    operations.supply_supplement(case_id=proposed.pk, actor=books.citizen(), at=LATER)
    assert Case.objects.get(pk=proposed.pk).state == "deciding"
    confirm(books, proposed)
    assert Case.objects.get(pk=proposed.pk).result == "granted"


def test_what_comes_up_after_the_proposal_is_heard_before_it_is_confirmed(desk: Desk, proposed: Case) -> None:
    books = desk.books
    operations.inform_hearing_right(case_id=proposed.pk, reason=WHY, actor=books.officer("reviewer"), at=LATER)
    desk.go(LATER)
    assert "听证程序还没有结束" in desk.refused("second_approver", staff(proposed, "confirm/"), 409, answer="agree")
    with pytest.raises(HearingNotOver):
        confirm(books, proposed)
    assert Case.objects.get(pk=proposed.pk).decided_at is None
    operations.waive_hearing(case_id=proposed.pk, actor=books.citizen(), at=LATER)
    confirm(books, proposed)


def test_a_conflict_found_after_the_proposal_is_settled_before_it_is_confirmed(books: Library, proposed: Case) -> None:
    finding = Finding(
        fact="car", label="车辆", declared="无", found="一辆", differs=True, source="traffic", source_words="交管部门"
    )
    operations.report_findings(case_id=proposed.pk, findings=[finding], actor=MACHINE, at=LATER)
    with pytest.raises(ConflictsOpen):
        confirm(books, proposed)
    assert Case.objects.get(pk=proposed.pk).decided_at is None


def test_nothing_stops_a_case_while_its_applicant_may_ask_for_a_hearing(books: Library) -> None:
    library.publish(library.item(post_accept_supplement=True), valid_from=date(2026, 8, 1))
    case = books.accepted(AT)
    reviewer = books.officer("reviewer")
    operations.inform_hearing_right(case_id=case.pk, reason=WHY, actor=reviewer, at=AT)
    with pytest.raises(HearingRightRuns):
        begin_special(books, case, AT)
    with pytest.raises(HearingRightRuns):
        operations.request_supplement(case_id=case.pk, defects=DEFECTS, actor=reviewer, at=AT)
    operations.request_hearing(case_id=case.pk, actor=books.citizen(), at=AT + timedelta(days=2))
    assert Hearing.objects.get(case=case).state == "requested"


def test_one_odd_case_does_not_keep_the_hearing_rights_of_others_from_lapsing(books: Library) -> None:
    library.publish(library.item(one_at_a_time=False), valid_from=date(2026, 8, 1))
    odd, plain = books.accepted(AT), books.accepted(AT)
    for case in (odd, plain):
        operations.inform_hearing_right(case_id=case.pk, reason=WHY, actor=books.officer("reviewer"), at=AT)
    Case.objects.filter(pk=odd.pk).update(state="received")  # as no case of the platform's own making is
    assert duties.expire_hearing_rights(at=AT + timedelta(days=10)) == 1
    assert Hearing.objects.get(case=plain).state == "expired"
    Case.objects.filter(pk=odd.pk).update(state="accepted")
    assert duties.expire_hearing_rights(at=AT + timedelta(days=10)) == 1


@pytest.fixture
def asked(books: Library) -> Case:
    """A case whose applicant has asked for a hearing on 1 September; it is to be held by the 29th."""
    case = books.accepted(AT)
    operations.inform_hearing_right(case_id=case.pk, reason=WHY, actor=books.officer("reviewer"), at=AT)
    operations.request_hearing(case_id=case.pk, actor=books.citizen(), at=AT)
    return Case.objects.get(pk=case.pk)


def test_a_hearing_not_held_in_time_stops_neither_the_limits_nor_the_case(books: Library, asked: Case) -> None:
    hold_until = Hearing.objects.get(case=asked).hold_until
    assert hold_until == date(2026, 9, 29)
    late = datetime(2026, 9, 30, 9, 0, tzinfo=CHINA)
    assert duties.run_overlong_again(at=late) == 1
    assert set(asked.clocks.filter(kind__in=("promised", "statutory")).values_list("state", flat=True)) == {"running"}
    held_at = late + timedelta(days=8)
    operations.schedule_hearing(
        case_id=asked.pk,
        held_at=held_at,
        place="图书馆二楼",
        is_public=True,
        presiding_post=books.posts["second_approver"],
        actor=books.officer("approver"),
        at=late,
    )
    letter = asked.documents.get(kind="hearing_notice").content
    assert "晚于法定的二十个工作日" in str(letter["rows"])
    second = books.officer("second_approver")
    operations.hold_hearing(case_id=asked.pk, record="各方到场，当面陈述并质证。", actor=second, at=held_at)
    operations.sign_hearing_record(
        case_id=asked.pk, signed_by="双方", actor=books.officer("approver"), at=held_at + timedelta(hours=1)
    )
    assert Case.objects.get(pk=asked.pk).state == "reviewing"
    until = Clock.objects.get(case=asked, kind="promised").due_on
    assert until > hold_until  # only the twenty days did not count


def test_the_applicant_takes_the_wish_for_a_hearing_back_on_the_page(desk: Desk, asked: Case) -> None:
    desk.go(AT + timedelta(days=2))
    assert "撤回听证要求" in desk.page("reader", own(asked, "hearing/"))
    desk.act("reader", own(asked, "hearing/"), answer="waive")
    assert Hearing.objects.get(case=asked).state == "waived"
    case = Case.objects.get(pk=asked.pk)
    assert case.state == "reviewing"
    assert set(case.clocks.filter(kind__in=("promised", "statutory")).values_list("state", flat=True)) == {"running"}
