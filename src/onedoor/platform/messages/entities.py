"""Tell an organization's people what happened to their authorizations, and who represents it now."""

from datetime import datetime
from typing import Any

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import operations

MACHINE = Actor.system("消息")


def tell_operator(payload: dict[str, Any], *, at: datetime) -> None:
    """Tell a manager or operator that they were appointed, renewed, suspended, confirmed, or may act no more."""
    row = identity.operator_told(payload["delegation_id"])
    what = payload["what"]
    operations.send_message(
        recipient_id=row.agent_id,
        event=f"identity.operator_{what}",
        values={"organization": row.principal.name, "until": row.valid_to},
        link="/me/organizations/",
        case_number="",
        source=f"operator:{row.pk}:{what}:{at:%Y%m%d%H%M%S}",
        actor=MACHINE,
        at=at,
    )


def tell_bound(payload: dict[str, Any], *, at: datetime) -> None:
    """Tell the legal representative that the organization's account is theirs now."""
    row = identity.representative_told(payload["representative_id"])
    if row.person_id is not None:
        _tell(row.person_id, "bound", row, at)


def tell_changed(payload: dict[str, Any], *, at: datetime) -> None:
    """Tell those whose authorization rests, and who represented the organization before, that somebody else does now."""
    row = identity.representative_told(payload["representative_id"])
    before = identity.representative_told(payload["was"])
    for person_id in identity.operators_told(row.entity_id):
        _tell(person_id, "rests", row, at)
    if before.person_id is not None:
        _tell(before.person_id, "changed", row, at)


def _tell(person_id: int, what: str, row: Any, at: datetime) -> None:
    operations.send_message(
        recipient_id=person_id,
        event=f"identity.entity_{what}",
        values={"organization": row.entity.party.name},
        link="/me/organizations/",
        case_number="",
        source=f"representative:{row.pk}:{what}",
        actor=MACHINE,
        at=at,
    )
