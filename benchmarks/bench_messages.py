"""
Messages out of the house, and an hour in which no provider answers. Real processes: the worker, and the simulators that play
two SMS gateways, a mail server and WeChat.

First the rate: everything waits in the queue, one worker hands it on. Then the drill: in the middle of the next lot the
worker is killed with SIGKILL, then every provider; more messages are written while they are away, and the clock of all
processes is moved on an hour in steps (nothing sleeps that long). Then the providers come back. Counted is what the
providers have on disk: every message once at one of them, none at two, none missing.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.programs import wait

PEOPLE, FIRST, SECOND, DURING = 200, 2_000, 1_200, 600
OUTAGE = timedelta(hours=1)
STEP = timedelta(minutes=5)
GIVE_UP = 240.0  # seconds of ours
SECRET = "only for the measurement"


class Drill:
    """The processes, the clock they share, and what the providers have on disk."""

    def __init__(self) -> None:
        from benchmarks.site import _free_port

        self.folder = Path(os.environ["ONEDOOR_VAR"])
        self.base = _free_port() // 10 * 10
        self.shift = self.folder / "shift"
        self.shift.write_text("0", encoding="ascii")
        os.environ |= {
            "ONEDOOR_BENCH_SHIFT": str(self.shift),
            "ONEDOOR_SMS_URL": f"http://127.0.0.1:{self.base + 8}",
            "ONEDOOR_SMS_SECRET": SECRET,
            "ONEDOOR_SMS_SECOND_URL": f"http://127.0.0.1:{self.base + 4}",
            "ONEDOOR_SMS_SECOND_SECRET": SECRET,
            "ONEDOOR_SMTP_URL": f"smtp://127.0.0.1:{self.base + 5}",
            "ONEDOOR_WECHAT_URL": f"http://127.0.0.1:{self.base + 6}",
            "ONEDOOR_WECHAT_APP_ID": "wx-bench",
            "ONEDOOR_WECHAT_SECRET": SECRET,
            "ONEDOOR_WORKER_INTERVAL": "0.1",
            "ONEDOOR_WORKER_LOST_AFTER": "5",
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        simulators = ["--base-port", str(self.base), "--state", str(self.folder / "outside")]
        only = ["--only", "sms,sms_second,mail,wechat,control"]
        module = {
            "worker": ["benchmarks.moved"],
            "providers": ["onedoor.demonstration.simulators", *simulators, *only],
        }[name]
        self.running[name] = subprocess.Popen([sys.executable, "-m", *module], stdout=subprocess.DEVNULL)

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)

    def move(self, by: timedelta) -> None:
        ahead = float(self.shift.read_text(encoding="ascii")) + by.total_seconds()
        waiting = self.shift.with_suffix(".new")
        waiting.write_text(str(ahead), encoding="ascii")
        waiting.replace(self.shift)

    def taken(self) -> Counter[str]:
        """Return how many providers have each message."""
        found: Counter[str] = Counter()
        for file in (self.folder / "outside" / "taken").glob("*.jsonl"):
            found.update({json.loads(line)["id"] for line in file.read_text(encoding="utf-8").splitlines()})
        return found


def main() -> None:
    from benchmarks import moved

    drill = Drill()
    moved.move_clock()
    readers = make_people()
    try:
        rate(drill, readers)
        outage(drill, readers)
    finally:
        drill.stop()


def make_people(count: int = PEOPLE) -> list[int]:
    """Return people of whom half are told by SMS, a quarter by e-mail, a quarter by WeChat."""
    from onedoor.platform.identity import operations as identity
    from onedoor.platform.kernel import clock
    from onedoor.platform.kernel.actors import Actor
    from onedoor.platform.kernel.parameters import write_parameter
    from onedoor.platform.messages.models import EmailAddress, NoticeChoice, WeChatAccount

    at, machine = clock.now(), Actor.system("测量")
    for key in ("messages.quiet_from", "messages.quiet_to"):
        told: dict[str, Any] = {"document": "测量", "valid_from": clock.today(), "confirmed": True, "reason": ""}
        write_parameter(key=key, division="000000000000", value=0, recorded_by="测量", at=at, **told)
    found = []
    for number in range(count):
        known = {"name": f"读者{number}", "id_number": _id_number(number), "division": "110105000000"}
        person = identity.ensure_person(**known, phone=f"139{number:08d}", actor=machine, at=at)
        found.append(person.pk)
        way = ("sms", "sms", "email", "wechat")[number % 4]
        NoticeChoice.objects.create(person=person, kind="case", ways=[way], chosen_at=at)
        if way == "email":
            EmailAddress.objects.create(person=person, address=f"reader{number}@example.com", verified_at=at)
        if way == "wechat":
            name = f"open-{number}"
            index = WeChatAccount.by_open_id.values(name)
            WeChatAccount.objects.create(person=person, open_id=name, bound_at=at, **index)
    return found


def _id_number(number: int) -> str:
    from onedoor.standards.check_digits import mod11_2_check

    body = f"11010519900101{number:03d}"
    return body + mod11_2_check(body)


def write(readers: list[int], lot: str, count: int) -> None:
    """Write messages as a room does, each in a transaction of its own."""
    from onedoor.platform.kernel import clock
    from onedoor.platform.kernel.actors import Actor
    from onedoor.platform.messages import operations

    values = {"item": "借书证", "promised": "2026-12-15", "later": ""}
    for number in range(count):
        operations.send_message(
            recipient_id=readers[number % len(readers)],
            event="cases.accept",
            values=values,
            link="/",
            case_number="",
            source=f"{lot}:{number}",
            actor=Actor.system("测量"),
            at=clock.now(),
        )


def rate(drill: Drill, readers: list[int]) -> None:
    """Measure how fast one worker empties a full queue, and what a message costs."""
    from benchmarks import processors

    started = time.monotonic()
    write(readers, "first", FIRST)
    print(f"写入 written: {FIRST / (time.monotonic() - started):,.0f} 条 messages/s, load {os.getloadavg()[0]:.1f}")
    drill.start("providers")
    drill.start("worker")
    wait(lambda: drill.taken().total() > 0, "messages", seconds=GIVE_UP)
    worker, database = drill.running["worker"].pid, processors.server_pid()
    started, before = time.monotonic(), drill.taken().total()
    used = processors.seconds(worker), processors.seconds(database)
    wait(lambda: drill.taken().total() >= FIRST, "messages", seconds=GIVE_UP)
    seconds, count = time.monotonic() - started, FIRST - before
    cpu = [(processors.seconds(root) - was) / count * 1000 for root, was in zip((worker, database), used, strict=True)]
    print(f"    CPU: 程序 worker {cpu[0]:.1f} ms, 数据库 database {cpu[1]:.1f} ms = {1000 / cpu[0]:,.0f}/s a free core")
    print(f"发出 handed on: {(FIRST - before) / seconds:,.0f} 条 messages/s（目标 aim 50），一个进程 one worker")


def outage(drill: Drill, readers: list[int]) -> None:
    """Kill the worker and the providers in the middle, and let an hour go by."""
    from onedoor.platform.messages.models import Message

    write(readers, "second", SECOND)
    wait(lambda: drill.taken().total() >= FIRST + SECOND // 4, "messages", seconds=GIVE_UP)
    drill.kill("worker")
    drill.start("worker")
    drill.move(timedelta(minutes=1))  # what the dead worker held is given back
    wait(lambda: drill.taken().total() >= FIRST + SECOND // 2, "messages", seconds=GIVE_UP)
    drill.kill("providers")
    at_cut = drill.taken().total()
    write(readers, "during", DURING)
    away = timedelta(0)
    while away < OUTAGE:
        drill.move(STEP)
        away += STEP
        time.sleep(1.5)  # some rounds of the worker, all in vain
    waiting = Message.objects.filter(due_at__isnull=False).count()
    drill.start("providers")
    wait(
        lambda: bool(drill.move(timedelta(minutes=2))) or not Message.objects.filter(due_at__isnull=False).exists(),
        "messages",
        seconds=GIVE_UP,
    )
    report(drill, at_cut, waiting)


def report(drill: Drill, at_cut: int, waiting: int) -> None:
    from onedoor.platform.messages.models import Message

    outside = Message.objects.exclude(channel="inbox")
    taken = drill.taken()
    written = {str(key) for key in outside.values_list("pk", flat=True)}
    doubled = [key for key, number in taken.items() if number > 1]
    states = Counter(outside.values_list("channel", "state"))
    print(f"中断一小时 an hour's outage: 断时已发 {at_cut}, 恢复前等候 waiting {waiting}")
    print(f"    写入 written {len(written)}, 服务商收到 taken {len(taken)}")
    print(
        f"    丢失 lost {len(written - set(taken))}, 重复 doubled {len(doubled)}, 多出 unknown {len(set(taken) - written)}"
    )
    print("    " + ", ".join(f"{channel} {state} {number}" for (channel, state), number in sorted(states.items())))
    if written != set(taken) or doubled:
        raise SystemExit("messages were lost or doubled")
