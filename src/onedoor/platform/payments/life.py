"""How an order moves: its row is held, its state and one event are written together, and who has to know is told."""

from datetime import datetime
from typing import Any

from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.platform.payments.models import Order, OrderEvent, Payment, Refund
from onedoor.platform.payments.states import State

MACHINE = Actor.system("收费")


class OrderNotFound(NotFound):
    code, message = "payments.order_not_found", "没有找到这张缴款单，或您现在的身份看不到它。请核对缴款单号。"


def lock(number: str) -> Order:
    """
    Return an order with its row held until the transaction ends: whoever comes second sees what the first has done.
    Whoever only writes down a row that names it, as the night's comparison does, waits for nobody.

    :raises OrderNotFound: there is none of this number.
    """
    found = Order.objects.select_for_update(of=("self",), no_key=True).filter(number=number)
    order = found.select_related("case", "payer", "organization").first()
    if order is None:
        raise OrderNotFound
    return order


def counter_trade(order: Order, way: str, slip: str, *, of: type[Payment] | type[Refund]) -> str:
    """
    Return what a slip of the unit's counter is called among its money taken, or given back; of two who enter the same
    one at once the second sees the first.

    :raises InvalidInput: the slip is used already.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=order.organization_id)
    trade = f"{way}:{order.organization_id}:{slip.strip()}"
    if of.objects.filter(trade=trade).exists():
        raise InvalidInput({"slip": "这个凭证号已经用过，请核对。"})
    return trade


def note(order: Order, kind: OrderEvent.Kind, *, actor: Actor, at: datetime, **facts: Any) -> None:
    """Write down one thing that happened to an order."""
    OrderEvent.objects.create(
        order=order, kind=kind, at=at, actor_name=actor.name, login_id=actor.login_id, facts=facts
    )


def end(order: Order, state: State, *, at: datetime) -> None:
    """Put an order into a state in which nothing more is expected; the worker closes it at the platform as well."""
    order.state = state
    order.ended_at = at
    order.ask_at = at if order.theirs_open else None
    order.attempts = 0
    order.save(update_fields=["state", "ended_at", "ask_at", "attempts"])


def tell(order: Order, what: str, **more: Any) -> None:
    """Leave word for whoever writes to the payer, and for supervision: `payments.<what>`."""
    outbox.publish(f"payments.{what}", key=order.target, order_id=order.pk, **more)
