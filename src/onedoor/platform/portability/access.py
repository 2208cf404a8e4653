"""Who may have a copy of everything held on a person."""

from datetime import datetime

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of


def may_have(person_id: int, *, actor: Actor, at: datetime) -> bool:
    """Tell whether the actor is the person, or guards them today."""
    if actor.person_id is None or actor.is_assisted:
        return False
    if actor.person_id == person_id:
        return True
    guards = identity.guardianship_between(guardian_id=actor.person_id, ward_id=person_id, on=day_of(at))
    return guards is not None
