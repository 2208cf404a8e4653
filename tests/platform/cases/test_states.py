"""Every operation in every state: it happens where the table says so, and everywhere else nothing at all happens."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.platform import library
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case, Clock
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.cases.states import MOVES, TERMINAL, Kind, State
from onedoor.platform.kernel.errors import OneDoorError

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(days=8)  # the notice has ended, every limit still runs
DEFECT = Defect("proof", problem="看不清楚", how_to_fix="在亮处重新拍一张", basis="《公共图书馆法》")
WORDS = {"reason": "申请人已经搬离本区居住。", "basis": "《公共图书馆法》第三十六条"}


def submitted(books: Library) -> Case:
    return books.submitted(AT)


def received(books: Library) -> Case:
    return books.received(AT)


def asked(books: Library) -> Case:
    return after(books, Kind.ASK_SUPPLEMENT, received(books), AT)


def accepted(books: Library) -> Case:
    return books.accepted(AT)


def reviewing(books: Library) -> Case:
    return after(books, Kind.COMPLETE_STEP, accepted(books), AT)


def publicizing(books: Library) -> Case:
    return books.noticed(AT)


def deciding(books: Library) -> Case:
    case = publicizing(books)
    duties.close_ended_notices(at=LATER)
    return Case.objects.get(pk=case.pk)


def granted(books: Library) -> Case:
    """A grant whose certificate is made in two steps by officers."""
    steps = [
        *library.item().model_dump(mode="json", by_alias=True)["steps"],
        {"code": "certify", "title": "制证", "permission": "cases.decide", "after": ["decide"], "state": "certifying"},
        {"code": "hand", "title": "发证", "permission": "cases.decide", "after": ["certify"], "state": "certifying"},
    ]
    library.publish(library.item(steps=steps), valid_from=date(2026, 8, 1))
    return after(books, Kind.GRANT, deciding(books), LATER)


def certifying(books: Library) -> Case:
    return after(books, Kind.COMPLETE_STEP, granted(books), LATER)


ROADS: dict[State, Callable[[Library], Case]] = {
    State.SUBMITTED: submitted,
    State.RECEIVED: received,
    State.SUPPLEMENT_WAIT: asked,
    State.ACCEPTED: accepted,
    State.REVIEWING: reviewing,
    State.SPECIAL: lambda books: after(books, Kind.BEGIN_SPECIAL, accepted(books), AT),
    State.PUBLICIZING: publicizing,
    State.DECIDING: deciding,
    State.CERTIFYING: certifying,
    State.NOT_ACCEPTED: lambda books: after(books, Kind.REFUSE, received(books), AT),
    State.COMPLETED: lambda books: after(books, Kind.DENY, deciding(books), LATER),
    State.WITHDRAWN: lambda books: after(books, Kind.WITHDRAW, received(books), AT),
    State.RETURNED: lambda books: after(books, Kind.RETURN, asked(books), AT + timedelta(days=60)),
    State.NO_NEED: lambda books: after(books, Kind.DISPENSE, received(books), AT),
    State.TERMINATED: lambda books: after(books, Kind.TERMINATE, received(books), AT),
    State.DELIVERING: lambda books: after(books, Kind.GRANT, by_post(deciding(books)), LATER),
    State.TRANSFERRED: lambda books: after(books, Kind.TRANSFER, accepted(books), AT),
    State.VOIDED: lambda books: after(books, Kind.VOID, received(books), AT),
}
PASSED_THROUGH = {State.GRANTED, State.DENIED}  # left again within the transaction of the decision


# Proceedings of their own; what they do in other states is tested beside them.
ELSEWHERE = {
    Kind.NOTE_DEATH,  # tests/platform/cases/test_deaths.py
    Kind.NOTE_MISTAKE,
    Kind.RECALCULATE,  # tests/platform/cases/test_calendars.py
    Kind.GRANT_BY_SILENCE,  # tests/platform/cases/test_silence.py
    Kind.MISS_LIMIT,
    Kind.RUN_AGAIN,  # tests/platform/cases/test_pauses.py
    Kind.RAISE_CONFLICT,  # tests/platform/exchange/test_conflicts.py, like the two below
    Kind.EXPLAIN,
    Kind.SETTLE_CONFLICT,
    Kind.CHECK_ORIGINAL,  # tests/platform/papers, like the eight below
    Kind.RETRACT_PROMISE,
    Kind.CHECK_PROMISE,
    Kind.ANSWER_BREACH,
    Kind.SETTLE_BREACH,
    Kind.REPAIR_CREDIT,
    Kind.TAKE_CERTIFICATE,
    Kind.GIVE_PAPER,
    Kind.RETURN_TOLERATED,
    Kind.RAISE_OBJECTION,  # tests/platform/cases/test_notice_objections.py
    Kind.CLOSE_OBJECTION,
    Kind.PROPOSE,
    Kind.OPPOSE,
    Kind.DISPATCH,
    Kind.AWAIT_DELIVERY,
    Kind.LINK,
    Kind.WAIVE_HEARING,
    Kind.EXPIRE_HEARING,
    Kind.REQUEST_HEARING,
    Kind.SCHEDULE_HEARING,
    Kind.HOLD_HEARING,
    Kind.SIGN_RECORD,
    Kind.PROPOSE_REVOCATION,
    Kind.STATE_DEFENCE,
    Kind.REVOKE,
    Kind.DROP_REVOCATION,
}


def by_post(case: Case) -> Case:
    """The reader wants paper."""
    Case.objects.filter(pk=case.pk).update(delivery="post")
    return case


def after(books: Library, kind: Kind, case: Case, at: datetime) -> Case:
    ACTS[kind](books, case, at)
    return Case.objects.get(pk=case.pk)


def by_officer(operation: Callable[..., Any], name: str, **words: Any) -> Callable[[Library, Case, datetime], Any]:
    return lambda books, case, at: operation(case_id=case.pk, actor=books.officer(name), at=at, **words)


def by_reader(operation: Callable[..., Any]) -> Callable[[Library, Case, datetime], Any]:
    return lambda books, case, at: operation(case_id=case.pk, actor=books.citizen(), at=at)


def supply(books: Library, case: Case, at: datetime) -> Any:
    if case.state == State.SUPPLEMENT_WAIT:
        paper = {"material": "proof", "name": "proof.jpg", "content": library_photo()}
        operations.attach_material(draft_id=None, case_id=case.pk, **paper, actor=books.citizen(), at=at)
    return operations.supply_supplement(case_id=case.pk, actor=books.citizen(), at=at)


def library_photo() -> bytes:
    from tests.journeys.conftest import photo

    return photo("proof").getvalue()


def next_step(books: Library, case: Case, at: datetime) -> Any:
    """Do the first open step of an officer, as the officers it belongs to."""
    code = case.steps.filter(ended_at__isnull=True).values_list("code", flat=True).first()
    alone = {"opinion": "reviewer", "certify": "approver", "hand": "approver"}
    if code in alone:
        return books.step(case, code, at, alone[code])
    return books.step(case, "visit", at, "surveyor", "second_surveyor")


def post_notice(books: Library, case: Case, at: datetime) -> Any:
    if case.state == State.ACCEPTED:
        books.step(case, "visit", at, "surveyor", "second_surveyor")
        books.step(case, "opinion", at, "reviewer")
    elif case.state == State.REVIEWING:
        books.step(case, "opinion", at, "reviewer")
    return operations.post_notice(case_id=case.pk, step="notice", actor=books.officer("reviewer"), at=at)


def decide(granted: bool) -> Callable[[Library, Case, datetime], Any]:
    return by_officer(operations.decide_case, "approver", ruling=Ruling(granted, **library.DENIED))


def transfer(books: Library, case: Case, at: datetime) -> Any:
    organs = books.organs
    if organs[library.COUNTY].parent is None:  # the next one up is the library of the other county, for want of a city
        organs[library.COUNTY].parent = organs["330113000000"]
        organs[library.COUNTY].save()
    return operations.transfer_case(case_id=case.pk, actor=books.officer("reviewer"), at=at, **WORDS)


def void(books: Library, case: Case, at: datetime) -> Any:
    """The case turns out to be the double of another one."""
    original = Case.objects.exclude(pk=case.pk).first() or double_of(case)
    reason = "网络中断后系统重复提交了一次。"
    asked = operations.request_void(
        number=case.number, original_number=original.number, reason=reason, actor=books.officer("sysadmin"), at=at
    )
    return operations.confirm_void(request_id=asked.pk, actor=books.officer("supervisor"), at=at)


def double_of(case: Case) -> Case:
    """The same application once more; the technical fault left it without a history, so nothing is read from one."""
    double = Case.objects.get(pk=case.pk)
    double.pk, double.number, double.query_code, double._state.adding = None, "X" + case.number[1:], "QQQQQQQQQQ", True
    double.state, double.result, double.supplement_round, double.last_seq, double.last_hash = "", "", 0, 0, "0" * 64
    double.last_at = None
    double.received_at = double.accepted_at = double.decided_at = double.completed_at = None
    double.save()
    return double


def correct(books: Library, case: Case, at: datetime) -> Any:
    return operations.correct_answers(case_id=case.pk, corrections={"deposit": 50}, actor=books.citizen(), at=at)


def inform_hearing(books: Library, case: Case, at: datetime) -> Any:
    actor, words = books.officer("reviewer"), "拟不予办证，因为不住在本区。"
    return operations.inform_hearing_right(case_id=case.pk, reason=words, actor=actor, at=at)


def let_time_pass(duty: Callable[..., Any]) -> Callable[[Library, Case, datetime], Any]:
    return lambda books, case, at: duty(at=AT + timedelta(days=60))


ACTS: dict[Kind, Callable[[Library, Case, datetime], Any]] = {
    Kind.UNDO: by_reader(operations.undo_submission),
    Kind.HAND_IN: by_reader(operations.hand_in_case),
    Kind.ASK_SUPPLEMENT: by_officer(operations.request_supplement, "clerk", defects=[DEFECT]),
    Kind.SUPPLY: supply,
    Kind.RETURN: let_time_pass(duties.return_unsupplied_cases),
    Kind.REFUSE: by_officer(operations.refuse_acceptance, "clerk", **library.REFUSED, competent_organ=""),
    Kind.ACCEPT: by_officer(operations.accept_case, "clerk"),
    Kind.DEEM_ACCEPTED: let_time_pass(duties.deem_accepted),
    Kind.COMPLETE_STEP: next_step,
    Kind.POST_NOTICE: post_notice,
    Kind.EXTEND: by_officer(operations.extend_limit, "approver", **WORDS),
    Kind.GRANT: decide(True),
    Kind.DENY: decide(False),
    Kind.WITHDRAW: by_reader(operations.withdraw_case),
    Kind.DISPENSE: by_officer(operations.dispense_case, "clerk", **WORDS),
    Kind.BEGIN_SPECIAL: by_officer(
        operations.begin_special_procedure,
        "approver",
        procedure="experts",
        reason="需请专家评审古籍借阅资格。",
        planned_end=date(2026, 9, 15),
    ),
    Kind.END_SPECIAL: by_officer(
        operations.end_special_procedure, "reviewer", result="专家评审认为可以办理借阅。", proof=library.proof()
    ),
    Kind.TERMINATE: by_officer(operations.terminate_case, "approver", **WORDS),
    Kind.CORRECT: correct,
    Kind.TRANSFER: transfer,
    Kind.VOID: void,
    Kind.INFORM_HEARING: inform_hearing,
    Kind.DELIVER: by_officer(operations.deliver_document, "clerk", method="direct", receiver="欧阳晓娜", reference=""),
}
SILENT = {Kind.RETURN, Kind.DEEM_ACCEPTED, Kind.HAND_IN}  # these change nothing instead of refusing
LEADS_TO = {
    Kind.GRANT: {State.COMPLETED},
    Kind.DENY: {State.COMPLETED},
    Kind.DELIVER: {State.COMPLETED},
}


def possible(state: State, kind: Kind) -> bool:
    if kind == Kind.COMPLETE_STEP and state in (State.PUBLICIZING, State.DECIDING, State.DELIVERING):
        return False  # the step open there has an operation of its own
    if kind == Kind.POST_NOTICE and state in (State.SPECIAL, State.PUBLICIZING, State.DECIDING):
        return False  # its step is not open yet, or it hangs already
    if kind == Kind.ASK_SUPPLEMENT and state != State.RECEIVED:
        return False  # this item does not allow it after acceptance
    if kind == Kind.DEEM_ACCEPTED and state == State.SUPPLEMENT_WAIT:
        return False  # the notice has arrived by the inbox: that is a word
    if kind == Kind.DELIVER:
        return state == State.DELIVERING  # elsewhere it has arrived by the inbox, with the decision
    return state in MOVES[kind].from_states


@pytest.mark.parametrize("kind", list(ACTS), ids=str)
@pytest.mark.parametrize("state", list(ROADS), ids=str)
def test_an_operation_happens_where_the_table_says_and_nowhere_else(books: Library, state: State, kind: Kind) -> None:
    case = ROADS[state](books)
    assert case.state == state
    before = picture_of(case)
    at = AT + timedelta(minutes=5) if state == State.SUBMITTED else LATER
    if possible(state, kind):
        ACTS[kind](books, case, at)
        new = list(Action.objects.filter(case=case, seq__gt=case.last_seq).values_list("kind", flat=True))
        assert kind in new
        expected = LEADS_TO.get(kind) or ({MOVES[kind].to} if MOVES[kind].to else set(State))
        assert Case.objects.get(pk=case.pk).state in expected
        return
    if kind in SILENT:
        ACTS[kind](books, case, at)
    else:
        with pytest.raises(OneDoorError) as refused:
            ACTS[kind](books, case, at)
        assert refused.value.http_status == 409, refused.value
    assert picture_of(Case.objects.get(pk=case.pk)) == before


def picture_of(case: Case) -> dict[str, Any]:
    """Everything an operation could have changed."""
    return {
        "columns": {field.attname: getattr(case, field.attname) for field in Case._meta.concrete_fields},
        "actions": case.actions.count(),
        "documents": case.documents.count(),
        "steps": list(case.steps.order_by("pk").values()),
        "clocks": list(case.clocks.order_by("pk").values()),
        "pauses": list(case.pauses.order_by("pk").values()),
        "notices": list(case.notices.order_by("pk").values()),
    }


def test_every_state_is_reached_or_passed_through() -> None:
    assert set(ROADS) | PASSED_THROUGH == set(State)
    assert set(ACTS) | ELSEWHERE | {Kind.SUBMIT, Kind.FINISH} == set(Kind)


@pytest.mark.parametrize("state", sorted(TERMINAL), ids=str)
def test_an_ended_case_waits_for_nobody_and_no_limit_runs(books: Library, state: State) -> None:
    case = ROADS[state](books)
    assert case.completed_at is not None
    assert not case.steps.filter(ended_at__isnull=True).exists()
    assert not case.clocks.exclude(state=Clock.State.STOPPED).exists()


@pytest.mark.parametrize("kind", [Kind.GRANT, Kind.DENY], ids=str)
def test_a_decision_passes_through_its_own_state(books: Library, kind: Kind) -> None:
    case = after(books, kind, deciding(books), LATER)
    states = list(Action.objects.filter(case=case).order_by("seq").values_list("kind", "to_state"))[-3:]
    decided = State.GRANTED if kind == Kind.GRANT else State.DENIED
    assert states == [(kind, decided), (Kind.DELIVER, decided), (Kind.FINISH, State.COMPLETED)]


def test_a_grant_whose_certificate_is_being_made_is_certifying(books: Library) -> None:
    assert granted(books).state == State.CERTIFYING
