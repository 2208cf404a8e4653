"""The site that is measured: PostgreSQL with durable commits, gunicorn, and people who are already logged in."""

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

WEB = ("--workers", "2", "--threads", "4", "--no-control-socket", "--log-level", "warning")
READY_SECONDS = 60


class CountQueries:
    """Tell in each answer's head how many queries it took."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        from django.db import connection

        count = 0

        def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal count
            count += not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO"))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(counted):
            answer = self.get_response(request)
        answer["X-Queries"] = str(count)
        return answer


@dataclass(frozen=True)
class Person:
    """Somebody with a session: the cookies are all a client needs."""

    name: str
    pk: int
    session: str


@dataclass(frozen=True)
class Site:
    port: int
    web: int  # process ids
    database: int
    citizens: list[Person]
    officers: dict[str, Person]


@contextlib.contextmanager
def running(*, citizens: int = 64) -> Iterator[Site]:
    """Put the invented items, organs and people into the empty database, start the web processes, stop them afterwards."""
    from benchmarks import people, processors

    officers, readers = people.make(citizens)
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "onedoor.config.wsgi", "--bind", f"127.0.0.1:{port}", *WEB]
    web = subprocess.Popen(command)
    try:
        _wait(port)
        yield Site(port, web.pid, processors.server_pid(), readers, officers)
    finally:
        web.terminate()
        web.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    give_up = time.monotonic() + READY_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                json.load(answer)
                return
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
