"""A node joined to ours, and the invented kind of message of a library."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from tests.platform.library import CHINA, Library
from tests.platform.network.partner import Partner

from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.network import operations, schemas
from onedoor.platform.network.models import Node

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
ONE, OTHER = Actor.system("登记"), Actor.system("批准")


class Card(schemas.Body):
    """What one library tells another of a card."""

    number: str
    reader: str = ""


def read_card(message: schemas.Message, *, at: datetime) -> None:
    """Leave a row for every message read, in the transaction of its state."""
    if message.body.reader == "坏":
        raise RuntimeError("the shelf is full")
    outbox.publish("library.read", key="library", number=message.body.number)


def read() -> list[str]:
    """Return the numbers of the cards in the order in which they were read."""
    from onedoor.platform.kernel.models import OutboxMessage

    return [row.payload["number"] for row in OutboxMessage.objects.filter(topic="library.read").order_by("pk")]


@pytest.fixture(autouse=True)
def moment() -> Iterator[Any]:
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    schemas.register(schemas.Schema("library.card", 1, Card, read_card))
    yield
    schemas.forget("library.card")


@pytest.fixture
def partner() -> Partner:
    return Partner()


@pytest.fixture
def joined(books: Library, partner: Partner) -> Node:
    """Two people have let the partner in."""
    operations.invite_node(card=partner.card(), actor=ONE, at=AT)
    return operations.approve_node(code=partner.code, actor=OTHER, at=AT)
