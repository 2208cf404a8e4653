"""Events between rooms, numbers, parameters, replays: once, in order, never lost."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult
from tests.platform.library import CHINA

from onedoor.platform.kernel import outbox, tasks
from onedoor.platform.kernel.models import OutboxMessage
from onedoor.platform.kernel.numbers import next_number
from onedoor.platform.kernel.parameters import snapshot, write_parameter
from onedoor.standards.judgement import MissingParameter

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    """A listener of the topic test.thing that remembers, and fails where the payload says so."""
    told: list[Any] = []

    def listener(payload: dict[str, Any], *, at: datetime) -> None:
        write_parameter(
            key=f"test.{payload['number']}",
            division="000000000000",
            value=1,
            document="测试",
            valid_from=date(2026, 1, 1),
            recorded_by="测试",
            at=at,
        )
        if payload.get("fail") and at < AT + timedelta(seconds=2):
            raise RuntimeError("broken for now")
        told.append(payload["number"])

    outbox._listeners["test.thing"] = {"test.listener": listener}
    yield told
    del outbox._listeners["test.thing"]


def test_events_of_one_thing_arrive_in_order_and_once(heard: list[Any]) -> None:
    for number in range(5):
        outbox.publish("test.thing", key="thing:1", number=number)
    assert outbox.deliver_pending(at=AT) == 5
    assert outbox.deliver_pending(at=AT) == 0
    assert heard == [0, 1, 2, 3, 4]


def test_what_is_rolled_back_was_never_said(heard: list[Any]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.publish("test.thing", key="thing:1", number=1)
        raise RuntimeError
    assert outbox.deliver_pending(at=AT) == 0


def test_a_failing_listener_holds_its_own_thing_only_and_leaves_no_half_effect(heard: list[Any]) -> None:
    outbox.publish("test.thing", key="thing:1", number=1, fail=True)
    outbox.publish("test.thing", key="thing:1", number=2)
    outbox.publish("test.thing", key="thing:2", number=3)

    outbox.deliver_pending(at=AT)

    assert heard == [3]
    with pytest.raises(MissingParameter):
        snapshot(prefix="test.", chain=["000000000000"], on=date(2026, 9, 1)).row("test.1")
    assert "RuntimeError" in OutboxMessage.objects.get(payload__number=1).last_error
    outbox.deliver_pending(at=AT + timedelta(seconds=1))
    assert heard == [3]  # not before its time
    outbox.deliver_pending(at=AT + timedelta(minutes=1))
    assert heard == [3, 1, 2]


def test_numbers_of_a_series_have_no_gaps_after_a_rollback() -> None:
    assert next_number("test:2026") == 1
    with pytest.raises(RuntimeError), transaction.atomic():
        next_number("test:2026")
        raise RuntimeError
    assert next_number("test:2026") == 2
    assert next_number("test:2027") == 1


def set_value(value: Any, division: str, valid_from: date, document: str = "测试〔2026〕1号") -> None:
    write_parameter(
        key="test.figure",
        division=division,
        value=value,
        document=document,
        valid_from=valid_from,
        recorded_by="测试",
        at=AT,
    )


def figure(on: date) -> Any:
    return snapshot(prefix="test.", chain=["330113000000", "330000000000", "000000000000"], on=on).row("test.figure")


def test_the_nearest_place_and_the_day_decide_which_figure_holds() -> None:
    set_value(1, "000000000000", date(2026, 1, 1))
    assert figure(date(2026, 6, 1)).value == 1
    set_value(2, "330000000000", date(2026, 7, 1), "浙民助〔2026〕2号")
    assert figure(date(2026, 6, 30)).value == 1
    assert figure(date(2026, 7, 1)).value == 2
    assert figure(date(2026, 7, 1)).document == "浙民助〔2026〕2号"
    set_value(3, "330000000000", date(2026, 9, 1))
    assert (figure(date(2026, 8, 31)).value, figure(date(2026, 9, 1)).value) == (2, 3)
    with pytest.raises(MissingParameter):
        figure(date(2025, 12, 31))


def test_setting_the_same_again_changes_nothing() -> None:
    set_value(1, "000000000000", date(2026, 1, 1))
    row, changed = write_parameter(
        key="test.figure",
        division="000000000000",
        value=1,
        document="测试〔2026〕1号",
        valid_from=date(2026, 1, 1),
        recorded_by="别人",
        at=AT,
    )
    assert not changed
    assert row.recorded_by == "测试"


def test_tasks_of_a_worker_that_fell_silent_are_given_back() -> None:
    from onedoor.platform.cases.tasks import remind_of_early_draft

    result = remind_of_early_draft.enqueue(early_draft_id=1)
    row = DBTaskResult.objects.get(pk=result.id)
    row.claim("lost worker")
    tasks.beat(worker="lost worker", at=AT)
    assert tasks.give_back_lost_tasks(at=AT + timedelta(seconds=30), silent_for=timedelta(seconds=60)) == 0
    assert tasks.give_back_lost_tasks(at=AT + timedelta(seconds=61), silent_for=timedelta(seconds=60)) == 1
    row.refresh_from_db()
    assert row.status == "READY"
