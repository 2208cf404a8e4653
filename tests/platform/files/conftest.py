"""The library with its citizen's draft, into which papers are put."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.platform.desks import Desk
from tests.platform.library import LONG_AGO, Library

from onedoor.platform.cases.models import Draft
from onedoor.platform.files.models import StoredFile

AT: datetime = LONG_AGO
where_writers_race = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one writer in at a time, so nobody races there"
)


@pytest.fixture
def draft(desk: Desk, books: Library) -> Draft:
    return books.draft(AT, photo=False)


@pytest.fixture
def folder(books: Library, settings: Any) -> Path:
    """Where contents lie."""
    return Path(settings.ONEDOOR_FILES_DIR)


def stored_paths(folder: Path) -> list[Path]:
    """Return the contents that are in their place."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and "incoming" not in path.parts)


def on_the_way(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "incoming").rglob("*") if path.is_file())


def at_once(*acts: Callable[[], object]) -> None:
    """Do several acts at the same moment, each over a connection of its own, and let each failure be told."""
    failures: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:  # told below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def last_stored() -> StoredFile:
    return StoredFile.objects.order_by("pk").last()  # type: ignore[return-value]
