"""Tell those who are left what a death has ended between them, and everybody when it was recorded by mistake."""

from datetime import datetime
from typing import Any

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import operations
from onedoor.standards.masks import mask_name

MACHINE = Actor.system("消息")


def tell_of_statement(payload: dict[str, Any], *, at: datetime) -> None:
    """
    Listen for `identity.death_stated`: the person hears of it, on the phone too, before anybody confirms it.

    Whoever is alive can speak up before it takes effect; whoever else reads the phone learns of no death.
    """
    operations.send_message(
        recipient_id=payload["person_id"],
        event="identity.death_stated",
        link="/me/",
        case_number="",
        source=f"stated:{payload['statement_id']}",
        actor=MACHINE,
        at=at,
    )


def tell_of_death(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for `identity.died`; the dead are not written to."""
    _tell_others(payload, "identity.died", at)


def tell_of_correction(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for `identity.death_corrected`: the others, and the person, who reads what came back and what did not."""
    _tell_others(payload, "identity.death_corrected", at)
    effect = identity.effect_of(statement_id=payload["statement_id"], room="identity") or {}
    told = {"told": "".join(effect.get("told", []))}
    _send(payload, payload["person_id"], told, "identity.death_corrected", at, template="identity.death_corrected_self")


def _tell_others(payload: dict[str, Any], event: str, at: datetime) -> None:
    name = mask_name(identity.name_of(payload["person_id"]))
    for other in sorted(identity.bound_by_death(statement_id=payload["statement_id"])):
        _send(payload, other, {"name": name}, event, at)


def _send(
    payload: dict[str, Any], person_id: int, values: dict[str, str], event: str, at: datetime, *, template: str = ""
) -> None:
    operations.send_message(
        recipient_id=person_id,
        event=event,
        template=template,
        values=values,
        link="/me/delegations/",
        case_number="",
        source=f"death:{payload['statement_id']}",
        actor=MACHINE,
        at=at,
    )
