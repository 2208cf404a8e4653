"""The life of a case: what can happen in which state, once, and what its actions prove."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone
from tests.platform import library
from tests.platform.library import CHINA, MACHINE, Library, proof

from onedoor.platform.cases import life, operations
from onedoor.platform.cases.access import CaseNotFound, DraftNotFound
from onedoor.platform.cases.models import Action, Case, CaseDocument, Draft, PublicNotice
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.decisions import AgainstRule
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.cases.operations.drafts import StaleVersion
from onedoor.platform.cases.operations.steps import StepNeedsOther, TooFewPeople
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.cases.states import MOVES, Kind, State
from onedoor.platform.cases.steps import RoleSeparation, StepNotOpen
from onedoor.platform.kernel import replays
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed, OneDoorError
from onedoor.platform.kernel.replays import KeyReused

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
PAIRS = [(state, kind) for state in State for kind in MOVES]
DEFECT = Defect("photo", problem="看不清楚", how_to_fix="在亮处重新拍一张", basis="《公共图书馆法》")


@pytest.mark.parametrize(("state", "kind"), PAIRS)
def test_an_action_happens_only_where_the_table_says(state: State, kind: Kind) -> None:
    case = Case(state=state)
    if state in MOVES[kind].from_states:
        life.check_move(case, kind)
        return
    with pytest.raises(life.MoveNotPossible) as refused:
        life.check_move(case, kind)
    assert State(state).label in str(refused.value)


def test_three_submits_are_one_case_with_one_receipt(books: Library) -> None:
    draft = books.draft(AT)
    cases = {
        operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT).pk
        for _ in range(3)
    }
    assert len(cases) == 1
    assert CaseDocument.objects.filter(kind="receipt").count() == 1
    assert Action.objects.filter(kind="submit").count() == 1


def test_a_hundred_replays_of_one_key_act_once(books: Library) -> None:
    case = books.received(AT)
    clerk = books.officer("clerk")

    def accept() -> dict[str, Any]:
        paper = operations.accept_case(case_id=case.pk, actor=clerk, at=AT)
        return {"document": paper.number}

    def tap(content: str = "same") -> dict[str, Any]:
        return replays.once("k" * 20, actor=clerk, scope="cases.accept", at=AT, perform=accept, content=content)

    assert len({tap()["document"] for _ in range(100)}) == 1
    assert Action.objects.filter(kind="accept").count() == 1
    with pytest.raises(KeyReused):
        tap("other")


def test_a_submission_can_be_undone_for_ten_minutes_and_the_draft_is_back(books: Library) -> None:
    case = books.submitted(AT)
    again = operations.undo_submission(case_id=case.pk, actor=books.citizen(), at=AT + timedelta(minutes=9))
    assert again.answers["name"] == library.READER.name
    assert Case.objects.get(pk=case.pk).state == "withdrawn"

    late = books.submitted(AT + timedelta(hours=1))
    with pytest.raises(OneDoorError):
        operations.undo_submission(case_id=late.pk, actor=books.citizen(), at=AT + timedelta(hours=1, minutes=11))


def test_nothing_takes_effect_before_ten_minutes_are_over_or_the_person_says_so(books: Library) -> None:
    case = books.submitted(AT)
    duties.hand_in_due_cases(at=AT + timedelta(minutes=9))
    assert Case.objects.get(pk=case.pk).state == "submitted"
    assert not case.clocks.exists()

    duties.hand_in_due_cases(at=AT + timedelta(minutes=10))

    case.refresh_from_db()
    assert (case.state, case.clocks.get().kind) == ("received", "receive")


def test_an_answer_from_another_device_is_never_overwritten(books: Library) -> None:
    draft = books.draft(AT)
    fresh = Draft.objects.get(pk=draft.pk)
    books.fill(draft, {"name": "张小四", "id_number": library.READER.id_number, "student": "no"}, AT)
    with pytest.raises(StaleVersion):
        books.fill(fresh, {"name": "别的名字", "id_number": library.READER.id_number, "student": "no"}, AT)
    assert Draft.objects.get(pk=draft.pk).answers["name"] == "张小四"


def test_what_cannot_be_used_is_kept_as_typed_and_blocks_the_submission(books: Library) -> None:
    draft = books.draft(AT, deposit="二十元")
    assert draft.typed["deposit"] == "二十元"
    with pytest.raises(InvalidInput) as refused:
        operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)
    assert "deposit" in refused.value.problems


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"student": "yes"}, "school"),
        ({"id_number": "110105199005060229"}, "id_number"),
        ({"books-rows": "1", "books-0-title": "红楼梦", "books-0-copies": "9"}, "books.0.copies"),
        ({"books-rows": "1", "books-0-title": "", "books-0-copies": "1"}, "books.0.title"),
    ],
)
def test_the_form_is_judged_whole_before_it_is_submitted(books: Library, changes: dict[str, str], path: str) -> None:
    draft = books.draft(AT, **changes)
    with pytest.raises(InvalidInput) as refused:
        operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)
    assert path in refused.value.problems


def test_a_required_paper_blocks_the_submission(books: Library) -> None:
    draft = books.draft(AT, photo=False)
    with pytest.raises(OneDoorError, match="还缺少材料：照片"):
        operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)


def test_nobody_else_comes_near_a_draft_or_a_case(books: Library) -> None:
    stranger = books.citizen(books.friend)
    draft = books.draft(AT)
    with pytest.raises(DraftNotFound):
        operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=stranger, at=AT)
    case = operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)
    with pytest.raises(CaseNotFound):
        operations.hand_in_case(case_id=case.pk, actor=stranger, at=AT)
    handed = operations.hand_in_case(case_id=case.pk, actor=books.citizen(), at=AT)
    with pytest.raises(NotAllowed):
        operations.accept_case(case_id=handed.pk, actor=books.officer("elsewhere"), at=AT)


def test_a_weakly_known_person_is_asked_to_prove_more(books: Library) -> None:
    draft = books.draft(AT)
    with pytest.raises(OneDoorError) as refused:
        operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(assurance=1), at=AT)
    assert refused.value.code == "identity.assurance_too_low"


def test_asking_for_papers_stops_the_receiving_clock_and_supplying_starts_a_new_one(books: Library) -> None:
    case = books.received(AT)
    operations.request_supplement(case_id=case.pk, defects=[DEFECT], actor=books.officer("clerk"), at=AT)
    assert not case.clocks.filter(kind="receive", state="running").exists()
    with pytest.raises(OneDoorError, match="还没有补齐"):
        operations.supply_supplement(case_id=case.pk, actor=books.citizen(), at=AT)


def test_a_step_for_two_needs_two_different_officers(books: Library) -> None:
    case = books.accepted(AT)
    with pytest.raises(TooFewPeople):
        books.step(case, "visit", AT, "surveyor")
    with pytest.raises(TooFewPeople):
        books.step(case, "visit", AT, "surveyor", "surveyor")
    with pytest.raises(StepNotOpen):
        books.step(case, "opinion", AT, "reviewer")
    books.step(case, "visit", AT, "surveyor", "second_surveyor")
    with pytest.raises(NotAllowed):
        books.step(case, "opinion", AT, "surveyor")


def test_a_notice_cannot_be_closed_early_nor_jumped(books: Library) -> None:
    case = books.noticed(AT)
    notice = PublicNotice.objects.get(case=case)
    reviewer = books.officer("reviewer")
    with pytest.raises(StepNeedsOther):
        books.step(case, "notice", AT, "reviewer")
    with pytest.raises(OneDoorError, match="不能提前结束"):
        operations.close_notice(
            notice_id=notice.pk, actor=reviewer, at=AT + timedelta(days=6)
        )  # a Monday: the Sunday rolled on
    operations.close_notice(notice_id=notice.pk, actor=reviewer, at=AT + timedelta(days=7))
    assert Case.objects.get(pk=case.pk).state == "deciding"


def test_an_open_objection_holds_the_notice(books: Library) -> None:
    case = books.noticed(AT)
    notice = PublicNotice.objects.get(case=case)
    objection = operations.raise_objection(
        notice_id=notice.pk,
        text="这位读者已经搬走，不住在本区了。",
        contact="13800000001",
        actor=books.citizen(books.friend),
        at=AT,
    )
    duties.close_ended_notices(at=AT + timedelta(days=20))
    assert Case.objects.get(pk=case.pk).state == "publicizing"
    operations.close_objection(
        objection_id=objection.pk,
        finding="经上门核实，读者仍住原处。",
        actor=books.officer("reviewer"),
        at=AT + timedelta(days=20),
    )
    duties.close_ended_notices(at=AT + timedelta(days=21))
    assert Case.objects.get(pk=case.pk).state == "deciding"


def test_a_decision_follows_the_rule_and_a_denial_has_its_reason(books: Library) -> None:
    case = books.noticed(AT)
    later = AT + timedelta(days=20)
    duties.close_ended_notices(at=later)
    approver = books.officer("approver")
    with pytest.raises(InvalidInput):
        operations.decide_case(case_id=case.pk, ruling=Ruling(False, reason="不行"), actor=approver, at=later)
    operations.decide_case(case_id=case.pk, ruling=Ruling(True), actor=approver, at=later)
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.result) == ("completed", "granted")
    letter = CaseDocument.objects.get(case=case, kind="grant")
    assert letter.number.endswith("号")
    with pytest.raises(OneDoorError):
        operations.decide_case(case_id=case.pk, ruling=Ruling(True), actor=approver, at=later)


def test_a_grant_against_the_rule_is_refused(books: Library) -> None:
    case = books.received(AT, name="谢绝")
    operations.accept_case(case_id=case.pk, actor=books.officer("clerk"), at=AT)
    books.step(case, "visit", AT, "surveyor", "second_surveyor")
    books.step(case, "opinion", AT, "reviewer")
    operations.post_notice(case_id=case.pk, step="notice", actor=books.officer("reviewer"), at=AT)
    later = AT + timedelta(days=20)
    duties.close_ended_notices(at=later)
    with pytest.raises(AgainstRule):
        operations.decide_case(case_id=case.pk, ruling=Ruling(True), actor=books.officer("approver"), at=later)
    operations.decide_case(
        case_id=case.pk, ruling=Ruling(False, **library.DENIED), actor=books.officer("approver"), at=later
    )
    assert Case.objects.get(pk=case.pk).result == "denied"


def test_an_applicant_may_withdraw_until_the_decision(books: Library) -> None:
    case = books.accepted(AT)
    operations.withdraw_case(case_id=case.pk, actor=books.citizen(), at=AT)
    assert Case.objects.get(pk=case.pk).state == "withdrawn"
    with pytest.raises(OneDoorError):
        books.step(case, "visit", AT, "surveyor", "second_surveyor")


def test_the_separation_of_duties_holds_for_whoever_joins(books: Library) -> None:
    case = books.accepted(AT)
    books.step(case, "visit", AT, "surveyor", "second_surveyor")
    with pytest.raises((RoleSeparation, NotAllowed)):
        books.step(case, "opinion", AT, "reviewer", "surveyor")


@pytest.mark.parametrize("crime", ["change", "remove", "swap", "invent"])
def test_the_chain_of_actions_finds_what_was_done_to_it(books: Library, crime: str) -> None:
    case = books.accepted(AT)
    actions = list(Action.objects.filter(case=case).order_by("seq"))
    assert life.fold(actions)["chain"]
    if crime == "change":
        actions[1].actor_name = "别人"
    elif crime == "remove":
        del actions[1]
    elif crime == "swap":
        actions[1], actions[2] = actions[2], actions[1]
    else:
        forged = Action.objects.get(pk=actions[-1].pk)
        forged.seq += 1
        actions.append(forged)
    assert not life.fold(actions)["chain"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    "connection.vendor == 'sqlite'", reason="SQLite lets one writer in at a time, so nobody races there"
)
def test_of_two_officers_at_once_one_acts_and_the_other_is_told(books: Library) -> None:
    case = books.received(timezone.now())
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def accept(name: str) -> None:
        try:
            actor = books.officer(name)
            together.wait(10)
            operations.accept_case(case_id=case.pk, actor=actor, at=timezone.now())
            outcomes.append("accepted")
        except OneDoorError as refusal:
            outcomes.append(refusal.code)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=accept, args=(name,)) for name in ("clerk", "second_clerk")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes)[0] == "accepted"
    assert sorted(outcomes)[1].startswith("cases.")
    assert Action.objects.filter(case=case, kind="accept").count() == 1
    assert connection.vendor == "postgresql"


def test_the_machine_is_no_officer(books: Library) -> None:
    case = books.accepted(AT)
    with pytest.raises(OneDoorError):
        operations.complete_step(case_id=case.pk, step="decide", outcome="", note="", facts={}, actor=MACHINE, at=AT)


def test_a_worklist_is_sorted_by_urgency_over_its_pages(books: Library) -> None:
    from onedoor.platform.cases.queries import worklist

    library.publish(library.item(one_at_a_time=False), valid_from=date(2026, 8, 1))
    clerk = books.officer("clerk")
    days = [3, 1, 4, 2, 5]
    numbers = {}
    for day in days:
        case = books.received(AT + timedelta(days=day))
        numbers[case.pk] = day
    asked = books.received(AT)
    operations.request_supplement(case_id=asked.pk, defects=[DEFECT], actor=clerk, at=AT)

    first = worklist(actor=clerk, at=AT, most=2)
    second = worklist(actor=clerk, at=AT, most=2, after=first[-1].place)
    third = worklist(actor=clerk, at=AT, most=2, after=second[-1].place)

    lines = [*first, *second, *third]
    assert len({line.number for line in lines}) == 6
    assert [line.due_on for line in lines[:-1]] == sorted(line.due_on for line in lines[:-1] if line.due_on)
    assert (lines[-1].number, lines[-1].waits_for_applicant, lines[-1].left) == (asked.number, True, None)
    assert worklist(actor=clerk, at=AT, after="nonsense")
    assert worklist(actor=books.officer("elsewhere"), at=AT) == []


@pytest.mark.parametrize("number", [1, 6])
def test_a_worklist_costs_one_query_whatever_its_length(
    books: Library, django_assert_num_queries: Any, number: int
) -> None:
    from onedoor.platform.cases.queries import worklist

    library.publish(library.item(one_at_a_time=False), valid_from=date(2026, 8, 1))
    clerk = books.officer("clerk")
    for place in range(number):
        books.received(AT + timedelta(hours=place))
    with django_assert_num_queries(1):
        assert len(worklist(actor=clerk, at=AT)) == number


def test_a_second_application_of_the_same_kind_is_refused_until_the_first_has_ended(books: Library) -> None:
    case = books.received(AT)
    with pytest.raises(OneDoorError, match=case.query_code):
        books.submitted(AT)
    operations.withdraw_case(case_id=case.pk, actor=books.citizen(), at=AT)
    assert books.submitted(AT + timedelta(hours=1)).state == "submitted"


def test_an_ended_application_is_taken_up_again_with_what_was_declared(books: Library) -> None:
    case = books.received(AT)
    with pytest.raises(OneDoorError, match="还在办理"):
        operations.start_again(case_id=case.pk, actor=books.citizen(), at=AT)
    operations.withdraw_case(case_id=case.pk, actor=books.citizen(), at=AT)
    with pytest.raises(CaseNotFound):
        operations.start_again(case_id=case.pk, actor=books.citizen(books.friend), at=AT)

    draft = operations.start_again(case_id=case.pk, actor=books.citizen(), at=AT)

    assert draft.answers["name"] == library.READER.name
    assert not draft.materials.exists()
    books.attach(draft.pk, "photo", AT)
    draft.refresh_from_db()
    again = operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)
    assert again.continues == case


def test_a_special_procedure_is_approved_by_a_head_who_did_not_handle_the_case(books: Library) -> None:
    case = books.accepted(AT)
    words: dict[str, Any] = {
        "case_id": case.pk,
        "procedure": "experts",
        "reason": "需请专家评审古籍借阅资格。",
        "planned_end": date(2026, 9, 10),
        "at": AT,
    }
    with pytest.raises(NotAllowed):
        operations.begin_special_procedure(**words, actor=books.officer("clerk"))
    approver = books.officer("approver")
    for wrong in (
        {"procedure": "lottery"},
        {"reason": "短"},
        {"planned_end": date(2026, 9, 1)},
        {"planned_end": date(2027, 9, 1)},
    ):
        with pytest.raises(InvalidInput):
            operations.begin_special_procedure(**(words | wrong), actor=approver)
    paper = operations.begin_special_procedure(**words, actor=approver)
    assert "专家评审" in str(paper.content["paragraphs"])
    with pytest.raises(InvalidInput):
        operations.end_special_procedure(case_id=case.pk, result="好", proof=None, actor=approver, at=AT)
    operations.end_special_procedure(
        case_id=case.pk,
        result="专家评审认为可以办理借阅。",
        proof=proof(),
        actor=books.officer("reviewer"),
        at=AT + timedelta(days=3),
    )
    assert Case.objects.get(pk=case.pk).state == "reviewing"


def test_a_matter_that_needs_no_application_is_said_so_at_once(books: Library) -> None:
    case = books.received(AT)
    clerk = books.officer("clerk")
    with pytest.raises(InvalidInput):
        operations.dispense_case(case_id=case.pk, reason="不用办", basis="", actor=clerk, at=AT)
    paper = operations.dispense_case(
        case_id=case.pk,
        reason="本馆已对全体居民开放，无需办证。",
        basis="《公共图书馆法》第三十六条",
        actor=clerk,
        at=AT,
    )
    assert paper.content["remedies"]
    assert Case.objects.get(pk=case.pk).is_ended
    assert not case.clocks.filter(state="running").exists()


def test_a_case_that_can_no_longer_be_decided_is_terminated_by_the_head(books: Library) -> None:
    case = books.accepted(AT)
    words = {"reason": "申请人已于九月一日去世。", "basis": "《公共图书馆法》"}
    with pytest.raises(NotAllowed):
        operations.terminate_case(case_id=case.pk, **words, actor=books.officer("clerk"), at=AT)
    operations.terminate_case(case_id=case.pk, **words, actor=books.officer("approver"), at=AT)
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.steps.filter(ended_at__isnull=True).count()) == ("terminated", 0)
