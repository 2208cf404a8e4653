"""
Texts to every channel while the workers are being killed, and a recall in the middle.

Two workers put texts on the site, on WeChat and Weibo accounts (a process of their own) and into the inboxes of their
subscribers. Whenever some more stand outside, one of the two gets SIGKILL in the middle of its work and another one is
started; every third text is recalled meanwhile. Counted is what the platforms have ever taken: nothing twice, nothing
missing, and nothing standing after its recall.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.request import urlopen

from benchmarks import bench_messages, people
from benchmarks.bench_messages import make_people
from benchmarks.programs import wait

TEXTS, ACCOUNTS, SUBSCRIBERS, RECALLED = 24, 2, 20, 3
GIVE_UP = 300.0


class Drill(bench_messages.Drill):
    """Two workers, and WeChat and Weibo beside the other providers."""

    def __init__(self) -> None:
        super().__init__()
        os.environ["ONEDOOR_WEIBO_URL"] = f"http://127.0.0.1:{self.base + 10}"
        self.killed = 0
        self.random = random.Random(20261128)  # noqa: S311 - chooses whom to kill, protects nothing

    def start_outside(self) -> None:
        told = ["--base-port", str(self.base), "--state", str(self.folder / "outside")]
        only = ["--only", "sms,sms_second,mail,wechat,weibo,control"]
        command = [sys.executable, "-m", "onedoor.demonstration.simulators", *told, *only]
        self.running["outside"] = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def start_worker(self, name: str) -> None:
        command = [sys.executable, "-m", "benchmarks.moved"]
        self.running[name] = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def kill_worker(self) -> None:
        name = self.random.choice(["first", "second"])
        self.kill(name)
        self.killed += 1
        self.start_worker(name)

    def standing(self) -> list[tuple[str, bool]]:
        """Return of everything ever published outside its text with the address in it, and whether it stands there still."""
        posts = [(one["text"], not one["deleted"]) for one in self._read(10, "/posts")]
        held = [one for app in self._read(6, "/articles").values() for one in app.values()]
        public = [one for one in held if one["state"] != "draft"]
        return posts + [(one["content_source_url"], one["state"] == "published") for one in public]

    def _read(self, offset: int, path: str) -> Any:
        return json.loads(urlopen(f"http://127.0.0.1:{self.base + offset}{path}", timeout=10).read())


def main() -> None:
    from benchmarks import moved

    drill = Drill()
    moved.move_clock()
    officers, _ = people.make(0)
    readers = make_people(SUBSCRIBERS)
    try:
        drill.start_outside()
        numbers = released(officers, readers)
        drill.start_worker("first")
        drill.start_worker("second")
        started = time.monotonic()
        recalled = kill_and_recall(drill, numbers, officers)
        print(f"{time.monotonic() - started:.0f} s, killed {drill.killed}, load {os.getloadavg()[0]:.1f}")
        wait(lambda: settled(drill), "texts", seconds=GIVE_UP)
        report(drill, numbers, recalled, len(readers))
    finally:
        drill.stop()


def actor(officers: dict[str, Any], name: str) -> Any:
    from onedoor.platform.identity import queries
    from onedoor.platform.kernel import clock

    return queries.actor_for_post(post_id=officers[name].pk, channel="window", on=clock.today())


def released(officers: dict[str, Any], readers: list[int]) -> list[str]:
    """Write so many texts and have them reviewed by somebody else; return their numbers."""
    from onedoor.demonstration.cast import COUNTY
    from onedoor.platform.kernel import clock
    from onedoor.platform.kernel.actors import Actor
    from onedoor.platform.publishing import operations

    at, writer, reviewer = clock.now(), actor(officers, "writer"), actor(officers, "publisher")
    for person in readers:
        reader = Actor(kind="citizen", name="", person_id=person, assurance=3)
        operations.subscribe(topic="notice", division=COUNTY, actor=reader, at=at)
    accounts = []
    for number in range(ACCOUNTS):
        told: dict[str, Any] = {"name": "图书局", "actor": writer, "at": at}
        for kind, app, secret in (
            ("wechat", f"wx-{number}", f"secret-wx-{number}"),
            ("weibo", f"{number}", f"weibo-{number}"),
        ):
            accounts.append(operations.open_account(kind=kind, app_id=app, secret=secret, **told).pk)
    numbers = []
    for number in range(TEXTS):
        pair = number % ACCOUNTS * 2
        text = operations.Text(
            title=f"借书证换发通知第 {number} 号",
            summary="旧借书证下月停用，请在网上换发。",
            body="一、谁要换\n二〇二〇年以前办的借书证要换。",
            topic="notice",
            audience=COUNTY,
            valid_from=clock.today(),
            valid_to=None,
            channels=("site", "inbox", "wechat", "weibo"),
            accounts=accounts[pair : pair + 2],
        )
        made = operations.write_publication(number="", text=text, actor=writer, at=at).publication
        operations.submit_publication(number=made.number, actor=writer, at=at)
        operations.release_publication(number=made.number, release_at=None, urgent_reason="", actor=reviewer, at=at)
        numbers.append(str(made.number))
    return numbers


def kill_and_recall(drill: Drill, numbers: list[str], officers: dict[str, Any]) -> list[str]:
    """Kill a worker whenever some more stand outside, and recall every third text while they are at it."""
    from onedoor.platform.kernel import clock
    from onedoor.platform.publishing import operations

    to_recall, recalled, seen = numbers[::RECALLED], list[str](), 0
    reviewer, give_up = actor(officers, "publisher"), time.monotonic() + GIVE_UP
    while to_recall or seen < TEXTS:
        if time.monotonic() > give_up:
            raise SystemExit("the texts do not come on")
        now = len(drill.standing())
        if now >= seen + drill.random.randint(3, 8):
            seen = now
            drill.kill_worker()
            for number in to_recall[:3]:
                told: dict[str, Any] = {"number": number, "reason": "内容有误，撤回更正。", "correct": True}
                operations.recall_publication(**told, actor=reviewer, at=clock.now())
            recalled, to_recall = recalled + to_recall[:3], to_recall[3:]
            drill.move(timedelta(minutes=1))  # what the dead worker held is free
        time.sleep(0.02)
    return recalled


def settled(drill: Drill) -> bool:
    from onedoor.platform.publishing.models import Placement

    if not Placement.objects.filter(due_at__isnull=False).exists():
        return True
    drill.move(timedelta(minutes=2))
    time.sleep(1.0)
    return False


def report(drill: Drill, numbers: list[str], recalled: list[str], readers: int) -> None:
    """Count by text what the platforms have ever taken, and what stands there now."""
    from onedoor.platform.messages.models import Message
    from onedoor.platform.publishing.models import Placement, Publication

    taken = drill.standing()
    found = {number: [stands for told, stands in taken if f"/news/{number}/" in told] for number in numbers}
    kept = [number for number in numbers if number not in recalled]
    twice = sum(len(found[number]) > 2 for number in numbers)  # one article and one post
    missing = sum(sum(found[number]) != 2 for number in kept)
    left = sum(any(found[number]) for number in recalled)
    print(f"    {len(numbers)} 条，撤回 recalled {len(recalled)}, 外部曾发 taken outside {len(taken)}")
    print(f"    重复 twice {twice}, 缺 missing {missing}, 撤回后仍在 standing after the recall {left}")
    states = Counter(Placement.objects.values_list("channel", "state"))
    print("    " + ", ".join(f"{channel} {state} {number}" for (channel, state), number in sorted(states.items())))
    sources = {one.source: one.number for one in Publication.objects.filter(number__in=kept)}
    inbox = Counter(Message.objects.filter(source__in=sources, channel="inbox").values_list("source", "recipient_id"))
    doubled = sum(number > 1 for number in inbox.values())
    print(f"    消息 inbox {len(inbox)} of {len(kept) * readers}, 重复 doubled {doubled}", flush=True)
    if twice or missing or left or doubled or len(inbox) != len(kept) * readers:
        raise SystemExit("a text stands twice, is missing, or was not taken down")
