"""Tell people what has happened to their account and to those they guard."""

from datetime import datetime
from typing import Any

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import operations
from onedoor.standards.masks import mask_name

MACHINE = Actor.system("消息")
DOCUMENTS = dict(identity.CHECKED_DOCUMENTS)


def tell_new_device(payload: dict[str, Any], *, at: datetime) -> None:
    _send(payload["person_id"], "identity.new_device", {}, "/login/sessions/", payload["session_id"], at)


def tell_assisted(payload: dict[str, Any], *, at: datetime) -> None:
    document = payload.get("document", "")  # an event from before documents were checked has none
    template = "identity.assisted_checked" if document else ""
    values = {"document": DOCUMENTS.get(document, "")}
    _send(payload["person_id"], "identity.assisted", values, "/me/", payload["filing_id"], at, template=template)


def tell_identity_checked(payload: dict[str, Any], *, at: datetime) -> None:
    values = {"document": DOCUMENTS[payload["document"]]}
    _send(payload["person_id"], "identity.identity_checked", values, "/me/", payload["check_id"], at)


def tell_guardianship_recorded(payload: dict[str, Any], *, at: datetime) -> None:
    _tell_both("recorded", payload, at)


def tell_guardianship_ended(payload: dict[str, Any], *, at: datetime) -> None:
    _tell_both("ended", payload, at)


def _tell_both(what: str, payload: dict[str, Any], at: datetime) -> None:
    names = {who: mask_name(identity.name_of(payload[f"{who}_id"])) for who in ("guardian", "ward")}
    for who in ("guardian", "ward"):
        event, number = f"identity.guardianship_{what}", payload["guardianship_id"]
        _send(payload[f"{who}_id"], event, names, "/me/delegations/", number, at)


def _send(
    person_id: int,
    event: str,
    values: dict[str, str],
    link: str,
    number: int,
    at: datetime,
    *,
    template: str = "",
) -> None:
    operations.send_message(
        recipient_id=person_id,
        event=event,
        template=template,
        values=values,
        link=link,
        case_number="",
        source=f"{event}:{number}",
        actor=MACHINE,
        at=at,
    )
