"""The situation a person tells the guide: a few choices that show exactly what is needed, never anything about the person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onedoor.platform.cases.forms.binding import BoundField, bind_section
from onedoor.platform.cases.forms.reading import Posted
from onedoor.platform.cases.forms.validation import asks_for, read_section
from onedoor.platform.catalog.conditions import Condition
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.scenarios import Outcome, outcome, scenario_section


@dataclass(frozen=True)
class Situation:
    """The questions to show, what has been answered, and what follows once everything needed is."""

    fields: list[BoundField]
    answers: Mapping[str, Any]
    outcome: Outcome | None


def situation_of(item: ServiceItem, sent: Posted) -> Situation | None:
    """Read the situation out of an address or a form; None where the item tells none apart."""
    section = scenario_section(item)
    if section is None:
        return None
    cleaned = read_section(section, sent, known={})
    answers = {code: value for code, value in cleaned.answers.items() if value not in (None, "", [])}
    shown = [one for one in section.fields if one.shown_when is None or _follows(one.shown_when, answers)]
    open_questions = [one for one in shown if asks_for(one, answers) and one.code not in answers]
    codes = {field.code for field in shown}
    bound = bind_section(section, answers=answers, typed={}, problems={}, known={})
    return Situation(
        fields=[one for one in bound if one.field.code in codes],
        answers={code: value for code, value in answers.items() if code in codes},
        outcome=outcome(item, answers) if answers and not open_questions else None,
    )


def _follows(condition: Condition, answers: Mapping[str, Any]) -> bool:
    """A question comes up once those it depends on are answered; until then nobody has said no to them."""
    return set(condition.fields()) <= set(answers) and condition.holds(answers)


def answers_of(item: ServiceItem, sent: Posted) -> Mapping[str, Any]:
    """Return the answers a form carries along from the guide."""
    found = situation_of(item, sent)
    return found.answers if found else {}
