"""Tell the two people of a delegation what happened to it."""

from datetime import datetime
from typing import Any

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import operations
from onedoor.standards.masks import mask_name

MACHINE = Actor.system("消息")
LINK = "/me/delegations/"
# event → who is told, by which template
TOLD = {
    "asked": (("principal_id", ""),),
    "recorded": (
        ("agent_id", "identity.delegation_recorded_agent"),
        ("principal_id", "identity.delegation_recorded_principal"),
    ),
    "confirmed": (("agent_id", ""),),
    "revoked": (
        ("agent_id", "identity.delegation_revoked_agent"),
        ("principal_id", "identity.delegation_revoked_principal"),
    ),
}


def tell(what: str, payload: dict[str, Any], at: datetime) -> None:
    names = {"principal": _masked(payload["principal_id"]), "agent": _masked(payload["agent_id"])}
    for who, template in TOLD[what]:
        operations.send_message(
            recipient_id=payload[who],
            event=f"identity.delegation_{what}",
            template=template,
            values=names,
            link=LINK,
            case_number="",
            source=f"delegation:{payload['delegation_id']}:{what}",
            actor=MACHINE,
            at=at,
        )


def _masked(person_id: int) -> str:
    name = identity.name_of(person_id)
    return name if identity.is_entity(person_id) else mask_name(name)


def tell_asked(payload: dict[str, Any], *, at: datetime) -> None:
    tell("asked", payload, at)


def tell_confirmed(payload: dict[str, Any], *, at: datetime) -> None:
    tell("confirmed", payload, at)


def tell_recorded(payload: dict[str, Any], *, at: datetime) -> None:
    tell("recorded", payload, at)


def tell_revoked(payload: dict[str, Any], *, at: datetime) -> None:
    tell("revoked", payload, at)
