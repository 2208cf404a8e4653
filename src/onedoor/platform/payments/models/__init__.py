"""Orders and what came of them; callers import the models from here."""

from onedoor.platform.payments.models.orders import Order, OrderEvent, Payment, Receipt, Refund
from onedoor.platform.payments.models.reconciliation import Reconciliation, ReconciliationRow

__all__ = ["Order", "OrderEvent", "Payment", "Receipt", "Reconciliation", "ReconciliationRow", "Refund"]
