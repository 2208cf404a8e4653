"""收费与缴款: what is to be paid and why, receipts, the counter, refunds by two people, each day beside the statement."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse

from onedoor.api.doors import anybody, caller, officer, person, who
from onedoor.api.public import Done
from onedoor.api.rooms import PDF, Room, pdf
from onedoor.api.schemas import Id, Line, Page, Text, Told, page, whole
from onedoor.platform.kernel import clock
from onedoor.platform.payments import operations, queries

room = Room("fees")
COLLECT = officer("payments.collect")
DESK = officer("payments.collect", "payments.approve_refund")
APPROVE = officer("payments.approve_refund")
RECONCILE = officer("payments.reconcile")


class FeeTraceOut(Told):
    """计算的一步。One step of the calculation."""

    label: str
    formula: str
    result: str
    article: str


class FeeReasonOut(Told):
    """减免的理由。Why less is to be paid."""

    text: str
    article: str


class FeeReceiptOut(Told):
    """电子票据。An electronic fiscal receipt, or the one that takes it back."""

    id: int
    code: str
    number: str
    check_code: str
    amount: str
    is_reversal: bool
    issued_at: datetime


class FeeOrderOut(Told):
    """缴款单。What is to be paid for a case, by one line of the published list."""

    number: str
    case_number: str
    item: str
    title: str
    document: str
    organization: str
    amount: Decimal
    state: str
    state_title: str
    due_on: date
    created_at: datetime
    trace: list[FeeTraceOut]
    reasons: list[FeeReasonOut]
    consequence: str
    pay_url: str
    may_renew: bool
    refund_reason: str
    refunded: Decimal
    receipts: list[FeeReceiptOut]


class FeeEventOut(Told):
    """缴款单的一步经过。One thing that happened to an order."""

    title: str
    at: datetime
    actor_name: str


class RefundableOut(Told):
    """可以退付的缴款。A payment of which something may be given back."""

    payment_id: int
    way: str
    trade: str
    left: Decimal
    surplus: bool


class StaffFeeOut(Told):
    """窗口看到的缴款单。An order as the desk sees it."""

    order: FeeOrderOut
    events: list[FeeEventOut]
    may_collect: bool
    may_ask_refund: bool
    refundable: list[RefundableOut]


class CaseFeesOut(Told):
    """一件办件的收费。The fees of a case; `project` may be charged now."""

    case_number: str
    item: str
    project: str
    orders: list[StaffFeeOut]


class FeeProjectIn(Told):
    """收费项目。The line of the published list."""

    project: Line


class CounterPaymentIn(Told):
    """窗口收款。What was taken at the counter; the amount has to be the one owed."""

    way: Line
    slip: Line
    amount: Decimal


class FeeRefundIn(Told):
    """提出退付。Why money is to be given back; without an amount all that is left, without a payment that of the fee."""

    reason: Text
    amount: Decimal | None = None
    payment_id: Id | None = None


class FeeDecisionIn(Told):
    """审批退付。The decision of the second person."""

    approved: bool
    opinion: Text = ""


class FeePayoutIn(Told):
    """窗口退款。The number in the cash book."""

    slip: Line


class FeeRefundOut(Told):
    """退付单。Money given back, or asked to be."""

    id: int
    number: str
    order_number: str
    case_number: str
    title: str
    amount: Decimal
    reason: str
    way: str
    state: str
    state_title: str
    asked_name: str
    asked_at: datetime
    decided_name: str
    opinion: str
    may_decide: bool
    may_pay_out: bool


class ReconciliationListedOut(Told):
    """一天的对账。A day of one unit."""

    id: int
    day: date
    organization: str
    matched: int
    differences: int
    open_differences: int
    closed_by: str


class ReconciliationRowOut(Told):
    """对账的一笔。One movement of money, as both sides have it, and what to do about a difference."""

    id: int
    sort_title: str
    number: str
    our_number: str
    trade: str
    theirs: Decimal | None
    ours: Decimal | None
    outcome: str
    outcome_title: str
    advice: str
    may_take_up: bool
    settled_by: str
    note: str
    is_superseded: bool


class CounterSumOut(Told):
    """窗口当天收的。What the counter took that day."""

    title: str
    payments: int
    amount: Decimal


class ReconciliationOut(ReconciliationListedOut):
    """一天的对账明细。A day with its rows."""

    rows: list[ReconciliationRowOut]
    paid: Decimal
    refunded: Decimal
    counter: list[CounterSumOut]
    compared_at: datetime
    closed_at: datetime | None
    note: str
    may_close: bool


class ReceiptCheckIn(Told):
    """票据上印的三个号码。The three numbers printed on a receipt."""

    code: Line
    number: Line
    check_code: Line


class ReceiptCheckedOut(Told):
    """票据核验结果。What a receipt says and how it stands; the payer's name is masked."""

    title: str
    code: str
    number: str
    organ: str
    payer: str
    project: str
    amount: str
    in_words: str
    issued_on: date
    state: str
    state_title: str
    related: str
    is_good: bool


class SettlementIn(Told):
    """差异的处理。What was done about a difference; `take_up` counts a payment whose notice was lost."""

    note: Text
    take_up: bool = False


class ClosingIn(Told):
    """完成核对。The word that a day is in order."""

    note: Text


@room.read("/me/fees", person, "我的缴费", Page[FeeOrderOut])
def my_fees(request: HttpRequest) -> dict[str, Any]:
    """List what I had, or have, to pay, the latest first."""
    return whole(queries.list_fees(actor=caller(request)))


@room.read("/fees/{number}", person, "一张缴款单", FeeOrderOut)
def get_fee(request: HttpRequest, number: Line) -> Any:
    """Show what is to be paid, why, by when and where; `pay_url` is empty while it is being prepared."""
    return queries.get_fee(number=number, actor=caller(request), on=clock.today())


@room.write("/fees/{number}/renewal", person, "重新开单", FeeOrderOut)
def renew(request: HttpRequest, number: Line) -> FeeOrderOut:
    """Open an order again that has run out, by the list of today."""
    order = operations.renew_order(number=number, **who(request))
    return FeeOrderOut.from_orm(queries.get_fee(number=order.number, actor=caller(request), on=clock.today()))


@room.write("/fees/{number}/inquiry", person, "请平台核对", Done)
def ask_again(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Have the platform asked whether an order has been paid; the answer comes in the background."""
    operations.ask_again(number=number, **who(request))
    return {"done": True}


@room.read("/fees/{number}/receipts/{receipt_id}", person, "电子票据（PDF）", PDF)
def get_fee_receipt(request: HttpRequest, number: Line, receipt_id: Id) -> HttpResponse:
    """Give an electronic receipt of an order of mine."""
    found = queries.get_receipt(number=number, receipt_id=receipt_id, actor=caller(request), at=clock.now())
    return pdf(found.content)


@room.ask(
    "/receipts/check",
    anybody(most=30, name="receipt_check"),
    "核验票据",
    ReceiptCheckedOut,
    why="it reads; the check code stays out of the address",
)
def check_receipt(request: HttpRequest, asked: ReceiptCheckIn) -> Any:
    """Tell whoever holds a receipt whether it is genuine, and whether the money has gone back."""
    return queries.check_receipt(**asked.dict(), at=clock.wall())


@room.read("/receipts/{code}/{number}/{qr}", anybody(most=30, name="receipt_check"), "扫码核验票据", ReceiptCheckedOut)
def scan_receipt(request: HttpRequest, code: Line, number: Line, qr: Line) -> Any:
    """Tell the same to whoever has scanned the QR code, which carries these three in its address."""
    return queries.scan_receipt(code=code, number=number, seal=qr)


@room.read("/cases/{number}/fees", DESK, "一件办件的收费", CaseFeesOut)
def case_fees(request: HttpRequest, number: Line) -> Any:
    """Show the fees of a case at the desk."""
    return queries.read_case_fees(number=number, actor=caller(request))


@room.write("/cases/{number}/fees", COLLECT, "开缴款单", Done)
def open_fee(request: HttpRequest, number: Line, sent: FeeProjectIn) -> dict[str, Any]:
    """Open an order by a line of the published list that the item names; the amount follows from the list."""
    case = queries.read_case_fees(number=number, actor=caller(request))
    operations.open_order(case_id=case.case_id, project=sent.project, **who(request))
    return {"done": True}


@room.write("/fees/{number}/counter-payment", COLLECT, "窗口收款", Done)
def take_at_counter(request: HttpRequest, number: Line, sent: CounterPaymentIn) -> dict[str, Any]:
    """Take cash or a card for an open order: exactly what is owed."""
    operations.take_at_counter(number=number, way=sent.way, slip=sent.slip, amount=sent.amount, **who(request))
    return {"done": True}


@room.write("/fees/{number}/refund", COLLECT, "提出退付", Done)
def ask_refund(request: HttpRequest, number: Line, sent: FeeRefundIn) -> dict[str, Any]:
    """Ask for what was paid to be given back; somebody else decides."""
    operations.ask_refund(number=number, **sent.dict(), **who(request))
    return {"done": True}


@room.read("/refunds", DESK, "退付单", Page[FeeRefundOut])
def list_refunds(request: HttpRequest, state: Line = "asked", before: Id = 0) -> dict[str, Any]:
    """List the refunds in reach of one state, the latest first."""
    rows = queries.list_refunds(actor=caller(request), state=state, before=before)
    return page(rows, size=queries.PAGE, cursor=lambda row: row.id, out=lambda row: row)


@room.read("/refunds/{refund_id}", DESK, "一张退付单", FeeRefundOut)
def get_refund(request: HttpRequest, refund_id: Id) -> Any:
    """Show one refund."""
    return queries.get_refund(refund_id=refund_id, actor=caller(request))


@room.write("/refunds/{refund_id}/decision", APPROVE, "审批退付", Done)
def decide_refund(request: HttpRequest, refund_id: Id, sent: FeeDecisionIn) -> dict[str, Any]:
    """Approve a refund or not, as somebody else than who asked."""
    operations.decide_refund(refund_id=refund_id, approved=sent.approved, opinion=sent.opinion, **who(request))
    return {"done": True}


@room.write("/refunds/{refund_id}/payout", COLLECT, "窗口退款", Done)
def pay_out(request: HttpRequest, refund_id: Id, sent: FeePayoutIn) -> dict[str, Any]:
    """Give back at the counter what was taken there, once it is approved."""
    operations.pay_out_refund(refund_id=refund_id, slip=sent.slip, **who(request))
    return {"done": True}


@room.read("/reconciliations", RECONCILE, "日对账", Page[ReconciliationListedOut])
def list_days(request: HttpRequest) -> dict[str, Any]:
    """List the days that were compared, the latest first."""
    return whole(queries.list_reconciliations(actor=caller(request)))


@room.read("/reconciliations/{reconciliation_id}", RECONCILE, "一天的对账", ReconciliationOut)
def get_day(request: HttpRequest, reconciliation_id: Id) -> dict[str, Any]:
    """Show a day: the differences first, each with what to do about it."""
    found = queries.get_reconciliation(reconciliation_id=reconciliation_id, actor=caller(request))
    counter = [{"title": title, "payments": number, "amount": amount} for title, number, amount in found.counter]
    return {**vars(found), **vars(found.listed), "counter": counter}


@room.write("/reconciliations/{reconciliation_id}/closing", RECONCILE, "完成核对", Done)
def close_day(request: HttpRequest, reconciliation_id: Id, sent: ClosingIn) -> dict[str, Any]:
    """Say that a day is in order, when every difference is settled."""
    operations.close_day(reconciliation_id=reconciliation_id, note=sent.note, **who(request))
    return {"done": True}


@room.write("/reconciliation-rows/{row_id}/settlement", RECONCILE, "处理差异", Done)
def settle_row(request: HttpRequest, row_id: Id, sent: SettlementIn) -> dict[str, Any]:
    """Write down what was done about a difference, or count a payment whose notice was lost."""
    act = operations.take_up_row if sent.take_up else operations.settle_row
    act(row_id=row_id, note=sent.note, **who(request))
    return {"done": True}
