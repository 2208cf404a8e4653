"""An authority offers an item to the people of its place: its own elements, and what the item lets it set otherwise."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.catalog import queries
from onedoor.platform.catalog.models import Offering
from onedoor.platform.catalog.offerings import override_faults
from onedoor.platform.catalog.operations.versions import NotADraft, ReviewUnderWay
from onedoor.platform.catalog.publication import (
    check_move,
    note,
    refuse_faults,
    require,
)
from onedoor.platform.catalog.states import UNPUBLISHED, Kind, State
from onedoor.platform.identity.reach import require_organization
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError


class TierNotCompetent(OneDoorError):
    code, http_status, message = (
        "catalog.tier_not_competent",
        409,
        "“{organization}”的层级不在此事项的行使层级之内，不能发布实施清单。",
    )


@transaction.atomic
def draft_offering(
    *,
    item_code: str,
    division: str,
    organization_id: int,
    own: Mapping[str, Any],
    overrides: Mapping[str, Any],
    actor: Actor,
    at: datetime,
) -> Offering:
    """
    Store an authority's draft for `division`: a new version, or the open draft changed in place. Gaps may remain.

    :raises OrganizationNotFound: the authority lies outside of the actor's reach.
    :raises ItemNotFound: the item is not in force; without a basic item there is nothing to offer.
    :raises FieldNotOpened: an override of something the item has not opened.
    :raises ReviewUnderWay: a version is being reviewed or waits for publication.
    """
    actor.require("catalog.edit", division=division, line=item_code.partition(".")[0])
    require_organization(organization_id, actor=actor, on=day_of(at))
    item = queries.version_in_force(code=item_code, on=day_of(at)).item
    override_faults(item, overrides)
    rows = Offering.objects.select_for_update().filter(item_code=item_code, division=division)
    latest = rows.order_by("-version").first()
    if latest is not None and latest.state in (State.IN_REVIEW, State.APPROVED):
        raise ReviewUnderWay(version=latest.version)
    offering = latest if latest is not None and latest.state == State.DRAFT else None
    if offering is None:
        number = (rows.aggregate(last=Max("version"))["last"] or 0) + 1
        offering = Offering(item_code=item_code, division=division, version=number)
    offering.organization_id = organization_id
    offering.own, offering.overrides = dict(own), dict(overrides)
    offering.recorded_at, offering.recorded_by = at, actor.name
    offering.save()
    note(offering, Kind.DRAFT, actor=actor, at=at)
    audit.record(
        "catalog.draft_offering",
        actor=actor,
        at=at,
        target=f"offering:{offering.pk}",
        division=division,
        item=item_code,
    )
    return offering


@transaction.atomic
def publish_offering(*, offering_id: int, open_from: date, actor: Actor, at: datetime) -> Offering:
    """
    Open an approved offering from `open_from`; the version before ends on that day, cases begun under it keep it.

    :raises NotADraft, MoveNotPossible: it is published already, or has not been approved.
    :raises NotPublishable: an element is missing or an override is not lawful.
    :raises ItemNotFound: the basic item is not in force on that day.
    :raises TierNotCompetent: the authority's tier is not among the item's exercise levels.
    """
    offering = Offering.objects.select_for_update().get(pk=offering_id)
    require(offering, "catalog.approve", actor)
    if offering.state not in UNPUBLISHED:
        raise NotADraft
    if actor.kind != "system":
        check_move(offering, Kind.PUBLISH)
        if open_from < day_of(at):
            raise InvalidInput({"valid_from": "生效日不能早于今天。"})
    item = queries.version_in_force(code=offering.item_code, on=open_from).item
    if not {str(offering.organization.tier), "7"} & set(item.national.levels):
        raise TierNotCompetent(organization=offering.organization.name)
    refuse_faults(queries.faults_of(offering))
    others = Offering.objects.select_for_update().filter(item_code=offering.item_code, division=offering.division)
    others = others.filter(open_from__isnull=False).exclude(pk=offering.pk)
    if others.filter(open_from__gt=open_from).exclude(state=State.CANCELLED).exists():
        raise InvalidInput({"valid_from": "已有更晚生效的实施清单，请另选日期。"})
    others.filter(Q(open_to__isnull=True) | Q(open_to__gt=open_from)).filter(open_from__lte=open_from).update(
        open_to=open_from
    )
    offering.state, offering.open_from = State.PUBLISHED, open_from
    offering.save(update_fields=["state", "open_from"])
    note(offering, Kind.PUBLISH, actor=actor, at=at)
    audit.record(
        "catalog.publish_offering", actor=actor, at=at, target=f"offering:{offering.pk}", division=offering.division
    )
    return offering


@transaction.atomic
def open_offering(
    *,
    item_code: str,
    division: str,
    organization_id: int,
    open_from: date,
    actor: Actor,
    at: datetime,
    own: Mapping[str, Any] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Offering:
    """
    Offer an item to the people of `division` in one go, as loaders do; repeating it changes nothing.

    :raises NotPublishable: an element of the authority's own is missing.
    """
    actor.require("catalog.edit", division=division)
    require_organization(organization_id, actor=actor, on=day_of(at))
    own, overrides = dict(own or {}), dict(overrides or {})
    same = Offering.objects.filter(
        item_code=item_code, division=division, organization_id=organization_id, open_from=open_from
    )
    existing = same.order_by("-version").first()
    if existing is not None and (existing.own, existing.overrides) == (own, overrides):
        return existing
    offering = draft_offering(
        item_code=item_code,
        division=division,
        organization_id=organization_id,
        own=own,
        overrides=overrides,
        actor=actor,
        at=at,
    )
    return publish_offering(offering_id=offering.pk, open_from=open_from, actor=actor, at=at)
