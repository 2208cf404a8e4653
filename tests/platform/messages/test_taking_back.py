"""A sender takes back what has not left the house; what was on its way is said to have left."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.platform.library import CHINA, MACHINE, Library
from tests.platform.messages.conftest import Network

from onedoor.platform.messages import operations
from onedoor.platform.messages.delivery import TAKEN_BACK, _claim, _offer, deliver_due
from onedoor.platform.messages.models import Message

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(minutes=5)


@pytest.fixture
def tell(books: Library) -> Callable[..., Message]:
    def send(**more: Any) -> Message:
        operations.send_message(
            recipient_id=books.reader.pk,
            event="cases.accept",
            values={"item": "借书证", "promised": "2026-09-15", "later": ""},
            link="/",
            case_number="",
            source="news:1",
            actor=MACHINE,
            at=AT,
            **{"retractable": True, **more},
        )
        return Message.objects.filter(channel="sms").last() or Message()

    return send


def test_what_is_taken_back_does_not_leave(network: Network, tell: Callable[..., Message]) -> None:
    row = tell()
    assert operations.take_back(source="news:1", actor=MACHINE, at=AT) == 1
    deliver_due(at=LATER, wall=LATER)
    row.refresh_from_db()
    assert (network.requests, row.state, row.reason) == ([], "failed", TAKEN_BACK)
    assert Message.objects.filter(channel="inbox").exists()  # what was read is not unread


def test_a_worker_that_has_claimed_it_asks_once_more(network: Network, tell: Callable[..., Message]) -> None:
    row = tell()
    held = _claim(AT, 10)
    operations.take_back(source="news:1", actor=MACHINE, at=AT)
    assert not _offer(held, "sms-1", AT)
    row.refresh_from_db()
    assert row.unsure_since is None


def test_what_was_offered_before_is_known_to_have_left(network: Network, tell: Callable[..., Message]) -> None:
    """A killed worker leaves `unsure_since`: whoever takes back learns that it may have arrived."""
    row = tell()
    assert _offer(_claim(AT, 10), "sms-1", AT)  # and there it dies
    operations.take_back(source="news:1", actor=MACHINE, at=AT)
    deliver_due(at=LATER, wall=LATER)
    row.refresh_from_db()
    assert (network.requests, row.state) == ([], "failed")
    assert row.unsure_since == AT


def test_what_cannot_be_taken_back_stays(network: Network, tell: Callable[..., Message]) -> None:
    tell(retractable=False)
    assert operations.take_back(source="news:1", actor=MACHINE, at=AT) == 0
    deliver_due(at=LATER, wall=LATER)
    assert len(network.requests) == 1


def test_only_the_ways_its_sender_names_are_taken(network: Network, tell: Callable[..., Message]) -> None:
    tell(ways=("email", "wechat"))
    assert [row.channel for row in Message.objects.all()] == ["inbox"]
