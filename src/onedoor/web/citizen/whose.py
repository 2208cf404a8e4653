"""In whose matters a page of 我的 stands: one's own, or those of somebody one acts for, whom the address names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import whole


@dataclass(frozen=True)
class Other:
    person_id: int
    name: str
    chosen: bool


@dataclass(frozen=True)
class Whose:
    """
    `person_id` is whom the page asks the rooms about; they judge whether the acting person may. `name` is empty for
    oneself, and for anybody one does not act for.
    """

    person_id: int
    is_own: bool
    others: Sequence[Other]

    @property
    def name(self) -> str:
        return next((one.name for one in self.others if one.chosen), "")

    @property
    def query(self) -> str:
        """What an address of the same person's matters ends with."""
        return "" if self.is_own else f"?person={self.person_id}"


def whose_of(request: HttpRequest, *, done: bool = False) -> Whose:
    """
    Whose matters the address names; `done`: also of those for whom one may only act, where one sees what one did. A look
    at another's is recorded.

    :raises NotLoggedIn: nobody has logged in; :raises Garbled: the address names no person.
    """
    actor = actor_of(request)
    own = actor.require_person()
    person_id = whole(request.GET, "person", own)
    people = identity.acted_for(actor=actor, on=clock.today(), done=done)
    if any(one.pk == person_id for one in people):
        identity.record_look_for(person_id=person_id, actor=actor, at=clock.now())
    return Whose(person_id, person_id == own, [Other(one.pk, one.name, one.pk == person_id) for one in people])


def whose_is(person: Any, *, actor: Actor) -> Whose:
    """Whose matter one thing is that its room has let the acting person see."""
    is_own = person.pk == actor.person_id
    return Whose(person.pk, is_own, [] if is_own else [Other(person.pk, person.name, chosen=True)])
