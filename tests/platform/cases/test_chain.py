"""The list of actions is the truth: whatever is done to it, or to the words beside it, shows."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from tests.platform.conftest import COLUMNS, MOMENTS
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import life
from onedoor.platform.cases.life import action_hash, fold, history_holds
from onedoor.platform.cases.models import Action, ActionNote, Case
from onedoor.platform.cases.operations import duties
from onedoor.platform.kernel import append_only
from onedoor.platform.kernel.crypto import sm3

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)


@pytest.fixture
def case(books: Library) -> Case:
    case = books.noticed(AT)
    duties.close_ended_notices(at=AT + timedelta(days=8))
    return Case.objects.get(pk=case.pk)


def sound(case: Case, actions: list[Action]) -> bool:
    """Whether the actions hang together and are what the case's columns say."""
    told = fold(actions)
    return bool(told["chain"]) and all(told[name] == getattr(case, name) for name in (*COLUMNS, *MOMENTS))


def change(field: str, value: object) -> Callable[[list[Action]], None]:
    def crime(actions: list[Action]) -> None:
        setattr(actions[2], field, value)

    crime.__name__ = field
    return crime


def rehash(actions: list[Action]) -> None:
    """Change an action and give it a hash that fits: the next one no longer does."""
    actions[2].actor_name = "别人"
    actions[2].hash = action_hash(actions[2])


def cut_the_first(actions: list[Action]) -> None:
    del actions[0]


def cut_the_last(actions: list[Action]) -> None:
    del actions[-1]


def cut_all(actions: list[Action]) -> None:
    actions.clear()


def swap(actions: list[Action]) -> None:
    actions[2], actions[3] = actions[3], actions[2]


def renumber(actions: list[Action]) -> None:
    swap(actions)
    actions[2].seq, actions[3].seq = actions[3].seq, actions[2].seq


def double(actions: list[Action]) -> None:
    actions.insert(3, actions[2])


@pytest.mark.parametrize(
    "crime",
    [
        change("kind", "refuse"),
        change("to_state", "completed"),
        change("from_state", "deciding"),
        change("at", AT - timedelta(days=1)),
        change("facts", {}),
        change("login_id", 7),
        change("post_id", 7),
        change("organization_name", "别的单位"),
        change("channel", "web"),
        change("case_id", 7),
        rehash,
        cut_the_first,
        cut_the_last,
        cut_all,
        swap,
        renumber,
        double,
    ],
)
def test_what_was_done_to_the_actions_shows(case: Case, crime: Callable[[list[Action]], None]) -> None:
    actions = list(Action.objects.filter(case=case).order_by("seq"))
    assert sound(case, actions)
    crime(actions)
    assert not sound(case, actions)


CRIMES = (
    "UPDATE cases_action SET actor_name = '别人' WHERE id = %s",
    "DELETE FROM cases_action WHERE id = %s",
)


@pytest.mark.parametrize("statement", CRIMES)
def test_the_database_itself_refuses_to_change_or_delete_an_action(case: Case, statement: str) -> None:
    action = Action.objects.filter(case=case).latest("seq")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [action.pk])
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(channel="web")
    assert Action.objects.get(pk=action.pk).hash == action.hash


def test_a_chain_copied_to_another_case_does_not_fit(case: Case) -> None:
    actions = list(Action.objects.filter(case=case).order_by("seq"))
    for action in actions:
        action.case_id += 1
    assert not fold(actions)["chain"]


def test_the_words_beside_an_action_are_bound_to_it(case: Case) -> None:
    action = Action.objects.get(case=case, step="opinion")
    assert sm3(action.note.text.encode()).hex() not in action.facts["note_digest"]  # nobody finds it by guessing
    assert "情况属实" not in str(action.facts)
    assert history_holds(case)
    kept = action.note.text
    ActionNote.objects.filter(action=action).update(text="情况不实，不同意。")
    assert not fold(Action.objects.filter(case=case).order_by("seq"))["chain"]
    assert not history_holds(case)
    ActionNote.objects.filter(action=action).update(text=kept)
    assert history_holds(case)


def test_words_that_are_gone_or_come_from_nowhere_are_missed(case: Case) -> None:
    append_only.release(connection, {"cases_actionnote": ["text"]})
    action = Action.objects.get(case=case, step="opinion")
    kept = action.note.text
    action.note.delete()
    assert not history_holds(case)
    ActionNote.objects.create(action=action, text=kept)
    assert history_holds(case)
    silent = Action.objects.filter(case=case, note=None).first()
    assert silent is not None
    invented = ActionNote.objects.create(action=silent, text="后来加上的话。")
    assert not history_holds(case)
    invented.delete()
    append_only.protect(connection, {"cases_actionnote": ["text"]})


def test_words_written_before_digests_were_keyed_still_count(case: Case) -> None:
    action = Action.objects.get(case=case, step="opinion")
    action.facts["note_digest"] = sm3(action.note.text.encode()).hex()
    assert life._note_holds(action)
    action.facts["note_digest"] = sm3("别的话".encode()).hex()
    assert not life._note_holds(action)


def test_an_action_names_who_did_it_under_which_post(case: Case, books: Library) -> None:
    action = Action.objects.get(case=case, step="visit")
    assert (action.post_id, action.role, action.channel) == (books.posts["surveyor"], "surveyor", "window")
    assert action.organization_name == case.receiving_organization.name
    assert len(action.facts["performers"]) == 2
    by_machine = Action.objects.get(case=case, step="notice", kind="complete_step")
    assert (by_machine.actor_kind, by_machine.login_id) == ("system", None)


def test_every_move_is_one_event_in_its_order(case: Case) -> None:
    from onedoor.platform.kernel.models import OutboxMessage

    events = OutboxMessage.objects.filter(key=f"case:{case.pk}").order_by("id")
    assert [event.payload["seq"] for event in events] == list(range(1, case.last_seq + 1))
    assert {frozenset(event.payload) for event in events} == {frozenset({"case_id", "action_id", "seq", "step"})}
