"""What begins on the day a notice has reached its recipient: the limits that the law counts from receipt."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from onedoor.platform.cases import clocks, heard
from onedoor.platform.cases.models import Case, CaseDocument, Clock, Hearing, Pause, Revocation
from onedoor.platform.catalog.strict import Limit
from onedoor.platform.kernel.clock import day_of

REQUEST_DAYS = 5  # working days to ask for a hearing


class _Until(Protocol):
    def __call__(self, case: Case, *, at: datetime) -> clocks.Due: ...


def begin(case: Case, document: CaseDocument, *, at: datetime) -> dict[str, str]:
    """Begin what counts from the receipt of this document, and return the facts the action of its delivery holds."""
    begins = _BEGIN.get(CaseDocument.Kind(document.kind))
    return begins(case, at) if begins else {}


def until(case: Case, document: CaseDocument, *, at: datetime) -> clocks.Due | None:
    """Return the last day of what counts from the receipt of this document, were it received at `at`; None: nothing."""
    counts = _UNTIL.get(CaseDocument.Kind(document.kind))
    return counts(case, at=at) if counts else None


def _supplement_limit(case: Case) -> Limit:
    return Limit(days=case.item_version.item.supplement_days, unit="day")


def supplement_until(case: Case, *, at: datetime) -> clocks.Due:
    """Return the last day for the missing papers, when the notice has reached the applicant at `at`."""
    return clocks.due(_supplement_limit(case), at=at, calendar=clocks.work_calendar(case.division))


def _begin_supplement(case: Case, at: datetime) -> dict[str, str]:
    clocks.stop(case, Clock.Kind.RECEIVE, at=at)
    clocks.set_urgency(case)
    clock = clocks.start(case, Clock.Kind.APPLICANT, _supplement_limit(case), at=at)
    # Until now nobody knew when the case would go on; what was planned at the time of the notice was a guess.
    waiting = case.pauses.filter(kind=Pause.Kind.SUPPLEMENT, to_at__isnull=True, planned_end__lt=clock.due_on)
    waiting.update(planned_end=clock.due_on)
    return {"due_on": clock.due_on.isoformat()}


def hearing_until(case: Case, *, at: datetime) -> clocks.Due:
    """Return the last day on which a hearing may be asked for, when its right is told at `at` (Licensing Law art. 47)."""
    calendar = clocks.work_calendar(case.division)
    return clocks.due_day(unit="workday", days=REQUEST_DAYS, started_on=day_of(at), calendar=calendar)


def _begin_hearing_right(case: Case, at: datetime) -> dict[str, str]:
    last = hearing_until(case, at=at)
    told = Hearing.objects.filter(case=case, state=Hearing.State.RIGHT_INFORMED)
    told.update(informed_on=day_of(at), request_until=last.day, provisional=last.provisional)
    return {"due_on": last.day.isoformat()}


def defence_until(case: Case, *, at: datetime) -> clocks.Due:
    """Return the last day on which the person may be heard, when the intended revocation is told at `at`."""
    return heard.heard_until(heard.TO_BE_HEARD, case=case, at=at)


def _begin_defence(case: Case, at: datetime) -> dict[str, str]:
    last = defence_until(case, at=at)
    Revocation.objects.filter(case=case).update(heard_until=last.day, provisional=last.provisional)
    return {"due_on": last.day.isoformat()}


_BEGIN: dict[CaseDocument.Kind, Callable[[Case, datetime], dict[str, str]]] = {
    CaseDocument.Kind.SUPPLEMENT: _begin_supplement,
    CaseDocument.Kind.HEARING_RIGHT: _begin_hearing_right,
    CaseDocument.Kind.INTENT: _begin_defence,
}
_UNTIL: dict[CaseDocument.Kind, _Until] = {
    CaseDocument.Kind.SUPPLEMENT: supplement_until,
    CaseDocument.Kind.HEARING_RIGHT: hearing_until,
    CaseDocument.Kind.INTENT: defence_until,
}
