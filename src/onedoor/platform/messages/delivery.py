"""
Hand what is due to the providers, a batch at a time: claimed, sent, noted. Any number of workers do this side by side.

A worker that dies in between leaves its messages claimed; when the claim runs out another one hands them on under the
same ids. What is not taken stays in the queue, so an outage loses nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Coalesce

from onedoor.platform.messages import breaker, handover, reach, rules
from onedoor.platform.messages.models import EmailAddress, Message, PushDevice, WeChatAccount
from onedoor.platform.messages.providers import Answer, Outcome, Outgoing, Provider, providers

log = structlog.get_logger()
BATCH = 100
CLAIM = timedelta(seconds=30)
TAKEN_BACK = "发送前已撤回"
NO_ADDRESS = {"sms": "没有手机号", "email": "没有验证过的邮箱", "wechat": "没有绑定微信", "push": "没有打开推送的设备"}
Channel, State = Message.Channel, Message.State


def deliver_due(*, at: datetime, wall: datetime, most: int = BATCH) -> int:
    """Work on one batch and return how many messages were in it; `wall` is the moment as the providers' clocks have it."""
    held = _claim(at, most)
    if not held:
        return 0
    addresses, nights = _addresses(held), Nights(at)
    sendable = [one for one in held if _has_address(one, addresses, at) and not nights.keep(one)]
    for provider, batch in _assigned(sendable, at):
        for part in _parts(batch):
            _send(provider, part, addresses, at, wall)
    return len(held)


def _parts(batch: list[Message]) -> Iterator[list[Message]]:
    """Yield a batch as it is sent: together, but each that can be taken back by itself, right after it was asked for."""
    if lasting := [message for message in batch if not message.retractable]:
        yield lasting
    for message in batch:
        if message.retractable:
            yield [message]


class Nights:
    """Where it is night, by place; asked once a place and batch."""

    def __init__(self, at: datetime) -> None:
        self._at, self._until = at, dict[str, datetime]()

    def keep(self, message: Message) -> bool:
        """Tell whether a message stays until the morning, and put it back for then."""
        if message.urgent:
            return False
        place = message.recipient.division_id or ""
        if place not in self._until:
            self._until[place] = reach.quiet_until(self._at, division=place)
        if self._until[place] <= self._at:
            return False
        _postpone(message, self._until[place], self._at)
        return True


def _claim(at: datetime, most: int) -> list[Message]:
    """Take what is due and nobody works on, the urgent first."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    with transaction.atomic():
        due = Message.objects.filter(free, due_at__lte=at).order_by("-urgent", "due_at")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        keys = [message.pk for message in due.only("pk")[:most]]
        Message.objects.filter(pk__in=keys).update(claimed_until=at + CLAIM)
    return list(Message.objects.filter(pk__in=keys).select_related("recipient").order_by("-urgent", "due_at"))


def _addresses(held: Sequence[Message]) -> dict[tuple[str, int], str]:
    """Return the address of each person of a batch on each channel."""
    people: dict[str, set[int]] = defaultdict(set)
    for message in held:
        people[message.channel].add(message.recipient_id)
    found = {("sms", one.recipient_id): str(one.recipient.phone) for one in held if one.channel == Channel.SMS}
    mails = EmailAddress.objects.filter(person_id__in=people[Channel.EMAIL], verified_at__isnull=False)
    found |= {("email", one.person_id): str(one.address) for one in mails}
    accounts = WeChatAccount.objects.filter(person_id__in=people[Channel.WECHAT], ended_at__isnull=True)
    devices = PushDevice.objects.filter(person_id__in=people[Channel.PUSH], ended_at__isnull=True)
    for device in devices.order_by("pk"):
        known = found.get(("push", device.person_id), "")
        found["push", device.person_id] = f"{known},{device.pk}" if known else str(device.pk)
    return found | {("wechat", one.person_id): str(one.open_id) for one in accounts}


def _has_address(message: Message, addresses: dict[tuple[str, int], str], at: datetime) -> bool:
    """Let go what cannot be sent any more: the address is gone, or its person has died since."""
    if message.recipient.deceased_on is not None and not message.despite_death:
        _end(message, "收件人已登记死亡", at)
        return False
    if addresses.get((message.channel, message.recipient_id)):
        return True
    _end(message, NO_ADDRESS[message.channel], at)
    return False


def _assigned(held: Sequence[Message], at: datetime) -> list[tuple[Provider, list[Message]]]:
    """Give each message to a provider; those that have to wait are put back until one is asked again."""
    known, probation, closed = {one.code: one for one in providers()}, breaker.on_probation(), breaker.paused(at=at)
    able, groups, tried = set(known) - closed, defaultdict(list), set()
    for message in held:
        order = [code for code, one in known.items() if one.channel == message.channel]
        code = _provider_for(message, order, able, at)
        while code is not None and code in probation and code not in tried:
            tried.add(code)
            if breaker.take_probe(code, at=at):
                break
            able.discard(code)
            code = _provider_for(message, order, able, at)
        if code is None:
            _wait(message, breaker.next_probe(order) or at + rules.LONGEST_WAIT, at)
            continue
        groups[code].append(message)
        if code in probation:
            able.discard(code)
    return [(known[code], batch) for code, batch in groups.items()]


def _provider_for(message: Message, order: list[str], able: set[str], at: datetime) -> str | None:
    unsure = message.unsure_since
    return rules.choose_provider(
        order,
        open_now=able,
        failures=message.failures,
        last=message.provider,
        unsure_for=None if unsure is None else at - unsure,
    )


def _send(
    provider: Provider, batch: list[Message], addresses: dict[tuple[str, int], str], at: datetime, wall: datetime
) -> None:
    """Send a batch to one provider; where it fails too often the rest waits for another one."""
    if not _offer(batch, provider.code, at):
        return  # taken back
    outgoing = [_outgoing(message, addresses) for message in batch]
    taken, heard, struggling = [], 0, False
    for message, answer in zip(batch, _answers(provider, outgoing, wall), strict=False):
        heard += 1
        if answer.outcome in (Outcome.TAKEN, Outcome.REJECTED):
            if struggling or heard == 1:  # the first answer may end a pause; a healthy provider costs no more questions
                breaker.succeeded(provider.code, at=at)
                struggling = False
            if answer.outcome == Outcome.TAKEN:
                taken.append(message.pk)
            else:
                message.provider = provider.code
                _end(message, answer.reason, at)
            continue
        struggling = True
        _try_again(message, provider, answer, at)
        if not breaker.failed(provider.code, at=at):
            break
    # A receipt may have come before this line: what has arrived is not set back to sent.
    # What was taken back while it was on its way has left all the same, and the record says so.
    gone = Q(state=State.QUEUED) | Q(state=State.FAILED, reason=TAKEN_BACK)
    Message.objects.filter(gone, pk__in=taken).update(state=State.SENT, sent_at=at)
    Message.objects.filter(pk__in=taken).update(
        due_at=None,
        claimed_until=None,
        unsure_since=None,
        provider=provider.code,
        attempts=F("attempts") + 1,
        reason="",
    )
    rest = Message.objects.filter(pk__in=[message.pk for message in batch[heard:]])
    rest.update(claimed_until=None)
    rest.filter(pk__in=[message.pk for message in batch if message.unsure_since is None]).update(unsure_since=None)


def _answers(provider: Provider, outgoing: Sequence[Outgoing], wall: datetime) -> Iterator[Answer]:
    """Yield what a provider answers; one whose answer breaks our reading of it keeps no other provider waiting."""
    try:
        yield from provider.send(outgoing, wall)
    except Exception as error:
        log.exception("messages.provider_broke", provider=provider.code)
        yield Answer(Outcome.UNSURE, type(error).__name__)


def _offer(batch: list[Message], provider: str, at: datetime) -> bool:
    """
    Write down who is about to be asked: whoever finds these rows after a crash asks the same provider, which may have them.

    What the rows in memory say is from before; it holds again for those that are surely not there. Tell whether there is
    anything left to send: whoever takes a message back before this line knows that it does not leave.
    """
    keys = [message.pk for message in batch]
    waiting = Message.objects.filter(pk__in=keys, state=State.QUEUED)
    return bool(waiting.update(provider=provider, unsure_since=Coalesce("unsure_since", Value(at, DateTimeField()))))


def _outgoing(message: Message, addresses: dict[tuple[str, int], str]) -> Outgoing:
    link = "" if message.channel == Channel.SMS else f"{settings.ONEDOOR_PUBLIC_URL}/me/messages/"
    to = addresses[message.channel, message.recipient_id]
    return Outgoing(identifier=str(message.pk), to=to, text=str(message.text), link=link)


def _try_again(message: Message, provider: Provider, answer: Answer, at: datetime) -> None:
    """Put a message back with what was learnt; what is too old by now is not sent any more."""
    failures = {**message.failures, provider.code: message.failures.get(provider.code, 0) + 1}
    message.failures, message.provider, message.reason = failures, provider.code, answer.reason
    message.attempts += 1
    if answer.outcome == Outcome.UNSURE and message.unsure_since is None:
        message.unsure_since = at
    moves_on = failures[provider.code] % rules.FAILURES_TO_MOVE_ON == 0 and message.unsure_since is None
    _wait(message, at if moves_on else at + rules.wait_after(message.attempts), at)


def _wait(message: Message, until: datetime, at: datetime) -> None:
    """Put a message back for later; what is too old by now is not sent any more."""
    if at - message.created_at > rules.GIVE_UP:
        _end(message, f"三天内没有发出（{message.reason or '没有可用的服务商'}）", at)
    else:
        _postpone(message, until, at)


def _postpone(message: Message, until: datetime, at: datetime) -> None:
    message.due_at, message.claimed_until = max(until, at), None
    _save(message, "due_at", "claimed_until", "failures", "provider", "reason", "attempts", "unsure_since")


def _end(message: Message, reason: str, at: datetime) -> None:
    """Note that a message does not arrive this way; where nothing else does, an officer tells the person."""
    message.state, message.reason, message.due_at, message.claimed_until = State.FAILED, reason, None, None
    with transaction.atomic():
        _save(message, "state", "reason", "due_at", "claimed_until", "failures", "provider", "attempts", "unsure_since")
        handover.take_over(message, at=at)


def _save(message: Message, *fields: str) -> None:
    """Save what was learnt, unless a receipt, or its sender, has ended the message meanwhile."""
    changed: dict[str, Any] = {name: getattr(message, name) for name in fields}
    ended = Q(state=State.DELIVERED) | Q(state=State.FAILED, reason=TAKEN_BACK)
    Message.objects.filter(pk=message.pk).exclude(ended).update(**changed)
