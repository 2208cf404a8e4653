"""Money given back in parts, and money that came twice of which the first refund was refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from tests.platform.desks import Desk
from tests.platform.library import MACHINE, Library
from tests.platform.payments.conftest import REAL_TIME, Treasury
from tests.platform.payments.made import PROJECT
from tests.platform.payments.test_paying import AT, ROUND, charged
from tools import check_certificate

from onedoor.platform.certificates.statements import published_keys
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.kernel.models import RateSlot
from onedoor.platform.messages.models import Message
from onedoor.platform.payments import gateway, operations, receipts
from onedoor.platform.payments.models import Order, Receipt, Refund
from onedoor.platform.payments.queries.checking import (
    WRONG,
    WRONG_A_DAY,
    CheckedTooOften,
    NoSuchReceipt,
    check_receipt,
)
from onedoor.platform.payments.rules import NOTHING

WHY = "读者搬走了，不再办证。"


def officer(fee: Library, name: str) -> Actor:
    return replace(fee.officer(name), login_id=Login.objects.get(username=name).pk)


def paid(fee: Library) -> Order:
    order = operations.open_order(case_id=fee.accepted(AT).pk, project=PROJECT, actor=MACHINE, at=AT)
    told: dict[str, Any] = {"way": "cash", "slip": "1", "amount": order.amount, "at": AT}
    return operations.take_at_counter(number=order.number, actor=officer(fee, "clerk"), **told)


def given_back(fee: Library, order: Order, amount: str, slip: str = "") -> Refund:
    clerk = officer(fee, "clerk")
    refund = operations.ask_refund(number=order.number, reason=WHY, amount=Decimal(amount), actor=clerk, at=AT)
    told: dict[str, Any] = {"approved": True, "opinion": "", "actor": officer(fee, "finance"), "at": AT}
    operations.decide_refund(refund_id=refund.pk, **told)
    return operations.pay_out_refund(refund_id=refund.pk, slip=slip or f"r{refund.pk}", actor=clerk, at=AT)


@pytest.mark.usefixtures("desk")
def test_what_is_given_back_in_parts_is_receipted_as_what_is_left(fee: Library) -> None:
    order = paid(fee)
    given_back(fee, order, "3.00")
    order.refresh_from_db()
    assert order.state == "paid"
    with pytest.raises(InvalidInput):
        given_back(fee, order, "0.001")
    with pytest.raises(InvalidInput) as refused:
        given_back(fee, order, "7.01")
    assert "7.00 元" in refused.value.by_field["amount"]
    given_back(fee, order, "7.00")
    order.refresh_from_db()
    assert order.state == "refunded"
    with pytest.raises(operations.NothingToRefund):
        given_back(fee, order, "0.01")
    written = Receipt.objects.filter(payment__order=order).order_by("pk")
    amounts = [Decimal(one.content["amount"]) for one in written]
    assert amounts == [Decimal(one) for one in ("10.00", "-10.00", "7.00", "-7.00")]
    assert sum(amounts) == NOTHING
    assert all(receipts.is_as_issued(one) for one in written)


@pytest.mark.usefixtures("desk")
def test_a_slip_of_the_cash_book_pays_out_one_refund(fee: Library) -> None:
    order = paid(fee)
    given_back(fee, order, "3.00", slip="r1")
    with pytest.raises(InvalidInput) as refused:
        given_back(fee, order, "7.00", slip=" r1 ")
    assert "已经用过" in refused.value.by_field["slip"]


def test_a_number_of_the_platform_is_cut_to_what_a_row_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"trade": "R" * 80, "refunded_on": "2026-09-01"}
    monkeypatch.setattr(gateway, "_ask", lambda *told, **also: answer)
    trade, _ = gateway.refund(number="TF1", trade="T1", amount=Decimal("1.00"), wall=AT)
    assert trade == "R" * Refund._meta.get_field("trade").max_length


@pytest.mark.usefixtures("desk")
def test_of_a_payment_one_refund_at_a_time_is_on_its_way(fee: Library) -> None:
    order = paid(fee)
    told: dict[str, Any] = {"number": order.number, "reason": WHY, "actor": officer(fee, "clerk"), "at": AT}
    operations.ask_refund(amount=Decimal("3.00"), **told)
    order.refresh_from_db()
    assert order.state == "paid"  # who gets a part back has still paid
    with pytest.raises(operations.NothingToRefund):
        operations.ask_refund(**told)


def test_a_part_goes_back_over_the_platform_by_the_pages(
    desk: Desk, fee: Library, work: Callable[[], None], treasury: Treasury
) -> None:
    order = charged(desk, fee, work, treasury)
    treasury.live_on(AT + ROUND, silent=True)
    treasury.pay(order)
    desk.act("reader", f"/fees/{order.number}/", act="ask")
    desk.go(AT + 2 * ROUND)
    work()
    address = f"/staff/cases/{order.case.number}/fees/"
    fields = {"act": "refund", "order": order.number, "reason": WHY}
    assert "最多可以退 10.00 元" in desk.refused("clerk", address, 422, refund_amount="10.01", **fields)
    desk.act("clerk", address, refund_amount="3.00", **fields)
    refund = Refund.objects.get(order=order)
    desk.act("finance", f"/staff/refunds/{refund.pk}/", act="approve", opinion="同意。")
    desk.go(AT + 3 * ROUND)
    work()
    assert "已缴款，已退 3.00 元" in desk.page("reader", f"/fees/{order.number}/")
    (message,) = Message.objects.filter(event="payments.refunded", recipient_id=fee.reader.pk, channel="inbox")
    assert "3.00 元" in message.text


@pytest.mark.usefixtures("desk")
def test_a_refused_refund_of_a_second_payment_can_be_asked_again(fee: Library) -> None:
    order = paid(fee)
    told: dict[str, Any] = {"trade": "T2", "amount": order.amount, "paid_on": AT.date(), "actor": MACHINE, "at": AT}
    operations.take_money(number=order.number, **told)
    clerk, finance = officer(fee, "clerk"), officer(fee, "finance")
    surplus = order.payments.get(surplus=True)
    asked: dict[str, Any] = {"number": order.number, "reason": WHY, "payment_id": surplus.pk, "actor": clerk, "at": AT}
    with pytest.raises(operations.NothingToRefund):
        operations.ask_refund(**asked)
    first = Refund.objects.get(payment=surplus)
    operations.decide_refund(refund_id=first.pk, approved=False, opinion="先核对流水。", actor=finance, at=AT)
    again = operations.ask_refund(**asked)
    order.refresh_from_db()
    assert (again.amount, again.payment, order.state) == (order.amount, surplus, "paid")


@pytest.mark.usefixtures("desk")
def test_whoever_holds_a_receipt_sees_whether_it_stands_and_nobody_guesses(fee: Library) -> None:
    order = paid(fee)
    given_back(fee, order, "3.00")
    first, reversal, now = Receipt.objects.filter(payment__order=order).order_by("pk")
    anybody = Client()

    def asked(receipt: Receipt, check_code: str = "") -> Any:
        told = {"code": receipt.code, "number": receipt.number, "check_code": check_code or receipt.check_code}
        answer = anybody.post("/api/v1/receipts/check", told, content_type="application/json")
        return answer.json() if answer.status_code == 200 else answer.status_code

    assert [asked(one)["state"] for one in (first, reversal, now)] == ["replaced", "reversal", "valid"]
    assert asked(first)["related"] == f"{now.code} {now.number}"
    assert (asked(now)["amount"], asked(now)["payer"]) == ("7.00", "欧**娜")
    told = {"code": now.code, "number": now.number, "check_code": now.check_code}
    assert "票据真实有效" in anybody.post("/receipts/check/", told).content.decode()
    wrong = "000000" if now.check_code != "000000" else "111111"
    assert anybody.post("/receipts/check/", told | {"check_code": wrong}).status_code == 404
    assert {asked(now, wrong) for _ in range(12)} == {404, 429}


@pytest.mark.usefixtures("desk")
def test_the_code_on_a_receipt_leads_to_its_page_and_holds_without_a_network(
    fee: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = paid(fee)
    receipt = Receipt.objects.get(payment__order=order)
    page = receipts.check_url(receipt).removeprefix(settings.ONEDOOR_PUBLIC_URL)
    assert "票据真实有效" in Client().get(page).content.decode()
    assert Client().get(f"/api/v1{page.rstrip('/')}").json()["state"] == "valid"
    assert Client().get(page.replace(receipt.number, "0000000099")).status_code == 404
    assert Client().get(f"{page[:-3]}00/").status_code == 404
    given_back(fee, order, "10.00")
    assert "已冲红" in Client().get(page).content.decode()

    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(published_keys()), encoding="utf-8")
    statement = receipts.statement_of(receipt)
    assert check_certificate.main(["--keys", str(keys), f"https://a.example{page}#{statement}"]) == 0
    assert "欧**娜" in capsys.readouterr().out
    assert check_certificate.main(["--keys", str(keys), statement[:-6] + "AAAAAA"]) == 1
    file = tmp_path / "receipt.pdf"
    with time_machine.travel(REAL_TIME(), tick=False):  # the certificate of the signer was made today
        file.write_bytes(receipts.receipt_pdf(receipt))
        assert check_certificate.main(["--keys", str(keys), str(file)]) == 0
        file.write_bytes(file.read_bytes() + b"\n% added\n")
        assert check_certificate.main(["--keys", str(keys), str(file)]) == 1


@pytest.mark.usefixtures("desk")
def test_wrong_check_codes_of_a_receipt_are_few_a_day_and_then_the_right_one_does_not_help(fee: Library) -> None:
    receipt = Receipt.objects.get(payment__order=paid(fee))
    told = {"code": receipt.code, "number": receipt.number}
    wrong = "000000" if receipt.check_code != "000000" else "111111"
    morning = AT.replace(hour=8, minute=0)
    for minute in range(WRONG_A_DAY - 1):
        with pytest.raises(NoSuchReceipt):
            check_receipt(**told, check_code=wrong, at=morning + timedelta(minutes=minute))
    later = morning + timedelta(hours=2)
    for code in (wrong, receipt.check_code):
        with pytest.raises(CheckedTooOften):
            check_receipt(**told, check_code=code, at=later)
    tomorrow = AT.replace(hour=0, minute=0) + timedelta(days=1)
    with pytest.raises(CheckedTooOften):
        check_receipt(**told, check_code=receipt.check_code, at=tomorrow - timedelta(minutes=1))
    assert check_receipt(**told, check_code=receipt.check_code, at=tomorrow).is_good


@pytest.mark.usefixtures("desk")
def test_numbers_there_are_not_and_wrong_codes_of_another_receipt_take_no_try_of_this_one(fee: Library) -> None:
    order = paid(fee)
    first = Receipt.objects.get(payment__order=order)
    given_back(fee, order, "3.00")
    second = Receipt.objects.get(payment__order=order, replaces=first)
    for minute in range(WRONG_A_DAY):
        moment = AT + timedelta(minutes=minute)
        with pytest.raises((NoSuchReceipt, CheckedTooOften)):
            check_receipt(code=first.code, number=first.number, check_code="", at=moment)
        with pytest.raises(NoSuchReceipt):
            check_receipt(code=first.code, number="9", check_code="", at=moment)
    slots = RateSlot.objects.filter(scope=WRONG).values_list("slot", "knocks")
    assert list(slots) == [(first.pk, WRONG_A_DAY)]
    told = {"code": second.code, "number": second.number, "check_code": second.check_code}
    assert check_receipt(**told, at=AT + timedelta(hours=2)).is_good
