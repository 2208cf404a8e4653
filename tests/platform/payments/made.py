"""Rows of money that moved, for tests that only need them to be there."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from tests.platform.library import COUNTY, LONG_AGO

from onedoor.platform.cases.models import Case
from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.payments import figures, life, receipts
from onedoor.platform.payments.models import Order, OrderEvent, Payment, Reconciliation, ReconciliationRow, Refund
from onedoor.platform.payments.states import Outcome, Sort, State, Way

TEN = Decimal("10.00")
PROJECT = "LIB-001"
FEE: dict[str, Any] = {
    "charged": True,
    "standard": "每证 10 元",
    "basis": "朝发改价〔2026〕8号",
    "project": PROJECT,
    "due": "accept",
}
ENTRY: dict[str, Any] = {
    "project": PROJECT,
    "title": "借书证工本费",
    "document": "朝发改价〔2026〕8号",
    "standard": "10.00",
    "unit": "证",
    "reductions": [
        {
            "code": "student",
            "title": "在校学生",
            "article": "朝发改价〔2026〕8号第三条",
            "when": {"field": "student", "equals": True},
            "percent": 50,
        },
    ],
}


def publish_list(*entries: dict[str, Any], division: str = COUNTY, valid_from: date = date(2026, 7, 1)) -> None:
    """Put a list of fees into force at a place."""
    parameters.write_parameter(
        key=figures.LIST,
        division=division,
        value=list(entries or (ENTRY,)),
        document="朝财综〔2026〕3号",
        valid_from=valid_from,
        recorded_by="测试",
        at=LONG_AGO,
    )


@transaction.atomic
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


def strange_row(day: Reconciliation) -> ReconciliationRow:
    """Return money of that day which only the platform knows."""
    told = {"sort": Sort.PAYMENT, "number": "X1", "trade": "T9", "theirs": TEN}
    return day.rows.create(outcome=Outcome.ONLY_THEIRS, **told)
