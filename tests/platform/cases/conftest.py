"""The reader of the library in front of a browser."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.platform import library
from tests.platform.library import CHINA, Library
from tests.sessions import prove

from onedoor.platform.identity import operations as identity
from onedoor.web.parts.actors import POST_KEY

NOW = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)


def logged_in(login: Any, **session: Any) -> Client:
    client = Client()
    client.force_login(login)
    return prove(client, **session)


@pytest.fixture
def today() -> Iterator[Any]:
    with time_machine.travel(NOW.astimezone(UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def browser(books: Library, today: Any) -> Client:
    """The reader, logged in with two proofs."""
    login = identity.open_citizen_login(
        person_id=books.reader.pk, phone="13800000000", password="x" * 12, actor=library.MACHINE, at=NOW
    )
    return logged_in(login)


@pytest.fixture
def clerk_browser(books: Library, today: Any) -> Client:
    from onedoor.platform.identity.models import Login

    return logged_in(Login.objects.get(username="clerk"), **{POST_KEY: books.posts["clerk"]})
