"""Telling people: once for one reason, the inbox at once, a phone that gives nothing away."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult
from tests.platform.library import CHINA, LONG_AGO, MACHINE, READER, TOWN, Library
from tests.platform.messages.conftest import Network

from onedoor.platform.identity import operations as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.crypto import hmac_sm3
from onedoor.platform.kernel.errors import NotAllowed, NotFound
from onedoor.platform.messages import operations, queries, shipped
from onedoor.platform.messages.delivery import deliver_due
from onedoor.platform.messages.models import Message

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
SMS_TEXT = shipped.find("messages.notice").texts["sms"]  # type: ignore[union-attr]
TEXT = "“借书证办理”申请已受理，最迟 2026-10-19 办结。"


def tell(books: Library, source: str = "action:1", **changes: Any) -> None:
    usual = {"recipient_id": books.reader.pk, "event": "cases.accept", "text": TEXT, "link": "/cases/1/"}
    operations.send_message(source=source, case_number="1", actor=MACHINE, at=AT, **usual | changes)


def test_one_reason_is_one_message_a_channel(books: Library) -> None:
    for _ in range(5):
        tell(books)
    assert sorted(Message.objects.values_list("channel", flat=True)) == ["inbox", "sms"]
    assert DBTaskResult.objects.count() == 1
    tell(books, "action:2")
    tell(books, recipient_id=books.friend.pk)
    assert Message.objects.count() == 6


def test_the_events_of_a_case_delivered_twice_make_no_second_message(books: Library) -> None:
    from onedoor.platform.kernel.models import OutboxDelivery, OutboxMessage

    books.accepted(AT)
    outbox.deliver_pending(at=AT)
    before = Message.objects.count()
    OutboxDelivery.objects.all().delete()  # as if the proof of the delivery had been lost
    OutboxMessage.objects.update(delivered_at=None)
    outbox.deliver_pending(at=AT)
    assert Message.objects.count() == before > 0


def test_the_phone_learns_neither_what_nor_who(books: Library) -> None:
    case = books.noticed(AT)
    outbox.deliver_pending(at=AT)
    texts = {str(message.text) for message in Message.objects.filter(channel="sms")}
    assert texts == {SMS_TEXT}
    for secret in ("借书证", "受理", READER.name, READER.id_number, case.number, case.query_code):
        assert secret not in SMS_TEXT


def test_the_inbox_names_the_matter_and_leads_to_it_but_names_no_person(books: Library) -> None:
    case = books.accepted(AT)
    outbox.deliver_pending(at=AT)
    inbox = queries.inbox(actor=books.citizen())
    assert {message.event for message in inbox} == {"cases.submit", "cases.hand_in", "cases.accept"}
    assert {message.link for message in inbox} == {f"/cases/{case.number}/"}
    text = " ".join(str(message.text) for message in inbox)
    assert "借书证办理" in text
    assert "2026-09-15" in text  # the promised day
    assert READER.name not in text
    assert READER.id_number not in text
    assert queries.inbox(actor=books.citizen(books.friend)) == []
    assert queries.unread_count(actor=books.citizen()) == len(inbox)


def test_texts_lie_encrypted(books: Library) -> None:
    from django.db import connection

    tell(books)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT text FROM {Message._meta.db_table}")
        assert "借书证" not in str(cursor.fetchall())


def test_a_message_is_read_by_its_recipient_only_and_once(books: Library) -> None:
    tell(books)
    message = Message.objects.get(channel="inbox")
    with pytest.raises(NotFound):
        operations.mark_read(message_id=message.pk, actor=books.citizen(books.friend), at=AT)
    for later in (0, 1):
        read = operations.mark_read(message_id=message.pk, actor=books.citizen(), at=AT.replace(hour=11 + later))
        assert read.read_at == AT.replace(hour=11)
    assert queries.unread_count(actor=books.citizen()) == 0


def test_no_officer_writes_to_people_from_here(books: Library) -> None:
    with pytest.raises(NotAllowed):
        operations.send_message(
            recipient_id=books.reader.pk,
            event="x",
            text="x",
            link="",
            case_number="",
            source="x",
            actor=books.officer("approver"),
            at=AT,
        )


def test_an_sms_is_tried_until_the_gateway_takes_it_under_one_number(
    books: Library, network: Network, settings: Any
) -> None:
    tell(books)
    network.answers = [503]
    deliver_due(at=AT, wall=AT)
    message = Message.objects.get(channel="sms")
    assert (message.state, message.attempts, message.provider) == (Message.State.QUEUED, 1, "sms-1")
    for minute in (1, 2, 3):
        deliver_due(at=AT + timedelta(minutes=minute), wall=AT)
    assert len(network.requests) == 2  # once taken, never sent again
    assert {body["id"] for body in network.bodies} == {str(message.pk)}
    assert {body["to"] for body in network.bodies} == {"13800000000"}
    headers = network.requests[0].headers
    signed = headers["X-OneDoor-Timestamp"].encode() + b"\n" + network.requests[0].content
    assert headers["X-OneDoor-Signature"] == hmac_sm3(settings.ONEDOOR_SMS_SECRET.encode(), signed).hex()
    message.refresh_from_db()
    assert (message.state, message.sent_at) == (Message.State.SENT, AT + timedelta(minutes=1))


def test_who_has_no_phone_is_not_kept_waiting_for_an_sms(books: Library) -> None:
    person = identity.ensure_person(
        name="李四", id_number="11010519491231002X", division=TOWN, actor=MACHINE, at=LONG_AGO
    )
    tell(books, recipient_id=person.pk)
    assert not Message.objects.filter(recipient=person, channel="sms", state="queued").exists()
