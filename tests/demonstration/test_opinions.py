"""The demonstration has something to read about how people are served, and loading it twice says it once."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from onedoor.demonstration import opinions
from onedoor.platform.feedback.models import BadReview, Complaint, Evaluation
from onedoor.platform.feedback.queries import public_month
from tests.journeys.conftest import simulator, site

__all__ = ["simulator", "site"]
AT = datetime(2026, 11, 27, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_what_is_said_in_the_demonstration_is_said_once(site: Any) -> None:
    for _ in range(2):
        opinions.load(at=AT)
    assert (Evaluation.objects.count(), BadReview.objects.count(), Complaint.objects.count()) == (12, 2, 1)
    assert BadReview.objects.filter(assigned_login__isnull=True).count() == 0
    assert Complaint.objects.get().handled_by is not None
    found = public_month(month="2026-10", place="330113000000", on=AT.date())
    assert [one.ratings for one in found.figures] == [11]
