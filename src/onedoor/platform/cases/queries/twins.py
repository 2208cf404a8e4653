"""Open cases that may be the same matter, for the officer who has one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from onedoor.platform.cases import twins
from onedoor.platform.cases.models import Case
from onedoor.platform.kernel.actors import Actor
from onedoor.standards.masks import mask_name

MOST = 20


@dataclass(frozen=True)
class Twin:
    """Another open case with one of the same household; `number` is "" where the officer's post does not reach."""

    number: str
    organ: str  # whom to ask
    people: Sequence[str]  # masked


def twins_of(case: Case, *, actor: Actor) -> list[Twin]:
    """
    Return the open cases of the same item that name a member of this household, in any place. One query; none where it is
    known that there are none.

    Of a case elsewhere the officer learns only that there is one, and which organ to ask.
    """
    if not getattr(case, "has_twins", True):
        return []
    found: dict[int, Twin] = {}
    for row in twins.named_also_in(case)[:MOST]:
        other = row.case
        may_open = actor.may("cases.view", division=other.division, line=other.line)
        known = found.get(other.pk)
        people = [*(known.people if known else ()), mask_name(row.person.name)]
        number = other.number if may_open else ""
        found[other.pk] = Twin(number, other.receiving_organization.name, people)
    return list(found.values())
