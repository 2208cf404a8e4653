"""A technical double is voided; one of the two always lives on."""

from datetime import date, datetime, timedelta

import pytest
from tests.platform import library
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case, VoidRequest
from onedoor.platform.cases.operations.voiding import NotADouble

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)


@pytest.fixture
def doubles(books: Library) -> tuple[Case, Case]:
    library.publish(library.item(one_at_a_time=False), valid_from=date(2026, 8, 1))
    return books.received(AT), books.received(AT + timedelta(minutes=1))


def ask(books: Library, void: Case, keep: Case) -> VoidRequest:
    return operations.request_void(
        number=void.number,
        original_number=keep.number,
        reason="网络重试，系统登记了两次。",
        actor=books.officer("sysadmin"),
        at=AT,
    )


def test_each_in_favour_of_the_other_is_refused_when_asked(books: Library, doubles: tuple[Case, Case]) -> None:
    one, other = doubles
    asked = ask(books, one, other)
    with pytest.raises(NotADouble):
        ask(books, other, one)
    operations.confirm_void(request_id=asked.pk, actor=books.officer("supervisor"), at=AT)
    assert list(Case.objects.order_by("pk").values_list("state", flat=True)) == ["voided", "received"]


def test_the_one_to_keep_has_ended_meanwhile(books: Library, doubles: tuple[Case, Case]) -> None:
    one, other = doubles
    asked = ask(books, one, other)
    operations.withdraw_case(case_id=other.pk, actor=books.citizen(), at=AT + timedelta(minutes=2))
    with pytest.raises(NotADouble):
        operations.confirm_void(request_id=asked.pk, actor=books.officer("supervisor"), at=AT + timedelta(minutes=3))
    assert Case.objects.get(pk=one.pk).state == "received"
    with pytest.raises(NotADouble):
        ask(books, one, other)
