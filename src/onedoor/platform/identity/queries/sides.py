"""
In whose matter somebody looks or acts where no application is meant: their own, or that of somebody they act for by law or
under a delegation. The mandates are those of applications (`require_mandate`); what belongs to no item, as the uses of
somebody's data, takes one for every item.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from onedoor.platform.identity.models import Person
from onedoor.platform.identity.queries.mandates import (
    GuardianOnly,
    MandateMissing,
    followed_by,
    require_mandate,
)
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError


@dataclass(frozen=True)
class Side:
    """Whose matter it is, and who acts for them: `agent_id` is None where they act themselves."""

    person_id: int
    agent_id: int | None = None
    delegation_id: int | None = None  # None beside an agent: one who acts by law

    @property
    def audited(self) -> dict[str, Any]:
        """What the record adds of an act for another; who acts stands there by itself."""
        if self.agent_id is None:
            return {}
        return {"principal": self.person_id, "delegation": self.delegation_id}


@dataclass(frozen=True)
class Seen:
    """What of somebody's matters may be looked at: everything, or those of some items and business lines."""

    person_id: int
    granted: Sequence[Sequence[str]] = ((),)

    def covers(self, item: str) -> bool:
        line = f"{item.partition('.')[0]}.*"
        return any(not items or item in items or line in items for items in self.granted)


def require_side(*, person_id: int | None, item: str, scope: str, actor: Actor, on: date, to_use: bool = False) -> Side:
    """
    Let the acting person in their own matter (None), or in that of somebody they may do `scope` for in this item.

    :raises NotLoggedIn: nobody has logged in.
    :raises MandateMissing, MandateExpired, MandateRevoked, MandateSuspended, MandateUsedUp: they may not.
    """
    own = actor.require_person()
    if person_id is None or person_id == own:
        return Side(own)
    return Side(person_id, own, _mandate(own, person_id, item=item, scope=scope, on=on, to_use=to_use))


def require_seen(*, person_id: int | None, actor: Actor, on: date) -> Seen:
    """
    Return what the acting person may look at of their own matters (None), or of those of somebody they act for.

    :raises NotLoggedIn, MandateMissing and its kin: as `require_side`, where it is nothing at all.
    """
    own = actor.require_person()
    if person_id is None or person_id == own:
        return Seen(own)
    granted = [items for person, items in followed_by(agent_id=own, on=on) if person == person_id]
    if not granted:
        _mandate(own, person_id, item="", scope="view", on=on)
    return Seen(person_id, granted)


def _mandate(agent_id: int, person_id: int, *, item: str, scope: str, on: date, to_use: bool = False) -> int | None:
    """:raises MandateMissing: also where there is no such person, or a child: a stranger is not told which."""
    if not Person.objects.filter(pk=person_id).exists():
        raise MandateMissing
    try:
        return require_mandate(agent_id=agent_id, principal_id=person_id, item=item, scope=scope, on=on, to_use=to_use)
    except GuardianOnly:
        raise MandateMissing from None


def acted_for(*, actor: Actor, on: date) -> list[Person]:
    """Return whose matters the acting person may look at beside their own, each once."""
    people = {person for person, _ in followed_by(agent_id=actor.require_person(), on=on)}
    return list(Person.objects.filter(pk__in=people, entity__isnull=True).order_by("pk"))


def readers_of(*, person_id: int, agent_id: int | None, item: str, on: date) -> set[int]:
    """Return who is told of a matter: whose it is, and who has acted for them as long as they may still look at it."""
    if agent_id is None:
        return {person_id}
    try:
        require_mandate(agent_id=agent_id, principal_id=person_id, item=item, scope="view", on=on)
    except OneDoorError:
        return {person_id}  # the mandate is over; what goes on is no longer the agent's to know
    return {person_id, agent_id}
