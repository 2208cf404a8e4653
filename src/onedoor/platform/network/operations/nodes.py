"""Nodes of the network: entered by the system administrator with their card, let in by the security administrator."""

from datetime import datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.queries import find_division
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.network import key_changes, own, registers
from onedoor.platform.network.envelopes import Unreadable
from onedoor.platform.network.models import Node, Renewal
from onedoor.platform.network.states import Level, NodeState

KNOWN = "这个节点已经登记过。要换新名片，请在这个节点的页面登记新名片。"


class NodeNotFound(NotFound):
    code, message = "network.node_not_found", "没有找到这个节点，请核对节点代码。"


class NodeStateDiffers(OneDoorError):
    code, http_status, message = "network.node_state", 409, "节点现在的状态（{state}）不能这样办。请刷新页面再看。"


class SamePerson(OneDoorError):
    code, http_status, message = "network.same_person", 403, "登记和批准要由两个人办。请由另一位管理员批准。"


@transaction.atomic
def invite_node(*, card: str, actor: Actor, at: datetime) -> Node:
    """
    Enter another node by its card; nothing is sent to it or taken from it before another person lets it in.

    :raises InvalidInput: the text is no card, one of its keys does not prove itself, or the node is known already.
    """
    actor.require("network.manage", division=own.node().division)
    told = read_card(card)
    known = Node.objects.filter(code=told["code"]).exists()
    problems = KNOWN if known else problems_of(told)
    if problems:
        raise InvalidInput({"card": problems})
    node = Node.objects.create(
        **{name: told[name] for name in ("code", "name", "division", "level", "address", "owns", "reads")},
        recorded_at=at,
        recorded_by=actor.name,
        recorded_login=actor.login_id,
    )
    key_changes.take_up(node, told["keys"], at=at)
    audit.record("network.invite_node", actor=actor, at=at, target=node.target, level=node.level)
    return node


def read_card(card: str) -> dict[str, Any]:
    """:raises InvalidInput: the text is no card, or one of its keys does not prove itself."""
    try:
        return own.read_card(card)
    except Unreadable:
        raise InvalidInput({"card": "这不是完整的节点名片，或者被改动过。请对方重新导出后整段粘贴。"}) from None


def problems_of(told: dict[str, Any]) -> str:
    """Return what keeps a card that proves itself from being entered, in a sentence."""
    if told["code"] == own.node().code:
        return "这是本节点自己的名片。请粘贴对方节点的。"
    if told["level"] not in Level.values or not 1 <= len(told["code"]) <= 40:
        return "名片上的层级或代码不认识，请对方核对节点设置。"
    if find_division(told["division"]) is None:
        return "名片上的行政区划代码没有找到，请对方核对节点设置。"
    if not told["address"].startswith(("https://", "http://")) or len(told["address"]) > 200:
        return "名片上的地址不是网址，请对方核对节点设置。"
    return _claimed(told)


def _claimed(told: dict[str, Any]) -> str:
    """Say which register of a card has another owner already: one owner each, or its rows would be put back and forth."""
    others = Node.objects.exclude(code=told["code"]).exclude(state=NodeState.LEFT).values_list("owns", flat=True)
    taken = {name for owns in others for name in owns} | set(registers.owned())
    claimed = sorted(taken & set(told["owns"]))
    return f"名片上说由它管理的登记簿“{claimed[0]}”已有管理节点，请双方核对。" if claimed else ""


@transaction.atomic
def approve_node(*, code: str, actor: Actor, at: datetime) -> Node:
    """
    Let a node in, by another person than the one who entered it; from now on messages go both ways.

    :raises NodeStateDiffers: it has been let in already.
    :raises SamePerson: the same person has entered it.
    """
    actor.require("network.approve", division=own.node().division)
    node = lock(code)
    if node.state != NodeState.INVITED:
        raise NodeStateDiffers(state=node.get_state_display())
    two_people(node, actor)
    node.state, node.approved_at, node.approved_by = NodeState.ACTIVE, at, actor.name
    node.save(update_fields=["state", "approved_at", "approved_by"])
    own.know_own_keys(node, at=at)
    audit.record("network.approve_node", actor=actor, at=at, target=node.target)
    return node


@transaction.atomic
def suspend_node(*, code: str, reason: str, leaves: bool = False, actor: Actor, at: datetime) -> Node:
    """
    Stop the exchange with a node at once, or for good; either administrator may. What has been exchanged stays provable.

    :raises InvalidInput: no reason is given.
    """
    permission = "network.approve" if "network.approve" in actor.permissions else "network.manage"
    actor.require(permission, division=own.node().division)
    node = lock(code)
    if node.state == NodeState.LEFT or (node.state == NodeState.SUSPENDED and not leaves):
        raise NodeStateDiffers(state=node.get_state_display())
    if not reason.strip():
        raise InvalidInput({"reason": "请写明原因。"})
    node.state = NodeState.LEFT if leaves else NodeState.SUSPENDED
    node.reason = reason.strip()[:200]
    node.save(update_fields=["state", "reason"])
    audit.record("network.suspend_node", actor=actor, at=at, target=node.target, leaves=leaves, reason=node.reason)
    return node


@transaction.atomic
def resume_node(*, code: str, actor: Actor, at: datetime) -> Node:
    """
    Take the exchange with a suspended node up again; what was written meanwhile is sent now.

    :raises NodeStateDiffers: it is not suspended.
    """
    actor.require("network.approve", division=own.node().division)
    node = lock(code)
    if node.state != NodeState.SUSPENDED or node.approved_at is None:
        raise NodeStateDiffers(state=node.get_state_display())
    node.state, node.reason = NodeState.ACTIVE, ""
    node.save(update_fields=["state", "reason"])
    audit.record("network.resume_node", actor=actor, at=at, target=node.target)
    return node


def two_people(entered: Node | Renewal, actor: Actor) -> None:
    """:raises SamePerson: who approves has entered it."""
    if actor.name == entered.recorded_by or (actor.login_id is not None and actor.login_id == entered.recorded_login):
        raise SamePerson


def lock(code: str) -> Node:
    """:raises NodeNotFound: there is none of this code."""
    node = Node.objects.select_for_update().filter(code=code).first()
    if node is None:
        raise NodeNotFound
    return node
