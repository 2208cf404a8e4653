"""Where to go: the offices of a place as a list, and those whose position is known on a map with the same numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.standards.coordinates import Coordinates, distance
from onedoor.web.citizen.places import Place, place_of
from onedoor.web.parts.inputs import whole
from onedoor.web.parts.maps import Spot, spot_map

MOST = 40  # pins that can still be told apart
COUNTY = 6  # digits of a code that name the county


@dataclass(frozen=True)
class Listed:
    """An office of the list: its number on the map, and how far it is from where the place has its own seat, in km."""

    point: Any
    number: int
    far: float | None

    @property
    def far_words(self) -> str:
        if self.far is None:
            return ""
        return f"约 {self.far:.1f} 公里" if self.far < 100 else f"约 {self.far:.0f} 公里"


@login_not_required
@require_safe
def offices(request: HttpRequest) -> HttpResponse:
    """List where people of a place go, each with the anchor a search leads to; above a page, the map of it."""
    place, on, after = place_of(request), clock.today(), whole(request.GET, "after", 0)
    below = identity.divisions_below("" if place.code == identity.NATION else place.code, on=on)
    within = next((one.code for one in below if one.code == request.GET.get("within")), "")
    inside = identity.service_points_around(
        ranges=identity.subtree_range(within or place.code, on=on), on=on, after=after
    )
    nearest = [] if within or after else identity.service_points(chain=place.chain, line="", on=on)
    asked = identity.find_service_point(point_id=whole(request.GET, "office", 0), on=on)
    found = list({point.pk: point for point in [*nearest, *inside, *([asked] if asked else [])]}.values())
    seat = next((at for point in nearest if _division(point) == place.code and (at := where(point))), None)
    placed = _placed(found, {point.pk for point in inside}, place, seat) if place.chosen else []
    listed = [Listed(point, number, _far(point, seat)) for number, point in enumerate(placed, start=1)]
    rest = [point for point in found if point not in placed]
    if not listed:  # nothing to show on a map: one list, as it was
        listed, rest = [Listed(point, 0, None) for point in rest], []
    spots = [
        Spot(at, row.number, row.point.name, f"#office-{row.point.pk}")
        for row in listed
        if row.number and (at := where(row.point))
    ]
    context = {"listed": listed, "elsewhere": rest, "map": spot_map(spots), "place": place}
    context |= {"near": listed[0].point.name if seat else "", "below": below, "within": within, "after": after}
    context["next"] = inside[-1].pk if len(inside) == identity.POINTS else None
    return render(request, "citizen/offices.html", context)


def where(point: Any) -> Coordinates | None:
    """Return where an office is, None where nobody has entered it."""
    return None if point.longitude is None or point.latitude is None else (point.longitude, point.latitude)


def _placed(found: Sequence[Any], within: set[int], place: Place, seat: Coordinates | None) -> list[Any]:
    """Return the offices of the place and of its county whose position is known, the nearest to its seat first."""
    here = [
        point
        for point in found
        if where(point) and (point.pk in within or _division(point)[:COUNTY] == place.code[:COUNTY])
    ]
    return (sorted(here, key=lambda point: _far(point, seat) or 0.0) if seat else here)[:MOST]


def _far(point: Any, seat: Coordinates | None) -> float | None:
    at = where(point)
    return distance(seat, at) if seat and at else None


def _division(point: Any) -> str:
    return str(point.organization.division_id)
