"""
A stampede: 20,000 people at once on the 72 places of one slot, through the pages; a web process dies in the middle.

Everybody posts once and is answered; whoever is cut off by the process that was killed asks again, as a browser does.
A part of those who get a place never confirm it: their holds run out by time alone, and the places go to others.
"""

import http.client
import multiprocessing
import os
import signal
import subprocess
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty
from typing import Any
from urllib.parse import urlencode

from benchmarks import people, processors
from benchmarks.load import TOKEN
from benchmarks.site import Site, running

PEOPLE, PLACES, CLIENTS, PER_CLIENT = 20_000, 72, 2, 12
UNCONFIRMED = 6  # every sixth who gets a place never comes back
KILLED_AFTER = 0.05  # of the attempts
MOST_TRIES = 20
HOLD_SECONDS = 61
Row = tuple[float, int, bool, bool]  # seconds, status, whether asked again, whether it got a place


def open_slot() -> int:
    """Offer an item with one slot of 72 bookable places tomorrow; holds last the shortest there is."""
    from benchmarks import items
    from benchmarks.people import COUNTY, MACHINE
    from onedoor.platform.appointments import operations
    from onedoor.platform.appointments.models import Slot
    from onedoor.platform.appointments.operations import Offer
    from onedoor.platform.identity import operations as identity
    from onedoor.platform.identity.models import Organization
    from onedoor.platform.kernel.clock import CHINA
    from onedoor.platform.kernel.parameters import write_parameter

    at = datetime.now(CHINA)
    organ = Organization.objects.get(division_id=COUNTY)
    told: dict[str, Any] = {"actor": MACHINE, "at": at}
    names = {"kind": "hall", "name": "大厅", "address": "和平路 1 号", "phone": "", "opening_hours": ""}
    point = identity.set_service_point(organization_id=organ.pk, **names, **told)
    write_parameter(
        key="appointments.hold_minutes",
        division=COUNTY,
        value=1,
        document="性能测量",
        valid_from=at.date(),
        recorded_by="性能测量",
        at=at,
    )
    day = at.date() + timedelta(days=1)
    places = -(-PLACES * 10 // 7)  # of which 30 % are kept for walk-ins
    offer = Offer(
        business=items.LIFE,
        title="",
        most_persons=1,
        slot_minutes=60,
        week={number: [] for number in range(1, 8)},
        walk_in_percent=30,
        days_ahead=2,
        release_time="00:00",
        windows=["1"],
    )
    plan = operations.set_plan(point_id=point.pk, offer=offer, **told)
    operations.set_special_day(plan_id=plan.pk, day=day, hours=[("09:00", "10:00", places)], reason="测量", **told)
    slot = Slot.objects.get(plan=plan, day=day)
    assert slot.bookable == PLACES, slot.bookable
    return int(slot.pk)


class Browser:
    """What stands in front of the web processes: a connection that people share, one after the other, each with a session."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def post(self, session: str, path: str, fields: dict[str, str]) -> tuple[int, str, bool]:
        """Return status, where it leads, and whether it was sent again because the connection broke."""
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **fields})
        cookies = f"sessionid={session}; csrftoken={TOKEN}"
        head = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        for number in range(MOST_TRIES):
            try:
                self.connection.request("POST", path, body, head)
                answer = self.connection.getresponse()
                answer.read()
            except (http.client.HTTPException, OSError):
                self.connection.close()
                time.sleep(0.05 * number)
                continue
            return answer.status, answer.getheader("Location") or "", number > 0
        return 0, "", True


def attempt(browser: Browser, slot: int, session: str, *, confirms: bool) -> Row:
    """Hold a place, and confirm it; the key of the form stays the same when it is sent again."""
    begun = time.perf_counter()
    hold = {"idempotency_key": uuid.uuid4().hex, "partner_name": ""}
    status, location, again = browser.post(session, f"/appointments/slots/{slot}/", hold)
    held = status == 302 and "/bookings/" in location
    taken = time.perf_counter() - begun
    if held and confirms:
        browser.post(session, location, {"idempotency_key": uuid.uuid4().hex, "act": "confirm"})
    return taken, status, again, held


def crowd(port: int, slot: int, comers: list[tuple[str, bool]], start: float, told: Any, done: Any) -> None:
    """A process with some threads, each taking one person after the other."""
    waiting = iter(comers)
    lock = threading.Lock()
    rows: list[Row] = []

    def run() -> None:
        browser = Browser(port)
        while True:
            with lock:
                following = next(waiting, None)
            if following is None:
                return
            session, confirms = following
            row = attempt(browser, slot, session, confirms=confirms)
            with lock:
                rows.append(row)
                done.value += 1

    time.sleep(max(0.0, start - time.monotonic()))
    threads = [threading.Thread(target=run) for _ in range(PER_CLIENT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.put(rows)


def kill_one(site: Site) -> int:
    """Kill a web process as hard as can be; gunicorn puts another in its place."""
    children = subprocess.run(["pgrep", "-P", str(site.web)], capture_output=True, text=True, check=True)
    victim = int(children.stdout.split()[0])
    os.kill(victim, signal.SIGKILL)
    return victim


@dataclass(frozen=True)
class Wave:
    """What everybody was told, how long it took in all, and the processor time of the web processes and the database."""

    rows: list[Row]
    seconds: float
    web: float
    database: float


def rush(site: Site, slot: int, comers: list[tuple[str, bool]], *, kill: bool) -> Wave:
    """Let everybody come at once."""
    before = (processors.seconds(site.web), processors.seconds(site.database))
    told: Any = multiprocessing.Queue()
    start = time.monotonic() + 1.0
    parts = [comers[number::CLIENTS] for number in range(CLIENTS)]
    counts = [multiprocessing.Value("i", 0) for _ in parts]
    crowds = [
        multiprocessing.Process(target=crowd, args=(site.port, slot, part, start, told, count))
        for part, count in zip(parts, counts, strict=True)
    ]
    for one in crowds:
        one.start()
    while kill and sum(count.value for count in counts) < KILLED_AFTER * len(comers):
        time.sleep(0.002)
    if kill:
        kill_one(site)
    rows: list[Row] = []
    for _ in crowds:
        try:
            rows += told.get(timeout=600)
        except Empty:
            raise RuntimeError("a crowd has not come back") from None
    seconds = time.monotonic() - start
    for one in crowds:
        one.join()
    web, database = processors.seconds(site.web) - before[0], processors.seconds(site.database) - before[1]
    return Wave(rows, seconds, web, database)


def census(slot: int) -> dict[str, int]:
    """Count in the database itself: places sold, held, free, and whatever should not be."""
    from onedoor.platform.appointments.models import Booking, Seat, free
    from onedoor.platform.kernel.clock import CHINA

    at = datetime.now(CHINA)
    seats = Seat.objects.filter(slot_id=slot)
    booked = Booking.objects.filter(slot_id=slot, state=Booking.State.BOOKED)
    return {
        "places": seats.count(),
        "sold": seats.filter(booking__state=Booking.State.BOOKED, held_until=None).count(),
        "held": seats.filter(held_until__gt=at).count(),
        "free": seats.filter(free(at)).count(),
        "booked without a place": booked.filter(seat__isnull=True).count(),
        "oversold": max(0, booked.count() - PLACES),
    }


def tell(title: str, wave: Wave) -> None:
    rows, seconds = wave.rows, wave.seconds
    times = sorted(row[0] for row in rows)
    statuses = Counter(row[1] for row in rows)
    part = {name: times[min(len(times) - 1, int(len(times) * share))] for name, share in PARTS.items()}
    print(
        f"{title}: {len(rows):,} attempts in {seconds:.1f} s: {len(rows) / seconds:,.0f} 次/秒 attempts/s", flush=True
    )
    print("    " + "  ".join(f"{name} {value * 1000:.0f} ms" for name, value in part.items()))
    web, database = (used * 1000 / len(rows) for used in (wave.web, wave.database))
    print(f"    CPU of an attempt: 网页 web {web:.2f} ms, 数据库 database {database:.2f} ms", flush=True)
    held, again = sum(row[3] for row in rows), sum(row[2] for row in rows)
    print(f"    held {held}, by status {dict(statuses)}, unanswered {statuses[0]}, asked again {again}", flush=True)


PARTS = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


def check(found: dict[str, int]) -> None:
    """:raises SystemExit: a place was sold twice, or is lost."""
    print("    " + ", ".join(f"{name} {value}" for name, value in found.items()), flush=True)
    whole = found["sold"] + found["held"] + found["free"] == PLACES == found["places"]
    if not whole or found["oversold"] or found["booked without a place"]:
        raise SystemExit("places are not whole")


def main() -> None:
    with running(citizens=1) as site:
        slot, sessions = open_slot(), people.crowd(PEOPLE)
        everybody = [(session, number % UNCONFIRMED != 0) for number, session in enumerate(sessions)]
        wave = rush(site, slot, everybody, kill=True)
        tell("第一波，途中杀掉一个网页进程 first wave, a web process killed in the middle", wave)
        check(census(slot))
        time.sleep(HOLD_SECONDS)
        found = census(slot)
        check(found)
        assert not found["held"], "a hold outlives its time"
        late = [(session, True) for session in sessions[-PEOPLE // 10 :]]
        wave = rush(site, slot, late, kill=False)
        tell("第二波，没有确认的号放回以后 second wave, after the holds nobody confirmed", wave)
        found = census(slot)
        check(found)
        if found["sold"] != PLACES:
            raise SystemExit(f"{found['sold']} of {PLACES} sold")
