"""
The calendars of working days in force: the notices that come with the code, then those imported into the parameter
table, of which the one of the nearest division counts.

A year is the figure `calendar.<year>` with the days off and the weekend days worked; its document is the notice.
"""

import time
from collections.abc import Sequence

from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.models import ParameterRow
from onedoor.standards.holidays import NOTICES, Year
from onedoor.standards.workdays import WorkCalendar

PREFIX = "calendar."
NATION = "000000000000"
# Other processes take note of an import within this many seconds; limits computed meanwhile are recomputed with it.
KEPT_SECONDS = 60.0


class _Kept:
    """What this process has read: the imported years by division, and the calendars made of them."""

    def __init__(self) -> None:
        self.read_at: float | None = None
        self.imported: dict[str, dict[int, Year]] = {}
        self.calendars: dict[tuple[str, ...], WorkCalendar] = {}

    def refresh(self) -> None:
        now = time.monotonic()
        if self.read_at is not None and now - self.read_at <= KEPT_SECONDS:
            return
        self.read_at, self.imported, self.calendars = now, {}, {}
        for row in parameters.rows_starting_with(PREFIX):  # the last word on a year counts
            number, year = year_of(row)
            self.imported.setdefault(row.division, {})[number] = year


_kept = _Kept()


def calendar(chain: Sequence[str] = (NATION,)) -> WorkCalendar:
    """Return the calendar of a place; `chain` lists its division and those above, nearest first."""
    _kept.refresh()
    places = tuple(code for code in chain if code in _kept.imported)
    if places not in _kept.calendars:
        years = dict(NOTICES)
        for code in reversed(places):
            years |= _kept.imported[code]
        _kept.calendars[places] = WorkCalendar(years)
    return _kept.calendars[places]


def forget() -> None:
    """Read the table again the next time: a notice has just been written."""
    _kept.read_at = None


def as_value(year: Year) -> dict[str, list[object]]:
    """Return a year as the parameter table keeps it."""
    return {"off": [list(span) for span in year.off], "worked": list(year.worked)}


def year_of(row: ParameterRow) -> tuple[int, Year]:
    """Return what a row of the parameter table says of which year."""
    off = tuple((first, last) for first, last in row.value["off"])
    return int(row.key.removeprefix(PREFIX)), Year(off, tuple(row.value["worked"]), row.document)
