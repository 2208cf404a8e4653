"""The one place that looks at the clock. Operations, queries and rules get the moment as an argument."""

import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

CHINA = ZoneInfo("Asia/Shanghai")  # one legal time for the whole country


def now() -> datetime:
    """Return the present moment; a demonstration may run ahead of the wall clock (`demonstration_shift`)."""
    return timezone.now() + demonstration_shift()


def wall() -> datetime:
    """Return the physical moment, for time stamps on the wire: other nodes do not share a demonstration's clock."""
    return timezone.now()


def today() -> date:
    """Return today's date in China."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the calendar day in China on which `moment` falls."""
    return moment.astimezone(CHINA).date()


def demonstration_shift() -> timedelta:
    """
    Return how far the demonstration's clock runs ahead; zero on every real installation.

    A visitor of the demonstration cannot wait seven days for a public notice to end, so the demonstration keeps the
    number of days in a small file that all its processes read. A real installation has no such file setting.
    """
    path: Path | None = settings.ONEDOOR_DEMONSTRATION_CLOCK
    if path is None:
        return timedelta(0)
    try:
        return timedelta(days=int(path.read_text(encoding="ascii")))
    except FileNotFoundError:
        return timedelta(0)


def ticks() -> float:
    """Return seconds that only ever go on, to measure how long something takes."""
    return time.monotonic()


def meanwhile(at: datetime, *, since: float) -> datetime:
    """Return the moment that `at` has become since these ticks, in steps of ten seconds: less is nothing among workers."""
    return at + timedelta(seconds=(ticks() - since) // 10 * 10)
