"""What an officer picks from: units, topics of the catalogue, lines."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from onedoor.platform.channels.models import DispatchRule, DutyOfficer, HotlineLine
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.scopes import within_reach
from onedoor.standards.masks import mask_mobile

MODES: list[tuple[str, str]] = [(one.value, str(one.label)) for one in HotlineLine.Mode]


@dataclass(frozen=True)
class ListedRule:
    id: int
    topic: str
    organization: str
    department_only: bool
    document: str
    valid_from: date


@dataclass(frozen=True)
class ListedLine:
    id: int
    number: str
    title: str
    mode: str
    mode_title: str


@dataclass(frozen=True)
class ListedDuty:
    id: int
    name: str
    phone: str
    begins_at: datetime
    ends_at: datetime


def organs_within(actor: Actor) -> QuerySet[Organization]:
    """Return the organizations of the actor's places."""
    return Organization.objects.filter(within_reach(actor, field="division_id", by_line=False)).order_by("tier", "pk")


def organ_choices(*, actor: Actor, on: date) -> list[tuple[int, str]]:
    """Return the units an order can be sent to."""
    actor.require_one_of("channels.take", "channels.review")
    alive = organs_within(actor).filter(Q(in_force_to__isnull=True) | Q(in_force_to__gt=on))
    return list(alive.values_list("pk", "name"))


def place_choices(*, actor: Actor, on: date) -> list[tuple[str, str]]:
    """Return the places an order can be about: the desk's own and those right below it."""
    actor.require_one_of("channels.take", "channels.review")
    if not actor.reaches(actor.division):
        return []
    own = identity.find_division(actor.division)
    below = identity.divisions_below(actor.division, on=on)
    return [(one.code, one.name) for one in ([own] if own else []) + list(below)]


def list_rules(*, actor: Actor, on: date) -> list[ListedRule]:
    """Return the dispatch catalogue that holds in the actor's places and above the own one."""
    actor.require_one_of("channels.take", "channels.review")
    place = within_reach(actor, by_line=False) | Q(division__in=_above(actor))
    rows = DispatchRule.objects.filter(place, valid_to__isnull=True, valid_from__lte=on).select_related("organization")
    return [
        ListedRule(row.pk, row.topic, row.organization.name, row.department_only, row.document, row.valid_from)
        for row in rows.order_by("topic", "pk")
    ]


def list_lines(*, actor: Actor) -> list[ListedLine]:
    """Return the telephone numbers of the actor's places and of those above the own one."""
    actor.require_one_of("channels.take", "channels.review")
    place = within_reach(actor, by_line=False) | Q(division__in=_above(actor))
    return [
        ListedLine(row.pk, row.number, row.title, row.mode, row.get_mode_display())
        for row in HotlineLine.objects.filter(place).order_by("number", "pk")
    ]


def list_duty(*, actor: Actor, at: datetime) -> list[ListedDuty]:
    """Return who is on duty now and later in the actor's places; phones masked."""
    actor.require_one_of("channels.take", "channels.review")
    rows = DutyOfficer.objects.filter(within_reach(actor, by_line=False), ends_at__gt=at)
    return [
        ListedDuty(row.pk, row.name, mask_mobile(str(row.phone)), row.begins_at, row.ends_at)
        for row in rows.order_by("begins_at", "pk")
    ]


def _above(actor: Actor) -> list[str]:
    return identity.chain(actor.division) if actor.reaches(actor.division) else []
