"""Officers of the catalogue at their pages, and the day on which all of it happens."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine
from django.test import Client
from tests.platform import library
from tests.platform.library import Library
from tests.sessions import prove

from onedoor.platform.identity.models import Login

NOW = datetime(2026, 9, 1, 10, 0, tzinfo=library.CHINA)
BACKEND = "onedoor.platform.identity.backends.AccountBackend"


@pytest.fixture
def today() -> Iterator[datetime]:
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def officer(books: Library, today: datetime) -> Callable[[str], Client]:
    """Log an officer of the library in."""

    def log_in(name: str) -> Client:
        client = Client()
        client.force_login(Login.objects.get(username=name), backend=BACKEND)
        return client

    return log_in


@pytest.fixture
def reader(books: Library, today: datetime) -> Client:
    """The reader in front of a browser."""
    from onedoor.platform.identity import operations as identity

    identity.open_citizen_login(
        person_id=books.reader.pk, phone="13800000000", password="x" * 12, actor=library.MACHINE, at=library.LONG_AGO
    )
    client = Client()
    client.force_login(Login.objects.get(person=books.reader), backend=BACKEND)
    return prove(client)
