"""Tell the two people of a delegation what happened to it."""

from datetime import datetime
from typing import Any

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import operations
from onedoor.standards.masks import mask_name

MACHINE = Actor.system("消息")
LINK = "/me/delegations/"
# event → (who is told, what)
WORDS = {
    "asked": (("principal_id", "{agent}申请替您办事，请到“委托”核对并确认；不认识的人请不要确认。"),),
    "recorded": (
        ("agent_id", "{principal}在窗口委托您代办，您可以替他（她）办事了。"),
        ("principal_id", "您在窗口委托{agent}代办的事已登记，随时可以撤销。"),
    ),
    "confirmed": (("agent_id", "{principal}已确认委托，您可以替他（她）办事了。"),),
    "revoked": (
        ("agent_id", "{principal}的代办委托已撤销，您不能再替他（她）办事。"),
        ("principal_id", "您给{agent}的代办委托已撤销。"),
    ),
}


def tell(what: str, payload: dict[str, Any], at: datetime) -> None:
    names = {"principal": _masked(payload["principal_id"]), "agent": _masked(payload["agent_id"])}
    for who, text in WORDS[what]:
        operations.send_message(
            recipient_id=payload[who],
            event=f"identity.delegation_{what}",
            text=text.format(**names),
            link=LINK,
            case_number="",
            source=f"delegation:{payload['delegation_id']}:{what}",
            actor=MACHINE,
            at=at,
        )


def _masked(person_id: int) -> str:
    return mask_name(identity.name_of(person_id))


def tell_asked(payload: dict[str, Any], *, at: datetime) -> None:
    tell("asked", payload, at)


def tell_confirmed(payload: dict[str, Any], *, at: datetime) -> None:
    tell("confirmed", payload, at)


def tell_recorded(payload: dict[str, Any], *, at: datetime) -> None:
    tell("recorded", payload, at)


def tell_revoked(payload: dict[str, Any], *, at: datetime) -> None:
    tell("revoked", payload, at)
