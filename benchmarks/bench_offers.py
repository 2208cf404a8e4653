"""免申即享: the nightly run of one rule over 100,000 people, from the first to the last, and the same people the night after."""

import os
import time
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from benchmarks import items, people
from onedoor.demonstration.cast import TOWN
from onedoor.demonstration.generation.population import County
from onedoor.platform.bundles import proactive
from onedoor.platform.bundles.entitlements import Entitlement, Verdict
from onedoor.platform.bundles.models import ProactiveRun
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel.clock import CHINA
from onedoor.standards.judgement import Reason

PEOPLE = int(os.environ.get("ONEDOOR_BENCH_PEOPLE", "100000"))
AT_ONCE = 2000
OLD = 80


def eligible(facts: Mapping[str, Any], on: date) -> Verdict:
    if "age" not in facts:
        return Verdict("unknown", (Reason("no_birth", "出生日期不明。", ""),))
    if facts["age"] < OLD:
        return Verdict("no")
    return Verdict("yes", (Reason("old_enough", f"满 {OLD} 岁。", "《借书规则》第二条"),))


def invented(county: County) -> Iterator[Person]:
    at = datetime.now(CHINA)
    for place in range(PEOPLE):
        one = county._person(["王", "李", "张"][place % 3 : place % 3 + 1], place % 100, "SELF")
        born = None if place % 500 == 0 else one.born
        yield Person(
            name=one.name,
            sex=one.sex,
            born_on=born,
            division_id=TOWN,
            id_number=one.id_number,
            **Person.by_number.values(one.id_number),
            deceased_on=date(2026, 1, 1) if place % 300 == 0 else None,
            recorded_at=at,
            recorded_by="性能测量",
        )


def main() -> None:
    people.make(1)
    rows = invented(County(TOWN, [(TOWN, "镇")], seed=1, today=date.today()))
    begun = time.monotonic()
    while some := list(islice(rows, AT_ONCE)):
        Person.objects.bulk_create(some)
    print(f"    {PEOPLE:,} 人 people in {time.monotonic() - begun:,.0f} s", flush=True)
    rule = Entitlement(
        code="library.elders",
        item=items.CODES[0],
        title="长者借书",
        gives="免押金。",
        line="library",
        purpose="测量",
        period="year",
        eligible=eligible,
    )
    for night in range(2):
        at = datetime.now(CHINA) + timedelta(days=night)
        begun = time.monotonic()
        while proactive.run_batch(rule, on=at.date(), at=at):
            pass
        run = ProactiveRun.objects.get(on=at.date())
        told = f"{run.looked_at:,} 人 people, {run.offered:,} 提议 offers, {run.left_out:,} 未提议 left out"
        print(f"    第 {night + 1} 晚 night {night + 1}: {told} in {time.monotonic() - begun:,.1f} s", flush=True)
