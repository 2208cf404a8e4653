"""Declared against found: what the departments say about a household, fact by fact. It compares, it decides nothing."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from onedoor.platform.cases.operations import Finding
from onedoor.platform.exchange.connectors import connector
from onedoor.services.assistance.models import SourceResult

ANSWERED = (SourceResult.State.ANSWERED, SourceResult.State.EMPTY)
HOUSEHOLD = "police.household"


def findings(members: Sequence[SourceResult], declared: Mapping[str, Any], *, tolerance: Decimal) -> Iterator[Finding]:
    """Yield what can be said about each fact from the answers there are about the members of a household."""
    for source, fact, label, field in (
        ("housing.ownership", "HOUSE", "房产（套）", "houses"),
        ("vehicles.registration", "VEHICLE", "机动车（辆）", "vehicles"),
    ):
        answered, complete = _answers(members, source)
        count, stated = sum(len(row.answer or []) for row in answered), int(declared.get(field) or 0)
        # While somebody's answer is missing, fewer than declared says nothing yet.
        if complete or count > stated:
            yield _finding(answered, fact, label, str(stated), str(count), differs=count != stated)
    answered, complete = _answers(members, "banks.balance")
    money = sum((Decimal(one["balance"]) for row in answered for one in row.answer or []), Decimal("0.00"))
    stated_money = Decimal(declared.get("deposits") or 0)
    if complete or money > stated_money + tolerance:
        differs = money > stated_money + tolerance
        yield _finding(answered, "DEPOSIT", "存款（元）", f"{stated_money:.2f}", f"{money:.2f}", differs=differs)
    yield from _members(members, declared)


def _members(members: Sequence[SourceResult], declared: Mapping[str, Any]) -> Iterator[Finding]:
    """People of the same household book who were not declared as living together."""
    named = {row["id_number"] for table in ("members", "obligors") for row in declared.get(table, [])}
    answered, complete = _answers(members, HOUSEHOLD)
    others = {
        member["id_number"]: member["name"]
        for row in answered
        for household in row.answer or []
        for member in household["members"]
        if member["id_number"] not in named
    }
    if others or complete:
        yield _finding(answered, "MEMBER", "同户人员", "未申报", "、".join(others.values()), differs=bool(others))


def _answers(members: Sequence[SourceResult], source: str) -> tuple[list[SourceResult], bool]:
    """Return the answers of one source, and whether it has answered about everybody it was to be asked about."""
    rows = [row for row in members if row.source == source]
    answered = [row for row in rows if row.state in ANSWERED]
    return answered, bool(answered) and len(answered) == len(rows)


def _finding(
    answered: Sequence[SourceResult], fact: str, label: str, declared: str, found: str, *, differs: bool
) -> Finding:
    """Name the answer that found something, else the first, as the one a person can be shown."""
    row = next((one for one in answered if one.answer), answered[0])
    source = connector(row.source)
    return Finding(
        fact=fact,
        label=label,
        declared=declared,
        found=found,
        differs=differs,
        source=row.source,
        source_words=f"{source.department}：{source.title}",
        receipt=row.query_id,
        as_of=row.as_of,
    )
