"""Rows of money that moved, for tests that only need them to be there."""

from datetime import datetime
from decimal import Decimal

from onedoor.platform.cases.models import Case
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.payments import life, receipts
from onedoor.platform.payments.models import Order, OrderEvent, Payment, Reconciliation, Refund
from onedoor.platform.payments.states import Outcome, Sort, State, Way

TEN = Decimal("10.00")


def money_moved(case: Case, at: datetime) -> tuple[Refund, Reconciliation]:
    """Return a refund that was asked for, and a compared day, of a case whose fee is paid."""
    order = Order.objects.create(
        number="JF1",
        case=case,
        project="LIB-001",
        title="借书证工本费",
        document="朝发改价〔2026〕8号",
        amount=TEN,
        judgement={"value": {"amount": "10.00"}, "reasons": [], "trace": [], "parameters": []},
        payer=case.applicant,
        organization=case.deciding_organization,
        division=case.division,
        line=case.line,
        state=State.REFUNDING,
        due_on=at.date(),
        created_at=at,
    )
    life.note(order, OrderEvent.Kind.CREATE, actor=Actor.system("测试"), at=at)
    paid = {"way": Way.GATEWAY, "trade": "T1", "amount": TEN, "paid_at": at, "settled_on": at.date()}
    payment = Payment.objects.create(order=order, **paid)
    receipts.issue(payment, at=at)
    asked = {"amount": TEN, "reason": "不再需要办证。", "asked_name": "官员", "asked_at": at}
    refund = Refund.objects.create(number="TF1", order=order, payment=payment, **asked)
    day = Reconciliation.objects.create(
        day=at.date(),
        organization=order.organization,
        division=order.organization.division_id,
        digest="",
        compared_at=at,
    )
    day.rows.create(
        sort=Sort.PAYMENT, number="JF1", trade="T1", theirs=TEN, ours=TEN, outcome=Outcome.MATCHED, order=order
    )
    return refund, day
