"""How invented cases go: what happened on which day, as far as it has happened by today."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from onedoor.demonstration.generation import proportions
from onedoor.platform.kernel.clock import CHINA
from onedoor.standards.workdays import WorkCalendar, national_calendar


@dataclass(frozen=True)
class Event:
    """One thing that happened: an action's kind, the step it ended, who did it."""

    kind: str
    at: datetime
    by: str  # applicant, machine, clerk, surveyor, reviewer, approver
    step: str = ""


class Days:
    """Working days around today, looked up instead of counted."""

    def __init__(self, *, until: date, days: int) -> None:
        calendar: WorkCalendar = national_calendar()
        first = until - timedelta(days=days + 30)
        every = [first + timedelta(days=number) for number in range(days + 150)]
        self.working = [day for day in every if calendar.is_workday(day)]
        self.index = {}
        place = -1
        for day in every:
            place += calendar.is_workday(day)
            self.index[day] = place

    def after(self, day: date, working_days: int) -> date:
        """Return the n-th working day after a day; the day itself does not count."""
        return self.working[self.index[day] + working_days]

    def rolled(self, day: date) -> date:
        """Return the day, or the next working day when it is none."""
        return day if self.working[self.index[day]] == day else self.working[self.index[day] + 1]


def live(dice: Random, handed_in: date, days: Days) -> list[Event]:
    """Return the whole life of one application, in order; what lies after today is for the caller to leave out."""
    clock = _Clock(dice, handed_in, days)
    events = [clock.now("submit", "applicant"), clock.later("hand_in", "machine", minutes=10)]
    luck = dice.random()
    if luck < proportions.WITHDRAWN:
        return [*events, clock.on(dice.randint(1, 4), "withdraw", "applicant")]
    if luck < proportions.WITHDRAWN + proportions.NOT_ACCEPTED:
        return [*events, clock.on(dice.randint(1, 5), "refuse", "clerk")]
    if dice.random() < proportions.SUPPLEMENTED:
        events.append(clock.on(dice.randint(1, 3), "ask_supplement", "clerk"))
        events.append(clock.on(dice.randint(1, 7), "supply", "applicant"))
    events.append(clock.on(dice.randint(0, 4), "accept", "clerk"))
    events.append(clock.on(dice.randint(0, 1), "complete_step", "machine", "verify"))
    events.append(clock.on(dice.randint(1, 4), "complete_step", "surveyor", "survey"))
    events.append(clock.on(dice.randint(0, 3), "complete_step", "reviewer", "opinion"))
    events.append(clock.later("post_notice", "reviewer", minutes=20, step="notice"))
    # Seven natural days, the last rolled to a working day; the next step the working day after (readings).
    clock.day = days.after(days.rolled(clock.day + timedelta(days=7)), 1)
    events.append(clock.at_three("complete_step", "machine", "notice"))
    denied = dice.random() < proportions.DENIED
    events.append(clock.on(dice.randint(0, 4), "deny" if denied else "grant", "approver", "decide"))
    if not denied:
        events.append(clock.later("complete_step", "machine", minutes=1, step="certify"))
    events.append(clock.later("finish", "machine", minutes=0))
    return events


class _Clock:
    """Walks along the days of one case."""

    def __init__(self, dice: Random, day: date, days: Days) -> None:
        self.dice, self.day, self.days = dice, day, days
        self.moment = self._moment(self.dice.randint(8, 20))

    def _moment(self, hour: int) -> datetime:
        return datetime.combine(self.day, time(hour, self.dice.randint(0, 39), self.dice.randint(0, 59)), CHINA)

    def now(self, kind: str, by: str) -> Event:
        return Event(kind, self.moment, by)

    def later(self, kind: str, by: str, *, minutes: int, step: str = "") -> Event:
        self.moment += timedelta(minutes=minutes, seconds=1)
        return Event(kind, self.moment, by, step)

    def on(self, working_days: int, kind: str, by: str, step: str = "") -> Event:
        """The event happens so many working days later, in office hours, never before what went before."""
        if working_days or self.days.rolled(self.day) != self.day:
            self.day = self.days.after(self.day, max(1, working_days))
            self.moment = max(self.moment, self._moment(self.dice.randint(9, 16)))
        else:
            self.moment += timedelta(minutes=self.dice.randint(12, 50))
        return Event(kind, self.moment, by, step)

    def at_three(self, kind: str, by: str, step: str) -> Event:
        self.moment = max(self.moment, datetime.combine(self.day, time(3, self.dice.randint(0, 20)), CHINA))
        return Event(kind, self.moment, by, step)
