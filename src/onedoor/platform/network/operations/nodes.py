"""Nodes of the network: entered by the system administrator with their card, let in by the security administrator."""

from datetime import datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.queries import find_division
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import add_key, keys_directory
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.network import key_changes, own, registers
from onedoor.platform.network.envelopes import Unreadable
from onedoor.platform.network.models import Node, NodeKey
from onedoor.platform.network.states import Level, NodeState


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
    try:
        told = own.read_card(card)
    except Unreadable:
        raise InvalidInput({"card": "这不是完整的节点名片，或者被改动过。请对方重新导出后整段粘贴。"}) from None
    problems = _problems(told)
    if problems:
        raise InvalidInput({"card": problems})
    node = Node.objects.create(
        **{name: told[name] for name in ("code", "name", "division", "level", "address", "owns", "reads")},
        recorded_at=at,
        recorded_by=actor.name,
        recorded_login=actor.login_id,
    )
    NodeKey.objects.bulk_create(
        NodeKey(
            node=node,
            key_id=key["id"],
            algorithm=key["algorithm"],
            public=key["public"],
            valid_from=at - key_changes.CLOCKS_DIFFER,
        )
        for key in told["keys"]
    )
    audit.record("network.invite_node", actor=actor, at=at, target=node.target, level=node.level)
    return node


def _problems(told: dict[str, Any]) -> str:
    if told["code"] == own.node().code:
        return "这是本节点自己的名片。请粘贴对方节点的。"
    if Node.objects.filter(code=told["code"]).exists():
        return "这个节点已经登记过。"
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
    node = _lock(code, actor, "network.approve")
    if node.state != NodeState.INVITED:
        raise NodeStateDiffers(state=node.get_state_display())
    if actor.name == node.recorded_by or (actor.login_id is not None and actor.login_id == node.recorded_login):
        raise SamePerson
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
    node = _lock(code, actor, "network.approve" if "network.approve" in actor.permissions else "network.manage")
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
    node = _lock(code, actor, "network.approve")
    if node.state != NodeState.SUSPENDED or node.approved_at is None:
        raise NodeStateDiffers(state=node.get_state_display())
    node.state, node.reason = NodeState.ACTIVE, ""
    node.save(update_fields=["state", "reason"])
    audit.record("network.resume_node", actor=actor, at=at, target=node.target)
    return node


def _lock(code: str, actor: Actor, permission: str) -> Node:
    actor.require(permission, division=own.node().division)
    node = Node.objects.select_for_update().filter(code=code).first()
    if node is None:
        raise NodeNotFound
    return node


@transaction.atomic
def change_key(*, international: bool = False, actor: Actor, at: datetime) -> str:
    """
    Make a new signing key for this node and tell every other one; each is signed to with it once it knows it.

    The file of the key is there at once and stays whatever becomes of the transaction; a key nobody was told of harms nobody.
    """
    actor.require("network.approve", division=own.node().division)
    purpose, suite_name = ("signing-nodeintl", "intl") if international else ("signing-node", "sm")
    key = add_key(keys_directory(), purpose, suite_name=suite_name)
    told = key_changes.tell(key, at=at)
    audit.record("network.change_key", actor=actor, at=at, target=f"node:{own.node().code}", key=key.id, told=told)
    return key.id


@transaction.atomic
def revoke_key(*, code: str, key_id: str, reason: str, actor: Actor, at: datetime) -> NodeKey:
    """
    Let no signature by a key of another node count from now on: the key has come into wrong hands.

    What came before stays proved by our own record of when it came. What waits over there is signed anew once a new card of
    that node has been taken up here.

    :raises InvalidInput: no reason is given, or the node has no such key.
    """
    node = _lock(code, actor, "network.approve")
    key = node.keys.filter(key_id=key_id, revoked_at=None).first()
    if key is None or not reason.strip():
        raise InvalidInput({"key": "没有这把密钥。"} if key is None else {"reason": "请写明原因。"})
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    audit.record("network.revoke_key", actor=actor, at=at, target=node.target, key=key_id, reason=reason.strip()[:200])
    return key
