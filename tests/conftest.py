"""What several parts of the suite share: one running site for process and browser tests."""

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase

from tests.live import LiveSite, live_site


@pytest.fixture(autouse=True, scope="session")
def empty_append_only_tables() -> Iterator[None]:
    """A test with transactions of its own empties its tables afterwards, which our triggers refuse."""
    from onedoor.platform.kernel import append_only

    teardown = TransactionTestCase._fixture_teardown

    def without_triggers(self: Any) -> None:
        append_only.release(connection, append_only.declared())
        try:
            teardown(self)
        finally:
            append_only.protect(connection, append_only.declared())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", without_triggers)
        yield


@pytest.fixture(autouse=True, scope="session")
def a_key_with_every_post() -> Iterator[None]:
    """
    A browser sends the key of the form it was given; a test that posts without having drawn the form gets a fresh one,
    and for an act on a case the position at which it stands, as a page just drawn would carry.

    What happens without a key, or with the same again, is tested by naming it: `idempotency_key=""`; so for `seen`. That
    each form carries one is a test of its own (tests/test_replays.py).
    """
    post = Client.post

    def with_key(self: Client, path: str, data: Any = None, **options: Any) -> Any:
        key = uuid.uuid4().hex
        if path.startswith("/api/"):
            options["headers"] = {"Idempotency-Key": key, "If-Match": position(path), **(options.get("headers") or {})}
        else:
            data = {"idempotency_key": key, **(data or {})}
            if "seen" not in data:
                data["seen"] = position(path)
        return post(self, path, data, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "post", with_key)
        yield


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What one test has rolled back, another one does not find remembered under the same key, whatever their order."""
    from django.core.cache import cache

    from onedoor.platform.catalog.models import pinned
    from onedoor.platform.identity.queries import divisions
    from onedoor.platform.kernel import calendars

    pinned.cache_clear()
    divisions._parents.cache_clear()
    calendars.forget()
    cache.clear()


def position(path: str) -> str:
    from onedoor.platform.cases.models import Case

    case = re.match(r"/staff/cases/(\w+)/|/api/v1/cases/(\w+)/", path)
    objection = re.match(r"/staff/objections/(\d+)/", path)
    if case:
        found = Case.objects.filter(number=case[1] or case[2])
    elif objection:
        found = Case.objects.filter(notices__objections=objection[1])
    else:
        return "0"
    return str(found.values_list("last_seq", flat=True).first() or 0)


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """The whole site as real processes, on SQLite or on the PostgreSQL of this round."""
    with live_site(tmp_path_factory.mktemp("live"), os.environ.get("ONEDOOR_DATABASE_URL", "")) as site:
        yield site


@pytest.fixture(scope="session")
def kept_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the keys lie with which the kept rows of the library are sealed; each test has a copy."""
    return tmp_path_factory.mktemp("library") / "keys"
