"""Row 80: a register tells what held on one day as it was known on another, on its own page."""

from datetime import date, datetime
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from tests.platform.desks import Desk
from tests.platform.library import CHINA, COUNTY, TOWN

from onedoor.platform.registers.queries import View
from onedoor.services.assistance.models import Recognition

PAGE = "/staff/registers/assistance.recognitions/"


def moment(day: str, clock: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=CHINA)


def entered(desk: Desk, number: str, *, begins: str, recorded: str, succeeds: Recognition | None = None) -> Recognition:
    return Recognition.objects.create(
        number=number,
        division=TOWN,
        in_force_from=date.fromisoformat(begins),
        case_number="1",
        category="DIBAO",
        head=desk.books.reader,
        start_month=date.fromisoformat(begins).replace(day=1),
        monthly_amount=540,
        review_class="STABLE",
        review_due_on=date(2027, 9, 1),
        judgement_digest="",
        decided_by=desk.books.organs[COUNTY],
        recorded_at=moment(recorded),
        recorded_by="测试",
        succeeds=succeeds,
    )


@pytest.fixture
def told(desk: Desk) -> Desk:
    """R-1 holds from July; on 20 September it comes out that it should have ended on 1 September, and R-2 follows."""
    first = entered(desk, "R-1", begins="2026-07-01", recorded="2026-06-25")
    first.end(on=date(2026, 9, 1), at=moment("2026-09-20"))
    first.save()
    entered(desk, "R-2", begins="2026-09-01", recorded="2026-09-20", succeeds=first)
    desk.go(moment("2026-10-10"))
    return desk


def numbers(desk: Desk, **asked: str) -> set[str]:
    page = desk.client("approver").get(PAGE, asked).content.decode()
    return {number for number in ("R-1", "R-2") if f">{number}</a>" in page}


def test_row_80_what_held_and_what_was_known_are_two_questions(told: Desk) -> None:
    assert numbers(told) == {"R-1", "R-2"}
    assert numbers(told, on="2026-08-15") == {"R-1"}
    # What paid in September was R-1; what ought to have been paid was R-2.
    assert numbers(told, on="2026-09-10") == {"R-2"}
    assert numbers(told, on="2026-09-10", known="2026-09-15") == {"R-1"}
    assert numbers(told, on="2026-09-10", known="2026-09-20") == {"R-2"}
    # On its own, a day of knowledge asks what the register would have said that day.
    assert numbers(told, known="2026-09-15") == {"R-1"}
    assert numbers(told, on="2026-09-10", known="2026-06-01") == set()


def test_the_days_are_kept_on_the_page_and_nonsense_is_told_beside_its_field(told: Desk) -> None:
    client = told.client("approver")
    page = client.get(PAGE, {"on": "2026-09-10", "known": "2026-09-15"}).content.decode()
    assert "2026年9月10日在册的登记，按 2026年9月15日当天结束时掌握的情况" in page
    assert 'value="2026-09-15"' in page
    answer = client.get(PAGE, {"on": "九月十日", "number": "R-1"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "请按 2026-11-24 的样子填写日期。" in text
    assert 'value="九月十日"' in text
    assert 'value="R-1"' in text


def test_an_entry_shows_when_the_register_learned_of_its_end(told: Desk) -> None:
    entry = Recognition.objects.get(number="R-2")
    page = told.page("approver", f"{PAGE}{entry.pk}/")
    assert "2026-09-01" in page
    assert "2026-09-20 10:00" in page


def test_the_database_refuses_an_end_nobody_dated(told: Desk) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Recognition.objects.filter(number="R-2").update(in_force_to=date(2026, 12, 1))


def test_the_condition_in_the_database_and_the_reading_of_one_row_never_differ(desk: Desk) -> None:
    days = ["2026-03-01", "2026-03-02", "2026-04-15"]
    for number, (begins, ends, recorded, noted) in enumerate(product(days, [None, *days], days, days)):
        if ends is None or ends >= begins:
            entry = entered(desk, f"R{number}", begins=begins, recorded=recorded)
            if ends is not None:
                entry.end(on=date.fromisoformat(ends), at=moment(noted))
                entry.save()
    entries = list(Recognition.objects.all())
    assert len(entries) > 60
    for on, known in product([*days, "2026-05-01"], [None, *days]):
        view = View(date.fromisoformat(on), moment(known, "23:59") if known else None)
        listed = set(Recognition.objects.filter(view.condition).values_list("pk", flat=True))
        assert listed == {entry.pk for entry in entries if view.holds(entry)}, view
