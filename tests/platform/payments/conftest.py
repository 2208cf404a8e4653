"""The library with a fee for its card, and the payment platform as a second process."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import time_machine
from django.conf import settings as site
from django.test import Client
from tests.platform import library
from tests.platform.payments.made import FEE, publish_list
from tests.ports import free_base

from onedoor.platform.payments.models import Order

REAL_TIME = time_machine.escape_hatch.time.time
SECRET = "only for tests of fees"


class Treasury:
    """The payment platform as a real process, with a way to look in."""

    def __init__(self, url: str) -> None:
        self.url = url

    def moods(self, **moods: Any) -> None:
        self._post("/moods", moods)

    def live_on(self, moment: datetime, **moods: Any) -> None:
        """Let the platform's clock show `moment` now."""
        self.moods(shift=moment.timestamp() - REAL_TIME(), **moods)

    def plant(self, **row: str) -> None:
        self._post("/plant", row)

    def pay(self, order: Order) -> str:
        """Pay on the platform's own page, as the payer would."""
        order.refresh_from_db()
        assert "确认缴款" in urlopen(order.pay_url, timeout=5).read().decode()
        answer = urlopen(Request(order.pay_url, data=b"", method="POST"), timeout=5)
        return str(answer.read().decode())

    def look(self, order: Order) -> str:
        """Open the platform's page of an order."""
        order.refresh_from_db()
        return str(urlopen(order.pay_url, timeout=5).read().decode())

    def told(self, number: str, *, least: int = 1) -> list[dict[str, Any]]:
        """Return what the platform has sent, or tried to send, about an order."""
        for _ in range(100):
            told = json.loads(urlopen(f"{self.url}/told", timeout=5).read())
            found = [one for one in told if json.loads(one["body"])["number"] == number]
            if len(found) >= least:
                return found
            time.sleep(0.05)
        raise AssertionError(f"nothing was told of {number}")

    def _post(self, path: str, told: Any) -> None:
        urlopen(Request(self.url + path, data=json.dumps(told).encode(), method="POST"), timeout=5).read()


def deliver(notice: dict[str, Any]) -> int:
    """Hand a notice of the platform to our door as it came over the wire."""
    headers = {name: value for name, value in notice["headers"].items() if name.startswith("X-OneDoor")}
    answer = Client().generic("POST", "/hooks/treasury/", notice["body"], "application/json", headers=headers)
    return int(answer.status_code)


def start_treasury(port: int, folder: Path) -> subprocess.Popen[bytes]:
    """Start the payment platform and wait until it answers."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "onedoor.demonstration.simulators.treasury",
            "--port",
            str(port),
            "--state",
            str(folder),
        ],
        cwd=site.REPOSITORY,
        env={**os.environ, "PYTHONPATH": "src", "ONEDOOR_TREASURY_SECRET": SECRET},
    )
    for _ in range(100):
        try:
            urlopen(f"http://127.0.0.1:{port}/health", timeout=1).read()
            break
        except OSError:
            time.sleep(0.1)
    return process


@pytest.fixture
def treasury_process(tmp_path: Path) -> Iterator[str]:
    """A platform of the test's own: the numbers of orders begin anew in each, and it forgets none."""
    port = free_base(1)
    process = start_treasury(port, tmp_path)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


@pytest.fixture
def treasury(treasury_process: str, settings: Any) -> Treasury:
    """Point the site to the platform; it lives on the wall clock until a test says otherwise."""
    settings.ONEDOOR_TREASURY_URL, settings.ONEDOOR_TREASURY_SECRET = treasury_process, SECRET
    settings.ONEDOOR_PUBLIC_URL = "http://127.0.0.1:9"  # nobody listens there: a test hands the notices in itself
    found = Treasury(treasury_process)
    found.moods()
    return found


@pytest.fixture
def fee(books: library.Library) -> library.Library:
    """The library whose card costs ten yuan, half for who is at school."""
    library.publish(library.item(fee=FEE), date(2026, 8, 1))
    publish_list()
    return books
