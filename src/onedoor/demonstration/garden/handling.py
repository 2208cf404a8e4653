"""What the garden's cases need in code: everybody who applies may garden; and what one has without asking."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from onedoor.demonstration.cast import FATHER
from onedoor.platform.bundles.entitlements import Entitlement as Offered
from onedoor.platform.bundles.entitlements import Someone, Verdict
from onedoor.platform.cases import handlers
from onedoor.platform.cases.models import Case
from onedoor.platform.identity.models import Person
from onedoor.platform.registers.entitlements import Entitlement, EntitlementSource, Payer
from onedoor.standards.judgement import Judgement, Reason

RULES = "《演示社区花园认养规则》（虚构）"
ITEMS = ("demonstration.garden_plot", "demonstration.garden_tools", "demonstration.garden_seeds")
ELDER = 60
GRANT, KEY, TITLE, SINCE = "demonstration.garden_grant", "G1", "花园养护补贴（演示）", date(2026, 7, 1)


def judge(case: Case, on: date) -> Judgement:
    """Let everybody who applies have it."""
    return Judgement(value={"eligible": True}, reasons=(), trace=(), parameters=())


def wording(case: Case, judgement: Judgement, granted: bool) -> handlers.Wording:
    item = case.item_version.item
    decision = f"同意，给您{item.gives}" if granted else "不同意。"
    basis = [f"{RULES}{article.article}" for article in item.legal_basis]
    return handlers.Wording(f"{item.title}决定书", decision, ["经核实，住在本区。"], basis)


def eligible(facts: Mapping[str, Any], on: date) -> Verdict:
    """An elder may have seeds; whose age nobody knows is not refused them."""
    if "age" not in facts:
        return Verdict("unknown", (Reason("no_birth", "出生日期不明。", f"{RULES}第五条"),))
    if facts["age"] < ELDER:
        return Verdict("no", (Reason("too_young", f"不满 {ELDER} 周岁。", f"{RULES}第五条"),))
    return Verdict("yes", (Reason("elder", f"您今年 {facts['age']} 周岁，已满 {ELDER} 周岁。", f"{RULES}第五条"),))


def _names(people: Sequence[Someone], on: date) -> Mapping[int, Mapping[str, Any]]:
    rows = Person.objects.filter(pk__in=[one.id for one in people])
    return {pk: {"name": name} for pk, name in rows.values_list("pk", "name")}


def of_person(*, person_id: int, on: date) -> list[Entitlement]:
    """Return the grant of the father; nobody else was ever given one."""
    father = Person.objects.filter(pk=person_id, name=FATHER.name, born_on=FATHER.born).exists()
    return [Entitlement(key=KEY, title=TITLE, since=SINCE)] if father else []


def due_for_review(*, days: Collection[date], on: date) -> Iterator[tuple[Entitlement, Collection[int]]]:
    """Nothing of it is looked at again."""
    yield from ()


HANDLERS = tuple(handlers.CaseHandler(item=item, judge=judge, wording=wording) for item in ITEMS)
SOURCE = EntitlementSource(GRANT, Payer("community", tier=4), of_person, due_for_review)
SEEDS = Offered(
    code="demonstration.garden_seeds",
    item="demonstration.garden_seeds",
    title="长者种子包（演示）",
    gives=f"满 {ELDER} 周岁的，每年一包种子。",
    line="community",
    purpose="看您能不能领种子（演示）",
    period="year",
    eligible=eligible,
    facts=_names,
    answers=lambda known: {"name": known["name"]},
)
