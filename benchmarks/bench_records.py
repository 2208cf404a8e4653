"""
A case of three human steps at the level of operations, without pages: begun, filled in, submitted, handed in, accepted,
reviewed twice, decided; two processes, each in a town of its own, durable commits. Next to the rate: questions to the database.
"""

import os
import time
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any

PROCESSES, SECONDS = 2, 8.0
ITEM = "bench.steps_3"


def main() -> None:
    from django.db import connection

    from benchmarks import people

    officers, readers = people.make(PROCESSES)
    connection.close()
    jobs = [(reader.pk, {name: one.pk for name, one in officers.items()}) for reader in readers]
    with get_context("spawn").Pool(PROCESSES) as pool:
        answers = pool.map(work, jobs, chunksize=1)
    rate = sum(count / seconds for count, seconds, _, _ in answers)
    done = sum(count for count, _, _, _ in answers)
    used = sum(cpu for _, _, cpu, _ in answers) / done * 1000
    print(
        f"W4 三步办件（操作层） 3-step case as records: {rate:,.1f} 件 cases/s, {done} done, load {os.getloadavg()[0]:.1f}"
    )
    print(
        f"    CPU: 程序与数据库 program and database {used:.1f} ms = {PROCESSES * 1000 / used:,.0f}/s on {PROCESSES} free cores"
    )
    for name, count in answers[0][3].items():
        print(f"    {name:<28} {count:>3} SQL")
    print(f"    {'合计 together':<26} {sum(answers[0][3].values()):>3} SQL")


def work(job: tuple[int, dict[str, int]]) -> tuple[int, float, float, dict[str, int]]:
    """Return how many cases one process has decided, in how many seconds, with how much processor time, and what each act asked."""
    import django

    django.setup()
    from benchmarks import processors
    from onedoor.platform.identity import queries as identity

    applicant, posts = job
    at = datetime.now().astimezone() - timedelta(days=1)
    actors = {name: identity.actor_for_post(post_id=pk, channel="window", on=at.date()) for name, pk in posts.items()}
    life = Life(applicant, actors, at)
    for _ in range(3):
        life.whole()  # a warm-up: what a process remembers, the database's plans
    asked = life.asked = {}
    life.whole()
    life.asked = None
    begun, cpu, done = time.perf_counter(), processors.own_seconds(), 0
    while time.perf_counter() - begun < SECONDS:
        life.whole()
        done += 1
    return done, time.perf_counter() - begun, processors.own_seconds() - cpu, asked


class Life:
    """Leads one case after the other from its first answer to its decision."""

    def __init__(self, applicant: int, actors: dict[str, Any], at: datetime) -> None:
        from onedoor.platform.kernel.actors import Actor

        self.applicant, self.actors, self.at = applicant, actors, at
        self.reader = Actor(kind="citizen", name="", person_id=applicant, login_id=applicant, assurance=3)
        self.asked: dict[str, int] | None = None

    def whole(self) -> None:
        from django.http import QueryDict

        from benchmarks import items
        from onedoor.platform.cases import operations
        from onedoor.platform.cases.forms.validation import read_section
        from onedoor.platform.cases.rulings import Ruling

        clerk, reviewer, approver = (self.actors[name] for name in ("clerk", "reviewer", "approver"))
        reader = {"actor": self.reader, "at": self.at}
        draft = self.act("开始 start", operations.start_draft, item_code=ITEM, applicant_id=self.applicant, **reader)
        section = draft.item_version.item.form.sections[0]
        sent = QueryDict(mutable=True)
        sent.update(items.typed(14))
        cleaned = read_section(section, sent, known={})
        known = {"draft_id": draft.pk, "revision": draft.revision}
        draft = self.act(
            "填写 section", operations.save_section, section=section.code, cleaned=cleaned, **known, **reader
        )
        known["revision"] = draft.revision
        case = self.act("提交 submit", operations.submit_draft, **known, **reader)
        one = {"case_id": case.pk, "at": self.at}
        self.act("送达 hand in", operations.hand_in_case, actor=self.reader, **one)
        self.act("受理 accept", operations.accept_case, actor=clerk, **one)
        for step in ("opinion_1", "opinion_2"):
            words = {"outcome": "agree", "note": "情况属实，同意办理。", "facts": {}}
            self.act(f"审核 {step}", operations.complete_step, step=step, actor=reviewer, **words, **one)
        self.act("决定 decide", operations.decide_case, ruling=Ruling(granted=True), actor=approver, **one)

    def act(self, name: str, operation: Any, **given: Any) -> Any:
        if self.asked is None:
            return operation(**given)
        from django.db import connection

        from benchmarks.site import Counter

        with Counter(connection) as counter:
            done = operation(**given)
        self.asked[name] = counter.count
        return done
