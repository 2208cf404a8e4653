"""What is sent about fees: opened again, asked after, taken at the counter, given back by two people, a day closed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tests.platform.payments.made import FEE, money_moved, publish_list, strange_row
from tests.platform.replays.machines import API, like, only
from tests.platform.replays.stage import AT, Sent, Stage, posts, sends

from onedoor.platform.cases.models import Case
from onedoor.platform.identity.models import Login
from onedoor.platform.payments import operations
from onedoor.platform.payments.models import Order, Refund


def accepted(stage: Stage) -> Case:
    stage.published(fee=FEE)
    publish_list()
    return stage.books.accepted(AT - timedelta(minutes=5))


def opened(stage: Stage) -> Order:
    case = accepted(stage)
    clerk = stage.books.officer("clerk")
    return operations.open_order(case_id=case.pk, project="LIB-001", actor=clerk, at=AT - timedelta(minutes=4))


def paid_in_cash(stage: Stage) -> Order:
    order = opened(stage)
    clerk = replace(stage.books.officer("clerk"), login_id=Login.objects.get(username="clerk").pk)
    counted: dict[str, Any] = {"way": "cash", "slip": "1", "amount": order.amount}
    return operations.take_at_counter(number=order.number, **counted, actor=clerk, at=AT - timedelta(minutes=3))


def refund_asked(stage: Stage) -> Refund:
    order = paid_in_cash(stage)
    clerk = replace(stage.books.officer("clerk"), login_id=Login.objects.get(username="clerk").pk)
    return operations.ask_refund(number=order.number, reason="读者搬走了，不再办证。", actor=clerk, at=AT)


@sends("fee")
def fee(stage: Stage) -> Sent:
    order = opened(stage)
    Order.objects.filter(pk=order.pk).update(state="expired", due_on=date(2026, 8, 1))
    return Sent("reader", f"/fees/{order.number}/", {"act": "renew"})


like("fee", "/fees/{number}/renewal", only())


@posts(f"{API}/fees/{{number}}/inquiry")
def inquiry(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/fees/{opened(stage).number}/inquiry", {})


@sends("case_fees")
def case_fees(stage: Stage) -> Sent:
    case = accepted(stage)
    return Sent("clerk", f"/staff/cases/{case.number}/fees/", {"act": "open", "project": "LIB-001"})


like("case_fees", "/cases/{number}/fees", only("project"))


@posts(f"{API}/fees/{{number}}/counter-payment")
def counter(stage: Stage) -> Sent:
    fields = {"way": "cash", "slip": "7", "amount": "10.00"}
    return Sent("clerk", f"{API}/fees/{opened(stage).number}/counter-payment", fields)


@posts(f"{API}/fees/{{number}}/refund")
def ask_refund(stage: Stage) -> Sent:
    return Sent("clerk", f"{API}/fees/{paid_in_cash(stage).number}/refund", {"reason": "读者搬走了，不再办证。"})


@sends("refund")
def refund(stage: Stage) -> Sent:
    return Sent("finance", f"/staff/refunds/{refund_asked(stage).pk}/", {"act": "approve", "opinion": "同意。"})


@posts(f"{API}/refunds/{{refund_id}}/decision")
def decision(stage: Stage) -> Sent:
    return Sent("finance", f"{API}/refunds/{refund_asked(stage).pk}/decision", {"approved": True, "opinion": "同意。"})


@posts(f"{API}/refunds/{{refund_id}}/payout")
def payout(stage: Stage) -> Sent:
    asked = refund_asked(stage)
    finance = replace(stage.books.officer("finance"), login_id=Login.objects.get(username="finance").pk)
    operations.decide_refund(refund_id=asked.pk, approved=True, opinion="", actor=finance, at=AT)
    return Sent("clerk", f"{API}/refunds/{asked.pk}/payout", {"slip": "8"})


@sends("reconciliation")
def reconciliation(stage: Stage) -> Sent:
    _, day = money_moved(stage.books.accepted(AT), AT)
    return Sent("finance", f"/staff/reconciliations/{day.pk}/", {"act": "close", "note": "逐笔核对一致。"})


@posts(f"{API}/reconciliations/{{reconciliation_id}}/closing")
def closing(stage: Stage) -> Sent:
    _, day = money_moved(stage.books.accepted(AT), AT)
    return Sent("finance", f"{API}/reconciliations/{day.pk}/closing", {"note": "逐笔核对一致。"})


@posts(f"{API}/reconciliation-rows/{{row_id}}/settlement")
def settlement(stage: Stage) -> Sent:
    _, day = money_moved(stage.books.accepted(AT), AT)
    fields = {"note": "已请平台退回缴款人。"}
    return Sent("finance", f"{API}/reconciliation-rows/{strange_row(day).pk}/settlement", fields)
