"""Clients that knock at the site, and what they measured."""

import http.client
import json
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from benchmarks import processors
from benchmarks.site import Person, Site

WARM = 2.0  # seconds
TOKEN = "0123456789abcdefghijklmnopqrstuv"  # of the csrf cookie: any 32 letters will do


@dataclass
class Answer:
    status: int
    location: str
    body: bytes
    queries: int


class Client:
    """One browser of somebody who is logged in; keeps its connection and its times, by the name of what was asked."""

    def __init__(self, port: int, person: Person | None) -> None:
        self.port, self.person = port, person
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        session = f"sessionid={person.session}; " if person else ""
        self.cookies = f"{session}csrftoken={TOKEN}; place=330113100000"
        self.samples: list[tuple[str, float, int]] = []

    def get(self, name: str, path: str) -> Answer:
        return self._ask(name, "GET", path, None)

    def post(self, name: str, path: str, form: dict[str, Any], *, photo: tuple[str, bytes] | None = None) -> Answer:
        """Post a form with its tokens, and a photo in a file input; an answer that is no redirect is an error here."""
        whole = {"csrfmiddlewaretoken": TOKEN, "idempotency_key": uuid.uuid4().hex, **form}
        body, kind = _encoded(whole, photo)
        answer = self._ask(name, "POST", path, body, kind)
        if answer.status != 302:
            raise RuntimeError(f"{path}: {answer.status} {answer.body.decode()[:2000]}")
        return answer

    def call(self, name: str, path: str, content: dict[str, Any]) -> Any:
        """Send JSON to the API with a key of its own, and return the JSON it answers."""
        head = {"X-CSRFToken": TOKEN, "Idempotency-Key": uuid.uuid4().hex}
        return json.loads(self._ask(name, "POST", path, json.dumps(content).encode(), "application/json", head).body)

    def _ask(
        self, name: str, method: str, path: str, body: bytes | None, kind: str = "", more: dict[str, str] | None = None
    ) -> Answer:
        head = {"Cookie": self.cookies, **({"Content-Type": kind} if kind else {}), **(more or {})}
        started = time.perf_counter()
        try:
            self.connection.request(method, path, body, head)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.connection.close()  # the server had closed an idle connection
            self.connection.request(method, path, body, head)
            answer = self.connection.getresponse()
        content = answer.read()
        found = Answer(
            answer.status, answer.getheader("Location", ""), content, int(answer.getheader("X-Queries") or 0)
        )
        if found.status >= 400:
            raise RuntimeError(f"{method} {path}: {found.status} {content.decode()[:2000]}")
        self.samples.append((name, time.perf_counter() - started, found.queries))
        return found


def _encoded(form: dict[str, Any], photo: tuple[str, bytes] | None) -> tuple[bytes, str]:
    """Return the body of a posted form and its content type."""
    if photo is None:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    mark = uuid.uuid4().hex
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{form[key]}\r\n' for key in form]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{photo[0]}"; filename="photo.jpg"\r\n'
    head += "Content-Type: image/jpeg\r\n\r\n"
    body = "".join(parts).encode() + head.encode() + photo[1] + f"\r\n--{mark}--\r\n".encode()
    return body, f"multipart/form-data; boundary={mark}"


@dataclass
class Figures:
    """What a run came to. Times in seconds."""

    title: str
    rate: float
    unit: str
    web_ms: float = 0.0  # processor time of one work
    database_ms: float = 0.0
    samples: list[tuple[str, float, int]] = field(default_factory=list)

    def lines(self) -> list[str]:
        told = [f"{self.title}: {self.rate:,.1f} {self.unit}"]
        told += [f"    CPU: 网页 web {self.web_ms:.1f} ms, 数据库 database {self.database_ms:.1f} ms"] * bool(
            self.web_ms
        )
        for name in dict.fromkeys(sample[0] for sample in self.samples):
            times = sorted(taken for other, taken, _ in self.samples if other == name)
            queries = statistics.median(count for other, _, count in self.samples if other == name)
            told.append(
                f"    {name:<22} {len(times):>6} ×  p50 {_ms(times, 0.5)}  p95 {_ms(times, 0.95)}"
                f"  p99 {_ms(times, 0.99)}  {queries:.0f} SQL"
            )
        return told


def _ms(times: list[float], part: float) -> str:
    return f"{times[min(len(times) - 1, int(len(times) * part))] * 1000:7.1f} ms"


def drive(
    site: Site, title: str, unit: str, clients: list[Any], work: Callable[[Any, int], None], *, seconds: float
) -> Figures:
    """
    Let every client repeat the work at once for some seconds, after a warm-up; return the rate of whole works.

    A client is whatever keeps `samples`: one browser, or the people of one errand who share theirs.
    """
    begun = time.perf_counter() + WARM
    stop = begun + seconds
    counts, failures = [0] * len(clients), []

    def run(place: int) -> None:
        turn = 0
        try:
            while time.perf_counter() < stop:
                before = len(clients[place].samples)
                work(clients[place], turn)
                turn += 1
                if time.perf_counter() < begun:
                    del clients[place].samples[before:]
                elif time.perf_counter() <= stop:
                    counts[place] += 1
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(clients))]
    for thread in threads:
        thread.start()
    time.sleep(max(0.0, begun - time.perf_counter()))
    before = (processors.seconds(site.web), processors.seconds(site.database))
    time.sleep(max(0.0, stop - time.perf_counter()))
    after = (processors.seconds(site.web), processors.seconds(site.database))
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    samples = [sample for client in clients for sample in client.samples]
    for client in clients:
        client.samples.clear()
    done = max(1, sum(counts))
    web, database = ((late - early) * 1000 / done for early, late in zip(before, after, strict=True))
    return Figures(title, sum(counts) / seconds, unit, web, database, samples)
