"""The years of the work calendar as an administrator sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from onedoor.platform.kernel import calendars, parameters
from onedoor.platform.kernel.actors import Actor
from onedoor.standards.holidays import NOTICES, Year
from onedoor.standards.workdays import WorkCalendar


@dataclass(frozen=True)
class CalendarYear:
    """One year as it stands for the country or for a place: its notice, how many days off, who brought it in and when."""

    number: int
    division: str
    source: str
    provisional: bool
    workdays: int
    off: tuple[tuple[date, date], ...]
    worked: tuple[date, ...]
    recorded_by: str = ""
    recorded_at: datetime | None = None


def calendar_years(*, actor: Actor) -> list[CalendarYear]:
    """
    Return every year known, the newest first, the country before places; an imported notice stands for the one delivered
    with the code. One query.

    :raises NotAllowed: the post keeps no figures.
    """
    actor.require_one_of("parameters.edit")
    found = {(number, calendars.NATION): _told(number, calendars.NATION, year) for number, year in NOTICES.items()}
    for row in parameters.rows_starting_with(calendars.PREFIX):
        number, year = calendars.year_of(row)
        found[number, row.division] = _told(number, row.division, year, row.recorded_by, row.recorded_at)
    return [found[key] for key in sorted(found, key=lambda key: (-key[0], key[1]))]


def _told(number: int, division: str, year: Year, by: str = "", at: datetime | None = None) -> CalendarYear:
    def day(text: str) -> date:
        return date.fromisoformat(f"{number}-{text}")

    years: Mapping[int, Year] = {number: year}
    return CalendarYear(
        number=number,
        division=division,
        source=year.source,
        provisional=year.provisional,
        workdays=WorkCalendar(years).count_workdays(number),
        off=tuple((day(first), day(last)) for first, last in year.off),
        worked=tuple(day(one) for one in year.worked),
        recorded_by=by,
        recorded_at=at,
    )
