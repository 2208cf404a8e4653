"""A recogniser of text and speech as a process of its own, and how a test tells it what to see."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from tests.ports import free_base


class Recognizer:
    def __init__(self, address: str) -> None:
        self.address = address

    def _post(self, path: str, told: dict[str, Any]) -> None:
        urlopen(Request(self.address + path, data=json.dumps(told).encode(), method="POST"), timeout=5).read()

    def lay(self, *lines: tuple[str, float], words: str = "", mood: str = "sees") -> None:
        self._post("/lay", {"lines": lines, "words": words, "mood": mood, "asked": []})

    def asked(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(urlopen(self.address, timeout=5).read())["asked"]
        return found


@pytest.fixture(scope="session")
def recognizing_process() -> Iterator[Recognizer]:
    port = free_base()
    program = [sys.executable, "-m", "onedoor.demonstration.simulators.recognizers", "--port", str(port)]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "recognizers" in process.stdout.readline()  # it says so once it listens
    yield Recognizer(f"http://127.0.0.1:{port}")
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def recognizer(recognizing_process: Recognizer, settings: Any) -> Recognizer:
    settings.ONEDOOR_RECOGNIZER, settings.ONEDOOR_RECOGNIZER_URL = "ocr", recognizing_process.address
    settings.ONEDOOR_RECOGNIZER_TIMEOUT = 1.0
    recognizing_process.lay()
    return recognizing_process
