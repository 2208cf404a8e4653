"""What may go wrong with money: a lying, silent or broken platform, two payments, a list that has nothing, nobody who pays."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from tests.platform.desks import Desk
from tests.platform.files.conftest import at_once, where_writers_race
from tests.platform.library import COUNTY, MACHINE, Library, item, publish
from tests.platform.payments.conftest import Treasury, deliver
from tests.platform.payments.made import ENTRY, FEE, PROJECT, publish_list
from tests.platform.payments.test_paying import AT, ROUND, charged

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import gates
from onedoor.platform.kernel.crypto import canonical_json
from onedoor.platform.messages.models import Message
from onedoor.platform.payments import figures, gateway, holding, jobs, operations, rules, tasks
from onedoor.platform.payments.models import Order, Payment, Reconciliation, ReconciliationRow, Refund
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.standards.judgement import Parameter

TEN = Decimal("10.00")


def work_at(desk: Desk, work: Callable[[], None], moment: datetime) -> None:
    desk.go(moment)
    work()


def p05(order: Order) -> int:
    return SupervisionEvent.objects.filter(rule="P05", lamp="red", case=order.case).count()


def test_a_lie_about_the_amount_pays_nothing_and_lights_a_red_lamp(
    desk: Desk, fee: Library, work: Callable[[], None], treasury: Treasury
) -> None:
    order = charged(desk, fee, work, treasury)
    treasury.live_on(AT + ROUND, lie="0.01")
    treasury.pay(order)
    (notice, *_) = treasury.told(order.number)
    assert deliver(notice) == 204
    order.refresh_from_db()
    assert order.state == "paying"
    work_at(desk, work, AT + 2 * ROUND)  # asked, the platform says what it has really taken
    order.refresh_from_db()
    assert order.state == "paid"
    assert p05(order) == 1


def test_a_lost_notice_is_made_up_for_by_asking(
    desk: Desk, fee: Library, work: Callable[[], None], treasury: Treasury
) -> None:
    order = charged(desk, fee, work, treasury)
    treasury.live_on(AT + ROUND, silent=True)
    treasury.pay(order)
    desk.act("reader", f"/fees/{order.number}/", act="ask")
    work_at(desk, work, AT + 2 * ROUND)
    assert Payment.objects.get(order=order).amount == TEN


def test_a_broken_platform_is_asked_again_and_nobody_is_charged_twice(
    desk: Desk, fee: Library, work: Callable[[], None], treasury: Treasury
) -> None:
    desk.go(AT)
    treasury.live_on(AT, lose_answer=True)
    case = fee.accepted(AT)
    work()
    work_at(desk, work, AT + ROUND)
    order = Order.objects.get(case=case)
    assert (order.state, order.attempts) == ("due", 1)
    later = AT + timedelta(minutes=2)
    treasury.live_on(later)
    work_at(desk, work, later)
    order.refresh_from_db()
    assert (order.state, order.attempts) == ("paying", 0)


def test_cash_and_card_at_the_same_moment_are_one_payment_and_a_refund(
    desk: Desk, fee: Library, work: Callable[[], None], treasury: Treasury
) -> None:
    order = charged(desk, fee, work, treasury)
    treasury.pay(order)
    url = f"/staff/cases/{order.case.number}/fees/"
    desk.refused("clerk", url, 409, act="take", order=order.number, way="cash", slip="1", amount="12.00")
    desk.act("clerk", url, act="take", order=order.number, way="cash", slip="1", amount="10.00")
    assert deliver(treasury.told(order.number)[0]) == 204
    order.refresh_from_db()
    assert order.state == "paid"
    assert [one.surplus for one in Payment.objects.filter(order=order).order_by("pk")] == [False, True]
    refund = Refund.objects.get(order=order)
    desk.act("finance", f"/staff/refunds/{refund.pk}/", act="approve", opinion="")
    work_at(desk, work, AT + 3 * ROUND)
    refund.refresh_from_db()
    order.refresh_from_db()
    assert (refund.state, order.state) == ("done", "paid")


def test_an_unpaid_fee_is_reminded_of_and_runs_out_and_the_case_goes_on(
    desk: Desk, fee: Library, work: Callable[[], None], treasury: Treasury
) -> None:
    order = charged(desk, fee, work, treasury)
    work_at(desk, work, AT + timedelta(days=13))
    late = AT + timedelta(days=16)
    treasury.live_on(late)
    work_at(desk, work, late)
    work()
    order.refresh_from_db()
    assert order.state == "expired"
    assert order.case.state not in ("returned", "terminated", "withdrawn")
    told = set(Message.objects.filter(recipient_id=fee.reader.pk).values_list("event", flat=True))
    assert {"payments.expiring", "payments.expired"} <= told
    desk.act("reader", f"/fees/{order.number}/", act="renew")
    assert Order.objects.filter(case=order.case).order_by("pk").last().state == "due"  # type: ignore[union-attr]


def test_what_no_list_has_is_not_charged_and_the_refusal_is_recorded(
    desk: Desk, fee: Library, work: Callable[[], None]
) -> None:
    publish_list(ENTRY | {"project": "OTHER-1"}, valid_from=date(2026, 8, 15))
    desk.go(AT)
    case = fee.accepted(AT)
    work()
    assert not Order.objects.filter(case=case).exists()
    assert AuditEntry.objects.filter(event="payments.not_in_list", outcome="refused").exists()
    page = desk.refused("clerk", f"/staff/cases/{case.number}/fees/", 409, act="open", project=PROJECT)
    assert "收费目录清单里没有" in page
    desk.refused("clerk", f"/staff/cases/{case.number}/fees/", 409, act="open", project="OTHER-1")


def test_a_list_corrected_afterwards_shows_what_was_charged_wrongly(
    desk: Desk, fee: Library, work: Callable[[], None], treasury: Treasury
) -> None:
    order = charged(desk, fee, work, treasury)
    assert jobs.watch_amounts(at=AT) == 0
    publish_list(ENTRY | {"standard": "8.00"})
    assert jobs.watch_amounts(at=AT) == 1
    work()
    assert jobs.watch_amounts(at=AT) == 0
    assert p05(order) == 1


def test_a_case_that_ends_without_a_result_costs_nothing(
    desk: Desk, fee: Library, work: Callable[[], None], treasury: Treasury
) -> None:
    order = charged(desk, fee, work, treasury)
    desk.act("reader", f"/cases/{order.case.number}/withdraw/", reason="不办了", confirm="yes")
    work()
    order.refresh_from_db()
    assert order.state == "cancelled"
    work_at(desk, work, AT + 3 * ROUND)
    assert "已经关闭" in treasury.look(order)


@pytest.mark.parametrize(
    ("student", "standard", "amount"), [(True, "10.00", "5.00"), (False, "10.00", "10.00"), (True, "0.01", "0.01")]
)
def test_the_calculation_is_that_of_the_list(student: bool, standard: str, amount: str) -> None:
    entry = figures.Entry.model_validate(ENTRY | {"standard": standard})
    row = Parameter(figures.LIST, [], "朝财综〔2026〕3号", COUNTY, date(2026, 7, 1))
    judged = rules.assess(entry, {"student": student}, row=row)
    assert judged.value["amount"] == Decimal(amount)
    assert judged.trace[-1].result == f"{amount} 元"
    assert canonical_json(judged.as_data())


@where_writers_race
@pytest.mark.django_db(transaction=True)
def test_a_hundred_notices_at_once_are_one_payment(desk: Desk, fee: Library) -> None:
    case = fee.accepted(AT)
    order = operations.open_order(case_id=case.pk, project=PROJECT, actor=MACHINE, at=AT)
    told: dict[str, Any] = {"number": order.number, "amount": TEN, "paid_on": AT.date(), "actor": MACHINE, "at": AT}

    def pay() -> None:
        operations.take_money(trade="T-once", **told)

    for _ in range(10):
        at_once(*[pay] * 10)
    assert Payment.objects.filter(order=order).count() == 1


def test_a_result_waits_for_its_fee_and_the_decision_does_not(desk: Desk, books: Library) -> None:
    publish(item(fee=FEE | {"due": "collect"}), date(2026, 8, 1))
    publish_list()
    case = books.accepted(AT)
    case.result = "granted"
    assert holding.unpaid(case) == ""  # nothing is charged yet
    order = operations.open_order(case_id=case.pk, project=PROJECT, actor=MACHINE, at=AT)
    assert "等缴费后领取" in gates.held_back(case)
    case.result = ""
    assert gates.held_back(case) == ""
    counted: dict[str, Any] = {"way": "pos", "slip": "9", "amount": TEN, "actor": books.officer("clerk"), "at": AT}
    operations.take_at_counter(number=order.number, **counted)
    case.result = "granted"
    assert gates.held_back(case) == ""


def test_the_command_makes_up_for_a_day(
    desk: Desk, fee: Library, work: Callable[[], None], treasury: Treasury, capsys: pytest.CaptureFixture[str]
) -> None:
    order = charged(desk, fee, work, treasury)
    treasury.live_on(AT + ROUND, silent=True)
    treasury.pay(order)
    call_command("reconcile_payments", day=AT.date())
    assert "差异 1 笔" in capsys.readouterr().out
    row = ReconciliationRow.objects.get(order=order)
    address = f"/staff/reconciliations/{row.reconciliation_id}/"
    assert "补记入账" in desk.page("finance", address)
    desk.act("finance", address, act="take_up", row=str(row.pk), note="")
    order.refresh_from_db()
    assert order.state == "paid"


@pytest.mark.django_db
def test_a_day_whose_statement_does_not_come_is_not_skipped(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform answers for the later day first: the earlier one is asked for again, not forgotten."""
    settings.ONEDOOR_TREASURY_URL, settings.ONEDOOR_TREASURY_SECRET = "http://127.0.0.1:9", "only for tests"
    away = {date(2026, 10, 11)}

    def statement(day: date, *, wall: datetime) -> tuple[list[gateway.Line], bytes]:
        if day in away:
            raise gateway.GatewayAway
        return [], day.isoformat().encode()

    monkeypatch.setattr(gateway, "statement", statement)
    tasks.reconcile_due(at=AT.replace(year=2026, month=10, day=11, hour=10))
    tasks.reconcile_due(at=AT.replace(year=2026, month=10, day=13, hour=10))
    away.clear()
    tasks.reconcile_due(at=AT.replace(year=2026, month=10, day=13, hour=11))
    days = Reconciliation.objects.order_by("day").values_list("day", flat=True)
    assert list(days) == [date(2026, 10, 10), date(2026, 10, 11), date(2026, 10, 12)]


def test_a_trade_the_statement_has_twice_is_a_difference() -> None:
    one = rules.Movement("payment", "JF1", "T1", TEN)
    (row,) = rules.compare([one, one], [one])
    assert (row.outcome, row.theirs, row.ours) == ("amount_differs", 2 * TEN, TEN)
