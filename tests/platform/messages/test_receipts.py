"""Receipts of a gateway: signed, fresh, and of no effect the second time."""

import json
import time
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from tests.platform.library import CHINA, MACHINE, Library

from onedoor.platform.messages import operations
from onedoor.platform.messages.models import Message
from onedoor.platform.messages.providers.sms import sign

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
ADDRESS = "/hooks/sms/sms-1/"


@pytest.fixture
def message(books: Library) -> Message:
    operations.send_message(
        recipient_id=books.reader.pk,
        event="cases.accept",
        values={"item": "借书证", "promised": "", "later": ""},
        link="/",
        case_number="",
        source="action:1",
        actor=MACHINE,
        at=AT,
    )
    return Message.objects.get(channel="sms")


def receipt(told: Any, settings: Any, *, secret: str = "", age: int = 0, address: str = ADDRESS) -> int:
    body, stamp = json.dumps(told).encode(), str(int(time.time()) - age)
    headers = {
        "X-OneDoor-Timestamp": stamp,
        "X-OneDoor-Signature": sign(secret or settings.ONEDOOR_SMS_SECRET, stamp, body),
    }
    return int(Client().generic("POST", address, body, "application/json", headers=headers).status_code)


def test_a_receipt_says_that_it_has_arrived_once_and_for_ever(message: Message, settings: Any) -> None:
    assert receipt({"id": str(message.pk), "state": "delivered"}, settings) == 204
    message.refresh_from_db()
    assert (message.state, message.due_at) == (Message.State.DELIVERED, None)
    assert receipt({"id": str(message.pk), "state": "undelivered"}, settings) == 204
    message.refresh_from_db()
    assert message.state == Message.State.DELIVERED


def test_what_never_arrives_goes_to_an_officer(message: Message, settings: Any) -> None:
    assert receipt({"id": str(message.pk), "state": "undelivered", "reason": "停机"}, settings) == 204
    message.refresh_from_db()
    assert (message.state, message.reason) == (Message.State.FAILED, "停机")
    assert Message.objects.filter(channel="person").exists()


def test_nobody_else_tells_us_anything(message: Message, settings: Any) -> None:
    told = {"id": str(message.pk), "state": "delivered"}
    assert receipt(told, settings, secret="another") == 401
    assert receipt(told, settings, age=3600) == 401
    assert receipt(told, settings, address="/hooks/sms/sms-2/") == 401  # no such gateway here
    assert receipt({"state": "delivered"}, settings) == 401
    assert receipt([], settings) == 401
    assert Client().get(ADDRESS).status_code == 405
    message.refresh_from_db()
    assert message.state == Message.State.QUEUED
