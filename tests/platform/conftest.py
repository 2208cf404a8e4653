"""The library: a place, its officers, two citizens, one invented item."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from tests.journeys.conftest import work  # noqa: F401  a fixture
from tests.platform import library
from tests.platform.desks import Desk
from tests.platform.kept import keep

from onedoor.platform.cases.life import fold
from onedoor.platform.cases.models import Action, Case
from onedoor.platform.kernel import crypto

COLUMNS = ("state", "result", "supplement_round", "last_seq", "last_hash", "last_at")
MOMENTS = ("received_at", "accepted_at", "decided_at", "completed_at")


@pytest.fixture
def books(db: None, tmp_path: Path, settings: Any, kept_keys: Path) -> Iterator[library.Library]:
    """The library; afterwards every case it made must be what its actions say."""
    settings.ONEDOOR_KEYS_DIR = tmp_path / "keys"
    settings.ONEDOOR_FILES_DIR = tmp_path / "files"
    settings.ONEDOOR_SEAL_LOG = tmp_path / "audit-seals.log"
    if kept_keys.exists():
        shutil.copytree(kept_keys, tmp_path / "keys", dirs_exist_ok=True)
    else:
        crypto.create_missing_keys(tmp_path / "keys")
        shutil.copytree(tmp_path / "keys", kept_keys)
    yield keep("library", library.build)
    for case in Case.objects.all():
        told = fold(Action.objects.filter(case=case).order_by("seq"))
        assert told["chain"], f"{case.pk}: the chain of actions is broken"
        assert {name: told[name] for name in (*COLUMNS, *MOMENTS)} == {
            name: getattr(case, name) for name in (*COLUMNS, *MOMENTS)
        }


@pytest.fixture
def desk(books: library.Library) -> Iterator[Desk]:
    """The library's pages; a test tells the time with `go`."""
    with time_machine.travel(library.LONG_AGO, tick=False) as traveller:
        yield Desk(books, traveller)
