"""How a work order changes: its row is locked, the table of moves is asked, and what happened is added to its history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from onedoor.platform.channels.models import OrderAct, WorkOrder
from onedoor.platform.channels.states import MOVES, STATES, leads_to
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import sm3
from onedoor.platform.kernel.digit_codes import digest_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.standards.judgement import TraceLine

SHORTEST = 10
ORDER_CODE = "channels.order_code"  # what the digest of an order's code is keyed with
MACHINE = Actor.system("热线")
DESK = ("channels.take", "channels.review")


class OrderNotFound(NotFound):
    code, message = "channels.order_not_found", "没有找到这张工单，或者它不由您办理。请回到工单列表查看。"


class OrderNotNow(OneDoorError):
    code, http_status, message = (
        "channels.order_not_now",
        409,
        "工单现在是“{state}”，不能“{act}”。请刷新页面，看接下来该做什么。",
    )


class NoSuchAct(OneDoorError):
    code, http_status, message = "channels.no_such_act", 422, "没有这一步，请按工单现在能办的来。"


def lock(order_id: int) -> WorkOrder:
    """:raises OrderNotFound: there is no such order."""
    order = WorkOrder.objects.select_for_update(of=("self",)).filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    return order


def by_code(*, number: str, code: str) -> WorkOrder:
    """:raises OrderNotFound: number and code do not belong together."""
    rows = WorkOrder.objects.select_related("main_organization", "merged_into__main_organization")
    digest = digest_of(code, purpose=ORDER_CODE)
    order = rows.filter(number=number.strip().upper(), code_digest=digest).first() if digest else None
    if order is None:
        raise OrderNotFound
    return order


def lock_at_desk(order_id: int, actor: Actor) -> WorkOrder:
    """:raises OrderNotFound: it is not an order of this desk's places."""
    order = lock(order_id)
    if not at_desk(order, actor):
        raise OrderNotFound
    return order


def lock_at_unit(order_id: int, actor: Actor) -> WorkOrder:
    """:raises OrderNotFound: the actor's organ does not handle it as the main one."""
    order = lock(order_id)
    if not at_unit(order, actor):
        raise OrderNotFound
    return order


def at_desk(order: WorkOrder, actor: Actor) -> bool:
    return any(actor.may(one, division=order.division) for one in DESK)


def at_unit(order: WorkOrder, actor: Actor) -> bool:
    """Tell whether the actor handles this order for its main organ."""
    mine = order.main_organization_id is not None and order.main_organization_id == actor.organization_id
    return mine and "channels.handle" in actor.permissions


def at_joint(order: WorkOrder, actor: Actor) -> bool:
    """Tell whether the actor is of an organ that handles this order along with the main one."""
    if "channels.handle" not in actor.permissions or actor.organization_id is None:
        return False
    return order.joint_organizations.filter(pk=actor.organization_id).exists()


def require_move(order: WorkOrder, act: str) -> str:
    """
    Return the state an act leads to.

    :raises OrderNotNow: it cannot be done in the state the order is in.
    """
    after = leads_to(act, order.state)
    if after is None:
        raise OrderNotNow(state=STATES[order.state], act=MOVES[act].title)
    return after


def append(
    order: WorkOrder, act: str, *, actor: Actor, at: datetime, text: str = "", organ: str | None = None, **facts: Any
) -> OrderAct:
    """
    Move the order and add the act to its history; the fields that changed are saved with it.

    :raises OrderNotNow: the act cannot be done in the state the order is in.
    """
    order.state = require_move(order, act)
    order.save()
    return OrderAct.objects.create(
        order=order,
        act=act,
        state=order.state,
        text=text.strip(),
        digest=sm3(text.strip().encode()).hex() if text.strip() else "",
        facts=facts,
        login_id=actor.login_id,
        actor_name=actor.name,
        organization_name=actor.organization_name if organ is None else organ,
        at=at,
    )


def written(trace: Sequence[TraceLine]) -> list[dict[str, str]]:
    """Return a calculation as the history keeps it."""
    return [{"label": one.label, "formula": one.formula, "result": one.result, "article": one.article} for one in trace]


def require_text(text: str, name: str, says: str) -> None:
    """:raises InvalidInput: it is too short to say anything."""
    if len(text.strip()) < SHORTEST:
        raise InvalidInput({name: f"请写明{says}，不少于 {SHORTEST} 个字。"})
