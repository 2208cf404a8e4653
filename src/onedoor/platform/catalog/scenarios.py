"""Scenario guide (情形引导): from the answers to a few choices to exactly what one person needs. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onedoor.platform.catalog.forms import Section
from onedoor.platform.catalog.items import Fee, Material, ServiceItem
from onedoor.platform.catalog.strict import Limit


@dataclass(frozen=True)
class Outcome:
    """What a situation asks for: the same for the guide, the form, the check list and the window."""

    titles: tuple[str, ...]  # the situations that hold
    materials: tuple[Material, ...]
    fee: Fee
    promised: Limit
    places: tuple[str, ...]
    notes: tuple[str, ...]


def scenario_section(item: ServiceItem) -> Section | None:
    """Return the section of the form that tells situations apart, if the item has one."""
    return item.form.section(item.scenario) if item.scenario else None


def outcome(item: ServiceItem, answers: Mapping[str, Any]) -> Outcome:
    """
    Return what these answers ask for. Where several situations hold, the first one that says something about fee or limit
    counts; places and notes of all of them are told.
    """
    holding = [one for one in item.scenarios if one.when.holds(answers)]
    return Outcome(
        titles=tuple(one.title for one in holding),
        materials=tuple(paper for paper in item.materials if paper.asked(answers)),
        fee=next((one.fee for one in holding if one.fee), item.fee),
        promised=next((one.promised for one in holding if one.promised), item.limits.promised),
        places=tuple(one.place for one in holding if one.place),
        notes=tuple(one.note for one in holding if one.note),
    )
