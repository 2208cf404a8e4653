"""
In whose matter somebody looks or acts where no application is meant: their own, or that of somebody they act for by law or
under a delegation. The mandates are those of applications (`require_mandate`); what belongs to no item, as the uses of
somebody's data, takes one for every item. To follow a case ("view") opens none of it: whoever gives a delegation says
so of their affairs by a scope of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Person
from onedoor.platform.identity.queries.mandates import (
    GuardianOnly,
    MandateMissing,
    followed_by,
    guardianship_between,
    living_between,
    represents,
    require_mandate,
)
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError

AFFAIRS = "affairs"  # to look at what somebody receives, has booked, is offered, and who used their data
SUBMIT = "submit"

_personal: list[Callable[[date], set[str]]] = []


def register_personal(items: Callable[[date], set[str]]) -> None:
    """Let the room that knows items say which the law leaves to the person alone: no delegation reaches those."""
    _personal.append(items)


def personal_items(on: date) -> set[str]:
    """Return the codes of the items that nobody does for another under a delegation."""
    return {code for items in _personal for code in items(on)}


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
    """
    What of somebody's matters may be looked at: everything, or under delegations those of some items and business lines,
    and what the agent has done for them.
    """

    person_id: int
    agent_id: int | None = None
    granted: Sequence[Sequence[str]] = ((),)  # the items of each delegation to look at affairs; () is every item
    done: Sequence[Sequence[str]] = ()  # the same of those to act: what was done under one may be looked at
    personal: frozenset[str] = frozenset()  # items no delegation reaches

    def covers(self, item: str) -> bool:
        line = f"{item.partition('.')[0]}.*"
        return item not in self.personal and any(not items or item in items or line in items for items in self.granted)

    def rows(self, item: str, *, agent: str = "") -> Q:
        """Return the condition of what may be looked at; `item` and `agent` are the columns that say of which and by whom."""
        seen = of_items(item, *self.granted)
        if agent and self.done:
            seen |= Q(**{agent: self.agent_id}) & of_items(item, *self.done)
        return seen & ~Q(**{f"{item}__in": self.personal}) if self.personal else seen


def of_items(column: str, *granted: Sequence[str]) -> Q:
    """Return the condition "of the items of one of these"; "library.*" is a business line, no items are all."""
    if () in map(tuple, granted):
        return Q(pk__isnull=False)  # an empty condition would vanish beside another
    codes = [code for items in granted for code in items]
    wanted = Q(**{f"{column}__in": [code for code in codes if not code.endswith(".*")]})
    for code in codes:
        if code.endswith(".*"):
            wanted |= Q(**{f"{column}__startswith": code.removesuffix("*")})
    return wanted


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


def require_look(*, person_id: int, agent_id: int | None, item: str, actor: Actor, on: date) -> Side:
    """
    Let the acting person look at one thing of theirs, or of somebody they act for: what they have done themselves
    (`agent_id`) as long as they may act in its item, anything else where they may look at that person's affairs.

    :raises NotLoggedIn, MandateMissing and its kin: as `require_side`.
    """
    scope = SUBMIT if agent_id is not None and agent_id == actor.person_id else AFFAIRS
    return require_side(person_id=person_id, item=item, scope=scope, actor=actor, on=on)


def require_seen(*, person_id: int | None, actor: Actor, on: date, done: bool = False) -> Seen:
    """
    Return what the acting person may look at of their own matters (None), or of those of somebody they act for; `done`:
    of things agents do, where whoever may only act sees what they did.

    :raises NotLoggedIn, MandateMissing and its kin: as `require_side`, where it is nothing at all.
    """
    own = actor.require_person()
    if person_id is None or person_id == own:
        return Seen(own)
    if _acts_by_law(own, person_id, on):
        return Seen(person_id, own)
    living = living_between(agent_id=own, principal_id=person_id, on=on)
    granted = [one.items for one in living if AFFAIRS in one.scopes]
    acting = [one.items for one in living if done and SUBMIT in one.scopes]
    if not granted and not acting:
        _mandate(own, person_id, item="", scope=AFFAIRS, on=on)
    return Seen(person_id, own, granted, acting, frozenset(personal_items(on)))


def record_look_for(*, person_id: int, actor: Actor, at: datetime) -> None:
    """Record that the matters of another were looked at for them: by whom, and whose they are. One's own are no such look."""
    if person_id != actor.person_id:
        audit.record_look("identity.look_for_another", actor=actor, at=at, target=f"person:{person_id}")


def _acts_by_law(agent_id: int, person_id: int, on: date) -> bool:
    if guardianship_between(guardian_id=agent_id, ward_id=person_id, on=on) is not None:
        return True
    return represents(person_id=agent_id, entity_id=person_id)


def _mandate(agent_id: int, person_id: int, *, item: str, scope: str, on: date, to_use: bool = False) -> int | None:
    """:raises MandateMissing: also where there is no such person, or a child: a stranger is not told which."""
    if not Person.objects.filter(pk=person_id).exists():
        raise MandateMissing
    try:
        found = require_mandate(agent_id=agent_id, principal_id=person_id, item=item, scope=scope, on=on, to_use=to_use)
    except GuardianOnly:
        raise MandateMissing from None
    if found is not None and item and item in personal_items(on):
        raise MandateMissing
    return found


def acted_for(*, actor: Actor, on: date, done: bool = False) -> list[Person]:
    """Return whose matters the acting person may look at beside their own, each once; `done` as in `require_seen`."""
    own, scopes = actor.require_person(), (AFFAIRS, SUBMIT) if done else (AFFAIRS,)
    people = {person for scope in scopes for person, _ in followed_by(agent_id=own, on=on, scope=scope)}
    return list(Person.objects.filter(pk__in=people, entity__isnull=True).order_by("pk"))


def readers_of(*, person_id: int, agent_id: int | None, item: str, on: date, scope: str = "view") -> set[int]:
    """
    Return who is told of a matter: whose it is, and who has acted for them as long as they may still look at it, which of
    a case takes "view".
    """
    if agent_id is None:
        return {person_id}
    try:
        require_mandate(agent_id=agent_id, principal_id=person_id, item=item, scope=scope, on=on)
    except OneDoorError:
        return {person_id}  # the mandate is over; what goes on is no longer the agent's to know
    return {person_id, agent_id}
