"""Tell the two people of a delegation what happened to it."""

from datetime import datetime
from typing import Any

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import operations

MACHINE = Actor.system("消息")
LINK = "/me/delegations/"
# event → (who is told, what)
WORDS = {
    "asked": (("principal_id", "有人申请替您办事，请到“委托”核对并确认；不认识的人请不要确认。"),),
    "confirmed": (("agent_id", "您申请的代办已由本人确认，可以替他（她）办事了。"),),
    "revoked": (
        ("agent_id", "一项代办委托已撤销，您不能再替他（她）办事。"),
        ("principal_id", "您的一项代办委托已撤销。"),
    ),
}


def tell(what: str, payload: dict[str, Any], at: datetime) -> None:
    for who, text in WORDS[what]:
        operations.send_message(
            recipient_id=payload[who],
            event=f"identity.delegation_{what}",
            text=text,
            link=LINK,
            case_number="",
            source=f"delegation:{payload['delegation_id']}:{what}",
            actor=MACHINE,
            at=at,
        )


def tell_asked(payload: dict[str, Any], *, at: datetime) -> None:
    tell("asked", payload, at)


def tell_confirmed(payload: dict[str, Any], *, at: datetime) -> None:
    tell("confirmed", payload, at)


def tell_revoked(payload: dict[str, Any], *, at: datetime) -> None:
    tell("revoked", payload, at)
