"""
Charts drawn on the server as SVG: one theme, no script, no style attribute, so that the strict CSP holds.

A template gets geometry and words from here and draws them; what a chart shows stands in a table or in its names too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

SHADES = 5

# Where the province-level units stand on the tile grid (column, row), by the first two digits of their codes, with
# their one-character names 简称 (GB/T 2260; the places on the grid are ours).
PROVINCES = {
    "11": ("京", 7, 2),
    "12": ("津", 8, 2),
    "13": ("冀", 7, 3),
    "14": ("晋", 6, 3),
    "15": ("蒙", 6, 2),
    "21": ("辽", 9, 2),
    "22": ("吉", 9, 1),
    "23": ("黑", 9, 0),
    "31": ("沪", 9, 5),
    "32": ("苏", 9, 4),
    "33": ("浙", 8, 5),
    "34": ("皖", 8, 4),
    "35": ("闽", 8, 6),
    "36": ("赣", 7, 5),
    "37": ("鲁", 8, 3),
    "41": ("豫", 7, 4),
    "42": ("鄂", 6, 4),
    "43": ("湘", 6, 5),
    "44": ("粤", 7, 6),
    "45": ("桂", 6, 6),
    "46": ("琼", 6, 7),
    "50": ("渝", 5, 4),
    "51": ("川", 4, 4),
    "52": ("黔", 5, 5),
    "53": ("滇", 4, 5),
    "54": ("藏", 2, 4),
    "61": ("陕", 5, 3),
    "62": ("甘", 4, 2),
    "63": ("青", 3, 3),
    "64": ("宁", 5, 2),
    "65": ("新", 2, 2),
    "71": ("台", 9, 6),
    "81": ("港", 8, 7),
    "82": ("澳", 7, 7),
}


@dataclass(frozen=True)
class Lines:
    """A small line of days with the days before it behind, in a box of 100 × 30; y grows downwards."""

    now: str  # the points of an SVG polyline
    before: str
    last: tuple[float, float]
    words: str


@dataclass(frozen=True)
class Tile:
    """One place on the map: where its square lies, what is written on it, how dark it is (0 to 4)."""

    x: int
    y: int
    short: str
    value: str
    words: str
    href: str
    shade: int

    @property
    def middle(self) -> int:
        return self.x + WIDTH // 2


@dataclass(frozen=True)
class TileMap:
    """Squares side by side; `scale` tells what the shades mean."""

    width: int
    height: int
    tile_width: int
    tile_height: int
    tiles: list[Tile]
    scale: list[tuple[int, str]]


@dataclass(frozen=True)
class Place:
    """What a map shows of one place: `weight` from 0 to 1 makes the shade."""

    code: str
    name: str
    value: str
    words: str
    href: str
    weight: float


WIDTH, HEIGHT, GAP = 120, 88, 8
NARROWEST = 3 * WIDTH + 2 * GAP  # a single place is a square among others, not a poster


def bars(values: Sequence[int]) -> list[float]:
    """Return the lengths of the bars of a ranking in percent of the longest one."""
    longest = max(values, default=0) or 1
    return [round(100 * value / longest, 1) for value in values]


def lines(days: Sequence[int], before: Sequence[int], *, words: str) -> Lines:
    """Return the line of some days over the line of as many days before, on one scale from nought."""
    highest = max(*days, *before, 1)
    now = [_point(place, value, len(days), highest) for place, value in enumerate(days)]
    then = [_point(place, value, len(before), highest) for place, value in enumerate(before)]
    return Lines(_points(now), _points(then), now[-1], words)


@dataclass(frozen=True)
class Column:
    """One column of a chart of times: where it stands, how high it is, and what it says; y grows downwards."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: str

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """Where the figure is written."""
        return self.y - 4


@dataclass(frozen=True)
class Columns:
    """Columns side by side on one scale from nought, in a box of `width` × `height`."""

    width: int
    height: int
    columns: list[Column]


COLUMN, COLUMN_GAP, COLUMN_HEIGHT = 44, 8, 120


def columns(rows: Sequence[tuple[str, float]]) -> Columns:
    """Return a chart of figures by time of day; below each column stands its label, above it the figure."""
    highest = max((value for _, value in rows), default=0) or 1
    drawn = []
    for place, (label, value) in enumerate(rows):
        height = round(COLUMN_HEIGHT * value / highest, 1)
        x = place * (COLUMN + COLUMN_GAP)
        drawn.append(Column(x, COLUMN_HEIGHT + 20 - height, COLUMN, height, label, f"{value:.1f}".removesuffix(".0")))
    return Columns(max(1, len(rows)) * (COLUMN + COLUMN_GAP), COLUMN_HEIGHT + 44, drawn)


def _point(place: int, value: int, number: int, highest: int) -> tuple[float, float]:
    return round(3 + 94 * place / max(number - 1, 1), 1), round(27 - 24 * value / highest, 1)


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def tile_map(places: Sequence[Place]) -> TileMap:
    """
    Lay places out as squares: provinces where they lie in the country, any other places row by row in their order.

    The shades divide the span from nought to the heaviest place evenly; nought is always the lightest.
    """
    heaviest = max((place.weight for place in places), default=0.0)
    country = len(places) > 1 and all(
        place.code.endswith("0000000000") and place.code[:2] in PROVINCES for place in places
    )
    columns = 1 if country else _columns(len(places))
    tiles = []
    for number, place in enumerate(places):
        short, column, row = (
            PROVINCES[place.code[:2]] if country else (_short(place.name), number % columns, number // columns)
        )
        shade = math.ceil((SHADES - 1) * place.weight / heaviest) if heaviest else 0
        x, y = column * (WIDTH + GAP), row * (HEIGHT + GAP)
        tiles.append(Tile(x, y, short, place.value, place.words, place.href, shade))
    width = max([NARROWEST, *(tile.x + WIDTH for tile in tiles)])
    height = max((tile.y for tile in tiles), default=0) + HEIGHT
    return TileMap(width, height, WIDTH, HEIGHT, tiles, _scale(heaviest))


def _columns(number: int) -> int:
    """Twice as many across as down, so that the map stands beside a ranking."""
    return max(1, min(8, round(math.sqrt(number * 2))))


def _short(name: str) -> str:
    """余杭区 → 余杭; 塘栖镇本级 and other long names are cut to what a square holds."""
    for ending in ("自治县", "自治州", "街道", "地区", "本级"):
        name = name.removesuffix(ending) if len(name) > len(ending) + 1 else name
    if len(name) > 2 and name[-1] in "省市县区镇乡盟旗":
        name = name[:-1]
    return name if len(name) <= 4 else f"{name[:3]}…"


def _scale(heaviest: float) -> list[tuple[int, str]]:
    if not heaviest:
        return [(0, "0")]
    step = heaviest / (SHADES - 1)
    edges = [f"{100 * step * number:.0f}%" for number in range(SHADES)]
    return [(0, "0"), *((shade, f"≤ {edges[shade]}") for shade in range(1, SHADES))]
