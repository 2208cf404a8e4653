"""What a provider tells of a message later: it has arrived, or it never will."""

import hmac
import json
import uuid
from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.messages import handover
from onedoor.platform.messages.models import Message
from onedoor.platform.messages.providers import sms

MACHINE = Actor.system("消息")
SKEW = timedelta(minutes=5)
State = Message.State


class ReceiptRefused(OneDoorError):
    code, http_status, message = "messages.receipt_refused", 401, "回执没有通过核对。请核对签名、时间和格式。"


def read_receipt(
    *, provider: str, timestamp: str, signature: str, body: bytes, wall: datetime
) -> tuple[uuid.UUID, str]:
    """
    Return whose receipt this is and why the message has not arrived, "" where it has.

    A receipt says one thing for ever, so one that comes twice is harmless; an old one is refused all the same.

    :raises ReceiptRefused: an unknown provider, a wrong signature or time, or something that is no receipt.
    """
    gateway = next((one for one in sms.gateways() if one.code == provider and one.secret), None)
    if gateway is None or not timestamp.isdigit() or abs(int(wall.timestamp()) - int(timestamp)) > SKEW.total_seconds():
        raise ReceiptRefused
    if not hmac.compare_digest(sms.sign(gateway.secret, timestamp, body), signature):
        raise ReceiptRefused
    try:
        told = json.loads(body)
        return uuid.UUID(told["id"]), "" if told["state"] == "delivered" else str(told.get("reason") or "运营商未送达")
    except (ValueError, KeyError, TypeError) as error:
        raise ReceiptRefused from error


@transaction.atomic
def take_receipt(*, message_id: uuid.UUID, provider: str, reason: str, actor: Actor, at: datetime) -> None:
    """
    Note that a message has arrived, or for what reason it never will; then an officer tells what the law requires.

    What is not known, or has its receipt, stays as it is.
    """
    actor.require("messages.send", division=identity.NATION)
    message = Message.objects.select_for_update(of=("self",)).filter(pk=message_id).first()
    if message is None or message.state in (State.DELIVERED, State.FAILED):
        return
    message.state = State.FAILED if reason else State.DELIVERED
    message.reason, message.provider = reason[:200], provider
    message.sent_at = message.sent_at or at
    message.delivered_at = None if reason else at
    message.due_at = message.claimed_until = message.unsure_since = None
    message.save()
    if reason:
        handover.take_over(message, at=at)
    audit.record("messages.take_receipt", actor=actor, at=at, target=f"message:{message.pk}", arrived=not reason)
