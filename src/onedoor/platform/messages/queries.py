"""A person's inbox and ways; templates, what waits for an officer, how the providers do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto.web_push import push_public_key
from onedoor.platform.kernel.errors import NotFound
from onedoor.platform.messages import providers, rules, shipped, wording
from onedoor.platform.messages.models import (
    EmailAddress,
    Message,
    NoticeChoice,
    Outreach,
    OutreachNote,
    ProviderHealth,
    PushDevice,
    ReadingLanguage,
    TemplateVersion,
    WeChatAccount,
)
from onedoor.platform.messages.operations.outreach import PERMISSION as REACH
from onedoor.platform.messages.operations.outreach import OutreachNotFound
from onedoor.platform.messages.operations.templates import EDIT, NAMES, REVIEW, TemplateNotFound, get_declared

__all__ = ["EDIT", "NAMES", "REACH", "REVIEW"]
PAGE = 50
Channel, State = Message.Channel, Message.State
WAYS = {"sms": "短信", "email": "电子邮件", "wechat": "微信", "push": "手机推送", "person": "书面或电话告知"}
NOTED_WAYS = tuple((str(value), str(label)) for value, label in OutreachNote.Way.choices)
CHANNEL_NAMES = {str(value): str(label) for value, label in Channel.choices}


def inbox(*, actor: Actor, before: UUID | None = None, most: int = PAGE) -> list[Message]:
    """
    Return a page of the actor's messages, the newest first; `before` is the last one of the page before.

    :raises NotFound: that is none of the actor's messages.
    """
    if actor.person_id is None:
        return []
    own = Message.objects.filter(recipient_id=actor.person_id, channel=Channel.INBOX)
    if before is not None:
        last = get_inbox_message(message_id=before, actor=actor)
        own = own.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk))
    return list(own.order_by("-created_at", "-pk")[:most])


def get_inbox_message(*, message_id: UUID, actor: Actor) -> Message:
    """:raises NotFound: it is none of the actor's inbox."""
    found = Message.objects.filter(pk=message_id, recipient_id=actor.person_id, channel=Channel.INBOX).first()
    if found is None:
        raise NotFound
    return found


def unread_count(*, actor: Actor) -> int:
    if actor.person_id is None:
        return 0
    return Message.objects.filter(recipient_id=actor.person_id, channel=Channel.INBOX, read_at__isnull=True).count()


@dataclass(frozen=True)
class Sending:
    """How one message has come along over one channel, in words."""

    channel: str
    standing: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Notice:
    """One notice of a case to one person, with how far it has come over each channel."""

    text: str
    recipient: str
    created_at: datetime
    version: str
    read_at: datetime | None
    sendings: tuple[Sending, ...]


def sendings_of(messages: Sequence[Message], *, actor: Actor) -> dict[str, list[Sending]]:
    """Return by source what left the house beside some messages of the actor's inbox."""
    if actor.person_id is None:
        return {}
    rows = Message.objects.filter(recipient_id=actor.person_id, source__in={one.source for one in messages})
    found: dict[str, list[Sending]] = {}
    for row in rows.exclude(channel=Channel.INBOX).order_by("channel"):
        found.setdefault(row.source, []).append(_sending(row))
    return found


def _sending(row: Message) -> Sending:
    at = row.read_at or row.delivered_at or row.sent_at or row.due_at or row.created_at
    return Sending(str(row.get_channel_display()), row.standing, at, row.reason if row.state != State.DELIVERED else "")


def notices_of_case(*, case_number: str, actor: Actor) -> list[Notice]:
    """Return what was told about a case the caller has let the officer see: to whom, in which version, how far, read or not."""
    actor.require_one_of("cases.view", "supervision.view")
    rows = (
        Message.objects.filter(case_number=case_number).select_related("recipient", "template").order_by("created_at")
    )
    by_source: dict[tuple[str, int], list[Message]] = {}
    for row in rows:
        by_source.setdefault((row.source, row.recipient_id), []).append(row)
    return [_notice(group) for group in by_source.values()]


def _notice(group: list[Message]) -> Notice:
    inbox_row = next((row for row in group if row.channel == Channel.INBOX), group[0])
    version = inbox_row.template
    return Notice(
        text=str(inbox_row.text),
        recipient=inbox_row.recipient.name,
        created_at=inbox_row.created_at,
        version=f"模板第 {version.number} 版" if version else "",
        read_at=inbox_row.read_at,
        sendings=tuple(
            _sending(row) for row in sorted(group, key=lambda row: row.channel) if row.channel != Channel.INBOX
        ),
    )


# Ways


@dataclass(frozen=True)
class KindOfNotice:
    """A kind of notice and the ways a person has chosen for it."""

    kind: rules.Kind
    chosen: tuple[str, ...]


@dataclass(frozen=True)
class OwnWays:
    """How a person is told, and by which addresses; addresses are shown to themselves only."""

    kinds: tuple[KindOfNotice, ...]
    phone: str
    email: str
    email_asked: str
    wechat_since: datetime | None
    has_email: bool  # the site sends mail at all
    has_wechat: bool
    devices: tuple[PushDevice, ...]  # on which push is switched on
    push_key: str  # what a browser ties its subscription to; "" where the site has no push
    language: str  # in which they are told


def own_ways(*, actor: Actor) -> OwnWays:
    person_id = actor.require_person()
    chosen = {row.kind: tuple(row.ways) for row in NoticeChoice.objects.filter(person_id=person_id)}
    mail = EmailAddress.objects.filter(person_id=person_id).first()
    account = WeChatAccount.objects.filter(person_id=person_id, ended_at__isnull=True).first()
    channels = {one.channel for one in providers.providers()}
    return OwnWays(
        kinds=tuple(KindOfNotice(kind, chosen.get(kind.code, kind.begins)) for kind in rules.KINDS),
        phone=identity.masked_phone(person_id),
        email=str(mail.address) if mail and mail.verified_at else "",
        email_asked=str(mail.asked) if mail else "",
        wechat_since=account.bound_at if account else None,
        has_email="email" in channels,
        has_wechat="wechat" in channels,
        devices=tuple(PushDevice.objects.filter(person_id=person_id, ended_at__isnull=True).order_by("pk")),
        push_key=push_public_key() if "push" in channels else "",
        language=ReadingLanguage.objects.filter(person_id=person_id).values_list("language", flat=True).first() or "zh",
    )


def person_bound_to(*, open_id: str) -> int | None:
    """Return whose WeChat account this is; only the official account's own server asks."""
    rows = WeChatAccount.objects.filter(**WeChatAccount.by_open_id.at(open_id), ended_at__isnull=True)
    return rows.values_list("person_id", flat=True).first()


def reached_by(*, source: str, after: int, most: int) -> list[tuple[int, list[str]]]:
    """
    Return the next people one source has told, with the ways outside by which it has, or may have, reached them.

    Only the room that is the source asks, to tell them something more.
    """
    rows = Message.objects.filter(source=source, recipient_id__gt=after)
    people = list(
        rows.filter(channel=Channel.INBOX).order_by("recipient_id").values_list("recipient_id", flat=True)[:most]
    )
    left = Q(state__in=[State.SENT, State.DELIVERED]) | Q(unsure_since__isnull=False)
    outside = rows.filter(left, recipient_id__in=people).exclude(channel=Channel.INBOX)
    ways: dict[int, list[str]] = {person_id: [] for person_id in people}
    for person_id, channel in outside.values_list("recipient_id", "channel"):
        ways[person_id].append(channel)
    return list(ways.items())


@dataclass(frozen=True)
class Reach:
    """How far what one source has told has come over one channel."""

    channel: str
    name: str
    people: int
    sent: int
    delivered: int
    failed: int
    read: int


def reach_of(*, source: str) -> list[Reach]:
    """Return by channel how many people one source was to reach, and has: counted from the rows, no person named."""
    rows = Message.objects.filter(source=source).values("channel")
    counted = rows.annotate(
        people=Count("pk"),
        sent=Count("pk", filter=Q(state__in=[State.SENT, State.DELIVERED])),
        delivered=Count("pk", filter=Q(state=State.DELIVERED)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
        read=Count("pk", filter=Q(read_at__isnull=False)),
    )
    return [Reach(name=CHANNEL_NAMES[row["channel"]], **row) for row in counted.order_by("channel")]


# Templates


@dataclass(frozen=True)
class TemplateRow:
    """A template with the version in force of each channel, and what waits for a review."""

    template: shipped.Template
    kind: str
    versions: tuple[TemplateVersion, ...]
    waiting: tuple[TemplateVersion, ...]


@dataclass(frozen=True)
class Sample:
    """Proposed or standing words as somebody would read them."""

    version: TemplateVersion
    channel: str
    preview: str
    sensitive: tuple[str, ...]


def list_templates(*, actor: Actor, on: date, at: datetime) -> list[TemplateRow]:
    """Return every template of the site, by kind."""
    actor.require_one_of(EDIT, REVIEW)
    every = shipped.every()
    standing = wording.in_force([one.code for one in every], on=on, at=at)
    waiting: dict[str, list[TemplateVersion]] = {}
    for row in TemplateVersion.objects.filter(state=TemplateVersion.State.OPEN).order_by("recorded_at"):
        waiting.setdefault(row.code, []).append(row)
    return [
        TemplateRow(
            template=one,
            kind=rules.KIND[one.kind].title,
            versions=tuple(standing[one.code, channel] for channel in NAMES if (one.code, channel) in standing),
            waiting=tuple(waiting.get(one.code, [])),
        )
        for one in every
    ]


def read_template(*, template: str, actor: Actor, on: date, at: datetime) -> tuple[TemplateRow, list[Sample]]:
    """
    Return one template with every version it ever had, newest first.

    :raises TemplateNotFound: no room has such a template.
    """
    actor.require_one_of(EDIT, REVIEW)
    declared = get_declared(template)
    row = next(one for one in list_templates(actor=actor, on=on, at=at) if one.template.code == declared.code)
    versions = TemplateVersion.objects.filter(code=declared.code).order_by("-recorded_at", "-pk")
    return row, [sample(one, declared) for one in versions]


def read_version(*, version_id: int, actor: Actor) -> tuple[shipped.Template, Sample]:
    """:raises TemplateNotFound: there is no such version."""
    actor.require_one_of(EDIT, REVIEW)
    row = TemplateVersion.objects.filter(pk=version_id).first()
    if row is None:
        raise TemplateNotFound
    declared = get_declared(row.code)
    return declared, sample(row, declared)


def may_propose(*, actor: Actor) -> bool:
    """Tell whether the actor may propose words; they hold for the whole site, not for one place."""
    return actor.may(EDIT, division=identity.NATION)


def sample(version: TemplateVersion, declared: shipped.Template) -> Sample:
    """Return a version with its variables filled in by their own names."""
    values = {name: f"〔{title}〕" for name, title in declared.variables.items()}
    sensitive = rules.sensitive_in(version.text, channel=version.channel, personal=declared.personal)
    return Sample(
        version=version,
        channel=NAMES[version.channel],
        preview=wording.fill(version.text, values),
        sensitive=tuple(declared.variables[name] for name in sensitive),
    )


# What waits for an officer


def list_outreach(*, actor: Actor, most: int = 100) -> list[Outreach]:
    """Return who within reach still has to be told by a person, the oldest first."""
    actor.require_one_of(REACH)
    rows = Outreach.objects.filter(_within(actor), closed_at__isnull=True).select_related("person")
    return list(rows.annotate(notices=Count("messages", distinct=True)).order_by("opened_at")[:most])


@dataclass(frozen=True)
class Envelope:
    """Who is to be told, where they are found, what is to be told, and what was tried."""

    row: Outreach
    phone: str
    address: str
    messages: tuple[Message, ...]
    notes: tuple[OutreachNote, ...]


def read_outreach(*, outreach_id: int, actor: Actor, at: datetime) -> Envelope:
    """
    Return one of them, with phone and address, which it takes to write or to call; the look is recorded.

    :raises OutreachNotFound: there is none within reach.
    """
    actor.require_one_of(REACH)
    row = Outreach.objects.filter(_within(actor), pk=outreach_id).select_related("person").first()
    if row is None:
        raise OutreachNotFound
    person = row.person
    audit.record_look(
        "messages.view_outreach",
        actor=actor,
        at=at,
        target=f"person:{person.pk}",
        division=row.division,
        reason="通知本人",
        fields=("phone", "address"),
    )
    told = row.messages.exclude(state=State.DELIVERED) if row.closed_at is None else row.messages.all()
    return Envelope(
        row=row,
        phone=str(person.phone),
        address=str(person.address),
        messages=tuple(told.order_by("created_at")),
        notes=tuple(row.notes.order_by("pk")),
    )


def _within(actor: Actor) -> Q:
    wanted = Q(pk__in=[])
    for start, end in actor.reach:
        wanted |= Q(division__gte=start, division__lt=end)
    return wanted


# Providers


@dataclass(frozen=True)
class ProviderRow:
    """How a provider does, and what has become of its messages in the last day."""

    code: str
    title: str
    channel: str
    state: str
    retry_at: datetime | None
    sent: int
    delivered: int
    failed: int


@dataclass(frozen=True)
class QueueRow:
    """What waits for a channel."""

    channel: str
    waiting: int
    oldest: datetime | None


def provider_figures(*, actor: Actor, since: datetime) -> list[ProviderRow]:
    """Return each provider in the order in which it is asked, with its messages since a moment."""
    actor.require_one_of(EDIT, REVIEW)
    health = {row.provider: row for row in ProviderHealth.objects.all()}
    counted: dict[tuple[str, str], int] = {
        (row["provider"], row["state"]): row["number"]
        for row in Message.objects.filter(created_at__gte=since)
        .exclude(provider="")
        .values("provider", "state")
        .annotate(number=Count("pk"))
    }
    return [
        ProviderRow(
            code=one.code,
            title=one.title,
            channel=CHANNEL_NAMES[one.channel],
            state=str(health[one.code].get_state_display()) if one.code in health else "正常",
            retry_at=health[one.code].retry_at if one.code in health else None,
            sent=counted.get((one.code, State.SENT), 0),
            delivered=counted.get((one.code, State.DELIVERED), 0),
            failed=counted.get((one.code, State.FAILED), 0),
        )
        for one in providers.providers()
    ]


def queue_figures(*, actor: Actor) -> list[QueueRow]:
    """Return how many messages wait on each channel, and since when the oldest."""
    actor.require_one_of(EDIT, REVIEW)
    rows = Message.objects.filter(due_at__isnull=False)
    found = []
    for channel in rules.OUTSIDE:
        waiting = rows.filter(channel=channel)
        oldest = waiting.order_by("created_at").values_list("created_at", flat=True).first()
        found.append(QueueRow(CHANNEL_NAMES[channel], waiting.count(), oldest))
    return found
