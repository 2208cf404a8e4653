"""What social assistance lets others ask: who is covered by a recognition in force, without the amount."""

from datetime import date, datetime
from typing import Any

import pytest
from tests.platform.library import CHINA, COUNTY, TOWN, Library

from onedoor.platform.exchange import operations as exchange
from onedoor.platform.exchange import purposes
from onedoor.platform.exchange.purposes import FieldsNotOpened, Purpose
from onedoor.platform.kernel.actors import Actor
from onedoor.services.assistance.datasets import RECOGNIZED_PEOPLE
from onedoor.services.assistance.models import Recognition, RecognizedPerson

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
MACHINE = Actor.system("免押金")
FREE_OF_DEPOSIT = Purpose(
    code="library.free_of_deposit",
    title="低保家庭办借书证免押金",
    legal_basis="《公共图书馆法》第三十六条",
    opens={RECOGNIZED_PEOPLE.code: ("category",)},
    valid_from=date(2026, 7, 1),
)
CURIOUS = Purpose(
    code="library.curious",
    title="看看多少钱",
    legal_basis="《公共图书馆法》第三十六条",
    opens={RECOGNIZED_PEOPLE.code: ("monthly_amount",)},
    valid_from=date(2026, 7, 1),
)
purposes.register(FREE_OF_DEPOSIT)
purposes.register(CURIOUS)


@pytest.fixture
def covered(books: Library) -> RecognizedPerson:
    recognition = Recognition.objects.create(
        number="R1",
        division=TOWN,
        in_force_from=AT.date(),
        case_number="1",
        category="DIBAO",
        head=books.reader,
        start_month=date(2026, 9, 1),
        monthly_amount=540,
        review_class="STABLE",
        review_due_on=date(2027, 9, 1),
        judgement_digest="",
        decided_by=books.organs[COUNTY],
        recorded_at=AT,
        recorded_by="测试",
    )
    return RecognizedPerson.objects.create(recognition=recognition, person=books.reader)


def categories(books: Library, at: datetime = AT, **changes: Any) -> dict[int, str]:
    usual: dict[str, Any] = {
        "source": RECOGNIZED_PEOPLE.code,
        "purpose": FREE_OF_DEPOSIT.code,
        "business": "library:1",
        "person_ids": [books.reader.pk, books.friend.pk],
        "actor": MACHINE,
        "at": at,
    }
    answer = exchange.use_dataset(**usual | changes)
    return {person: row.values["category"] for person, (row,) in answer.rows.items()}


def test_another_service_learns_that_somebody_is_covered_and_nothing_more(
    books: Library, covered: RecognizedPerson
) -> None:
    assert categories(books) == {books.reader.pk: "最低生活保障"}
    with pytest.raises(FieldsNotOpened):
        categories(books, fields=["category", "since"])
    with pytest.raises(exchange.NotShared):
        categories(books, purpose=CURIOUS.code)


def test_nobody_is_covered_before_the_first_day_or_after_the_last(books: Library, covered: RecognizedPerson) -> None:
    assert categories(books, datetime(2026, 8, 31, 23, 59, tzinfo=CHINA)) == {}
    covered.ended_on = date(2026, 12, 1)
    covered.save()
    assert categories(books, datetime(2026, 11, 30, tzinfo=CHINA)) == {books.reader.pk: "最低生活保障"}
    assert categories(books, datetime(2026, 12, 1, tzinfo=CHINA)) == {}
