"""Crashes in the middle, tasks tried again, duties in turns, answers repeated: every effect exactly once."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django_tasks_db.models import DBTaskResult
from tests.platform.library import CHINA

from onedoor.platform.kernel import clock, crypto, outbox, replays, tasks
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.management.commands.work import run_everything
from onedoor.platform.kernel.models import NumberSeries, OutboxDelivery, OutboxMessage, ParameterRow, Replay
from onedoor.platform.kernel.numbers import next_number
from onedoor.platform.kernel.parameters import snapshot, write_parameter
from onedoor.standards.judgement import MissingParameter

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
NATION = "000000000000"
pytestmark = pytest.mark.django_db


class PulledPlug(BaseException):
    """The process is killed: no handler of ours sees it."""


@pytest.fixture
def topic() -> Iterator[dict[str, Any]]:
    """Two listeners of one topic, each counting in the database; `plug` pulls the plug in the second."""
    state: dict[str, Any] = {"plug": False, "fail": set()}

    def counting(name: str) -> outbox.Listener:
        def listener(payload: dict[str, Any], *, at: datetime) -> None:
            row, _ = NumberSeries.objects.get_or_create(name=f"test:{name}:{payload['number']}")
            row.last += 1
            row.save()
            if name == "second" and state["plug"]:
                raise PulledPlug
            if name in state["fail"]:
                raise ValueError("secret words of a person")

        return listener

    outbox._listeners["test.topic"] = {name: counting(name) for name in ("first", "second")}
    yield state
    del outbox._listeners["test.topic"]


def counted() -> dict[str, int]:
    return dict(NumberSeries.objects.filter(name__startswith="test:").values_list("name", "last"))


def test_a_crash_in_a_listener_takes_nothing_and_repeats_nothing(topic: dict[str, Any]) -> None:
    outbox.publish("test.topic", key="thing:1", number=1)
    topic["plug"] = True
    with pytest.raises(PulledPlug):
        outbox.deliver_pending(at=AT)
    assert counted() == {}
    assert not OutboxDelivery.objects.exists()
    topic["plug"] = False
    assert outbox.deliver_pending(at=AT) == 1
    assert outbox.deliver_pending(at=AT + timedelta(days=1)) == 0
    assert counted() == {"test:first:1": 1, "test:second:1": 1}


def test_the_listener_that_did_its_part_is_not_asked_again(topic: dict[str, Any]) -> None:
    outbox.publish("test.topic", key="thing:1", number=1)
    topic["fail"] = {"second"}
    for minutes in (0, 1, 10):
        outbox.deliver_pending(at=AT + timedelta(minutes=minutes))
    assert counted() == {"test:first:1": 1}
    topic["fail"] = set()
    outbox.deliver_pending(at=AT + timedelta(hours=1))
    assert counted() == {"test:first:1": 1, "test:second:1": 1}
    assert OutboxMessage.objects.get().attempts == 3


def test_retries_wait_longer_each_time_and_an_hour_at_the_most(topic: dict[str, Any]) -> None:
    outbox.publish("test.topic", key="thing:1", number=1)
    topic["fail"] = {"second"}
    now, waits = AT, []
    for _ in range(14):
        outbox.deliver_pending(at=now)
        message = OutboxMessage.objects.get()
        assert message.next_attempt_at is not None
        waits.append((message.next_attempt_at - now).total_seconds())
        now = message.next_attempt_at
    assert waits == [min(2.0**attempt, 3600.0) for attempt in range(1, 15)]
    assert outbox.deliver_pending(at=now - timedelta(seconds=1)) == 0


def test_an_event_that_never_succeeds_waits_an_hour_each_time_and_holds_up_nobody(topic: dict[str, Any]) -> None:
    topic["fail"] = {"second"}
    outbox.publish("test.topic", key="thing:1", number=1)
    at = AT
    for _ in range(80):
        outbox.deliver_pending(at=at)
        at += timedelta(hours=1, minutes=1)
    assert OutboxMessage.objects.get().attempts == 80
    assert outbox.stuck() == 1  # health tells it
    topic["fail"] = set()
    outbox.publish("test.topic", key="thing:2", number=2)
    assert outbox.deliver_pending(at=at) == 2


def test_what_a_listener_said_in_its_error_is_not_kept(topic: dict[str, Any]) -> None:
    outbox.publish("test.topic", key="thing:1", number=1)
    topic["fail"] = {"first"}
    outbox.deliver_pending(at=AT)
    assert OutboxMessage.objects.get().last_error == "first: ValueError"


def test_an_event_nobody_listens_to_is_done(topic: dict[str, Any]) -> None:
    outbox.publish("test.unheard", key="thing:1")
    assert outbox.deliver_pending(at=AT) == 1


def test_a_delivery_is_proved_once_by_the_database(topic: dict[str, Any]) -> None:
    outbox.publish("test.topic", key="thing:1", number=1)
    outbox.deliver_pending(at=AT)
    message = OutboxMessage.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxDelivery.objects.create(message=message, listener="first")


def test_two_listeners_of_one_name_are_a_mistake(topic: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="already listens"):
        outbox.listen("test.topic", "first", lambda payload, *, at: None)


def test_a_number_outside_a_transaction_is_refused(transactional_db: None) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        next_number("test:2026")


tries: list[int] = []


@tasks.task(attempts=3, first_wait=timedelta(0))
def stubborn(*, good_at: int) -> str:
    tries.append(good_at)
    if len(tries) < good_at:
        raise RuntimeError("not yet")
    return "done"


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Any:
    from django_tasks_db.management.commands import db_worker

    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)
    tries.clear()
    return run_everything


@pytest.mark.parametrize(("good_at", "tried", "failed"), [(1, 1, 0), (3, 3, 0), (9, 3, 1)])
def test_a_failing_task_is_tried_again_and_its_last_failure_stays(
    worker: Any, good_at: int, tried: int, failed: int
) -> None:
    stubborn.enqueue(good_at=good_at)
    worker()
    assert len(tries) == tried
    assert DBTaskResult.objects.filter(status="FAILED", task_path__endswith="stubborn").count() == failed
    assert not DBTaskResult.objects.filter(status__in=("READY", "RUNNING")).exists()


def test_a_task_of_a_rolled_back_transaction_is_never_run(worker: Any) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        stubborn.enqueue(good_at=1)
        raise RuntimeError
    worker()
    assert tries == []


def test_a_lost_workers_task_is_done_by_another_and_a_living_ones_is_left(worker: Any) -> None:
    lost, alive = (DBTaskResult.objects.get(pk=stubborn.enqueue(good_at=1).id) for _ in range(2))
    lost.claim("silent")
    alive.claim("busy")
    now = clock.wall()
    tasks.beat(worker="silent", at=now - timedelta(minutes=10))
    tasks.beat(worker="busy", at=now)
    worker()
    assert tries == [1]
    states = {row.pk: row.status for row in DBTaskResult.objects.all()}
    assert (states[lost.pk], states[alive.pk]) == ("SUCCESSFUL", "RUNNING")


def test_a_finished_task_is_not_given_back(worker: Any) -> None:
    stubborn.enqueue(good_at=1)
    worker()
    assert tasks.give_back_lost_tasks(at=clock.wall() + timedelta(days=1), silent_for=timedelta(seconds=60)) == 0


@pytest.fixture
def duties(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two duties of one minute, of which the first is broken."""
    done: list[str] = []

    def broken(*, at: datetime) -> None:
        done.append("broken")
        raise RuntimeError

    monkeypatch.setattr(tasks, "_duties", {})
    tasks.every(60, "broken", broken)
    tasks.every(60, "good", lambda *, at: done.append("good"))
    return done


def test_duties_come_in_turns_and_a_broken_one_stops_no_other(duties: list[str]) -> None:
    assert tasks.run_due_duties(at=AT) == ["good"]
    assert tasks.run_due_duties(at=AT + timedelta(seconds=59)) == []
    assert tasks.run_due_duties(at=AT + timedelta(seconds=60)) == ["good"]
    assert duties == ["broken", "good"] * 2


@pytest.fixture
def keys(tmp_path: Path, settings: Any) -> None:
    """Answers are kept encrypted."""
    settings.ONEDOOR_KEYS_DIR = tmp_path / "keys"
    crypto.create_missing_keys(tmp_path / "keys")


def officer(number: int) -> Actor:
    return Actor(kind="officer", name="", login_id=number)


def once(
    key: str, perform: Any, *, actor: Actor | None = None, scope: str = "s", content: str = "", at: datetime = AT
) -> Any:
    return replays.once(key, actor=actor or officer(1), scope=scope, at=at, perform=perform, content=content)


def test_a_key_belongs_to_one_person_and_one_content(keys: None) -> None:
    answers = iter(range(10))

    def perform() -> dict[str, Any]:
        return {"number": next(answers)}

    assert once("k", perform) == {"number": 0}
    assert once("k", perform, actor=officer(2)) == {"number": 1}
    with pytest.raises(replays.KeyReused):
        once("k", perform, content="other")
    for useless in ("", "k" * 81):
        with pytest.raises(replays.KeyMissing):
            once(useless, perform)
    assert once("k", perform) == {"number": 0}


def test_an_answer_is_kept_encrypted_for_a_day(keys: None) -> None:
    once("k", lambda: {"page": "欧阳晓娜"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM kernel_replay")
        assert "欧阳晓娜" not in cursor.fetchone()[0]
    assert replays.forget(at=AT + timedelta(hours=23)) == 0
    assert replays.forget(at=AT + timedelta(hours=25)) == 1
    assert once("k", lambda: {"page": "again"}) == {"page": "again"}


def test_what_was_refused_may_be_tried_again_with_the_same_key(keys: None) -> None:
    def refuse() -> dict[str, Any]:
        NumberSeries.objects.create(name="test:half")
        raise OneDoorError

    with pytest.raises(OneDoorError):
        once("k", refuse)
    assert not NumberSeries.objects.exists()
    assert not Replay.objects.exists()
    assert once("k", lambda: {"now": True}) == {"now": True}


def test_the_same_content_in_another_order_is_the_same(keys: None) -> None:
    def make(path: str, sent: dict[str, Any]) -> Any:
        request = RequestFactory().post(path, sent)
        request.actor = Actor(kind="citizen", name="", person_id=1)  # whose files are charged as they arrive
        return request

    told = {replays.content_of(make("/x/", sent)) for sent in ({"x": "1", "y": "2"}, {"y": "2", "x": "1"})}
    assert len(told) == 1
    others = [{"x": "1", "y": "3"}, {"x": ["1", "2"], "y": "2"}, {"x": "1", "y": "2", "file": BytesIO(b"one")}]
    others += [{"x": "1", "y": "2", "file": BytesIO(b"two")}]
    assert len({*told, *(replays.content_of(make("/x/", sent)) for sent in others)}) == 5
    assert replays.content_of(make("/y/", {"x": "1", "y": "2"})) not in told


def figure(value: Any, valid_from: date, division: str = NATION, document: str = "测试〔2026〕1号") -> None:
    write_parameter(
        key="test.figure",
        division=division,
        value=value,
        document=document,
        valid_from=valid_from,
        recorded_by="测试",
        at=AT,
    )


def values(*days: date) -> list[Any]:
    found = []
    for day in days:
        try:
            found.append(snapshot(prefix="test.", chain=["330113000000", NATION], on=day).row("test.figure").value)
        except MissingParameter:
            found.append(None)
    return found


def test_a_figure_set_between_two_others_ends_where_the_next_begins() -> None:
    figure(1, date(2026, 1, 1))
    figure(3, date(2026, 9, 1))
    figure(2, date(2026, 5, 1))
    assert values(date(2025, 12, 31), date(2026, 4, 30), date(2026, 5, 1), date(2026, 8, 31), date(2026, 9, 1)) == [
        None,
        1,
        2,
        2,
        3,
    ]
    assert ParameterRow.objects.filter(valid_to__isnull=True).count() == 1


def test_a_place_without_its_own_figure_takes_the_next_above_and_a_neighbours_never() -> None:
    figure(1, date(2026, 1, 1))
    figure(9, date(2026, 1, 1), division="330114000000")
    assert values(date(2026, 6, 1)) == [1]
    figure(2, date(2026, 1, 1), division="330113000000")
    assert values(date(2026, 6, 1)) == [2]


@pytest.mark.parametrize("document", [""])
def test_no_figure_without_the_document_that_sets_it(document: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        figure(1, date(2026, 1, 1), document=document)
