"""A result that is paid for before it is collected waits for the money; the decision itself never does."""

from onedoor.platform.cases.models import Case
from onedoor.platform.payments.models import Order
from onedoor.platform.payments.operations.charging import fee_of
from onedoor.platform.payments.states import STANDING, State

SETTLED = (State.PAID, State.EXEMPT)


def unpaid(case: Case) -> str:
    """Return that the result waits for its fee; a fee nobody could charge holds nothing back."""
    fee = fee_of(case)
    if not fee.charged or fee.due != "collect":
        return ""
    orders = Order.objects.filter(case=case, project=fee.project)
    states = set(orders.values_list("state", flat=True))
    if not states & {*STANDING, State.EXPIRED} or states & set(SETTLED):
        return ""
    return "结果要等缴费后领取，缴款单还没有缴。请提醒申请人缴款，也可以在窗口收款。"
