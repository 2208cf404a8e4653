"""
免申即享: what a service registers so that people need not ask. A pure rule over facts the house holds already, with reasons.

The rule never decides: a yes is an offer, and what follows from accepting it is an ordinary case.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from onedoor.standards.judgement import Reason

Answer = Literal["yes", "no", "unknown"]
Period = Literal["month", "quarter", "year", "once"]


@dataclass(frozen=True)
class Someone:
    """A person as the house knows everybody."""

    id: int
    born_on: date | None
    sex: str
    division: str
    deceased_on: date | None


@dataclass(frozen=True)
class Verdict:
    """What a rule says about one person: yes, no, or that a fact is missing; each with its reasons."""

    answer: Answer
    reasons: tuple[Reason, ...] = ()


def _nobody(people: Collection[int], on: date) -> set[int]:
    return set()


def _nothing_more(people: Sequence[Someone], on: date) -> Mapping[int, Mapping[str, Any]]:
    return {}


def _no_answers(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Entitlement:
    """
    One thing people may have without asking.

    `facts` gathers for many people at once what registers know; a fact that is not there is unknown and never no.
    `receiving` names those who have it already; `answers` fills the form of the item in from the facts.
    """

    code: str
    item: str
    title: str
    gives: str  # what it is, in one sentence
    line: str
    purpose: str  # for which the facts are used, in words
    period: Period
    eligible: Callable[[Mapping[str, Any], date], Verdict]
    facts: Callable[[Sequence[Someone], date], Mapping[int, Mapping[str, Any]]] = _nothing_more
    receiving: Callable[[Collection[int], date], set[int]] = _nobody
    answers: Callable[[Mapping[str, Any]], Mapping[str, Any]] = _no_answers


_entitlements: dict[str, Entitlement] = {}


def register(entitlement: Entitlement) -> None:
    """Register what a service offers by itself; called from `AppConfig.ready`."""
    if entitlement.code in _entitlements and _entitlements[entitlement.code] is not entitlement:
        raise ValueError(f"{entitlement.code} is registered already")
    _entitlements[entitlement.code] = entitlement


def all_entitlements() -> list[Entitlement]:
    return list(_entitlements.values())


def find(code: str) -> Entitlement | None:
    return _entitlements.get(code)


def period_of(period: Period, on: date) -> str:
    """Return the period a day lies in: within one, a person is offered the same thing once."""
    return {
        "month": f"{on:%Y-%m}",
        "quarter": f"{on.year}-Q{(on.month + 2) // 3}",
        "year": str(on.year),
        "once": "once",
    }[period]


def base_facts(one: Someone, on: date) -> dict[str, Any]:
    """Return what is known of everybody; what is not known is left out."""
    facts: dict[str, Any] = {"sex": one.sex, "division": one.division, "born_on": one.born_on, "age": None}
    if one.born_on is not None:
        before = (on.month, on.day) < (one.born_on.month, one.born_on.day)
        facts["age"] = on.year - one.born_on.year - before
    return {name: value for name, value in facts.items() if value not in (None, "")}
