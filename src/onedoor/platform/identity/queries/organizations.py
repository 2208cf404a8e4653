"""Organizations: which of them is competent, and where people go."""

from collections.abc import Sequence

from onedoor.platform.identity.models import Organization, ServicePoint
from onedoor.platform.identity.queries.divisions import chain
from onedoor.platform.kernel.errors import OneDoorError


class NoResponsibleOrganization(OneDoorError):
    code, http_status, message = (
        "identity.no_responsible_organization",
        409,
        "当地承办单位尚未在平台登记，暂不能在线受理，请拨打当地民政服务电话咨询。",
    )


def responsible_organization(*, division: str, tier: int, line: str) -> Organization:
    """
    Return the organ of `tier` (1 ministry … 5 township) that is competent for a place and business line.

    :raises NoResponsibleOrganization: none is registered on the way up from this place.
    """
    codes = chain(division)
    found = {
        organization.division_id: organization
        for organization in Organization.objects.filter(division_id__in=codes, tier=tier)
        if not organization.lines or line in organization.lines
    }
    for code in codes:
        if code in found:
            return found[code]
    raise NoResponsibleOrganization


def service_points(*, chain: Sequence[str], line: str, most: int = 20) -> list[ServicePoint]:
    """Return where people of a place go, the nearest organ's points first."""
    points = ServicePoint.objects.filter(organization__division_id__in=chain).select_related("organization")
    order = {code: place for place, code in enumerate(chain)}
    return sorted(points, key=lambda point: (order[point.organization.division_id], point.pk))[:most]
