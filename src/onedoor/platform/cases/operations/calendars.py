"""A year's holiday notice arrives: it is kept with its document, and every limit that reaches into the year is computed anew."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import clocks, life
from onedoor.platform.cases.models import Case, Clock
from onedoor.platform.cases.states import Kind
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import calendars, outbox, parameters
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.standards.holidays import Year
from onedoor.standards.workdays import WorkCalendar, year_faults

MACHINE = Actor.system("放假安排")
AT_ONCE = 200  # cases in one transaction; the rest follows with the next event
EARLIEST, LATEST = 2018, 2100
DAY = re.compile(r"(?:\d{4}[-年/])?(\d{1,2})[-月/](\d{1,2})日?")


@dataclass(frozen=True)
class HolidayNotice:
    """A notice as it is to be imported: for which year and place, and what it says."""

    number: int
    division: str
    year: Year

    def calendar(self) -> WorkCalendar:
        """Return the calendar of the place as it will be with this notice."""
        present = clocks.work_calendar(self.division)
        return WorkCalendar({**present.years, self.number: self.year})


def read_notice(*, number: str, division: str, off: str, worked: str, document: str) -> HolidayNotice:
    """
    Read a notice as it was typed: one span a line ("2027-02-05 至 2027-02-11", or one day), one working weekend day a line.
    Lines of a table ("2027-02-05,2027-02-11,春节") are read alike.

    :raises InvalidInput: a line that is no date, a day that cannot be, no document, an unknown place.
    """
    problems = {}
    if not number.isdecimal() or not EARLIEST <= int(number) <= LATEST:
        raise InvalidInput({"number": "请填写四位数字的年份，例如 2027。"})
    if identity.find_division(division) is None:
        problems["division"] = "没有这个行政区划代码，请核对；全国填 000000000000。"
    if len(document.strip()) < 6:
        problems["document"] = "请写明通知的名称和文号，例如：国务院办公厅关于2027年部分节假日安排的通知。"
    spans, days = _spans(off, "off", problems), _spans(worked, "worked", problems)
    if not spans and "off" not in problems:
        problems["off"] = "请逐行填写放假的日期。"
    if problems:
        raise InvalidInput(problems)
    year = Year(tuple(spans), tuple(first for first, _ in days), document.strip())
    faults = year_faults(int(number), year)
    if faults:
        raise InvalidInput(faults)
    return HolidayNotice(int(number), division, year)


def _spans(text: str, name: str, problems: dict[str, str]) -> list[tuple[str, str]]:
    found = []
    for line in text.splitlines():
        days = [f"{int(month):02d}-{int(day):02d}" for month, day in DAY.findall(line)]
        if line.strip() and not days:
            problems[name] = f"看不懂这一行：“{line.strip()[:20]}”。请写成 2027-02-05 至 2027-02-11。"
        elif days:
            found.append((days[0], days[-1]))
    return found


@transaction.atomic
def import_calendar(*, notice: HolidayNotice, actor: Actor, at: datetime) -> None:
    """
    Keep a year's notice and have every limit that reaches into the year computed anew, by the worker, in batches.

    :raises NotAllowed: the post does not keep the figures of this place.
    :raises InvalidInput: this is the notice that is in force already.
    """
    actor.require("parameters.edit", division=notice.division)
    _, changed = parameters.write_parameter(
        key=f"{calendars.PREFIX}{notice.number}",
        division=notice.division,
        value=calendars.as_value(notice.year),
        document=notice.year.source,
        valid_from=day_of(at),
        recorded_by=actor.name,
        at=at,
    )
    if not changed:
        raise InvalidInput({"number": "与现有的安排完全相同，没有变化。"})
    transaction.on_commit(calendars.forget)
    calendars.forget()
    outbox.publish(
        "cases.calendar_imported",
        key=f"calendar:{notice.number}:{notice.division}",
        year=notice.number,
        division=notice.division,
        after=0,
    )
    audit.record(
        "cases.import_calendar",
        actor=actor,
        at=at,
        target=f"calendar:{notice.number}",
        division=notice.division,
        document=notice.year.source,
    )


def recalculate_cases(payload: dict[str, Any], *, at: datetime) -> None:
    """Compute the limits of the next batch of cases anew; a case whose days stay the same gets no action."""
    calendars.forget()
    year, division = int(payload["year"]), str(payload["division"])
    ids = list(
        reached(year, division, on=day_of(at)).filter(pk__gt=payload["after"]).values_list("pk", flat=True)[:AT_ONCE]
    )
    for case_id in ids:
        recalculate_case(case_id=case_id, year=year, at=at)
    if len(ids) == AT_ONCE:
        key = f"calendar:{year}:{division}"
        outbox.publish("cases.calendar_imported", key=key, year=year, division=division, after=ids[-1])


def reached(year: int, division: str, *, on: date) -> QuerySet[Case]:
    """Return the cases of a place with a limit that runs into a year, by id."""
    running = Clock.objects.exclude(state=Clock.State.STOPPED)
    running = running.filter(due_on__gte=date(year, 1, 1), started_on__lte=date(year, 12, 31))
    place = Q()
    if division != calendars.NATION:
        place = Q(pk__in=[])
        for start, end in identity.reach_of(division, on=on):
            place |= Q(division__gte=start, division__lt=end)
    return Case.objects.filter(place, pk__in=running.values("case_id")).order_by("pk")


@transaction.atomic
def recalculate_case(*, case_id: int, year: int, at: datetime) -> None:
    """Compute the limits of one case anew; what has moved becomes an action, which the applicant is told."""
    case = life.lock(case_id)
    if case.is_ended:
        return
    moved = clocks.recalculate(case, clocks.work_calendar(case.division))
    clocks.set_urgency(case)
    if not moved:
        return
    facts = {
        "year": year,
        "moved": {clock.name: clock.due_on.isoformat() for clock, _ in moved},
        "before": {clock.name: old.isoformat() for clock, old in moved},
    }
    life.append(case, Kind.RECALCULATE, actor=MACHINE, at=at, facts=facts)
    audit.record("cases.recalculate", actor=MACHINE, at=at, target=case.target, division=case.division, year=year)


@dataclass(frozen=True)
class Moved:
    """One limit that a notice would move."""

    case_number: str
    kind: str
    old: date
    new: date
    days: int  # later, or earlier when negative


MOST_LOOKED_AT = 2000


def preview_calendar(notice: HolidayNotice, *, actor: Actor, on: date) -> tuple[list[Moved], int]:
    """
    Return the limits a notice would move, of the first 2,000 cases it reaches, and how many cases it reaches.

    :raises NotAllowed: the post does not keep the figures of this place.
    """
    actor.require("parameters.edit", division=notice.division)
    cases = reached(notice.number, notice.division, on=on)
    return list(_moves(cases[:MOST_LOOKED_AT], notice.calendar())), cases.count()


def _moves(cases: QuerySet[Case], calendar: WorkCalendar) -> Iterator[Moved]:
    for case in cases:
        for clock, due in clocks.due_days(case, calendar):
            if due.day != clock.due_on:
                yield Moved(
                    case.number,
                    clock.title(case.item_version.item),
                    clock.due_on,
                    due.day,
                    (due.day - clock.due_on).days,
                )
