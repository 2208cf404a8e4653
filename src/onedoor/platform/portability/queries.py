"""What of one's own data was copied out, by whom and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.portability.models import DataExport

MOST = 20


@dataclass(frozen=True)
class Subject:
    """Whose data the actor may have a copy of: themselves, and each ward."""

    person_id: int
    name: str
    is_own: bool
    exports: Sequence[DataExport]

    @property
    def is_being_made(self) -> bool:
        return any(one.is_open and one.is_by_guardian != self.is_own for one in self.exports)


def export_subjects(*, actor: Actor, at: datetime) -> list[Subject]:
    """
    Return whose data may be copied out by the acting person, each with the copies they may take, the newest first.

    :raises NotLoggedIn: nobody has logged in.
    """
    own = actor.require_person()
    people = [(own, identity.name_of(own))]
    people += [(one.ward_id, one.ward.name) for one in identity.wards_of(actor=actor, on=day_of(at))]
    return [
        Subject(
            person_id,
            name,
            person_id == own,
            [_as_it_is(row, at) for row in _of(person_id) if own in (person_id, row.asked_by_id)],
        )
        for person_id, name in dict(people).items()
    ]


def _as_it_is(row: DataExport, at: datetime) -> DataExport:
    """Show a copy whose days are over as gone, though the hour that destroys it is still to come."""
    if row.state == DataExport.State.READY and not row.may_be_taken(at=at):
        row.state = DataExport.State.GONE
    return row


def _of(person_id: int) -> list[DataExport]:
    found = DataExport.objects.filter(person_id=person_id).select_related("asked_by")
    return list(found.order_by("-asked_at")[:MOST])


def exports_of_me(*, actor: Actor) -> list[DataExport]:
    """Return who has had a copy of the acting person's own data made, themselves included, the newest first."""
    return _of(actor.require_person())
