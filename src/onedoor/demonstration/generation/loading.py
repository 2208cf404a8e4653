"""Invent cases by the million: one county at a time, in several processes, with progress."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import datetime

from onedoor.demonstration.generation import children, organs, proportions, rows, writing
from onedoor.demonstration.generation.plans import Place, Plan, Share
from onedoor.demonstration.generation.writing import Writer
from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.models import Case
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.catalog.queries import version_in_force
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of

ITEM = "assistance.dibao_apply"
MOST_PERSONS = 5  # of one household
MACHINE = Actor.system("演示数据")


def invent(plan: Plan, *, at: datetime, tell: Callable[[str], None]) -> int:
    """Invent the cases of a plan; return how many rows were written. Run it once on a database."""
    places = organs.furnish(organs.counties(within=plan.within, on=day_of(at)), at=at)
    tell(f"机构：{len(places)} 个县，{sum(len(place.towns) for place in places)} 个乡镇（街道）")
    shares = list(_shares(plan, places))
    begun, written, cases = time.monotonic(), 0, 0
    for done, (count, share) in enumerate(_run(plan, shares, at), start=1):
        written, cases = written + count, cases + share.cases
        if done % max(1, len(shares) // 40) == 0 or done == len(shares):
            rate = cases / max(0.001, time.monotonic() - begun)
            tell(f"{done}/{len(shares)} 县 · {cases:,} 件 · {written:,} 行 · 每秒 {rate:,.0f} 件")
    rows.move_sequences(writing.MODELS)
    audit.record("demonstration.invent", actor=MACHINE, at=at, target="cases", cases=cases, rows=written)
    return written


def _shares(plan: Plan, places: list[Place]) -> Iterator[Share]:
    """Deal the cases out: to provinces by population, within one by its number of townships."""
    towns: dict[str, int] = {}
    for place in places:
        towns[place.code[:2]] = towns.get(place.code[:2], 0) + len(place.towns)
    people = sum(proportions.POPULATION.get(province, 0) for province in towns)
    case, person = rows.first_free_id(Case), rows.first_free_id(Person)
    owed = 0.0
    for place in places:
        province = place.code[:2]
        part = proportions.POPULATION.get(province, 0) / people * len(place.towns) / towns[province]
        owed += plan.cases * part
        count = round(owed)
        owed -= count
        if count:
            yield Share(place, count, case, person)
            case, person = case + count, person + count * MOST_PERSONS


def _run(plan: Plan, shares: list[Share], at: datetime) -> Iterator[tuple[int, Share]]:
    if plan.processes == 1:
        version = version_in_force(code=ITEM, on=day_of(at))
        for share in shares:
            yield write_share(plan, share, at, version), share
        return
    # "spawn": a child that inherited this process's database connection would break it.
    context = multiprocessing.get_context("spawn")
    settings = os.environ["DJANGO_SETTINGS_MODULE"]
    with ProcessPoolExecutor(
        plan.processes, mp_context=context, initializer=children.prepare, initargs=(settings,)
    ) as pool:
        waiting = {pool.submit(children.write, plan, share, at): share for share in shares}
        for done in as_completed(waiting):
            yield done.result(), waiting[done]


def write_share(plan: Plan, share: Share, at: datetime, version: ItemVersion) -> int:
    """Write one county's cases under a version of the item; return how many rows."""
    return Writer(share, version=version, today=day_of(at), now=at, days=plan.days, seed=plan.seed).write()
