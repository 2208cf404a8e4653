"""Offers as the person reads them; for officers how many were left out and why, and who only for a purpose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.bundles import entitlements
from onedoor.platform.bundles.entitlements import Entitlement
from onedoor.platform.bundles.models import LeftOut, ProactiveOffer, ProactiveRefusal, ProactiveRun
from onedoor.platform.bundles.operations.offers import OfferNotFound, own_side
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.standards.masks import mask_name

SHORTEST_PURPOSE = 5
NAMES = {"name": "姓名", "age": "年龄", "born_on": "出生日期", "sex": "性别", "division": "户籍地"}
HIDDEN = {"born_on"}  # the age says it


@dataclass(frozen=True)
class OfferView:
    """An offer with what it rests on, in words."""

    row: ProactiveOffer
    title: str
    gives: str
    purpose: str
    facts: Sequence[tuple[str, str]]

    @property
    def is_open(self) -> bool:
        return self.row.state == ProactiveOffer.State.OFFERED


def my_offers(*, actor: Actor, at: datetime, person_id: int | None = None) -> list[OfferView]:
    """
    Return one's own offers, or those of `person_id` for whom one acts, those that wait for an answer first.

    :raises MandateMissing and its kin: nothing of that person is the actor's to see.
    """
    if actor.person_id is None:
        return []
    seen = identity.require_seen(person_id=person_id, actor=actor, on=day_of(at), done=True)
    mine = ProactiveOffer.objects.filter(seen.rows("item_code", agent="agent"), person_id=seen.person_id)
    rows = mine.exclude(state=ProactiveOffer.State.WITHDRAWN)
    rows = rows.exclude(state=ProactiveOffer.State.OFFERED, expires_at__lte=at).select_related("case")
    found = [_view(row) for row in rows.order_by("-offered_at")[:50]]
    return sorted(found, key=lambda one: not one.is_open)


def get_offer(*, offer_id: int, actor: Actor, on: date) -> OfferView:
    """:raises OfferNotFound: there is none of one's own, nor of somebody one acts for in its item."""
    actor.require_person()
    row = ProactiveOffer.objects.filter(pk=offer_id).select_related("case", "person", "agent").first()
    if row is None:
        raise OfferNotFound
    own_side(row, actor=actor, on=on)
    return _view(row)


def _view(row: ProactiveOffer) -> OfferView:
    found = entitlements.find(row.entitlement)
    return OfferView(
        row=row,
        title=found.title if found else row.item_code,
        gives=found.gives if found else "",
        purpose=found.purpose if found else "",
        facts=[(NAMES.get(name, name), _said(name, row)) for name in row.facts if name not in HIDDEN],
    )


def _said(name: str, row: ProactiveOffer) -> str:
    value = str(row.facts[name])
    if name == "division":
        return identity.division_name(value, on=row.offered_at.date())
    if name == "sex":
        return {"1": "男", "2": "女"}.get(value, "未说明")
    return f"{value} 岁" if name == "age" else value


def checks_allowed(*, actor: Actor) -> bool:
    """Tell whether what the person may have is checked by itself."""
    return not ProactiveRefusal.objects.filter(person_id=actor.require_person(), ended_at=None).exists()


@dataclass(frozen=True)
class Coverage:
    """One entitlement within an officer's reach, in figures: what was offered and answered, who was left out and why."""

    entitlement: Entitlement
    run: ProactiveRun | None
    offers: Mapping[str, int]
    left_out: Sequence[tuple[str, str, int]]  # code, words, how many


def _reach(actor: Actor) -> Q:
    found = Q(pk__in=[])
    for start, end in actor.reach:
        found |= Q(division__gte=start, division__lt=end)
    return found & Q(line__in=sorted(actor.lines)) if actor.lines else found


def coverage(*, actor: Actor) -> list[Coverage]:
    """Return the figures of every entitlement within reach; no person."""
    actor.require_one_of("cases.review", "supervision.view")
    told = []
    for one in entitlements.all_entitlements():
        offers = ProactiveOffer.objects.filter(_reach(actor), entitlement=one.code)
        lost = LeftOut.objects.filter(_reach(actor), entitlement=one.code)
        by_why = dict(lost.order_by().values_list("why").annotate(Count("pk")))
        told.append(
            Coverage(
                entitlement=one,
                run=ProactiveRun.objects.filter(entitlement=one.code).order_by("-on").first(),
                offers=dict(offers.order_by().values_list("state").annotate(Count("pk"))),
                left_out=[(why.value, why.label, by_why.get(why.value, 0)) for why in LeftOut.Why],
            )
        )
    return told


@dataclass(frozen=True)
class LeftOutPerson:
    """Somebody who was left out, masked."""

    id: int
    name: str
    division: str
    reasons: Sequence[str]
    on: str


def left_out_people(
    *, entitlement: str, why: str, purpose: str, actor: Actor, at: datetime, most: int = 200
) -> list[LeftOutPerson]:
    """
    Return who was left out for one reason within reach, masked; the look is recorded with its purpose.

    :raises InvalidInput: no purpose is given.
    :raises NotFound: there is no such entitlement or reason.
    """
    actor.require_one_of("cases.review")
    if entitlements.find(entitlement) is None or why not in LeftOut.Why.values:
        raise NotFound
    if len(purpose.strip()) < SHORTEST_PURPOSE:
        raise InvalidInput({"purpose": f"请写明为什么要看名单，不少于 {SHORTEST_PURPOSE} 个字。"})
    audit.record_look(
        "bundles.look_left_out",
        actor=actor,
        at=at,
        target=f"entitlement:{entitlement}",
        reason=purpose.strip()[:200],
        fields=["name"],
    )
    rows = LeftOut.objects.filter(_reach(actor), entitlement=entitlement, why=why).select_related("person")
    return [
        LeftOutPerson(
            id=row.pk,
            name=mask_name(row.person.name),
            division=identity.division_name(row.division, on=row.on) if row.division else "不明",
            reasons=row.reasons,
            on=row.on.isoformat(),
        )
        for row in rows.order_by("division", "pk")[:most]
    ]


def contested_offers(*, actor: Actor) -> list[OfferView]:
    """Return the requests for correction within reach that wait for an answer, the nearest limit first."""
    actor.require_one_of("cases.review")
    rows = ProactiveOffer.objects.filter(_reach(actor), state=ProactiveOffer.State.CONTESTED)
    return [_view(row) for row in rows.select_related("person").order_by("due_on", "pk")[:200]]


def get_contested(*, offer_id: int, actor: Actor, at: datetime) -> OfferView:
    """
    Return one request for correction; the look is recorded.

    :raises OfferNotFound: there is none within reach.
    """
    actor.require_one_of("cases.review")
    row = ProactiveOffer.objects.filter(_reach(actor), pk=offer_id).select_related("person").first()
    if row is None or not row.contest:
        raise OfferNotFound
    audit.record_look(
        "bundles.look_contested", actor=actor, at=at, target=row.target, division=row.division, fields=["contest"]
    )
    return _view(row)
