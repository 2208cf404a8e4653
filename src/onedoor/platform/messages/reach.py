"""What reaches a person: their addresses, what they have chosen, and when they are left in peace."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.clock import CHINA, day_of
from onedoor.platform.kernel.prepared import prepared
from onedoor.platform.messages import rules, shipped, waking
from onedoor.platform.messages.models import (
    EmailAddress,
    Message,
    NoticeChoice,
    PushDevice,
    ReadingLanguage,
    WeChatAccount,
)

QUIET_FROM, QUIET_TO = "messages.quiet_from", "messages.quiet_to"


@dataclass(frozen=True)
class Reader:
    """What has to be known of somebody before they are told something; asked in one question."""

    person_id: int
    is_dead: bool
    has_phone: bool
    has_email: bool
    has_wechat: bool
    has_push: bool
    chosen: list[str] | None  # the ways for this kind of notice; None: nothing chosen
    is_told: bool  # this very source has told them already
    is_awaited: bool  # a worker knows already that messages wait
    language: str | None  # as chosen, None: Chinese

    @property
    def addresses(self) -> set[str]:
        """Return the outside ways there is an address for."""
        there = {"sms": self.has_phone, "email": self.has_email, "wechat": self.has_wechat, "push": self.has_push}
        return {way for way, is_there in there.items() if is_there}


def look_up(person_id: int, *, kind: str, source: str) -> Reader:
    """Look up who reads what is sent to a person: of an organization whose account is in use, who represents it."""
    entity, died, phone, *known = _known.one(person_id=person_id, kind=kind, source=source)
    reader = identity.reader_for(person_id) if entity is not None else None
    if reader is not None:
        return look_up(reader, kind=kind, source=source)
    return Reader(person_id, died is not None, bool(str(phone)), *known)


@prepared
def _known(*, person_id: int, kind: str, source: str) -> QuerySet[Person, tuple[Any, ...]]:
    me = OuterRef("pk")
    choice = NoticeChoice.objects.filter(person=me, kind=kind)
    mail = EmailAddress.objects.filter(person=me, verified_at__isnull=False)
    account = WeChatAccount.objects.filter(person=me, ended_at__isnull=True)
    device = PushDevice.objects.filter(person=me, ended_at__isnull=True)
    return (
        Person.objects.annotate(
            chosen=Subquery(choice.values("ways")[:1]),
            has_email=Exists(mail),
            has_wechat=Exists(account),
            has_push=Exists(device),
            is_told=Exists(Message.objects.filter(recipient=me, source=source)),
            is_awaited=Exists(waking.waiting()),
            language=Subquery(ReadingLanguage.objects.filter(person=me).values("language")[:1]),
        )
        .filter(pk=person_id)
        .values_list(
            *(
                "entity",
                "deceased_on",
                "phone",
                "has_email",
                "has_wechat",
                "has_push",
                "chosen",
                "is_told",
                "is_awaited",
            ),
            "language",
        )
    )


def ways_of(reader: Reader, *, declared: shipped.Template | None) -> list[str]:
    """Return the ways a notice takes besides the inbox. The dead are told nothing, but their phone of that very record."""
    if reader.is_dead:
        return ["sms"] if declared is not None and declared.despite_death and reader.has_phone else []
    return rules.ways_for(
        kind="case" if declared is None else declared.kind,
        chosen=reader.chosen,
        reachable=reader.addresses,
        required=declared is not None and declared.required,
    )


def quiet_until(at: datetime, *, division: str) -> datetime:
    """Return when a message that is not urgent may go to somebody who lives in a place (12 digits, or "")."""
    chain, on = identity.chain(division) if division else [identity.NATION], day_of(at)
    begin, end = (parameters.figure(key, chain=chain, on=on) for key in (QUIET_FROM, QUIET_TO))
    return rules.quiet_until(at.astimezone(CHINA), begin=begin, end=end)
