"""A fee from its opening to its receipt, with the payment platform as a process of its own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from tests.platform.desks import Desk
from tests.platform.library import CHINA, Library
from tests.platform.payments.conftest import Treasury, deliver

from onedoor.platform.messages.models import Message
from onedoor.platform.payments.models import Order, Payment, Receipt

AT = datetime(2026, 9, 1, 9, 0, tzinfo=CHINA)
ROUND = timedelta(seconds=15)  # the worker talks to the platform every ten seconds


def charged(desk: Desk, fee: Library, work: Callable[[], None], treasury: Treasury) -> Order:
    """Return the order of an accepted case, waiting at the platform to be paid."""
    desk.go(AT)
    treasury.live_on(AT)
    case = fee.accepted(AT)
    work()
    desk.go(AT + ROUND)
    work()
    order = Order.objects.get(case=case)
    assert order.state == "paying"
    return order


def test_a_fee_is_told_paid_and_receipted(
    desk: Desk, fee: Library, work: Callable[[], None], treasury: Treasury
) -> None:
    order = charged(desk, fee, work, treasury)
    assert order.amount == Decimal("10.00")
    assert Message.objects.filter(event="payments.due", recipient_id=fee.reader.pk, channel="inbox").count() == 1

    treasury.pay(order)
    (notice,) = treasury.told(order.number)[:1]
    assert deliver(notice) == 204
    order.refresh_from_db()
    assert order.state == "paid"
    receipt = Receipt.objects.get(payment__order=order)
    assert receipt.content["in_words"] == "壹拾元整"
    assert receipt.content["payer"] == "欧**娜"

    assert [deliver(notice) for _ in range(5)] == [204] * 5
    assert Payment.objects.filter(order=order).count() == 1
    work()
    assert Message.objects.filter(event="payments.paid", recipient_id=fee.reader.pk, channel="inbox").count() == 1
