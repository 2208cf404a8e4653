"""Years and months of law: birthdays, anniversaries, first days (Civil Code arts. 200-204)."""

from calendar import monthrange
from datetime import date


def anniversary(start: date, years: int) -> date:
    """Return the day on which `years` full years have passed since `start`."""
    # Civil Code art. 202: no such day in that month, then its last day counts.
    # Born on 29 February 2000, of age (18) on 28 February 2018.
    year = start.year + years
    return date(year, start.month, min(start.day, monthrange(year, start.month)[1]))


def add_months(start: date, months: int) -> date:
    """Return the day `months` after `start`; the last day of the month where it has no such day."""
    number = start.year * 12 + start.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def first_of_next_month(day: date) -> date:
    return add_months(day.replace(day=1), 1)


def age_on(born: date, day: date) -> int:
    """Return the full years of life on `day`; the birthday itself counts."""
    if day < born:
        raise ValueError("the day lies before birth")
    years = day.year - born.year
    return years if day >= anniversary(born, years) else years - 1
