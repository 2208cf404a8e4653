"""A library card costs ten yuan: due, paid on the platform, told twice, receipted, given back by two people, reconciled."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from onedoor.platform.messages.models import Message
from onedoor.platform.payments.models import Order, Payment, Reconciliation, Refund
from tests.platform.conftest import books, desk
from tests.platform.desks import Desk
from tests.platform.library import CHINA, Library
from tests.platform.payments.conftest import Treasury, deliver, fee, treasury, treasury_process
from tests.platform.payments.made import FEE

FIXTURES = (books, desk, fee, treasury, treasury_process)
AT = datetime(2026, 9, 1, 9, 0, tzinfo=CHINA)
ROUND = timedelta(seconds=15)
NIGHT = datetime(2026, 9, 2, 3, 0, tzinfo=CHINA)


def told(person: int, event: str) -> int:
    return Message.objects.filter(recipient_id=person, event=event, channel="inbox").count()


def test_a_fee_from_its_opening_to_the_closed_day(
    desk: Desk, fee: Library, work: Callable[[], None], treasury: Treasury
) -> None:
    # The clerk accepts; the order is opened by the list and prepared at the platform by the worker.
    desk.go(AT)
    treasury.live_on(AT, twice=True)
    case = fee.received(AT)
    desk.act("clerk", f"/staff/cases/{case.number}/accept/", note="材料齐全")
    work()
    order = Order.objects.get(case=case)
    address = f"/fees/{order.number}/"
    assert "缴款单正在准备" in desk.page("reader", address)
    desk.go(AT + ROUND)
    work()
    page = desk.page("reader", f"/cases/{case.number}/")
    assert "借书证工本费应缴" in page
    assert "不会因此退件" in page
    assert address in desk.page("reader", "/me/")
    order.refresh_from_db()
    page = desk.page("reader", address)
    assert order.pay_url in page
    assert FEE["basis"] in page
    assert desk.get("second_clerk", address).status_code == 404

    # The payer pays on the platform, which tells it twice; a forged notice is refused.
    treasury.pay(order)
    notices = treasury.told(order.number, least=2)
    forged = {**notices[0], "body": notices[0]["body"].replace('"10.00"', '"0.01"')}
    assert deliver(forged) == 401
    assert [deliver(one) for one in (*notices, *notices)] == [204] * (2 * len(notices))
    assert Payment.objects.filter(order=order).count() == 1
    work()
    assert told(fee.reader.pk, "payments.due") == told(fee.reader.pk, "payments.paid") == 1

    # The receipt is a PDF, for the payer alone.
    receipt = Payment.objects.get(order=order).receipts.get()
    answer = desk.get("reader", f"{address}receipts/{receipt.pk}.pdf")
    assert answer.content.startswith(b"%PDF")
    assert receipt.check_code in desk.page("reader", address)

    # The clerk asks for a refund, may not approve it; the finance post does, the worker has the platform do it.
    desk.act(
        "clerk", f"/staff/cases/{case.number}/fees/", act="refund", order=order.number, reason="读者搬走了，不再办证。"
    )
    refund = Refund.objects.get(order=order)
    assert desk.post("clerk", f"/staff/refunds/{refund.pk}/", act="approve").status_code == 403
    assert "退付办理中" in desk.page("reader", address)
    desk.act("finance", f"/staff/refunds/{refund.pk}/", act="approve", opinion="同意。")
    desk.go(AT + 2 * ROUND)
    work()
    order.refresh_from_db()
    assert order.state == "refunded"
    assert "红字票据" in desk.page("reader", address)
    assert told(fee.reader.pk, "payments.refunded") == 1

    # In the night the day is laid beside the platform's statement; somebody has paid for nothing we know of.
    unit = order.organization.uscc
    treasury.plant(sort="payment", unit=unit, number="JF404", trade="T404", amount="88.00")
    desk.go(NIGHT)
    treasury.live_on(NIGHT)
    work()
    day = Reconciliation.objects.get(day=AT.date(), organization=order.organization)
    outcomes = sorted(day.rows.values_list("outcome", flat=True))
    assert outcomes == ["matched", "matched", "only_theirs"]
    address = f"/staff/reconciliations/{day.pk}/"
    assert "请平台核对后退回缴款人" in desk.page("finance", address)
    desk.refused("finance", address, 409, act="close", note="逐笔核对一致。")
    strange = day.rows.get(outcome="only_theirs")
    desk.act("finance", address, act="settle", row=str(strange.pk), note="已请平台查明并退回缴款人。")
    desk.act("finance", address, act="close", note="逐笔核对，差异已退回。")
    day.refresh_from_db()
    assert day.closed_by == "官员finance"
    assert strange.theirs == Decimal("88.00")
