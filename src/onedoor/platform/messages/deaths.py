"""Tell those who are left what a death has ended between them, and everybody when it was recorded by mistake."""

from datetime import datetime
from typing import Any

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import operations
from onedoor.standards.masks import mask_name

MACHINE = Actor.system("消息")
ENDED = "{name}已登记死亡，您与他（她）之间的委托、监护已依法终止。登记有误的，请联系当地便民服务中心更正。"
AGAIN = "{name}的死亡登记有误，已经更正，您与他（她）之间的委托、监护恢复有效。"
# Whoever is alive can speak up before it takes effect; whoever else reads the phone learns of no death.
STATED = "有单位正在办理与您身份有关的登记。如有疑问，请本人带身份证到便民服务中心窗口核实，或者拨打 12345。"
ALIVE = "您的死亡登记有误，已经更正。{told}登记期间已删除的内容不能恢复，请重新填写；有异议的，可以依法申请行政复议。"


def tell_of_statement(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for `identity.death_stated`: the person hears of it, on the phone too, before anybody confirms it."""
    operations.send_message(
        recipient_id=payload["person_id"],
        event="identity.death_stated",
        text=STATED,
        link="/me/",
        case_number="",
        source=f"stated:{payload['statement_id']}",
        actor=MACHINE,
        at=at,
        sms=f"【一门通】{STATED}",
    )


def tell_of_death(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for `identity.died`; the dead are not written to."""
    _tell_others(payload, ENDED, "identity.died", at)


def tell_of_correction(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for `identity.death_corrected`: the others, and the person, who reads what came back and what did not."""
    _tell_others(payload, AGAIN, "identity.death_corrected", at)
    effect = identity.effect_of(statement_id=payload["statement_id"], room="identity") or {}
    text = ALIVE.format(told="".join(effect.get("told", [])))
    _send(payload, payload["person_id"], text, "identity.death_corrected", at)


def _tell_others(payload: dict[str, Any], text: str, event: str, at: datetime) -> None:
    name = mask_name(identity.name_of(payload["person_id"]))
    for other in sorted(identity.bound_by_death(statement_id=payload["statement_id"])):
        _send(payload, other, text.format(name=name), event, at)


def _send(payload: dict[str, Any], person_id: int, text: str, event: str, at: datetime) -> None:
    operations.send_message(
        recipient_id=person_id,
        event=event,
        text=text,
        link="/me/delegations/",
        case_number="",
        source=f"death:{payload['statement_id']}",
        actor=MACHINE,
        at=at,
    )
