"""What several parts of the suite share: one running site for process and browser tests."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase

from tests.live import LiveSite, live_site


@pytest.fixture(autouse=True, scope="session")
def empty_append_only_tables() -> Iterator[None]:
    """A test with transactions of its own empties its tables afterwards; SQLite deletes, which our triggers refuse."""
    from onedoor.platform.cases import append_only

    teardown = TransactionTestCase._fixture_teardown

    def without_triggers(self: Any) -> None:
        if connection.vendor != "sqlite":  # PostgreSQL truncates, which row triggers do not see
            teardown(self)
            return
        append_only.release(connection)
        try:
            teardown(self)
        finally:
            append_only.protect(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", without_triggers)
        yield


@pytest.fixture(autouse=True, scope="session")
def a_key_with_every_post() -> Iterator[None]:
    """
    A browser sends the key of the form it was given; a test that posts without having drawn the form gets a fresh one.

    What happens without a key, or with the same again, is tested by naming it: `idempotency_key=""`. That each form
    carries one is a test of its own (tests/test_replays.py).
    """
    post = Client.post

    def with_key(self: Client, path: str, data: Any = None, **options: Any) -> Any:
        key = uuid.uuid4().hex
        if "content_type" in options:
            options["headers"] = {"Idempotency-Key": key, **(options.get("headers") or {})}
        else:
            data = {"idempotency_key": key, **(data or {})}
        return post(self, path, data, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "post", with_key)
        yield


@pytest.fixture(autouse=True)
def no_remembered_versions() -> None:
    """What one test has rolled back, another one does not find remembered under the same key."""
    from onedoor.platform.catalog.models import pinned
    from onedoor.platform.kernel import calendars

    pinned.cache_clear()
    calendars.forget()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """The whole site as real processes, on SQLite or on the PostgreSQL of this round."""
    with live_site(tmp_path_factory.mktemp("live"), os.environ.get("ONEDOOR_DATABASE_URL", "")) as site:
        yield site


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_guards() -> Iterator[None]:
    """A test with real transactions empties every table afterwards; the guards of the audit record stand aside for it."""
    from onedoor.platform.audit import guards

    flush = TransactionTestCase._fixture_teardown

    def teardown(case: TransactionTestCase) -> None:
        guards.take_down(connection)
        flush(case)
        guards.put_up(connection)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]
