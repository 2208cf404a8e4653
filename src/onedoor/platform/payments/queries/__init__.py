"""Every read of the payments room; callers import them from here."""

from onedoor.platform.payments.queries.checking import (
    CheckedReceipt,
    CheckedTooOften,
    NoSuchReceipt,
    check_receipt,
    scan_receipt,
)
from onedoor.platform.payments.queries.desk import (
    PAGE,
    CaseFees,
    Finance,
    ListedDay,
    OpenRefund,
    get_reconciliation,
    get_refund,
    list_reconciliations,
    list_refunds,
    read_case_fees,
    sees_fees,
)
from onedoor.platform.payments.queries.own import (
    OrderView,
    ReceiptFile,
    fees_of_case,
    get_fee,
    get_receipt,
    list_fees,
    unpaid_fees,
)
from onedoor.platform.payments.states import RefundState, Way

REFUND_STATES = [(one.value, str(one.label)) for one in RefundState]
COUNTER_WAYS = [(way.value, str(way.label)) for way in (Way.CASH, Way.POS)]

__all__ = [
    "CheckedTooOften",
    "scan_receipt",
    "COUNTER_WAYS",
    "CaseFees",
    "CheckedReceipt",
    "Finance",
    "ListedDay",
    "NoSuchReceipt",
    "OpenRefund",
    "OrderView",
    "PAGE",
    "REFUND_STATES",
    "ReceiptFile",
    "check_receipt",
    "fees_of_case",
    "get_reconciliation",
    "get_fee",
    "get_receipt",
    "get_refund",
    "list_reconciliations",
    "list_fees",
    "list_refunds",
    "read_case_fees",
    "sees_fees",
    "unpaid_fees",
]
