"""The whole site as real processes: gunicorn, worker, simulators, on a database of its own. For process and browser tests."""

import contextlib
import itertools
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import httpx
from benchmarks.programs import REPOSITORY, WEB, Programs

from tests.ports import free_base

SLOW_SETTINGS = "tests.processes.slow_settings"
_made = itertools.count()


@dataclass
class LiveSite(Programs):
    """A running site under `folder`."""

    base: int
    database: str  # a PostgreSQL address, or nothing for SQLite

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.base}"

    @property
    def second_url(self) -> str:
        return f"http://127.0.0.1:{self.base + 1}"

    @property
    def environment(self) -> dict[str, str]:
        base = self.base + 10
        departments = ("police.household", "housing.ownership", "vehicles.registration", "banks.balance")
        return {
            **super().environment,
            **({"ONEDOOR_DATABASE_URL": self.database} if self.database else {}),
            "DJANGO_SETTINGS_MODULE": SLOW_SETTINGS,
            "ONEDOOR_PUBLIC_URL": self.url,
            "ONEDOOR_CONNECTORS": ",".join(f"{n}=http://127.0.0.1:{base + i}" for i, n in enumerate(departments)),
            "ONEDOOR_CONNECTOR_KEYS": str(self.folder / "simulators" / "department-keys"),
            "ONEDOOR_CONNECTOR_TIMEOUT": "5",
            "ONEDOOR_SMS_URL": f"http://127.0.0.1:{base + 8}",
            "ONEDOOR_SMS_SECRET": "only for tests",
            "ONEDOOR_SMS_SECOND_URL": f"http://127.0.0.1:{base + 4}",
            "ONEDOOR_SMS_SECOND_SECRET": "only for second tests",
            "ONEDOOR_SMTP_URL": f"smtp://127.0.0.1:{base + 5}",
            "ONEDOOR_WECHAT_URL": f"http://127.0.0.1:{base + 6}",
            "ONEDOOR_WECHAT_APP_ID": "wx-tests",
            "ONEDOOR_WECHAT_SECRET": "only for tests",
            "ONEDOOR_WECHAT_TOKEN": "only-for-tests",
            "ONEDOOR_WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
            "ONEDOOR_WECHAT_TEMPLATE": "tests",
            "ONEDOOR_WEIBO_URL": f"http://127.0.0.1:{base + 10}",
            "ONEDOOR_WEIBO_RIP": "203.0.113.7",
            "ONEDOOR_PUSH_SERVICES": f"http://127.0.0.1:{base + 11}",
            "ONEDOOR_TSA_URL": f"http://127.0.0.1:{base + 7}/",
            "ONEDOOR_TSA_ROOTS": str(self.folder / "simulators" / "time-stamp-root.pem"),
            "ONEDOOR_WORKER_INTERVAL": "0.2",
            "ONEDOOR_WORKER_LOST_AFTER": "8",
            "ONEDOOR_LOG_LEVEL": "WARNING",
            **self.settings,
        }

    def set_up(self) -> None:
        """Make keys, database, static files and the cast."""
        key = self.folder / "simulators" / "node.pub"
        commands = [
            ["-m", "onedoor.config.node_keys", "--publish", str(key)],
            ["-m", "django", "migrate", "--no-input", "-v0"],
            ["-m", "django", "collectstatic", "--no-input", "-v0"],
            ["-m", "django", "load_demonstration", "--households", "6"],
        ]
        for command in commands:
            done = subprocess.run(
                [sys.executable, *command], env=self.environment, cwd=REPOSITORY, capture_output=True, check=False
            )
            assert done.returncode == 0, done.stderr.decode()[-3000:]

    def start(self, name: str) -> None:
        """Start "simulators", "web", "worker" or a second web process beside the first, and wait until it answers."""
        state = self.folder / "simulators"
        simulators = ["--base-port", str(self.base + 10), "--state", str(state), "--node-key", str(state / "node.pub")]
        command, health = {
            "simulators": (
                ["onedoor.demonstration.simulators", *simulators, "--slow", "0.05"],
                self._control("/health"),
            ),
            "web": ([*WEB, f"127.0.0.1:{self.base}"], f"{self.url}/healthz"),
            "second web": ([*WEB, f"127.0.0.1:{self.base + 1}"], f"{self.second_url}/healthz"),
            "worker": (["django", "work"], ""),
        }[name]
        self.launch(name, command, health=health)

    def resident_bytes(self) -> int:
        """Return the memory that the site's processes hold, shared pages counted once for each."""
        groups = {process.pid for process in self.running.values()}
        total = 0
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _group(int(entry.name)) in groups:
                found = re.search(r"^Pss:\s+(\d+) kB", _read(entry / "smaps_rollup"), re.MULTILINE)
                total += int(found[1]) * 1024 if found else 0
        return total

    # The outside world

    def _control(self, path: str) -> str:
        return f"http://127.0.0.1:{self.base + 19}{path}"

    def moods(self, **moods: dict[str, Any]) -> None:
        urlopen(Request(self._control("/moods"), data=json.dumps(moods).encode(), method="POST"), timeout=5).read()

    def requests(self) -> list[dict[str, Any]]:
        return list(json.loads(urlopen(self._control("/"), timeout=5).read())["requests"])

    def messages(self, phone: str = "") -> list[dict[str, Any]]:
        address = f"http://127.0.0.1:{self.base + 18}/sms?to={phone}"
        return list(json.loads(urlopen(address, timeout=5).read()))

    # The database, seen from outside

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Read with plain SQL over a connection of one's own."""
        if self.database:
            import psycopg

            with psycopg.connect(self.database) as connection:
                return list(connection.execute(statement).fetchall())
        connection = sqlite3.connect(f"file:{self.folder / 'onedoor.sqlite3'}?mode=ro", uri=True, timeout=20)
        with contextlib.closing(connection):
            return list(connection.execute(statement))

    def wait_for(self, statement: str, *, seconds: float = 40) -> list[tuple[Any, ...]]:
        """Wait until a query gives rows."""
        give_up = time.monotonic() + seconds
        while not (found := self.rows(statement)):
            assert time.monotonic() < give_up, f"nothing came of {statement}"
            time.sleep(0.05)
        return found


class Visitor(httpx.Client):
    """A browser without a screen: keeps cookies, sends the page's CSRF token along."""

    def __init__(self, site: LiveSite, url: str = "") -> None:
        url = url or site.url
        super().__init__(base_url=url, follow_redirects=False, timeout=30, headers={"Referer": url})
        self.cookies.set("place", "330113100000")

    def page(self, path: str) -> str:
        answer = self.get(path, follow_redirects=True)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:2000]}"
        return answer.text

    def submit(self, path: str, data: dict[str, Any], **more: Any) -> httpx.Response:
        token, key = self.cookies.get("csrftoken", ""), uuid.uuid4().hex
        return self.post(path, data={"idempotency_key": key, **data, "csrfmiddlewaretoken": token}, **more)

    def be(self, name: str) -> "Visitor":
        """Enter through the demonstration's door."""
        self.page("/demonstration/")
        assert self.submit("/demonstration/enter/", {"name": name}).status_code == 302
        return self


@contextlib.contextmanager
def live_site(folder: Path, database: str) -> Iterator[LiveSite]:
    """Run a whole site for as long as the block lasts."""
    site = LiveSite(folder, free_base(), _own_database(database) if database else "")
    try:
        site.set_up()
        for name in ("simulators", "web", "worker"):
            site.start(name)
        yield site
    finally:
        site.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _own_database(address: str) -> str:
    """Make a second database on the same server: other processes must not share the test's transaction."""
    import psycopg

    name = f"live_{os.getpid()}_{next(_made)}"
    with psycopg.connect(urlsplit(address)._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlsplit(address)._replace(path=f"/{name}").geturl()


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return -1


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""
