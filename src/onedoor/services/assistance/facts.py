"""From what was declared, found and settled to the facts a judgement rests on."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from onedoor.platform.cases import queries as case_queries
from onedoor.platform.cases.models import Case, Conflict
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.parameters import snapshot
from onedoor.services.assistance.figures import PREFIX
from onedoor.services.assistance.rules import (
    Asset,
    HouseholdFacts,
    IncomeItem,
    Obligor,
    PersonFacts,
    cohabiting_members,
)
from onedoor.standards.id_numbers import parse_citizen_id
from onedoor.standards.judgement import Params


def parameters(division: str, on: date) -> Params:
    """Return every parameter of social assistance as it holds for a place and day."""
    return snapshot(prefix=PREFIX, chain=identity.chain(division), on=on)


def household_facts(case: Case, on: date) -> HouseholdFacts:
    """Return the facts of a case: declared answers, corrected where a conflict was settled as found."""
    answers = case.declared.content
    conflicts = case_queries.settled_conflicts(case)
    members = counted_members(answers, on)
    parents = sum(1 for row in answers.get("members", []) if row["relation"] in ("SELF", "SPOUSE")) or 1
    return HouseholdFacts(
        members=members,
        hukou=answers["hukou"].upper(),
        incomes=[_income(row) for row in answers.get("incomes", [])],
        assets=_assets(answers, conflicts),
        obligors=[
            Obligor(row["name"], Decimal(row["income"]), int(row["members"]), parents)
            for row in answers.get("obligors", [])
        ],
        able_worker=any(row.get("works") for row in answers.get("members", [])),
        open_differences=sum(1 for row in conflicts if row.is_open),
    )


def counted_members(answers: Mapping[str, Any], on: date) -> list[str]:
    """Return the names of those who count as family members living together (R1)."""
    people = [
        PersonFacts(
            name=row["name"],
            relation=row["relation"],
            born=parse_citizen_id(row["id_number"]).birth_date,
            school=row.get("school", ""),
            dependent=row.get("health") in ("SEVERE", "DISABLED"),
            support_duty=row["relation"] != "OTHER",
        )
        for row in answers.get("members", [])
    ]
    return [row.name for row in cohabiting_members(people, on).value if row.counts]


def _income(row: Mapping[str, Any]) -> IncomeItem:
    exempt = row["kind"] == "EXEMPT"
    kind = "TRANSFER_NET" if row["kind"] in ("PENSION", "EXEMPT") else row["kind"]
    return IncomeItem(
        kind=kind,
        gross=Decimal(row["gross"]),
        deduction=Decimal(row.get("deduction") or 0),
        yearly=row["period"] == "year",
        member=row.get("earner", ""),
        excluded="政府补助和优抚待遇" if exempt else "",
    )


def _assets(answers: Mapping[str, Any], conflicts: list[Conflict]) -> list[Asset]:
    """Take each kind as declared, or as found where an officer settled the conflict so."""
    counts = {"HOUSE": int(answers.get("houses") or 0), "VEHICLE": int(answers.get("vehicles") or 0)}
    deposits = Decimal(answers.get("deposits") or 0)
    sources = dict.fromkeys(("HOUSE", "VEHICLE", "DEPOSIT"), "申请人申报")
    for conflict in conflicts:
        if conflict.settled != Conflict.Settled.FOUND or conflict.fact not in sources:
            continue
        sources[conflict.fact] = "部门核对"
        if conflict.fact == "DEPOSIT":
            deposits = Decimal(str(conflict.found))
        else:
            counts[conflict.fact] = int(conflict.found)
    assets = [Asset("DEPOSIT", deposits, source=sources["DEPOSIT"])]
    for kind, number in counts.items():
        assets += [Asset(kind, Decimal(1), source=sources[kind])] * number
    return assets
