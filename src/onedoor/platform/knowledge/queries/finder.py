"""我能享受什么: the questions of all pre-checks on one page, and what the items' own rules say to the answers given."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from onedoor.platform.cases import handlers, prechecks
from onedoor.platform.catalog.forms import FormField, Section
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.queries import list_items, read_guide
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.standards.judgement import Judgement, Reason

MOST_TRIED = 64  # ways to answer what was left open that are tried out
ORDER = {"likely": 0, "unsure": 1, "open": 2, "unlikely": 3}


@dataclass(frozen=True)
class Asked:
    """An item whose pre-check is asked, with the name each of its questions has on the one page."""

    item: ServiceItem
    names: Mapping[str, str]  # on the page → in the pre-check


@dataclass(frozen=True)
class Questions:
    """One page of questions, none of which has to be answered."""

    section: Section | None  # None where no item has a pre-check
    asked: Sequence[Asked]


@dataclass(frozen=True)
class Prospect:
    """What an item's rule says: likely, unsure, unlikely; "open" where it depends on what was not answered."""

    code: str
    title: str
    summary: str
    line: str
    verdict: str
    reasons: Sequence[Reason]
    unknown: Sequence[str]  # the questions that were left open
    obstacle: str = ""  # why the rule could not be asked


def questions(*, chain: Sequence[str], on: date) -> Questions:
    """Return every question of every pre-check that holds at a place; the same question of two items is asked once."""
    fields: dict[str, FormField] = {}
    asked = []
    for card in list_items(on=on):
        item = read_guide(code=card.code, chain=chain, on=on).item
        if item.precheck is None or not _has_rule(item):
            continue
        names = {}
        for field in item.precheck.fields:
            open_field = field.model_copy(update={"required": False, "required_when": None, "shown_when": None})
            name = _name(open_field, fields, item)
            fields.setdefault(name, open_field.model_copy(update={"code": name}))
            names[name] = field.code
        asked.append(Asked(item, names))
    section = Section(code="finder", title="我能享受什么", fields=tuple(fields.values())) if fields else None
    return Questions(section, asked)


def _has_rule(item: ServiceItem) -> bool:
    try:
        return handlers.for_item(item.code).precheck is not None
    except LookupError:
        return False


def _name(field: FormField, known: Mapping[str, FormField], item: ServiceItem) -> str:
    """Return under which name a question stands on the page: its own, unless another question has that already."""
    other = known.get(field.code)
    same = other is None or (other.type, other.label, other.choices) == (field.type, field.label, field.choices)
    return field.code if same else f"{item.code.replace('.', '_')}_{field.code}"


def prospects(*, found: Questions, answers: Mapping[str, Any], chain: Sequence[str], on: date) -> list[Prospect]:
    """
    Return what the rules say to these answers, what looks likely first. Nothing is stored and nothing is promised.

    Where a choice was left open, the rule is asked for every way to answer it: what comes out the same each time is said.
    """
    told = [_prospect(one, answers, chain, on) for one in found.asked]
    return sorted(told, key=lambda one: (ORDER.get(one.verdict, 1), one.code))


def _prospect(asked: Asked, answers: Mapping[str, Any], chain: Sequence[str], on: date) -> Prospect:
    item = asked.item
    own = {code: answers[name] for name, code in asked.names.items() if answers.get(name) not in (None, "")}
    fields = item.precheck.fields if item.precheck else ()
    missing = [field for field in fields if field.required and field.code not in own]
    verdict, reasons, obstacle = _judged(item, own, missing, chain, on) if own else ("open", (), "")
    return Prospect(
        code=item.code,
        title=item.title,
        summary=item.gives,
        line=item.line,
        verdict=verdict,
        reasons=reasons,
        unknown=[field.label for field in missing],
        obstacle=obstacle,
    )


def _judged(
    item: ServiceItem, own: Mapping[str, Any], missing: Sequence[FormField], chain: Sequence[str], on: date
) -> tuple[str, tuple[Reason, ...], str]:
    try:
        judgements = [prechecks.judge(item, {**own, **rest}, chain=chain, on=on) for rest in _ways(missing)]
    except OneDoorError as refusal:  # the place has no figure, or none is chosen
        return "open", (), str(refusal)
    verdicts = {str(one.value) for one in judgements}
    if len(verdicts) != 1:
        return "open", (), ""
    return verdicts.pop(), tuple(_said_each_time(judgements)), ""


def _said_each_time(judgements: Sequence[Judgement]) -> Iterator[Reason]:
    """Return the reasons that hold however the open questions are answered."""
    first, *others = judgements
    for reason in first.reasons:
        if all(reason in one.reasons for one in others):
            yield reason


def _ways(missing: Sequence[FormField]) -> Iterator[dict[str, Any]]:
    """Return every way to answer the open questions; nothing where one is not a choice, or there are too many."""
    choices: list[list[tuple[str, Any]]] = []
    for field in missing:
        if field.type == "yes_no":
            choices.append([(field.code, True), (field.code, False)])
        elif field.type == "choice" and field.choices:
            choices.append([(field.code, one.value) for one in field.choices])
        else:
            return
    number = 1
    for one in choices:
        number *= len(one)
    if number <= MOST_TRIED:
        yield from (dict(way) for way in product(*choices))
