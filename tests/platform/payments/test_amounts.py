"""Whether what was charged is what the list asked: by what was recorded then, in a few questions, each order once."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.platform.library import MACHINE, Library
from tests.platform.payments.made import ENTRY, PROJECT, publish_list
from tests.platform.payments.test_paying import AT

from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.payments import jobs, operations
from onedoor.platform.payments.models import Order

PER_PAGE = ENTRY | {"unit": "页", "per": "pages"}


def charged(fee: Library, *more: str, **answers: Any) -> Order:
    publish_list(PER_PAGE, *[PER_PAGE | {"project": project} for project in more])
    case = fee.accepted(AT)
    answer(case, **answers)
    return operations.open_order(case_id=case.pk, project=PROJECT, actor=MACHINE, at=AT)


def answer(case: Any, **answers: Any) -> None:
    """Let a case say something else, as a supplement or a correction does."""
    declared = case.declared
    declared.content = declared.content | answers
    declared.digest = sm3(canonical_json(declared.content)).hex()
    declared.save()


def watched() -> tuple[int, int]:
    """Return how many orders were charged wrongly, and what it cost to find out."""
    with CaptureQueriesContext(connection) as asked:
        found = jobs.watch_amounts(at=AT)
    return found, len(asked)


def test_a_supplement_afterwards_lights_no_lamp(fee: Library) -> None:
    order = charged(fee, pages=3)
    answer(order.case, pages=2, student=True)
    assert watched()[0] == 0
    publish_list(PER_PAGE | {"standard": "8.00"})
    assert watched()[0] == 1
    order.refresh_from_db()
    assert order.mischarged_at is not None


def test_a_reduction_the_list_had_all_along_is_noticed(fee: Library) -> None:
    order = charged(fee, pages=3, home="yes")
    free = {"code": "home", "title": "院民", "article": "第四条", "when": {"field": "home", "equals": "yes"}}
    publish_list(PER_PAGE | {"reductions": [free]})
    assert watched()[0] == 1
    assert order.amount == 30


@pytest.mark.parametrize("outside", [{}, {"value": {"amount": "29.00"}}])
def test_an_order_brought_in_from_outside_is_charged_by_its_case(fee: Library, outside: dict[str, Any]) -> None:
    order = charged(fee, pages=3)
    Order.objects.filter(pk=order.pk).update(judgement=outside, amount="29.00")
    assert watched()[0] == 1


def test_many_orders_ask_no_more_than_one_and_each_is_looked_at_once(fee: Library) -> None:
    projects = [f"LIB-{number}" for number in range(10, 15)]
    order = charged(fee, *projects, pages=3)
    one = watched()
    fields = {field.attname: getattr(order, field.attname) for field in Order._meta.fields if field.attname != "id"}
    Order.objects.update(checked_by="")
    Order.objects.bulk_create(Order(**fields | {"number": f"JF-{name}", "project": name}) for name in projects)
    many = watched()
    assert (one[0], many[0]) == (0, 0)
    assert many[1] <= one[1] <= 5
    assert watched()[1] < many[1]
