"""Providers fail, lose answers and come back; messages are neither lost nor doubled."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.platform.library import CHINA, MACHINE, Library
from tests.platform.messages.conftest import Network

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.messages import breaker, operations
from onedoor.platform.messages.delivery import deliver_due
from onedoor.platform.messages.models import Message, Outreach, ProviderHealth, WeChatAccount

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
State = Message.State


@pytest.fixture
def both(network: Network, settings: Any) -> Network:
    settings.ONEDOOR_SMS_SECOND_URL = "http://second.invalid"
    settings.ONEDOOR_SMS_SECOND_SECRET = "second"
    return network


def tell(books: Library, number: int = 1, **more: Any) -> None:
    for place in range(number):
        operations.send_message(
            recipient_id=books.reader.pk,
            event="cases.accept",
            values={"item": "借书证", "promised": "2026-09-15", "later": ""},
            link="/",
            case_number="",
            source=f"action:{place}",
            actor=MACHINE,
            at=AT,
            **more,
        )


def pump(start: datetime, seconds: int, every: int = 5) -> None:
    for second in range(0, seconds, every):
        while deliver_due(at=start + timedelta(seconds=second), wall=start):
            pass


def sms() -> list[Message]:
    return list(Message.objects.filter(channel="sms").order_by("source"))


def test_when_the_first_is_away_the_second_takes_all_and_the_first_is_left_in_peace(
    books: Library, both: Network
) -> None:
    both.away.add("first.invalid")
    tell(books, 30)
    pump(AT, 60)
    assert {(row.state, row.provider) for row in sms()} == {(State.SENT, "sms-2")}
    assert len({body["id"] for body in both.bodies}) == len(both.bodies) == 30
    health = ProviderHealth.objects.get(provider="sms-1")
    assert health.state == ProviderHealth.State.OPEN
    assert AuditEntry.objects.filter(event="messages.pause_provider").count() == 1


def test_the_first_is_asked_again_with_one_message_and_then_with_all(books: Library, both: Network) -> None:
    both.away.update({"first.invalid", "second.invalid"})
    tell(books, 20)
    pump(AT, 3600, 30)
    assert {row.state for row in sms()} == {State.QUEUED}
    assert not both.requests
    both.away.clear()
    pump(AT + timedelta(hours=1), 1200, 10)
    assert {row.state for row in sms()} == {State.SENT}
    assert len({body["id"] for body in both.bodies}) == len(both.bodies) == 20
    tell(books, 21)  # one more, which finds out whether the other one is back
    pump(AT + timedelta(hours=2), 10)
    assert ProviderHealth.objects.get(provider="sms-1").state == "closed"


def test_a_lost_answer_is_asked_for_at_the_same_provider_under_the_same_id(books: Library, both: Network) -> None:
    tell(books)
    both.answers = [httpx.ReadTimeout, 503, 503, 503, 200]
    pump(AT, 1800, 5)
    assert {request.url.host for request in both.requests} == {"first.invalid"}
    assert len({body["id"] for body in both.bodies}) == 1
    (row,) = sms()
    assert (row.state, row.provider, row.unsure_since) == (State.SENT, "sms-1", None)


def test_after_two_hours_another_provider_is_asked_all_the_same(books: Library, both: Network) -> None:
    tell(books)
    both.answers = [httpx.ReadTimeout]
    deliver_due(at=AT, wall=AT)
    both.away.add("first.invalid")
    pump(AT, 7100, 60)
    assert sms()[0].state == State.QUEUED  # nobody knows whether it is there: better late than twice
    pump(AT + timedelta(hours=2), 900, 60)
    assert (sms()[0].state, sms()[0].provider) == (State.SENT, "sms-2")


def test_a_number_nobody_has_is_not_tried_again_and_goes_to_an_officer(books: Library, both: Network) -> None:
    tell(books)
    both.answers = [422]
    pump(AT, 600)
    (row,) = sms()
    assert (row.state, row.reason, len(both.requests)) == (State.FAILED, "服务商不接收这个号码", 1)
    by_hand = Message.objects.get(channel="person")
    assert "借书证" in str(by_hand.text)
    assert by_hand.outreach == Outreach.objects.get(reason=Outreach.Reason.FAILED)


def test_what_nobody_takes_for_three_days_goes_to_an_officer(books: Library, both: Network) -> None:
    both.away.update({"first.invalid", "second.invalid"})
    tell(books)
    pump(AT + timedelta(hours=73), 1200, 10)
    assert sms()[0].state == State.FAILED
    assert Message.objects.filter(channel="person").count() == 1


def test_a_provider_that_answers_nonsense_keeps_no_other_waiting(books: Library, both: Network, settings: Any) -> None:
    settings.ONEDOOR_WECHAT_APP_ID, settings.ONEDOOR_WECHAT_URL = "wx-nonsense", "http://wechat.invalid"
    tell(books)
    about = {"recipient": books.reader, "created_at": AT, "due_at": AT, "text": "通知"}
    first = Message.objects.create(id=uuid.uuid4(), channel="wechat", event="cases.accept", source="x", **about)
    WeChatAccount.objects.create(
        person=books.reader, open_id="o-1", bound_at=AT, **WeChatAccount.by_open_id.values("o-1")
    )
    Message.objects.filter(pk=first.pk).update(urgent=True)  # it is the first of the batch
    assert deliver_due(at=AT, wall=AT) == 2  # WeChat's 200 has no JSON in it
    assert {row.state for row in sms()} == {State.SENT}
    first.refresh_from_db()
    assert (first.state, first.attempts) == (State.QUEUED, 1)


def test_at_night_only_what_is_urgent_goes(books: Library, both: Network) -> None:
    tell(books)
    night = AT.replace(hour=23)
    deliver_due(at=night, wall=night)
    assert not both.requests
    assert sms()[0].due_at == AT.replace(day=2, hour=7)
    Message.objects.filter(channel="sms").update(urgent=True, due_at=night)
    deliver_due(at=night, wall=night)
    assert len(both.requests) == 1


def test_who_died_after_it_was_written_is_not_written_to(books: Library, both: Network) -> None:
    tell(books)
    books.reader.deceased_on = AT.date()
    books.reader.save()
    pump(AT, 60)
    assert (sms()[0].state, both.requests) == (State.FAILED, [])
    assert not Message.objects.filter(channel="person").exists()


def test_a_worker_that_dies_leaves_its_messages_to_others(books: Library, both: Network) -> None:
    tell(books, 3)
    both.answers = [200, KeyboardInterrupt]
    with pytest.raises(KeyboardInterrupt):
        deliver_due(at=AT, wall=AT)
    assert {row.state for row in sms()} == {State.QUEUED}
    assert deliver_due(at=AT + timedelta(seconds=10), wall=AT) == 0  # still claimed
    pump(AT + timedelta(seconds=31), 60)
    assert {row.state for row in sms()} == {State.SENT}
    assert len({body["id"] for body in both.bodies}) == 3  # the first two went twice under their ids


def test_what_a_dead_worker_had_offered_is_asked_for_at_the_same_provider(books: Library, both: Network) -> None:
    tell(books)
    both.answers = [KeyboardInterrupt]  # the gateway has it, and the worker is gone
    with pytest.raises(KeyboardInterrupt):
        deliver_due(at=AT, wall=AT)
    both.away.add("first.invalid")
    pump(AT + timedelta(minutes=1), 1800, 30)
    assert len(both.requests) == 1  # the second one is not asked
    both.away.clear()
    pump(AT + timedelta(minutes=45), 900, 30)
    assert {request.url.host for request in both.requests} == {"first.invalid"}
    assert sms()[0].state == State.SENT


def test_a_probe_is_one_message_and_a_lease(books: Library, both: Network) -> None:
    for _ in range(breaker.FAILURES_TO_OPEN):
        breaker.failed("sms-1", at=AT)
    later = AT + timedelta(minutes=1)
    assert breaker.paused(at=AT) == {"sms-1"}
    assert breaker.take_probe("sms-1", at=later)
    assert not breaker.take_probe("sms-1", at=later)
    assert breaker.take_probe("sms-1", at=later + breaker.PROBE_LEASE)
    breaker.succeeded("sms-1", at=later)
    assert breaker.on_probation() == set()
