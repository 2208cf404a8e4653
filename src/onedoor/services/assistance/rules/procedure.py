"""R9–R12, R14, R19: the steps after the notice, the limits, the first month, reviews, grace, and who may be asked about."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from onedoor.standards.judgement import Params
from onedoor.standards.periods import add_months, first_of_next_month
from onedoor.standards.workdays import Due, WorkCalendar


def next_steps_after_notice(objections: int) -> tuple[str, ...]:
    """
    R9: without objection to the county; otherwise a new survey or a review meeting, then a new opinion (Measures
    art. 19).

    :raises ValueError: a negative number of objections.
    """
    if objections < 0:
        raise ValueError("objections cannot be negative")
    return ("TO_COUNTY",) if objections == 0 else ("RESURVEY", "REVIEW_MEETING")


@dataclass(frozen=True)
class Deadlines:
    """Limits counted from acceptance; `Due.provisional` marks a year whose holidays are not published."""

    survey: Due
    decision: Due
    decision_extended: Due


def deadlines(accepted: date, calendar: WorkCalendar, params: Params) -> Deadlines:
    """R10: the survey begins within 3 working days, the decision falls within 30, at most 45."""
    days = params.value("assist.days")
    return Deadlines(
        survey=calendar.add_working_days(accepted, int(days["survey"])),
        decision=calendar.add_working_days(accepted, int(days["total"])),
        decision_extended=calendar.add_working_days(accepted, int(days["longest"])),
    )


def county_due(received: date, calendar: WorkCalendar, params: Params) -> Due:
    """R10: the county decides within 10 working days of receiving the township's opinion."""
    return calendar.add_working_days(received, int(params.value("assist.days")["county"]))


def benefit_start(decided: date) -> date:
    """R11: the first day of the month after the decision."""
    return first_of_next_month(decided)


def review_due(review_class: str, last: date, params: Params) -> date:
    """
    R12: a stable household after a year, an unstable one after half a year (Measures art. 31); a place may shorten it.

    :raises MissingParameter: no interval for this class, which is STABLE or UNSTABLE.
    """
    return add_months(last, params.integer(f"assist.review_months.{review_class.lower()}"))


@dataclass(frozen=True)
class Grace:
    """Months during which the benefit goes on, first and last; None when there is no grace."""

    first: date
    last_day: date


def grace(decided: date, per_head: Decimal, line: Decimal, *, by_work: bool, params: Params) -> Grace | None:
    """
    R14: a household that leaves through income from work keeps its benefit for some months.

    Exactly at the marginal line counts as inside (readings 20).
    """
    if not by_work or per_head > line:
        return None
    first = first_of_next_month(decided)
    end = add_months(first, params.integer("assist.grace_months"))
    return Grace(first, date.fromordinal(end.toordinal() - 1))


# Quick aid is given first and explained afterwards (Law art. 50): nobody is looked up for it, whatever was signed.
NEVER_ASKED = frozenset({"QUICK_AID"})


@dataclass(frozen=True)
class GivenConsent:
    """A consent as R19 sees it."""

    person: int
    sources: frozenset[str]
    purposes: frozenset[str]
    signed_at: datetime
    valid_until: datetime
    revoked_at: datetime | None = None


def can_query(consent: GivenConsent | None, person: int, source: str, purpose: str, now: datetime) -> bool:
    """
    R19: only with the person's own living consent for this source and purpose (Law art. 41); never for quick aid.

    A consent lives from `signed_at` until just before `valid_until`; at the moment of revocation it is gone.
    """
    if purpose in NEVER_ASKED:
        return False
    if consent is None or consent.person != person:
        return False
    if source not in consent.sources or purpose not in consent.purposes:
        return False
    if not consent.signed_at <= now < consent.valid_until:
        return False
    return consent.revoked_at is None or now < consent.revoked_at
