"""
Maps of offices, drawn on the server as SVG: places to scale with their numbers, a scale bar and north; no tiles from outside.

Degrees become kilometres around the middle of what is shown, which over a county is off by less than a line's width.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from onedoor.standards.coordinates import Coordinates

WIDTH, HEIGHT = 360, 270  # as wide as a phone; a desk draws it larger
EDGE = 30  # room at the edges, for pins
PIN = 13  # radius of a pin, 26 across on a phone
KILOMETRES = 111.32  # of one degree of latitude
NARROWEST = 1.0  # km shown at the least: two windows of one house are no continent


@dataclass(frozen=True)
class Spot:
    """What a map shows: where it is, its number in the list beside the map, its name and the address of its card."""

    where: Coordinates
    number: int
    name: str
    href: str


@dataclass(frozen=True)
class Pin:
    """A spot on the map: where its pin stands, and where the place itself is if the pin had to make room."""

    spot: Spot
    x: float
    y: float
    at_x: float
    at_y: float

    @property
    def moved(self) -> bool:
        return math.hypot(self.x - self.at_x, self.y - self.at_y) > 1


@dataclass(frozen=True)
class SpotMap:
    """Pins in a box of `width` × `height`, and a bar that is `bar` long and says how far that is."""

    width: int
    height: int
    pins: list[Pin]
    bar: float
    bar_words: str


def spot_map(spots: Sequence[Spot]) -> SpotMap | None:
    """Return a map on which all of these fit, north up; None of nothing."""
    if not spots:
        return None
    east = [float(spot.where[0]) for spot in spots]
    north = [float(spot.where[1]) for spot in spots]
    middle = ((min(east) + max(east)) / 2, (min(north) + max(north)) / 2)
    across = KILOMETRES * math.cos(math.radians(middle[1]))
    wide = max((max(east) - min(east)) * across, NARROWEST)
    high = max((max(north) - min(north)) * KILOMETRES, NARROWEST * HEIGHT / WIDTH)
    scale = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)  # units of the box for one km
    pins = []
    for spot in spots:
        x = WIDTH / 2 + (float(spot.where[0]) - middle[0]) * across * scale
        y = HEIGHT / 2 - (float(spot.where[1]) - middle[1]) * KILOMETRES * scale
        pins.append(Pin(spot, x, y, x, y))
    length = _round_length(WIDTH / 4 / scale)
    words = f"{length:g} 公里" if length >= 1 else f"{length * 1000:g} 米"
    return SpotMap(WIDTH, HEIGHT, _apart(pins), round(length * scale, 1), words)


def _round_length(longest: float) -> float:
    """Return the longest of 1, 2, 5, 10 … that is not longer than this."""
    power = 10.0 ** math.floor(math.log10(longest))
    return max(power * step for step in (1, 2, 5) if power * step <= longest * 1.0000001)


def _apart(pins: list[Pin]) -> list[Pin]:
    """Push pins that lie on each other apart, a little at a time; each remembers where its place is."""
    for _ in range(60):
        still = True
        for number in range(len(pins)):
            for other_number in range(number + 1, len(pins)):
                one, other = pins[number], pins[other_number]
                gap = math.hypot(other.x - one.x, other.y - one.y)
                lacking = 2 * PIN + 2 - gap
                if lacking <= 0.1:
                    continue
                still = False
                # Those on one spot part in directions of their own, so that three do not stay in a line.
                way = math.atan2(other.y - one.y, other.x - one.x) if gap > 0.01 else 2.4 * other_number
                step = (math.cos(way) * lacking / 2, math.sin(way) * lacking / 2)
                pins[number] = _within(replace(one, x=one.x - step[0], y=one.y - step[1]))
                pins[other_number] = _within(replace(other, x=other.x + step[0], y=other.y + step[1]))
        if still:
            break
    return [
        replace(pin, x=round(pin.x, 1), y=round(pin.y, 1), at_x=round(pin.at_x, 1), at_y=round(pin.at_y, 1))
        for pin in pins
    ]


def _within(pin: Pin) -> Pin:
    """Keep a pin inside the box, above the bar."""
    x = min(max(pin.x, PIN + 2), WIDTH - PIN - 2)
    return replace(pin, x=x, y=min(max(pin.y, PIN + 2), HEIGHT - PIN - 2))
