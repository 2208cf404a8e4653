"""What people receive, fed by an invented service: shown on 我的, and its review told 60, 30 and 7 days before."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.platform.desks import Desk
from tests.platform.library import CHINA
from tests.platform.registers.paid import granted, line, report

from onedoor.platform.messages.models import Message
from onedoor.platform.registers import entitlements
from onedoor.platform.registers.entitlements import Entitlement

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
REVIEW = date(2026, 11, 30)


@pytest.fixture
def grant(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Entitlement]:
    """Let the library give the reader a monthly grant for books."""
    with granted(monkeypatch, desk.books.reader.pk, monthly=Decimal("1050"), review_on=REVIEW) as one:
        yield one


def reminders() -> int:
    return Message.objects.filter(event="registers.review_due", channel="inbox").count()


def test_the_page_shows_amount_payments_and_the_next_review(desk: Desk, grant: Entitlement) -> None:
    desk.go(AT)
    report(desk.books, "1", line(desk.books, "1", 8))
    assert "购书补贴" in desk.page("reader", "/me/")
    page = desk.page("reader", "/me/benefits/")
    assert "每月 1,050.00 元" in page
    assert '2026年8月 <span class="number">105.00 元' in page
    assert "2026年11月30日" in page
    told = desk.get("reader", "/api/v1/me/benefits").json()["items"]
    assert (told[0]["monthly"], told[0]["review_on"]) == ("1050", "2026-11-30")


def test_a_review_is_told_three_times_and_each_only_once(desk: Desk, grant: Entitlement) -> None:
    def run(before: int) -> int:
        at = datetime.combine(REVIEW - timedelta(days=before), AT.timetz())
        desk.go(at)
        entitlements.remind_of_reviews(at=at)
        entitlements.remind_of_reviews(at=at)
        return reminders()

    assert [run(before) for before in (61, 60, 59, 45, 30, 8, 7, 1)] == [0, 1, 1, 1, 2, 2, 3, 3]
    inbox = Message.objects.filter(event="registers.review_due", channel="inbox").earliest("created_at")
    assert "在 2026-11-30 复核" in str(inbox.text)


def test_a_reminder_that_was_missed_is_still_sent(desk: Desk, grant: Entitlement) -> None:
    entitlements.remind_of_reviews(at=datetime.combine(REVIEW - timedelta(days=58), AT.timetz()))
    assert reminders() == 1
