"""Which place an address names at its beginning, however much of the way down it says."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from onedoor.platform.identity.models import Division
from onedoor.platform.identity.queries.divisions import chain, in_force
from onedoor.standards.addresses import plain_address

LONGEST_NAME = 15
COUNTY, TOWNSHIP = 4, 5
LEFT_OUT = "省市"  # 浙江杭州 is said for 浙江省杭州市,
ROADS = "路街道巷弄里"  # but 杭州路 is a road


def place_written(text: str, *, near: str, on: date) -> tuple[str, str]:
    """
    Return the county (six digits) in which an address lies, and what it says below the township.

    Names of divisions in force on a day are read from its beginning, from above, any of them left out; what it does not
    say is as it is where the address was written down (12 digits).
    """
    here = chain(near)  # nearest first
    within, rest, last = here, plain_address(text), None
    while (found := _named(rest, within, last.level if last else 1, on)) is not None:
        last, length = found
        rest = rest[length:]
        within = [last.code, *(here[: here.index(last.code)] if last.code in here else ())]
    abroad = last is not None and last.code not in here
    county = last.code if last is not None and (abroad or last.level >= COUNTY) else near
    return county[:6], rest


def _named(text: str, within: Collection[str], above: int, on: date) -> tuple[Division, int] | None:
    """
    Return the highest division among some and those right below them, lower than level `above`, whose name the text
    begins with, and how long it is written.
    """
    beginnings = [text[:length] for length in range(2, min(len(text), LONGEST_NAME) + 1)]
    shortened = [beginning + end for beginning in beginnings for end in LEFT_OUT]
    near = Q(parent__in=within) | Q(code__in=within)
    found = Division.objects.filter(in_force(on), near, level__gt=above, level__lte=TOWNSHIP)
    named = []
    for one in found.filter(name__in=[*beginnings, *shortened]):
        length = len(one.name) if text.startswith(one.name) else len(one.name) - 1
        if length == len(one.name) or text[length : length + 1] not in ROADS or length == len(text):
            named.append((one, length))
    return min(named, key=lambda pair: (pair[0].level, -pair[1]), default=None)
