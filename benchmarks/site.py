"""The site that is measured: PostgreSQL with durable commits, gunicorn, and people who are already logged in."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

WEB = ("--workers", "2", "--threads", "4", "--no-control-socket", "--log-level", "warning")
READY_SECONDS = 60


class Counter:
    """Counts what is asked of the database inside a `with`; the marks of nested transactions are no questions."""

    def __init__(self, connection: Any) -> None:
        self.count = 0
        self._wrapped = connection.execute_wrapper(self._counted)

    def __enter__(self) -> "Counter":
        self._wrapped.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._wrapped.__exit__(*raised)

    def _counted(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO"))
        return execute(sql, params, many, context)


class CountQueries:
    """Tell in each answer's head how many queries it took."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        from django.db import connection

        with Counter(connection) as counter:
            answer = self.get_response(request)
        answer["X-Queries"] = str(counter.count)
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
    citizens: list[Person] = field(default_factory=list)
    officers: dict[str, Person] = field(default_factory=dict)


@contextlib.contextmanager
def running(*, citizens: int = 64) -> Iterator[Site]:
    """Put the invented items, organs and people into the empty database, start the web processes, stop them afterwards."""
    from benchmarks import people

    officers, readers = people.make(citizens)
    with serving("benchmarks.settings", ready="/healthz") as site:
        yield replace(site, citizens=readers, officers=officers)


@contextlib.contextmanager
def serving(settings: str, *, ready: str) -> Iterator[Site]:
    """Start the web processes under these settings, wait until the address `ready` answers, stop them afterwards."""
    from benchmarks import processors

    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "onedoor.config.wsgi", "--bind", f"127.0.0.1:{port}", *WEB]
    web = subprocess.Popen(command, env={**os.environ, "DJANGO_SETTINGS_MODULE": settings})
    try:
        _wait(port, ready)
        yield Site(port, web.pid, processors.server_pid())
    finally:
        web.terminate()
        web.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, ready: str) -> None:
    give_up = time.monotonic() + READY_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}", timeout=5):
                return
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
