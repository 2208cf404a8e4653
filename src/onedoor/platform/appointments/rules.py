"""What is judged about places and queues: pure functions over plain data, each told the figures and the moment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from onedoor.standards.judgement import Judgement, TraceLine

FRIDAY = 5
HALF_HOUR = timedelta(minutes=30)
PRIORITY = ("senior", "disabled", "pregnant", "soldier_family")  # whoever is called before the others
SAME_WEEKDAYS = 8  # past days a forecast is made of


@dataclass(frozen=True)
class Hours:
    """A stretch of a day in which an office takes bookings: each slot of it has this many places."""

    starts: time
    ends: time
    capacity: int


@dataclass(frozen=True)
class SlotWanted:
    """A slot as the plan wants it: of `capacity` places `bookable` are given out beforehand, the rest to walk-ins."""

    starts: time
    ends: time
    capacity: int
    bookable: int


def hours_on(
    day: date,
    *,
    week: Mapping[int, Sequence[Hours]],
    special: Mapping[date, Sequence[Hours]],
    is_workday: Callable[[date], bool],
) -> Sequence[Hours]:
    """
    Return when an office is open on a day; `week` has the days 1 (Monday) to 7.

    A special day, closed or extra open, comes before everything. A weekday that the calendar of working days makes a
    rest day is closed. A weekend day is open where the office has hours for it (readings 25); one on which the country
    works has the hours of a Friday where it has none of its own.
    """
    if day in special:
        return special[day]
    own, works = week.get(day.isoweekday(), ()), is_workday(day)
    if day.isoweekday() <= FRIDAY:
        return own if works else ()
    return own or (week.get(FRIDAY, ()) if works else ())


def slots_of(hours: Iterable[Hours], *, minutes: int, walk_in_percent: int) -> list[SlotWanted]:
    """
    Cut the hours of a day into slots and give each its share of the places that can be booked.

    The share of walk-ins is kept of the whole day and rounded up: of 40 places 30 % are 12, and 28 can be booked.
    """
    cut = [(start, end, one.capacity) for one in hours for start, end in _cut(one, minutes)]
    total = sum(capacity for _, _, capacity in cut)
    bookable = total - walk_ins_of(total, walk_in_percent)
    slots, before = [], 0
    for start, end, capacity in cut:
        share = (before + capacity) * bookable // total - before * bookable // total if total else 0
        slots.append(SlotWanted(start, end, capacity, share))
        before += capacity
    return slots


def walk_ins_of(places: int, percent: int) -> int:
    """Return how many of a day's places are kept for walk-ins: the share, rounded up."""
    return -(-places * percent // 100)


def _cut(hours: Hours, minutes: int) -> Iterable[tuple[time, time]]:
    step, some_day = timedelta(minutes=minutes), date(2000, 1, 1)
    start, last = datetime.combine(some_day, hours.starts), datetime.combine(some_day, hours.ends)
    while start + step <= last:
        yield start.time(), (start + step).time()
        start += step


def last_bookable_day(now: datetime, *, days_ahead: int, release: time) -> date:
    """Return the last day that can be booked: `today + days_ahead` from the fixed hour on (readings 25), the day before until then."""
    return now.date() + timedelta(days=days_ahead if now.time() >= release else days_ahead - 1)


def blocked_until(no_shows: Iterable[date], *, most: int, within_days: int, block_days: int) -> date | None:
    """
    Return the last day on which somebody may not book because they did not come, None where they never were blocked.

    The `most`-th time within `within_days` blocks for `block_days`, counted from that day; then the count begins anew.
    """
    counted: list[date] = []
    until = None
    for day in sorted(no_shows):
        counted = [one for one in counted if (day - one).days < within_days] + [day]
        if len(counted) >= most:
            until, counted = day + timedelta(days=block_days), []
    return until


def priority_of(declared: str, *, age: int | None, senior_age: int) -> str:
    """Return the class of a ticket: what was shown at the desk, and whoever is old enough is a senior without asking."""
    if declared in PRIORITY:
        return declared
    return "senior" if age is not None and age >= senior_age else ""


@dataclass(frozen=True)
class InQueue:
    """What the order of a queue asks of a ticket; `due` is the time that was booked, None for a walk-in."""

    key: int
    priority: str
    taken: datetime
    due: datetime | None


def queue_order(tickets: Iterable[InQueue], *, late_minutes: int) -> list[InQueue]:
    """
    Return who is called when: priority classes first, then everybody by their moment.

    The moment of a walk-in is when the ticket was taken; of a booking the time that was booked, for whoever comes later
    than the grace allows when they came. So nobody who waits is overtaken for ever, and an early bird jumps no queue.
    """
    grace = timedelta(minutes=late_minutes)

    def moment(ticket: InQueue) -> datetime:
        if ticket.due is None or ticket.taken > ticket.due + grace:
            return ticket.taken
        return ticket.due

    return sorted(tickets, key=lambda one: (not one.priority, moment(one), one.key))


def minutes_each(durations: Sequence[float], *, otherwise: float) -> float:
    """Return what one visit takes: the median of the latest ones in minutes, a guess where nobody has been served yet."""
    return median(durations) if durations else otherwise


def waiting_minutes(ahead: int, *, each: float, windows: int) -> int:
    """Return how long somebody with so many before them waits, rounded up to five minutes."""
    wait = ahead * each / max(windows, 1)
    return int(-(-wait // 5) * 5)


@dataclass(frozen=True)
class Arrivals:
    """How many came in the half hour that begins then."""

    starts: time
    expected: float
    booked: int

    @property
    def total(self) -> float:
        return self.expected + self.booked


def half_hour_of(moment: time) -> time:
    return time(moment.hour, 30 if moment.minute >= 30 else 0)


def forecast(
    day: date, *, halves: Sequence[time], past: Mapping[date, Mapping[time, int]], booked: Mapping[time, int]
) -> Judgement:
    """
    Return how many people are expected in each half hour of a day, as a judgement whose value is a list of `Arrivals`.

    Walk-ins: the mean of the latest eight days of the same weekday that had any; without one, of the latest eight days of any.
    Bookings of the day are known and added.
    """
    same = sorted((one for one in past if one.isoweekday() == day.isoweekday() and one < day), reverse=True)
    days = same[:SAME_WEEKDAYS] or sorted((one for one in past if one < day), reverse=True)[:SAME_WEEKDAYS]
    rows, trace = [], []
    for half in halves:
        counts = [past[one].get(half, 0) for one in days]
        mean = round(sum(counts) / len(counts), 1) if counts else 0.0
        row = Arrivals(half, mean, booked.get(half, 0))
        rows.append(row)
        terms = " + ".join(str(count) for count in counts) or "0"
        trace.append(
            TraceLine(
                label=f"{half:%H:%M} 起半小时",
                formula=f"（{terms}）÷ {len(counts) or 1} + 已预约 {row.booked}",
                result=f"{row.total:.1f} 人",
                sources=tuple(one.isoformat() for one in days),
            )
        )
    return Judgement(value=rows, trace=tuple(trace))


def quieter(rows: Sequence[Arrivals], *, most: int = 3) -> list[Arrivals]:
    """Return the half hours with the fewest people, at most three, only those clearly below the mean."""
    if not rows:
        return []
    mean = sum(row.total for row in rows) / len(rows)
    calm = sorted((row for row in rows if row.total < 0.8 * mean), key=lambda row: (row.total, row.starts))
    return sorted(calm[:most], key=lambda row: row.starts)


def nearness(place: Sequence[str], other: Sequence[str]) -> int:
    """
    Return how far an office is, in steps up from where somebody is to the first division both lie in; both are chains
    of division codes, nearest first.
    """
    there = set(other)
    return next((steps for steps, code in enumerate(place) if code in there), len(place))
