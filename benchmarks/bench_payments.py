"""
Fees while the house is being killed: the treasury's platform is a process of its own, PostgreSQL keeps the rows.

Cases are accepted, their orders opened at the platform, paid there by everybody at once; each notice comes twice and
late, some never (the payer has the platform asked), a part goes back by two people. All the while a web process or
the worker gets SIGKILL every few seconds. Counted is what the platform has on disk, laid beside our rows.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks import items
from benchmarks.bench_stampede import Browser
from benchmarks.errands import parties
from benchmarks.programs import wait
from benchmarks.site import Site, _free_port, running

ORDERS, SILENT, GIVEN_BACK = 40, 10, 5  # every tenth notice never comes, every fifth fee is given back
EVERY = (3.0, 9.0)  # seconds between two kills
GIVE_UP = 420.0
SECRET = "only for the measurement"
AMOUNT = Decimal("10.00")


class Chaos:
    """The worker and the treasury as processes; somebody kills the worker or a web process every few seconds."""

    def __init__(self, folder: Path, url: str) -> None:
        self.state, self.url = folder / "treasury", url
        self.killed: Counter[str] = Counter()
        self.over = threading.Event()
        self.random = random.Random(20261128)  # noqa: S311 - chooses whom to kill, protects nothing
        port = url.rpartition(":")[2]
        command = ["onedoor.demonstration.simulators.treasury", "--port", port, "--state", str(self.state)]
        self.treasury = subprocess.Popen([sys.executable, "-m", *command])
        self.worker: subprocess.Popen[bytes] | None = None

    def start_worker(self) -> None:
        self.worker = subprocess.Popen([sys.executable, "-m", "django", "work"], stdout=subprocess.DEVNULL)

    def run(self, site: Site) -> None:
        while not self.over.wait(self.random.uniform(*EVERY)):
            if self.random.random() < 0.5:
                self.kill_worker()
                self.start_worker()
            else:
                self.kill_web(site)

    def kill_worker(self) -> None:
        if self.worker is not None:
            self.worker.send_signal(signal.SIGKILL)
            self.worker.wait()
            self.killed["worker"] += 1

    def kill_web(self, site: Site) -> None:
        children = subprocess.run(["pgrep", "-P", str(site.web)], capture_output=True, text=True, check=False)
        if victims := children.stdout.split():
            os.kill(int(self.random.choice(victims)), signal.SIGKILL)
            self.killed["web"] += 1

    def moods(self, **moods: Any) -> None:
        post(f"{self.url}/moods", json.dumps(moods).encode())

    def moved(self) -> list[dict[str, str]]:
        """Return what the treasury has on disk."""
        told: list[dict[str, str]] = json.loads((self.state / "treasury.json").read_text(encoding="utf-8"))["moved"]
        return told

    def stop(self) -> None:
        self.over.set()
        for process in (self.worker, self.treasury):
            if process is not None:
                process.kill()
                process.wait()


def post(url: str, body: bytes) -> None:
    urlopen(Request(url, data=body, method="POST"), timeout=5).read()  # noqa: S310 - loopback


def main() -> None:
    from django.conf import settings

    url = f"http://127.0.0.1:{_free_port()}"
    os.environ |= {
        "ONEDOOR_TREASURY_URL": url,
        "ONEDOOR_TREASURY_SECRET": SECRET,
        "ONEDOOR_WORKER_INTERVAL": "0.1",
        "ONEDOOR_WORKER_LOST_AFTER": "5",
    }
    settings.ONEDOOR_TREASURY_URL, settings.ONEDOOR_TREASURY_SECRET = url, SECRET
    chaos = Chaos(Path(os.environ["ONEDOOR_VAR"]), url)
    try:
        with running(citizens=1) as site:
            os.environ["ONEDOOR_PUBLIC_URL"] = f"http://127.0.0.1:{site.port}"
            numbers = accepted_cases(site)
            chaos.start_worker()
            killer = threading.Thread(target=chaos.run, args=(site,))
            started = time.monotonic()
            killer.start()
            pay_all(chaos, site)
            give_back(chaos, site, numbers)
            chaos.over.set()
            killer.join()
            print(f"{time.monotonic() - started:.0f} s, killed {dict(chaos.killed)}, load {os.getloadavg()[0]:.1f}")
            settle()
            report(chaos)
    finally:
        chaos.stop()


def accepted_cases(site: Site) -> list[str]:
    """Return the cases whose fee falls due, accepted through the pages."""
    from onedoor.demonstration.cast import COUNTY
    from onedoor.platform.kernel.clock import CHINA
    from onedoor.platform.kernel.parameters import write_parameter

    at = datetime.now(CHINA)
    line = {"project": items.FEE["project"], "title": "借书证工本费", "document": items.FEE["basis"], "unit": "证"}
    told: dict[str, Any] = {"document": "测量", "valid_from": at.date(), "recorded_by": "测量", "at": at}
    write_parameter(key="payments.list", division=COUNTY, value=[line | {"standard": str(AMOUNT)}], **told)
    (party,) = parties(site, 1)
    numbers = []
    for _ in range(ORDERS):
        number = party.apply_by_call(items.PAID, 14)
        party.accept(number)
        numbers.append(number)
    return numbers


def pay_all(chaos: Chaos, site: Site) -> None:
    """Pay each order on the platform's own page as soon as it stands there; press the button twice."""
    from onedoor.platform.payments.models import Order

    reader, paid = Browser(site.port), set[str]()

    def step() -> bool:
        for order in Order.objects.filter(state="paying").order_by("pk"):
            if order.number in paid:
                continue
            silent = len(paid) % SILENT == 0
            chaos.moods(twice=True, late=chaos.random.uniform(0, 2), silent=silent)
            for _ in range(2):
                post(order.pay_url, b"")
            paid.add(order.number)
            if silent:
                ask = {"idempotency_key": uuid.uuid4().hex, "act": "ask"}
                status, _, _ = reader.post(site.citizens[0].session, f"/fees/{order.number}/", ask)
                assert status == 302, status
        return Order.objects.filter(state="paid").count() >= ORDERS

    wait(step, "orders", seconds=GIVE_UP)


def give_back(chaos: Chaos, site: Site, numbers: list[str]) -> None:
    """Give every fifth fee back, half of them only in part: the clerk asks, the finance post approves, the worker does it."""
    from onedoor.platform.payments.models import Order, Refund

    chosen = numbers[::GIVEN_BACK]
    browser, clerk, finance = Browser(site.port), site.officers["clerk"], site.officers["finance"]
    for place, number in enumerate(chosen):
        order = Order.objects.get(case__number=number)
        amount = str(AMOUNT) if place % 2 else "4.00"
        told = {"act": "refund", "order": order.number, "refund_amount": amount, "reason": "读者搬走了，不再办证。"}
        asked = browser.post(
            clerk.session, f"/staff/cases/{number}/fees/", {"idempotency_key": uuid.uuid4().hex, **told}
        )
        assert asked[0] == 302, asked
        refund = Refund.objects.get(order=order)
        agreed = {"idempotency_key": uuid.uuid4().hex, "act": "approve", "opinion": "同意。"}
        approved = browser.post(finance.session, f"/staff/refunds/{refund.pk}/", agreed)
        assert approved[0] == 302, approved
    wait(lambda: Refund.objects.filter(state="done").count() >= len(chosen), "refunds", seconds=GIVE_UP)


def settle() -> None:
    """Let the worker that is left do what waits."""
    from onedoor.platform.messages.models import Message

    wait(
        lambda: Message.objects.filter(event="payments.paid", channel="inbox").count() >= ORDERS,
        "messages",
        seconds=GIVE_UP,
    )
    time.sleep(3.0)


def report(chaos: Chaos) -> None:
    """Lay what the treasury has on disk beside our rows, and have the room itself reconcile the day."""
    from onedoor.platform.kernel import clock
    from onedoor.platform.messages.models import Message
    from onedoor.platform.payments import tasks
    from onedoor.platform.payments.models import OrderEvent, Payment, Receipt, ReconciliationRow, Refund

    moved = chaos.moved()
    theirs = {sort: {one["trade"]: Decimal(one["amount"]) for one in moved if one["sort"] == sort} for sort in SORTS}
    ours = {
        "payment": dict(Payment.objects.values_list("trade", "amount")),
        "refund": dict(Refund.objects.filter(state="done").values_list("trade", "amount")),
    }
    for sort, there in theirs.items():
        lost, more = there.keys() - ours[sort].keys(), ours[sort].keys() - there.keys()
        print(
            f"    {SORTS[sort]} {sort}: 平台 theirs {len(there)}, 本单位 ours {len(ours[sort])}, 丢失 lost {len(lost)}, 多出 more {len(more)}"
        )
    surplus = Payment.objects.filter(surplus=True).count()
    receipts = sum((Decimal(one.content["amount"]) for one in Receipt.objects.all()), Decimal(0))
    kept = sum(theirs["payment"].values()) - sum(theirs["refund"].values())
    told = Message.objects.filter(event="payments.paid", channel="inbox").count()
    events = OrderEvent.objects.filter(kind="pay").count()
    print(
        f"    重复 doubled {surplus}, 票据合计 receipts {receipts}, 实收 kept {kept}, 到账消息 messages {told}, events {events}"
    )
    tasks.reconcile(clock.today(), at=clock.now())
    outcomes = Counter(ReconciliationRow.objects.values_list("outcome", flat=True))
    print(f"    日对账 reconciled: {dict(outcomes)}", flush=True)
    whole = theirs == ours and not surplus and receipts == kept and told == events == ORDERS
    if not whole or set(outcomes) != {"matched"}:
        raise SystemExit("money was lost, doubled or not receipted")


SORTS = {"payment": "缴款", "refund": "退付"}
