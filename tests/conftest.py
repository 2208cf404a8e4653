"""What several parts of the suite share: one running site for process and browser tests."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

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


@pytest.fixture(autouse=True)
def no_remembered_versions() -> None:
    """What one test has rolled back, another one does not find remembered under the same key."""
    from onedoor.platform.catalog.models import pinned

    pinned.cache_clear()


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
