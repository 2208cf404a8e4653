"""Tell a person something: the inbox at once, what leaves the house in the background."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import logins
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import NotFound, OneDoorError
from onedoor.platform.kernel.languages import OWN, Language, current, further, read_in
from onedoor.platform.kernel.prepared_writes import insert_all
from onedoor.platform.messages import gateway, handover, reach, rules, shipped, tasks, wording
from onedoor.platform.messages.models import Message, Outreach, TemplateVersion
from onedoor.platform.messages.models.messages import NAMESPACE, message_id

CODE = "messages.code"
Channel, State = Message.Channel, Message.State


class CodeNotSent(OneDoorError):
    code, http_status, message = (
        "messages.code_not_sent",
        503,
        "短信暂时发不出去，请稍后再试，或改用密码，也可以到窗口办理。",
    )


@dataclass(frozen=True)
class _Words:
    """What is said over one channel, and the version it comes from (None: it came ready)."""

    text: str
    version: TemplateVersion | None


@transaction.atomic
def send_message(
    *,
    recipient_id: int,
    event: str,
    link: str,
    case_number: str,
    source: str,
    actor: Actor,
    at: datetime,
    values: Mapping[str, Any] | None = None,
    template: str = "",
    text: str = "",
    ways: Collection[str] | None = None,
    retractable: bool = False,
) -> None:
    """
    Tell a person, or of an organization its representative, in their inbox and by the ways they have chosen.

    The same `source` twice tells nothing twice.

    Of the ways chosen only those among `ways` are taken, where the sender names them. What is `retractable` can be taken
    back by its source as long as no provider has it.

    They are told in the language they have chosen, where it has the words; documents stay in Chinese.
    The words are those of the template named like the event, or of `template`, filled in with `values`; `text` are
    words that come ready. What leaves the house is neutral unless its template has words of its own for the channel.
    Nothing goes outside to somebody whose death is recorded, but a neutral word about that very record.
    The rows are written in the caller's transaction, so nothing is lost; delivery is tried until it succeeds.
    """
    actor.require("messages.send", division=identity.NATION)
    code = template or event
    declared = None if text else shipped.find(code)
    if not text and declared is None:
        raise LookupError(f"there is no template {code}")
    kind = "case" if declared is None else declared.kind
    reader = reach.look_up(recipient_id, kind=kind, source=source)
    if reader.is_told:
        return
    recipient_id = reader.person_id
    chosen = [way for way in reach.ways_of(reader, declared=declared) if ways is None or way in ways]
    words = _words(declared, text, values or {}, language=read_in(reader.language), at=at)
    rows = [
        Message(
            id=message_id(source, recipient_id, channel),
            source=source,
            recipient_id=recipient_id,
            channel=channel,
            event=event,
            text=words[channel].text,
            template=words[channel].version,
            link=link,
            case_number=case_number,
            created_at=at,
            urgent=declared is not None and declared.urgent,
            required=declared is not None and declared.required,
            despite_death=declared is not None and declared.despite_death,
            retractable=retractable,
            **_beginning(channel, recipient_id, reader, at),
        )
        for channel in (str(Channel.INBOX), *chosen)
    ]
    insert_all(rows)
    if any(row.due_at for row in rows) and not reader.is_awaited:
        tasks.deliver_waiting.enqueue()
    audit.record("messages.send", actor=actor, at=at, target=f"person:{recipient_id}", topic=event)


def _beginning(channel: str, person_id: int, reader: reach.Reader, at: datetime) -> dict[str, Any]:
    """Return how a row of a channel begins: in the inbox it is there, an officer finds it, the others wait to be sent."""
    if channel == Channel.INBOX:
        return {"state": State.SENT, "sent_at": at}
    if channel == Channel.PERSON:
        reason = Outreach.Reason.CHOSEN if reader.addresses else Outreach.Reason.NO_WAY
        return {"outreach": handover.open_for(person_id, reason=reason, at=at)}
    return {"due_at": at}


def _words(
    declared: shipped.Template | None, text: str, values: Mapping[str, Any], *, language: Language, at: datetime
) -> dict[str, _Words]:
    """Return the words for each channel: the template's own, else the neutral notice outside and the inbox's words inside."""
    code = "" if declared is None else declared.code
    on = day_of(at)
    versions = wording.in_force([shipped.GENERAL, code], on=on, at=at)
    own = versions.get((code, "inbox"))
    if own is None:
        inbox = _Words(language.told(text, further(language, on=on)) if language is not OWN else text, None)
    else:
        inbox = _Words(wording.said(own.text, values, language=language, on=on), own)
    found = {"inbox": inbox, "person": inbox}
    for channel in rules.OUTSIDE:
        version = versions.get((code, channel)) or versions[shipped.GENERAL, channel]
        found[channel] = _Words(wording.said(version.text, values, language=language, on=on), version)
    return found


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

    :raises GatewayUnavailable: no gateway answers; the page says so and offers another way.
    """
    text = plain_words(CODE, "sms", {"code": code, "minutes": minutes}, at=at)
    gateway.send_sms(identifier=uuid.uuid4().hex, to=phone, text=text, at=at)


def plain_words(code: str, channel: str, values: Mapping[str, Any], *, at: datetime) -> str:
    """Return what a template says over a channel to somebody who has no account to be written to, in the page's language."""
    version = wording.in_force([code], on=day_of(at), at=at)[code, channel]
    return wording.said(version.text, values, language=current(), on=day_of(at))


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


def send_to_phone(*, identifier: str, phone: str, template: str, values: Mapping[str, Any], at: datetime) -> None:
    """
    Send an SMS to a phone nobody's account is asked of; a background task calls this, and again until it succeeds.

    :raises GatewayUnavailable: no gateway answers; the same identifier twice is one SMS.
    """
    text = plain_words(template, "sms", values, at=at)
    gateway.send_sms(identifier=str(uuid.uuid5(NAMESPACE, identifier)), to=phone, text=text, at=at)
