"""Enter, rename, merge and split organizations; their units and service points."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import (
    FormerOrganizationName,
    Organization,
    OrganizationSuccession,
    Post,
    ServicePoint,
    Unit,
)
from onedoor.platform.identity.queries import (
    OrganizationNotFound,
    chain,
    find_division,
    reach_of,
    service_points_around,
)
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.standards.coordinates import Coordinates, NotCoordinates, distance, parse_coordinates
from onedoor.standards.credit_codes import parse_credit_code

# No county is wider: the longest way across one is some 500 km.
WIDEST_COUNTY = 500


class PostsLeft(OneDoorError):
    code, http_status, message = (
        "identity.posts_left",
        409,
        "该单位还有 {count} 个在任岗位。分设以前，请先把每个岗位调到承接单位，或办理离任。",
    )


@transaction.atomic
def register_organization(
    *,
    uscc: str,
    name: str,
    short_name: str,
    kind: str,
    tier: int,
    division: str,
    parent_id: int | None,
    phone: str,
    actor: Actor,
    at: datetime,
    in_force_from: date | None = None,
    lines: Sequence[str] = (),
) -> Organization:
    """
    Enter an organization; one with the same credit code is returned unchanged. Without `lines` it does every business.

    :raises InvalidInput: the credit code is wrong, the name is empty, the place or kind is unknown, an organ's tier is
        not that of its place, its superior has another place or a lower tier, the short name stands on the documents
        of another.
    """
    actor.require("identity.manage", division=division)
    problems = {}
    try:
        parse_credit_code(uscc)
    except ValueError as error:
        problems["uscc"] = str(error)
    if not name.strip() or not short_name.strip():
        problems["name"] = "请填写单位全称和文号简称。"
    if kind not in Organization.Kind.values or not 1 <= tier <= 6:
        problems["kind"] = "请选择单位性质和层级。"
    problems |= _misplaced(kind=kind, tier=tier, division=division, parent_id=parent_id)
    if problems:
        raise InvalidInput(problems)
    _check_short_name(short_name, uscc=uscc)
    organization, created = Organization.objects.get_or_create(
        uscc=uscc,
        defaults={
            "name": name.strip(),
            "short_name": short_name.strip(),
            "kind": kind,
            "tier": tier,
            "division_id": division,
            "parent_id": parent_id,
            "phone": phone,
            "in_force_from": in_force_from,
            "lines": list(lines),
            "recorded_at": at,
            "recorded_by": actor.name,
        },
    )
    if created:
        target = organization.target
        audit.record("identity.register_organization", actor=actor, at=at, target=target, division=division)
    return organization


ORGANS = {Organization.Kind.ORGAN, Organization.Kind.TOWNSHIP, Organization.Kind.COMMITTEE}


def _misplaced(*, kind: str, tier: int, division: str, parent_id: int | None) -> dict[str, str]:
    """Return what does not fit between an organization, its place and its superior, by field."""
    place = find_division(division)
    if place is None:
        return {"division": "没有找到这个区划代码，请核对。"}
    problems = {}
    if kind in ORGANS and tier != place.level:
        problems["tier"] = f"{place.name}是第 {place.level} 级区划，机关的层级要与所在区划相同，请核对。"
    if parent_id is not None:
        above = Organization.objects.filter(pk=parent_id).first()
        if above is None:
            problems["parent_id"] = "没有找到上级单位，请核对。"
        elif above.tier > tier or above.division_id not in chain(division):
            problems["parent_id"] = f"“{above.name}”不能作{place.name}单位的上级：上级要在本区划或其上级区划。"
    return problems


def _check_short_name(short_name: str, *, uscc: str) -> None:
    """:raises InvalidInput: an organization that has not ended prints this name on its documents."""
    others = Organization.objects.filter(short_name=short_name.strip(), in_force_to__isnull=True).exclude(uscc=uscc)
    if other := others.first():
        raise InvalidInput({"name": f"文号简称“{short_name.strip()}”已由{other.name}使用，请换一个，以免文号相同。"})


def _lock(organization_id: int, actor: Actor) -> Organization:
    """
    Lock an organization the actor may manage.

    :raises OrganizationNotFound: there is none.
    :raises NotAllowed: it lies outside the actor's reach.
    """
    organization = Organization.objects.select_for_update().filter(pk=organization_id).first()
    if organization is None:
        raise OrganizationNotFound
    actor.require("identity.manage", division=organization.division_id)
    return organization


@transaction.atomic
def rename_organization(
    *, organization_id: int, name: str, short_name: str, actor: Actor, at: datetime
) -> Organization:
    """
    Give an organization another name from today; documents signed before keep the old one.

    :raises InvalidInput: a name is empty, or the short one stands on the documents of another organization.
    """
    organization = _lock(organization_id, actor)
    if not name.strip() or not short_name.strip():
        raise InvalidInput({"name": "请填写单位全称和文号简称。"})
    _check_short_name(short_name, uscc=organization.uscc)
    if name.strip() != organization.name:
        FormerOrganizationName.objects.create(organization=organization, name=organization.name, until=day_of(at))
    organization.name, organization.short_name = name.strip(), short_name.strip()
    organization.save(update_fields=["name", "short_name"])
    audit.record(
        "identity.rename_organization",
        actor=actor,
        at=at,
        target=organization.target,
        division=organization.division_id,
    )
    return organization


@transaction.atomic
def succeed_organizations(
    *, ended: Sequence[int], successors: Sequence[int], document: str, on: date, actor: Actor, at: datetime
) -> list[OrganizationSuccession]:
    """
    End organizations on a day and say who takes over: several to one is a merger, one to several a split.

    With one successor the posts, units and service points go over to it on that day. Cases and documents keep the old
    organization; whoever is competent for the place goes on with them.

    :raises InvalidInput: no successor, no document, an organization succeeds itself or has ended before.
    :raises PostsLeft: a split with posts that nobody has assigned.
    """
    old = [_lock(one, actor) for one in sorted(set(ended))]
    new = [_lock(one, actor) for one in sorted(set(successors))]
    problems = {}
    if not old or not new or set(ended) & set(successors):
        problems["successors"] = "请选择承接单位；承接单位不能是撤销的单位自己。"
    if any(one.in_force_to is not None for one in [*old, *new]):
        problems["successors"] = "其中有单位已经撤销，请核对。"
    if not document.strip():
        problems["document"] = "请填写批准文件的文号。"
    if problems:
        raise InvalidInput(problems)
    rows = []
    for one in old:
        if len(new) == 1:
            _hand_over(one, new[0], on, actor, at)
        else:
            left = one.posts.filter(valid_to__isnull=True).count()
            if left:
                raise PostsLeft(count=left)
        one.in_force_to = on
        one.save(update_fields=["in_force_to"])
        for other in new:
            recorded = {"recorded_at": at, "recorded_by": actor.name}
            row = OrganizationSuccession(
                from_organization=one, to_organization=other, on=on, document=document.strip()[:120], **recorded
            )
            row.save()
            rows.append(row)
        audit.record("identity.end_organization", actor=actor, at=at, target=one.target, division=one.division_id)
    return rows


def _hand_over(old: Organization, new: Organization, on: date, actor: Actor, at: datetime) -> None:
    """Let every open post go on under the new organization, and the places people go to with it."""
    for post in old.posts.select_for_update().filter(valid_to__isnull=True):
        moved = post.division_id == old.division_id  # a post for the organ's own place follows it to the new place
        division = new.division_id if moved else post.division_id
        began = max(on, post.valid_from)
        post.valid_to = began
        post.save(update_fields=["valid_to"])
        Post.objects.create(
            login_id=post.login_id,
            organization=new,
            role=post.role,
            division_id=division,
            lines=post.lines,
            reach=reach_of(division, on=max(on, day_of(at))),
            valid_from=began,
            approved_at=post.approved_at,
            approved_by_id=post.approved_by_id,
            recorded_at=at,
            recorded_by=actor.name,
        )
    old.service_points.update(organization=new)


@transaction.atomic
def add_unit(*, organization_id: int, name: str, actor: Actor, at: datetime) -> Unit:
    """:raises InvalidInput: the name is empty."""
    organization = _lock(organization_id, actor)
    if not name.strip():
        raise InvalidInput({"unit": "请填写内设机构名称。"})
    unit, _ = Unit.objects.update_or_create(
        organization=organization,
        name=name.strip()[:80],
        defaults={"in_force_to": None, "recorded_at": at, "recorded_by": actor.name},
    )
    audit.record("identity.add_unit", actor=actor, at=at, target=organization.target, division=organization.division_id)
    return unit


@transaction.atomic
def end_unit(*, unit_id: int, actor: Actor, at: datetime) -> Unit:
    """Close a section from today; posts in it go on."""
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise OrganizationNotFound
    organization = _lock(unit.organization_id, actor)
    unit.in_force_to = unit.in_force_to or day_of(at)
    unit.save(update_fields=["in_force_to"])
    audit.record("identity.end_unit", actor=actor, at=at, target=organization.target, division=organization.division_id)
    return unit


@transaction.atomic
def set_service_point(
    *,
    organization_id: int,
    kind: str,
    name: str,
    address: str,
    phone: str,
    opening_hours: str,
    actor: Actor,
    at: datetime,
    longitude: str | None = None,
    latitude: str | None = None,
) -> ServicePoint:
    """
    Enter a place people go to, or bring the one of this name up to date; one that was closed is open again. Without
    `longitude` and `latitude` its position stays as it is known; empty, it is taken off the map.

    :raises InvalidInput: the kind is unknown, name or address is empty, or the position cannot be right.
    """
    organization = _lock(organization_id, actor)
    problems = {}
    if kind not in ServicePoint.Kind.values:
        problems["kind"] = "请选择服务点类型。"
    if not name.strip() or not address.strip():
        problems["point"] = "请填写服务点的名称和地址。"
    position: dict[str, Decimal | None] = {}
    if longitude is not None or latitude is not None:
        try:
            found = parse_coordinates(longitude or "", latitude or "")
            position = _plausible(found, organization, name.strip(), at)
        except NotCoordinates as error:
            problems["longitude"] = str(error)
    if problems:
        raise InvalidInput(problems)
    point, _ = ServicePoint.objects.update_or_create(
        organization=organization,
        name=name.strip(),
        defaults={
            "kind": kind,
            "address": address.strip(),
            "phone": phone.strip(),
            "opening_hours": opening_hours.strip(),
            "closed_on": None,
            **position,
            "recorded_at": at,
            "recorded_by": actor.name,
        },
    )
    audit.record(
        "identity.set_service_point", actor=actor, at=at, target=organization.target, division=organization.division_id
    )
    outbox.publish("identity.office_changed", key=f"office:{point.pk}", point_id=point.pk)
    return point


@transaction.atomic
def close_service_point(*, service_point_id: int, actor: Actor, at: datetime) -> ServicePoint:
    """
    Close a place people go to from today: no page sends anybody there any more. Closing it twice is closing it once.

    :raises OrganizationNotFound: there is none, or it is not within the actor's reach; both look alike.
    """
    point = ServicePoint.objects.filter(pk=service_point_id).first()
    if point is None:
        raise OrganizationNotFound
    organization = _lock(point.organization_id, actor)
    if point.closed_on is None:
        point.closed_on = day_of(at)
        point.save(update_fields=["closed_on"])
        audit.record(
            "identity.close_service_point",
            actor=actor,
            at=at,
            target=organization.target,
            division=organization.division_id,
            point=point.pk,
        )
        outbox.publish("identity.office_changed", key=f"office:{point.pk}", point_id=point.pk)
    return point


def _plausible(
    found: Coordinates | None, organization: Organization, name: str, at: datetime
) -> dict[str, Decimal | None]:
    """:raises NotCoordinates: the position is farther from the other points of the county than a county is wide."""
    if found is None:
        return {"longitude": None, "latitude": None}
    county = next(
        (code for code in chain(organization.division_id) if code.endswith("000000")), organization.division_id
    )
    near = service_points_around(ranges=reach_of(county, on=day_of(at)), on=day_of(at))
    others = [
        (one.longitude, one.latitude)
        for one in near
        if one.longitude is not None
        and one.latitude is not None
        and (one.organization_id, one.name) != (organization.pk, name)
    ]
    gap = min((distance(found, other) for other in others), default=0.0)
    if organization.tier >= 4 and gap > WIDEST_COUNTY:
        raise NotCoordinates(f"这个位置离本县其他服务点有 {gap:.0f} 公里，请核对经度和纬度。")
    return {"longitude": found[0], "latitude": found[1]}
