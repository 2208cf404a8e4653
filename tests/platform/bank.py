"""A bank as a process of its own, which knows one card of the reader."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import Simulator, start_simulator
from tests.platform.library import READER, Library
from tests.ports import free_base

from onedoor.demonstration.cast import bank_card
from onedoor.platform.kernel.crypto import keyring

CARD, PHONE = bank_card(7), "13800000000"


@pytest.fixture
def bank(books: Library, settings: Any, tmp_path: Path) -> Iterator[Simulator]:
    """Start the bank and point the platform to it."""
    folder, base = tmp_path / "simulators", free_base()
    folder.mkdir()
    people = {READER.id_number: {"cards": [{"name": READER.name, "card": CARD, "phone": PHONE}]}}
    (folder / "people.json").write_text(json.dumps(people), encoding="utf-8")
    (folder / "node.pub").write_text(keyring().signer("node").public.hex(), encoding="ascii")
    process = start_simulator(base, folder)
    settings.ONEDOOR_BANK_CHECK_URL = f"http://127.0.0.1:{base + 3}"
    yield Simulator(base, folder)
    process.terminate()
    process.wait(10)
