"""Where a place lies: longitude and latitude in degrees of CGCS2000 (GB/T 18214, 国家大地坐标系), and how far apart two are."""

from decimal import Decimal, InvalidOperation
from math import asin, cos, radians, sin, sqrt

# The land and waters of the country lie within these degrees.
WEST, EAST = Decimal("73"), Decimal("136")
SOUTH, NORTH = Decimal("3"), Decimal("54")
EARTH = 6371.0  # mean radius in km; half a percent off at the most, which no list of offices shows
Coordinates = tuple[Decimal, Decimal]  # longitude, latitude


class NotCoordinates(ValueError):
    """The sentence says what to write instead."""


def parse_coordinates(longitude: str, latitude: str) -> Coordinates | None:
    """
    Read a longitude and a latitude as they are typed; nothing in both is None.

    :raises NotCoordinates: one is missing, no number, outside the country, or they stand in each other's place.
    """
    if not longitude.strip() and not latitude.strip():
        return None
    east, north = _degrees(longitude, "经度"), _degrees(latitude, "纬度")
    if WEST <= east <= EAST and SOUTH <= north <= NORTH:
        return east, north
    if WEST <= north <= EAST and SOUTH <= east <= NORTH:
        raise NotCoordinates("经度和纬度写反了，请对调：经度是较大的那个数（73 至 136）。")
    raise NotCoordinates("这个位置不在我国境内。经度在 73 至 136 之间，纬度在 3 至 54 之间，请核对。")


def distance(one: Coordinates, other: Coordinates) -> float:
    """Return how many kilometres lie between two places as the crow flies."""
    east, north = radians(float(one[0])), radians(float(one[1]))
    east_too, north_too = radians(float(other[0])), radians(float(other[1]))
    across = sin((north_too - north) / 2) ** 2 + cos(north) * cos(north_too) * sin((east_too - east) / 2) ** 2
    return 2 * EARTH * asin(sqrt(across))


def _degrees(typed: str, name: str) -> Decimal:
    try:
        degrees = Decimal(typed.strip().removesuffix("°"))
    except InvalidOperation:
        degrees = Decimal("NaN")
    if not degrees.is_finite():
        raise NotCoordinates(f"请把{name}写成带小数的度数，例如 {'120.188500' if name == '经度' else '30.478200'}。")
    return degrees.quantize(Decimal("0.000001")) if abs(degrees) < 1000 else degrees
