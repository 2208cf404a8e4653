"""A compared day and what comes to light later: another file, money booked afterwards, a trade under another number."""

import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.platform.files.conftest import at_once, where_writers_race
from tests.platform.library import MACHINE, Library
from tests.platform.payments.made import TEN, money_moved, strange_row
from tests.platform.payments.test_paying import AT

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.payments import gateway, operations, rules, tasks
from onedoor.platform.payments.gateway import Line
from onedoor.platform.payments.models import Order, Reconciliation, ReconciliationRow
from onedoor.platform.payments.operations import reconciling
from onedoor.platform.payments.rules import Movement

NEXT = AT + timedelta(days=1)


def compared(unit: str, *movements: Movement, at: Any = NEXT) -> None:
    lines = [Line(unit, one) for one in movements]
    operations.record_day(day=AT.date(), lines=lines, file=repr(lines).encode(), actor=MACHINE, at=at)


@pytest.fixture
def day(fee: Library) -> Reconciliation:
    """A day with one payment that matches, and money only the platform has."""
    _, day = money_moved(fee.accepted(AT), AT)
    strange_row(day)
    return day


@pytest.fixture
def finance(fee: Library) -> Actor:
    return fee.officer("finance")


def test_our_trade_under_another_order_is_a_difference() -> None:
    (row,) = rules.compare([Movement("payment", "JF2", "T1", TEN)], [Movement("payment", "JF1", "T1", TEN)])
    assert (row.outcome, row.number, row.our_number) == ("number_differs", "JF2", "JF1")
    assert rules.advice(row.sort, row.outcome)


def second_order() -> Order:
    """Open an order beside the one that is paid, of the same case and unit."""
    first = Order.objects.get(number="JF1")
    Order.objects.filter(pk=first.pk).update(project="LIB-002")
    return operations.open_order(case_id=first.case_id, project="LIB-001", actor=MACHINE, at=AT)


def unit_of(day: Reconciliation) -> str:
    assert day.organization is not None
    return day.organization.uscc


def test_what_was_settled_hides_no_later_change(day: Reconciliation, finance: Actor) -> None:
    ours, strange = Movement("payment", "JF1", "T1", TEN), Movement("payment", "X1", "T9", TEN)
    compared(unit_of(day), ours, strange)
    row = day.rows.get(trade="T9")
    operations.settle_row(row_id=row.pk, note="已请平台退回缴款人。", actor=finance, at=NEXT)
    compared(unit_of(day), ours, strange)
    assert list(day.rows.filter(trade="T9").values_list("pk", flat=True)) == [row.pk]
    operations.close_day(reconciliation_id=day.pk, note="逐笔核对一致。", actor=finance, at=NEXT)

    compared(unit_of(day), ours, Movement("payment", "X1", "T9", Decimal("990.00")))
    said, now = day.rows.filter(trade="T9").order_by("pk")
    assert (said.note, said.theirs, said.superseded_at is not None) == ("已请平台退回缴款人。", TEN, True)
    assert (now.theirs, now.settled_at) == (Decimal("990.00"), None)
    day.refresh_from_db()
    assert day.closed_at is None
    with pytest.raises(operations.NotSettled):
        operations.close_day(reconciliation_id=day.pk, note="逐笔核对一致。", actor=finance, at=NEXT)


@where_writers_race
@pytest.mark.django_db(transaction=True)
def test_money_that_is_booked_while_a_day_is_compared_stands_in_it(fee: Library, monkeypatch: Any) -> None:
    order = operations.open_order(case_id=fee.accepted(AT).pk, project="LIB-001", actor=MACHINE, at=AT)
    told: dict[str, Any] = {"amount": TEN, "paid_on": AT.date(), "actor": MACHINE, "at": NEXT}

    def book() -> None:
        at_once(lambda: operations.take_money(number=order.number, trade="T-late", **told))

    booking, ours = threading.Thread(target=book), reconciling._ours

    def meanwhile(day: date) -> Any:
        found = ours(day)
        booking.start()
        booking.join(0.5)  # it waits for the day, or has booked by now
        return found

    monkeypatch.setattr(reconciling, "_ours", meanwhile)
    compared(order.organization.uscc)
    booking.join()
    row = ReconciliationRow.objects.get(trade="T-late")
    assert (row.outcome, row.ours) == ("only_ours", TEN)


def test_money_that_is_booked_for_a_compared_day_stands_in_it(day: Reconciliation) -> None:
    late = second_order()
    ours = Movement("payment", "JF1", "T1", TEN)
    compared(unit_of(day), ours, Movement("payment", late.number, "T2", TEN))
    assert day.rows.get(trade="T2").outcome == "only_theirs"
    told: dict[str, Any] = {"amount": TEN, "paid_on": AT.date(), "actor": MACHINE, "at": NEXT}
    operations.take_money(number=late.number, trade="T2", **told)
    assert day.rows.get(trade="T2").outcome == "matched"
    operations.take_money(number=late.number, trade="T3", **told)
    assert day.rows.get(trade="T3").outcome == "only_ours"


def test_cash_booked_for_a_closed_day_opens_it_again(fee: Library, day: Reconciliation, finance: Actor) -> None:
    compared(unit_of(day), Movement("payment", "JF1", "T1", TEN))
    operations.close_day(reconciliation_id=day.pk, note="逐笔核对一致。", actor=finance, at=AT)
    order = second_order()
    operations.take_at_counter(number=order.number, way="cash", slip="7", amount=TEN, actor=fee.officer("clerk"), at=AT)
    day.refresh_from_db()
    assert (day.closed_at, day.note) == (None, "逐笔核对一致。")


def test_taking_up_leaves_one_settled_row(day: Reconciliation, finance: Actor) -> None:
    order = second_order()
    compared(unit_of(day), Movement("payment", "JF1", "T1", TEN), Movement("payment", order.number, "T2", TEN))
    row = day.rows.get(trade="T2")
    operations.take_up_row(row_id=row.pk, note="", actor=finance, at=NEXT)
    compared(unit_of(day), Movement("payment", "JF1", "T1", TEN), Movement("payment", order.number, "T2", TEN))
    assert [one.settled_by for one in day.rows.filter(trade="T2")] == [finance.name]
    assert Order.objects.get(pk=order.pk).state == "paid"


def test_an_open_difference_is_looked_at_again_each_night(
    day: Reconciliation, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ONEDOOR_TREASURY_URL, settings.ONEDOOR_TREASURY_SECRET = "http://127.0.0.1:9", "only for tests"
    unit, asked = unit_of(day), []

    def statement(asked_for: date, *, wall: Any) -> tuple[list[Line], bytes]:
        asked.append(asked_for)
        lines = [Line(unit, Movement("payment", "JF1", "T1", TEN))] if asked_for == AT.date() else []
        return lines, asked_for.isoformat().encode()

    monkeypatch.setattr(gateway, "statement", statement)
    later = AT + timedelta(days=2)
    tasks.reconcile_due(at=later)
    tasks.reconcile_due(at=later + timedelta(hours=1))
    assert asked == [NEXT.date(), AT.date()]
    assert not day.rows.exclude(outcome="matched").exists()
