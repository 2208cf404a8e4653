"""Tell people what has happened to their account and to those they guard."""

from datetime import datetime
from typing import Any

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import operations
from onedoor.standards.masks import mask_name

MACHINE = Actor.system("消息")
DOCUMENTS = dict(identity.CHECKED_DOCUMENTS)
NEW_DEVICE = "您的账号刚在一台新设备上登录。不是您本人的，请到“登录的设备”结束它，并修改密码。"
ASSISTED = "便民服务中心的工作人员正在窗口帮您填写申请，全程留痕。不是您同意的，请拨打 12345。"
ASSISTED_CHECKED = (
    "便民服务中心的工作人员核验了您的{document}，正在窗口帮您填写申请，全程留痕；帮办结束，这次核验就失效。"
    "不是您本人到场的，请拨打 12345。"
)
CHECKED = (
    "便民服务中心的工作人员帮您填写申请时核验了您的{document}，只在这次帮办里有效。不是您本人到场的，请拨打 12345。"
)
GUARDED = {
    "recorded": ("{guardian}已登记为{ward}的监护人，可以替他（她）办事。", "/me/delegations/"),
    "ended": ("{guardian}对{ward}的监护已经结束，今后由{ward}本人办理。", "/me/delegations/"),
}


def tell_new_device(payload: dict[str, Any], *, at: datetime) -> None:
    _send(payload["person_id"], "identity.new_device", NEW_DEVICE, "/login/sessions/", payload["session_id"], at)


def tell_assisted(payload: dict[str, Any], *, at: datetime) -> None:
    document = payload.get("document", "")  # an event from before documents were checked has none
    text = ASSISTED_CHECKED.format(document=DOCUMENTS[document]) if document else ASSISTED
    _send(payload["person_id"], "identity.assisted", text, "/me/", payload["filing_id"], at)


def tell_identity_checked(payload: dict[str, Any], *, at: datetime) -> None:
    text = CHECKED.format(document=DOCUMENTS[payload["document"]])
    _send(payload["person_id"], "identity.identity_checked", text, "/me/", payload["check_id"], at)


def tell_guardianship_recorded(payload: dict[str, Any], *, at: datetime) -> None:
    _tell_both("recorded", payload, at)


def tell_guardianship_ended(payload: dict[str, Any], *, at: datetime) -> None:
    _tell_both("ended", payload, at)


def _tell_both(what: str, payload: dict[str, Any], at: datetime) -> None:
    names = {who: mask_name(identity.name_of(payload[f"{who}_id"])) for who in ("guardian", "ward")}
    text, link = GUARDED[what]
    for who in ("guardian", "ward"):
        event, number = f"identity.guardianship_{what}", payload["guardianship_id"]
        _send(payload[f"{who}_id"], event, text.format(**names), link, number, at)


def _send(person_id: int, event: str, text: str, link: str, number: int, at: datetime) -> None:
    operations.send_message(
        recipient_id=person_id,
        event=event,
        text=text,
        link=link,
        case_number="",
        source=f"{event}:{number}",
        actor=MACHINE,
        at=at,
    )
