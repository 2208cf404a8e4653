"""Tell a person something: the inbox at once, the phone in the background."""

import uuid
from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import logins
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound, OneDoorError
from onedoor.platform.messages import gateway, tasks
from onedoor.platform.messages.models import Message

# An SMS may be read by anybody who sees the phone: it names neither the item nor the result (platform rules 24).
SMS_TEXT = "【一门通】您有一条民政业务通知，请登录平台“我的消息”查看，或拨打当地民政服务电话。"
NAMESPACE = uuid.UUID("7f1c2f7e-3d0e-5c53-9a53-0f2a4f3f8b11")


class CodeNotSent(OneDoorError):
    code, http_status, message = (
        "messages.code_not_sent",
        503,
        "短信暂时发不出去，请稍后再试，或改用密码，也可以到窗口办理。",
    )


@transaction.atomic
def send_message(
    *,
    recipient_id: int,
    event: str,
    text: str,
    link: str,
    case_number: str,
    source: str,
    actor: Actor,
    at: datetime,
    sms: str = "",
) -> None:
    """
    Write a message into a person's inbox and send a neutral SMS; the same `source` twice makes no second message.

    Nothing goes to the phone of somebody whose death is recorded, but `sms`: a neutral word about that very record.
    The row is written in the caller's transaction, so nothing is lost; delivery is tried until it succeeds.
    """
    actor.require("messages.send", division="000000000000")
    channels = [(Message.Channel.INBOX, text)]
    # Somebody without a phone has the inbox, or the window.
    if identity.masked_phone(recipient_id) if sms else identity.can_be_texted(recipient_id):
        channels.append((Message.Channel.SMS, sms or SMS_TEXT))
    known = set(Message.objects.filter(source=source, recipient_id=recipient_id).values_list("channel", flat=True))
    fresh = [
        Message(
            id=uuid.uuid5(NAMESPACE, f"{source}|{recipient_id}|{channel}"),
            source=source,
            recipient_id=recipient_id,
            channel=channel,
            event=event,
            text=words,
            link=link,
            case_number=case_number,
            created_at=at,
            state=Message.State.SENT if channel == Message.Channel.INBOX else Message.State.QUEUED,
            sent_at=at if channel == Message.Channel.INBOX else None,
        )
        for channel, words in channels
        if channel not in known
    ]
    Message.objects.bulk_create(fresh)
    for message in fresh:
        if message.channel == Message.Channel.SMS:
            tasks.deliver.enqueue(message_id=str(message.pk))
    audit.record("messages.send", actor=actor, at=at, target=f"person:{recipient_id}", topic=event)


@transaction.atomic
def mark_read(*, message_id: uuid.UUID, actor: Actor, at: datetime) -> Message:
    """:raises NotFound: not the actor's message."""
    message = Message.objects.filter(pk=message_id, recipient_id=actor.person_id).first()
    if message is None:
        raise NotFound
    if message.read_at is None:
        message.read_at = at
        message.save(update_fields=["read_at"])
        audit.record("messages.read", actor=actor, at=at, target=f"message:{message.pk}")
    return message


def send_code(*, phone: str, code: str, minutes: int, at: datetime) -> None:
    """
    Send a one-time code at once; the only SMS a person waits for at the screen.

    :raises GatewayUnavailable: the gateway does not answer; the page says so and offers another way.
    """
    text = f"【一门通】验证码 {code}，{minutes} 分钟内有效。任何人索要验证码都是诈骗，请勿告知。"
    gateway.send_sms(identifier=uuid.uuid4().hex, to=phone, text=text, at=at)


def send_login_code(*, phone: str, at: datetime, wall: datetime) -> None:
    """
    Send a one-time code to the phone of an account; where there is none nothing is sent, and nothing told of it.

    `wall` is the moment as the gateway's clock has it.

    :raises TooManyCodes: one a minute, ten a day.
    :raises CodeNotSent: the gateway does not answer.
    """
    code = logins.issue_code(phone=phone, at=at)
    if code is None:
        return
    try:
        send_code(phone=phone, code=code, minutes=int(logins.GOOD_FOR.total_seconds()) // 60, at=wall)
    except gateway.GatewayUnavailable:
        raise CodeNotSent from None


def send_to_phone(*, identifier: str, phone: str, text: str, at: datetime) -> None:
    """
    Send an SMS to a phone nobody's account is asked of; a background task calls this, and again until it succeeds.

    :raises GatewayUnavailable: the gateway does not answer; the same identifier twice is one SMS.
    """
    gateway.send_sms(identifier=str(uuid.uuid5(NAMESPACE, identifier)), to=phone, text=text, at=at)
