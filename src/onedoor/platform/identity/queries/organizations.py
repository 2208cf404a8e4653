"""Organizations: which of them is competent, and where people go."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from onedoor.platform.identity.models import Login, Organization, Post, ServicePoint
from onedoor.platform.identity.queries.divisions import chain, successors_of
from onedoor.platform.kernel.actors import Actor, CodeRange
from onedoor.platform.kernel.errors import NotFound, OneDoorError
from onedoor.platform.kernel.prepared import prepared
from onedoor.platform.kernel.scopes import within_reach

ORGANIZATION_KINDS: list[tuple[str, str]] = [(one.value, str(one.label)) for one in Organization.Kind]
POINTS, ORGAN = 60, "organization__"  # points on one page
SERVICE_POINT_KINDS: list[tuple[str, str]] = [(one.value, str(one.label)) for one in ServicePoint.Kind]


class OrganizationNotFound(NotFound):
    code, message = "identity.organization_not_found", "没有找到该单位，或它不在您的管辖范围内。请从单位列表中选择。"


class NoResponsibleOrganization(OneDoorError):
    code, http_status, message = (
        "identity.no_responsible_organization",
        409,
        "当地承办单位尚未在平台登记，暂不能在线受理，请拨打当地民政服务电话咨询。",
    )


def responsible_organization(*, division: str, tier: int, line: str, on: date) -> Organization:
    """
    Return the organ of `tier` (1 ministry … 5 township) that is competent for a place and business line on a day.

    Where a place was abolished and its organ with it, whoever stands in its place is competent.

    :raises NoResponsibleOrganization: none is registered on the way up from this place.
    """
    return responsible_organizations(division=division, tiers=[tier], line=line, on=on)[0]


def responsible_organizations(*, division: str, tiers: Sequence[int], line: str, on: date) -> list[Organization]:
    """Return the competent organ of each tier, as `responsible_organization`; one query where the place still exists."""
    found = _nearest(chain(division), tiers, line, on)
    if len(found) < len(set(tiers)):
        for successor in successors_of(division, on=on):
            found = _nearest(chain(successor.code), tiers, line, on) | found
    if len(found) < len(set(tiers)):
        raise NoResponsibleOrganization
    return [found[tier] for tier in tiers]


def _nearest(codes: Sequence[str], tiers: Sequence[int], line: str, on: date) -> dict[int, Organization]:
    """Return the organ by tier that lies nearest on the way up; of two of one place the one registered first."""
    organs = _standing.all(codes=list(codes), tiers=list(tiers), on=on)
    able = [organ for organ in organs if not organ.lines or line in organ.lines]
    farthest_first = sorted(able, key=lambda organ: -codes.index(organ.division_id))
    return {organ.tier: organ for organ in farthest_first}


@prepared
def _standing(*, codes: Sequence[str], tiers: Sequence[int], on: date) -> QuerySet[Organization]:
    return Organization.objects.filter(in_force(on), division__code__in=codes, tier__in=tiers).order_by("-pk")


def in_force(on: date, *, prefix: str = "") -> Q:
    """Return the condition "exists on this day" for organizations; `prefix` leads to them over relations."""
    begun = Q(**{f"{prefix}in_force_from__isnull": True}) | Q(**{f"{prefix}in_force_from__lte": on})
    return begun & (Q(**{f"{prefix}in_force_to__isnull": True}) | Q(**{f"{prefix}in_force_to__gt": on}))


def list_organizations(*, actor: Actor, on: date) -> list[Organization]:
    """Return the organizations within the administrator's reach, ended ones last; one query."""
    actor.require_one_of("identity.manage", "identity.manage_security")
    found = Organization.objects.filter(within_reach(actor, field="division_id", by_line=False))
    rows = found.select_related("division", "parent").order_by("division_id", "tier", "pk")
    return sorted(rows, key=lambda one: one.in_force_to is not None and one.in_force_to <= on)


def get_organization(*, organization_id: int, actor: Actor) -> Organization:
    """
    Return an organization with its units, points, posts and history for its page; constant queries.

    :raises OrganizationNotFound: there is none, or it is not within the actor's reach; both look alike.
    """
    actor.require_one_of("identity.manage", "identity.manage_security")
    posts = (
        Post.objects.filter(login__kind=Login.Kind.OFFICER).select_related("login", "division", "unit").order_by("pk")
    )
    found = (
        Organization.objects.filter(within_reach(actor, field="division_id", by_line=False), pk=organization_id)
        .select_related("division", "parent")
        .prefetch_related(
            "units",
            "service_points",
            "former_names",
            Prefetch("posts", posts),
            "successions__to_organization",
            "predecessions__from_organization",
        )
        .first()
    )
    if found is None:
        raise OrganizationNotFound
    return found


def service_points(*, chain: Sequence[str], line: str, on: date, most: int = 20) -> list[ServicePoint]:
    """Return where people of a place go on a day, the nearest organ's points first."""
    points = _open(on).filter(organization__division_id__in=chain)
    order = {code: place for place, code in enumerate(chain)}
    return sorted(points, key=lambda point: (order[point.organization.division_id], point.pk))[:most]


def service_points_around(*, ranges: Sequence[CodeRange], on: date, after: int = 0) -> list[ServicePoint]:
    """Return a page of where people go within these ranges of codes on a day, by place; `after` is the last of the page before."""
    inside = Q(pk__in=[])
    for start, end in ranges:
        inside |= Q(organization__division_id__gte=start, organization__division_id__lt=end)
    points = _open(on).filter(inside).order_by("organization__division_id", "pk")
    last = ServicePoint.objects.select_related("organization").filter(pk=after).first() if after else None
    if last is not None:
        place = last.organization.division_id
        here = Q(organization__division_id=place, pk__gt=last.pk)
        points = points.filter(Q(organization__division_id__gt=place) | here)
    return list(points[:POINTS])


def find_service_point(*, point_id: int, on: date) -> ServicePoint | None:
    """Return a place people go to, None where there is none or it is closed on this day."""
    return _open(on).filter(pk=point_id).first()


def _open(on: date) -> QuerySet[ServicePoint]:
    """Points that are not closed, of organs that have not ended."""
    points = ServicePoint.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=on), in_force(on, prefix=ORGAN))
    return points.select_related("organization")
