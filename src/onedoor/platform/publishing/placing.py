"""
The worker's part: what is due is claimed, one step is done, its end is noted. Any number of workers do this side by side.

Whoever sends holds the row of the text while deciding to, and a recall holds it too: after a recall nothing begins. What
had begun is found out about and taken down.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.messages import operations as messages
from onedoor.platform.messages import queries as told
from onedoor.platform.publishing import composing, media
from onedoor.platform.publishing.figures import BATCH
from onedoor.platform.publishing.models import Placement, Publication, PublicationVersion, Subscription
from onedoor.platform.publishing.rows import finish, held

MACHINE = Actor.system("信息发布")
CLAIM = timedelta(minutes=2)  # longer than the slowest step: every call of it answered at the last moment
ROUNDS = 200
NEUTRAL = ("email", "wechat", "push")  # ways that cost nothing and say nothing but that there is something
Channel, State = Placement.Channel, Placement.State
Step = Callable[[Placement, datetime], None]


def place_due(*, at: datetime) -> int:
    """Periodic duty: do what is due, a step at a time; return how many steps were done."""
    began = clock.ticks()
    for number in range(ROUNDS):
        moment = clock.meanwhile(at, since=began)  # a claim holds from now on, however long the steps before have taken
        placement = _claim(moment)
        if placement is None:
            return number
        _STEPS[placement.channel](placement, moment)
    return ROUNDS


def _claim(at: datetime) -> Placement | None:
    """Take the placement that has waited longest and that nobody works on."""
    with transaction.atomic():
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
        due = Placement.objects.filter(free, due_at__lte=at).order_by("due_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        placement = due.first()
        if placement is not None:
            placement.claimed_until = at + CLAIM
            placement.save(update_fields=["claimed_until"])
        return placement


@transaction.atomic
def _on_site(placement: Placement, at: datetime) -> None:
    row, publication = held(placement)
    if publication.state == Publication.State.RELEASED and row.state == State.WAITING:
        finish(row, State.SENT, at)


@transaction.atomic
def _to_subscribers(placement: Placement, at: datetime) -> None:
    """Tell the next people who have asked for it, and go on with the rest in the next step."""
    row, publication = held(placement)
    if publication.state != Publication.State.RELEASED or row.state != State.WAITING:
        return
    version = publication.versions.get(version=publication.version)
    batch = composing.most_of(BATCH, version, at)
    people = readers_of(version, at=at, after=row.cursor, most=batch)
    ways = (*NEUTRAL, "sms") if "sms" in version.channels else NEUTRAL
    for person_id in people:
        messages.send_message(
            recipient_id=person_id,
            event=composing.template_of(version),
            link=composing.path_of(publication),
            case_number="",
            source=publication.source,
            actor=MACHINE,
            at=at,
            values=composing.values_of(publication, version),
            ways=ways,
            retractable=True,
        )
    _go_on(row, people, batch, at)


def _go_on(row: Placement, people: list[int], batch: int, at: datetime) -> None:
    if len(people) < batch:
        return finish(row, State.SENT, at)
    row.cursor, row.claimed_until = people[-1], None
    return row.save(update_fields=["cursor", "claimed_until"])


def readers_of(version: PublicationVersion, *, at: datetime, after: int = 0, most: int = 0) -> list[int]:
    """
    Return who is told, by their numbers: the living who have subscribed to the topic and live, or asked, within the place.

    An emergency notice goes to everybody registered there, asked for or not.
    """
    found = _readers(version, at).filter(reader__gt=after).order_by("reader")
    return list(found[:most] if most else found)


def count_readers(version: PublicationVersion, *, at: datetime) -> int:
    """Count who would be told; a county has more people than a page should fetch."""
    return _readers(version, at).count()


def _readers(version: PublicationVersion, at: datetime) -> "QuerySet[Any, Any]":
    ranges = identity.subtree_range(version.audience, on=day_of(at))
    if version.everybody:
        people = Person.objects.filter(_within(ranges, "division_id"), deceased_on__isnull=True)
        return people.annotate(reader=F("pk")).values_list("reader", flat=True)
    own = Subscription.objects.filter(_within(ranges, "division"), topic=version.topic, ended_at__isnull=True)
    living = own.filter(person__deceased_on__isnull=True).annotate(reader=F("person_id"))
    return living.values_list("reader", flat=True).distinct()


def _within(ranges: Sequence[tuple[str, str]], field: str) -> Q:
    place = Q(pk__in=[])
    for start, end in ranges:
        place |= Q(**{f"{field}__gte": start, f"{field}__lt": end})
    return place


@transaction.atomic
def _correct(placement: Placement, at: datetime) -> None:
    """Tell those who were told that it was recalled, by the ways by which it may have reached them."""
    row, publication = held(placement)
    if row.state != State.WAITING:
        return
    version = publication.versions.get(version=publication.version)
    batch = composing.most_of(BATCH, version, at)
    reached = told.reached_by(source=publication.source, after=row.cursor, most=batch)
    values = composing.values_of(publication, version) | {"reason": publication.recall_reason}
    for person_id, ways in reached:
        messages.send_message(
            recipient_id=person_id,
            event=composing.CORRECTION,
            link=composing.path_of(publication),
            case_number="",
            source=f"{publication.source}:correction",
            actor=MACHINE,
            at=at,
            values=values,
            ways=ways,
        )
    _go_on(row, [person_id for person_id, _ in reached], batch, at)


_STEPS: dict[str, Step] = {
    Channel.SITE: _on_site,
    Channel.INBOX: _to_subscribers,
    Channel.CORRECTION: _correct,
    Channel.WECHAT: media.step,
    Channel.WEIBO: media.step,
}
