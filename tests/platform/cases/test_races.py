"""Two at once, in real threads on PostgreSQL: one acts, the other gets a clear answer, nothing happens twice."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from tests.platform import library
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case, CaseDocument, Draft
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.identity import operations as identity
from onedoor.platform.kernel import outbox, replays
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.models import NumberSeries, OutboxMessage
from onedoor.platform.kernel.numbers import next_number

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(days=8)
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor == 'sqlite'", reason="SQLite lets one writer in at a time, so nobody races there"
    ),
]


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Run the deeds in threads that start together; return what each gave, an expected refusal as its code."""
    together = threading.Barrier(len(deeds))
    outcomes: list[Any] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], Any]) -> None:
        try:
            together.wait(20)
            outcomes[place] = deed()
        except OneDoorError as refusal:
            outcomes[place] = refusal.code
        except BaseException as error:  # a thread's error would be lost
            outcomes[place] = error
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run, args=(place, deed)) for place, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert connection.vendor == "postgresql"
    return outcomes


def codes(outcomes: list[Any]) -> list[str]:
    """The refusals among the outcomes; an unexpected error shows as itself and fails the comparison."""
    return sorted(
        one if isinstance(one, str) else repr(one) for one in outcomes if isinstance(one, str | BaseException)
    )


def kinds(case: Case) -> list[str]:
    return list(Action.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))


def test_eight_taps_on_submit_make_one_case(books: Library) -> None:
    draft = books.draft(AT)
    citizen = books.citizen()

    def submit() -> int:
        return operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=citizen, at=AT).pk

    outcomes = at_once(*[submit] * 8)
    assert len(set(outcomes)) == 1, outcomes
    assert Case.objects.count() == CaseDocument.objects.filter(kind="receipt").count() == 1


def test_two_drafts_of_one_person_become_one_open_case(books: Library) -> None:
    own = books.draft(AT)
    friend = books.citizen(books.friend)
    asked = identity.ask_delegation(
        principal_name=books.reader.name,
        principal_id_number=str(books.reader.id_number),
        items=[],
        scopes=["view", "submit"],
        valid_to=datetime(2026, 12, 31).date(),
        actor=friend,
        at=AT,
    )
    identity.confirm_delegation(delegation_id=asked.pk, actor=books.citizen(), at=AT)
    other = operations.start_draft(item_code="library.card", applicant_id=books.reader.pk, actor=friend, at=AT)
    other = books.fill(
        other, {"name": books.reader.name, "id_number": str(books.reader.id_number), "student": "no"}, AT
    )
    books.attach(other.pk, "photo", AT)
    other = Draft.objects.get(pk=other.pk)
    assert other.pk != own.pk
    outcomes = at_once(
        lambda: operations.submit_draft(draft_id=own.pk, revision=own.revision, actor=books.citizen(), at=AT).pk,
        lambda: operations.submit_draft(draft_id=other.pk, revision=other.revision, actor=friend, at=AT).pk,
    )
    assert codes(outcomes) == ["cases.already_under_way"]
    assert Case.objects.count() == 1


def test_eight_requests_with_one_key_act_once_and_hear_the_same(books: Library) -> None:
    case = books.received(AT)
    clerk = books.officer("clerk")

    def accept() -> dict[str, Any]:
        return {"number": operations.accept_case(case_id=case.pk, actor=clerk, at=AT).number}

    def tap() -> str:
        return str(
            replays.once("k" * 20, actor=clerk, scope="cases.accept", content="", at=AT, perform=accept)["number"]
        )

    outcomes = at_once(*[tap] * 8)
    assert len(set(outcomes)) == 1, outcomes
    assert kinds(case).count("accept") == 1


def test_of_accepting_and_refusing_one_wins(books: Library) -> None:
    case = books.received(AT)
    words = {**library.REFUSED, "competent_organ": ""}
    clerk, second = books.officer("clerk"), books.officer("second_clerk")
    outcomes = at_once(
        lambda: operations.accept_case(case_id=case.pk, actor=clerk, at=AT),
        lambda: operations.refuse_acceptance(case_id=case.pk, actor=second, at=AT, **words),
    )
    assert codes(outcomes) == ["cases.move_not_possible"]
    assert len({"accept", "refuse"} & set(kinds(case))) == 1


def test_a_notice_delivered_by_two_officers_is_delivered_once(books: Library) -> None:
    draft = books.draft(AT)
    case = operations.submit_draft(
        draft_id=draft.pk, revision=draft.revision, delivery="post", actor=books.citizen(), at=AT
    )
    case = operations.hand_in_case(case_id=case.pk, actor=books.citizen(), at=AT)
    defect = Defect("photo", problem="看不清楚", how_to_fix="在亮处重新拍一张", basis="《公共图书馆法》")
    clerk, second = books.officer("clerk"), books.officer("second_clerk")
    operations.request_supplement(case_id=case.pk, defects=[defect], actor=clerk, at=AT)
    words = {"method": "direct", "receiver": "欧阳晓娜", "reference": ""}
    outcomes = at_once(
        lambda: operations.deliver_document(case_id=case.pk, actor=clerk, at=LATER, **words),
        lambda: operations.deliver_document(case_id=case.pk, actor=second, at=LATER, **words),
    )
    assert codes(outcomes) == ["cases.delivered_already"]
    assert kinds(case).count("deliver") == 1
    assert case.clocks.filter(kind="applicant").count() == 1


def test_of_two_teams_on_one_step_one_wins(books: Library) -> None:
    case = books.accepted(AT)
    first, second = books.officer("surveyor"), books.officer("second_surveyor")

    def visit(actor: Any, other: Any) -> None:
        operations.complete_step(
            case_id=case.pk,
            step="visit",
            outcome="agree",
            note="情况属实，同意办理。",
            facts={},
            actor=actor,
            together_with=[other],
            at=AT,
        )

    outcomes = at_once(lambda: visit(first, second), lambda: visit(second, first))
    assert codes(outcomes) == ["cases.step_not_open"]
    assert kinds(case).count("complete_step") == 1
    assert case.steps.filter(code="opinion").count() == 1


def test_a_decision_and_a_withdrawal_never_both_happen(books: Library) -> None:
    case = books.noticed(AT)
    duties.close_ended_notices(at=LATER)
    citizen, approver = books.citizen(), books.officer("approver")
    outcomes = at_once(
        lambda: operations.withdraw_case(case_id=case.pk, actor=citizen, at=LATER),
        lambda: operations.decide_case(case_id=case.pk, ruling=Ruling(True), actor=approver, at=LATER),
    )
    assert len(codes(outcomes)) == 1
    assert codes(outcomes)[0] in ("cases.move_not_possible", "cases.step_not_open")
    assert ("grant" in kinds(case)) != ("withdraw" in kinds(case))


def test_the_undo_and_the_machine_never_both_happen(books: Library) -> None:
    case = books.submitted(AT)
    citizen = books.citizen()
    at_once(
        lambda: operations.undo_submission(case_id=case.pk, actor=citizen, at=AT + timedelta(minutes=9)),
        lambda: operations.hand_in_case(case_id=case.pk, actor=citizen, at=AT + timedelta(minutes=9)),
    )
    assert ("undo" in kinds(case)) != ("hand_in" in kinds(case))


def test_three_machines_do_each_duty_once(books: Library) -> None:
    case = books.submitted(AT)
    outcomes = at_once(*[lambda: duties.hand_in_due_cases(at=AT + timedelta(hours=1))] * 3)
    assert codes(outcomes) == []
    assert kinds(case) == ["submit", "hand_in"]
    late = AT + timedelta(days=60)
    assert codes(at_once(*[lambda: duties.deem_accepted(at=late)] * 3)) == []
    assert kinds(case).count("deem_accepted") == 1


def close_three_times(books: Library) -> tuple[Case, list[Any]]:
    case = books.noticed(AT)
    return case, at_once(*[lambda: duties.close_ended_notices(at=LATER)] * 3)


def test_three_machines_close_a_notice_once(books: Library) -> None:
    case, _ = close_three_times(books)
    assert kinds(case).count("complete_step") == 3  # visit, opinion, notice
    assert Case.objects.get(pk=case.pk).state == "deciding"


def test_the_machine_that_comes_second_goes_on_quietly(books: Library) -> None:
    _, outcomes = close_three_times(books)
    assert codes(outcomes) == []


def test_numbers_drawn_at_once_are_all_different_and_without_gaps() -> None:
    def draw() -> int:
        with transaction.atomic():
            return next_number("test:race")

    assert sorted(at_once(*[draw] * 8)) == list(range(1, 9))


@pytest.fixture
def topic() -> Iterator[str]:
    def count(payload: dict[str, Any], *, at: datetime) -> None:
        with transaction.atomic():
            row, _ = NumberSeries.objects.select_for_update().get_or_create(name=f"heard:{payload['number']}")
            row.last += 1
            row.save()

    outbox._listeners["test.race"] = {"test.count": count}
    yield "test.race"
    del outbox._listeners["test.race"]


def test_three_workers_deliver_every_event_once(topic: str) -> None:
    for number in range(30):
        outbox.publish(topic, key=f"thing:{number % 5}", number=number)
    outcomes = at_once(*[lambda: outbox.deliver_pending(at=AT)] * 3)
    outbox.deliver_pending(at=AT)  # a worker may have stopped while another held the rest
    assert codes(outcomes) == []
    assert set(NumberSeries.objects.filter(name__startswith="heard:").values_list("last", flat=True)) == {1}
    assert NumberSeries.objects.filter(name__startswith="heard:").count() == 30
    assert not OutboxMessage.objects.filter(delivered_at__isnull=True).exists()
