"""How long a person may speak before something is held against them: figures a place may lengthen and never shorten."""

from datetime import date, datetime

from onedoor.platform.cases import clocks
from onedoor.platform.cases.models import Case
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.parameters import figure

TO_BE_HEARD, TO_EXPLAIN = "cases.days_to_be_heard", "cases.days_to_explain"


def days(parameter: str, *, case: Case, on: date) -> int:
    """Return the working days the place of a case gives."""
    return int(figure(parameter, chain=identity.chain(case.division), on=on))


def heard_until(parameter: str, *, case: Case, at: datetime) -> clocks.Due:
    """Return the last day on which the person may speak, when told at `at`."""
    on = day_of(at)
    calendar = clocks.work_calendar(case.division)
    return clocks.due_day(unit="workday", days=days(parameter, case=case, on=on), started_on=on, calendar=calendar)
