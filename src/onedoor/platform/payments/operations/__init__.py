"""Every write of the payments room; callers import them from here."""

from onedoor.platform.payments.gateway import NoticeRefused
from onedoor.platform.payments.life import OrderNotFound
from onedoor.platform.payments.models import Order
from onedoor.platform.payments.operations.charging import (
    AlreadyCharged,
    CaseOver,
    NotDeclared,
    NotInList,
    cancel_order,
    open_order,
    renew_order,
)
from onedoor.platform.payments.operations.paying import (
    AlreadyPaid,
    AmountDiffers,
    ask_again,
    take_at_counter,
    take_money,
)
from onedoor.platform.payments.operations.reconciling import (
    NothingToTakeUp,
    NotSettled,
    ReconciliationClosed,
    ReconciliationNotFound,
    close_day,
    record_day,
    settle_row,
    take_up_row,
)
from onedoor.platform.payments.operations.refunding import (
    NothingToRefund,
    RefundNotFound,
    RefundSettled,
    SamePerson,
    ask_refund,
    decide_refund,
    note_refunded,
    pay_out_refund,
)

__all__ = [
    "AlreadyCharged",
    "AlreadyPaid",
    "AmountDiffers",
    "CaseOver",
    "NotDeclared",
    "NotInList",
    "NotSettled",
    "NothingToRefund",
    "NothingToTakeUp",
    "NoticeRefused",
    "Order",
    "OrderNotFound",
    "ReconciliationClosed",
    "ReconciliationNotFound",
    "RefundNotFound",
    "RefundSettled",
    "SamePerson",
    "ask_again",
    "ask_refund",
    "cancel_order",
    "close_day",
    "decide_refund",
    "note_refunded",
    "open_order",
    "pay_out_refund",
    "record_day",
    "renew_order",
    "settle_row",
    "take_at_counter",
    "take_money",
    "take_up_row",
]
