"""The whole site for a journey: real divisions of one county, the cast, the simulator as a second process."""

import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pyotp
import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django_tasks_db.management.commands import db_worker
from PIL import Image

from onedoor.demonstration import loading
from onedoor.demonstration.cast import OFFICERS, PASSWORD, SECRET, Citizen
from onedoor.platform.identity.divisions import load_table
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.crypto import create_missing_keys, keyring
from onedoor.platform.kernel.management.commands.work import run_everything
from tests.ports import free_base

REAL_TIME = time_machine.escape_hatch.time.time
DIVISIONS = """code,level,parent,name,as_of 2023-06-30
000000000000,1,,中华人民共和国
330000000000,2,000000000000,浙江省
330100000000,3,330000000000,杭州市
330113000000,4,330100000000,临平区
330113001000,5,330113000000,临平街道
330113100000,5,330113000000,塘栖镇
"""


class Simulator:
    """The outside world as a real process, with a way to look in."""

    def __init__(self, base: int, folder: Path) -> None:
        self.base, self.folder = base, folder

    def url(self, offset: int) -> str:
        return f"http://127.0.0.1:{self.base + offset}"

    def moods(self, **moods: dict[str, Any]) -> None:
        body = json.dumps(moods).encode()
        urlopen(Request(f"{self.url(9)}/moods", data=body, method="POST"), timeout=5).read()

    def live_on(self, moment: datetime) -> None:
        """Let the departments' clocks show `moment` now."""
        self.moods(clock={"shift": moment.timestamp() - REAL_TIME()})

    def requests(self) -> list[dict[str, Any]]:
        return list(json.loads(urlopen(f"{self.url(9)}/", timeout=5).read())["requests"])

    def messages(self, phone: str) -> list[dict[str, Any]]:
        return list(json.loads(urlopen(f"{self.url(8)}/sms?to={phone}", timeout=5).read()))

    def last_code(self, phone: str) -> str:
        texts = [message["text"] for message in self.messages(phone) if "验证码" in message["text"]]
        return str(texts[-1].split("验证码 ")[1][:6])


def start_simulator(base: int, folder: Path) -> subprocess.Popen[bytes]:
    """Start the outside world as a process of its own and wait until it answers."""
    arguments = ["--base-port", str(base), "--state", str(folder), "--node-key", str(folder / "node.pub")]
    environment = {**os.environ, "PYTHONPATH": "src", "ONEDOOR_SMS_SECRET": settings.ONEDOOR_SMS_SECRET}
    process = subprocess.Popen(
        [sys.executable, "-m", "onedoor.demonstration.simulators", *arguments, "--slow", "0.02"],
        cwd=settings.REPOSITORY,
        env=environment,
    )
    for _ in range(100):
        try:
            urlopen(f"http://127.0.0.1:{base + 9}/health", timeout=1).read()
            break
        except OSError:
            time.sleep(0.1)
    return process


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("simulators")
    loading.write_simulator_data(folder)
    base = free_base()
    process = start_simulator(base, folder)
    yield Simulator(base, folder)
    process.terminate()
    process.wait(10)


@pytest.fixture
def site(db: None, simulator: Simulator, settings: Any, tmp_path: Path) -> Simulator:
    """Load the county and its people, and point the platform to the simulator."""
    create_missing_keys(settings.ONEDOOR_KEYS_DIR)
    (simulator.folder / "node.pub").write_text(keyring().signer("node").public.hex(), encoding="ascii")
    settings.ONEDOOR_CONNECTORS = {
        "police.household": simulator.url(0),
        "housing.ownership": simulator.url(1),
        "vehicles.registration": simulator.url(2),
        "banks.balance": simulator.url(3),
    }
    settings.ONEDOOR_CONNECTOR_KEYS = simulator.folder / "department-keys"
    settings.ONEDOOR_SMS_URL = simulator.url(8)
    table = tmp_path / "divisions.csv"
    table.write_text(DIVISIONS, encoding="utf-8")
    load_table(table)
    at = datetime(2026, 10, 8, 9, 0, tzinfo=UTC)
    loading.load_items(at=at)
    loading.load_people(at=at)
    shutil.rmtree(settings.ONEDOOR_FILES_DIR, ignore_errors=True)
    return simulator


@pytest.fixture
def citizen(site: Simulator) -> Callable[[Citizen], Client]:
    """Log a person in as they would: the code from the phone, then the password for what needs both."""

    def log_in(person: Citizen) -> Client:
        client = Client()
        client.post("/login/", {"phone": person.phone, "way": "code", "next": "/me/"})
        answer = client.post("/login/code/?next=/me/", {"code": site.last_code(person.phone), "next": "/me/"})
        assert answer.status_code == 302, answer.content.decode()
        answer = client.post("/login/step-up/?next=/me/", {"password": PASSWORD, "next": "/me/"})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return log_in


@pytest.fixture
def officer(site: Simulator) -> Callable[[str], Client]:
    """Log an officer in with staff number, password and one-time password."""

    def log_in(username: str) -> Client:
        assert username in {row.username for row in OFFICERS}
        client = Client()
        code = pyotp.TOTP(SECRET).at(int(clock.now().timestamp()))
        answer = client.post("/staff/login/", {"username": username, "password": PASSWORD, "code": code})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return log_in


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the worker do everything that is ready, within the test's own transaction."""
    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)
    return run_everything


def photo(text: str = "") -> io.BytesIO:
    """Return a small real picture as a phone would send it; different text makes a different picture."""
    picture = Image.new("RGB", (80, 60), (200, len(text) * 7 % 255, sum(text.encode()) % 255))
    out = io.BytesIO()
    picture.save(out, "JPEG")
    out.name = "IMG_0001.jpg"
    out.seek(0)
    return out
