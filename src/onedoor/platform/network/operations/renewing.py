"""What changes about a joined node: its card by two people, its keys and ours, at once where a key has come into wrong hands."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import add_key, keys_directory
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.platform.network import handing, key_changes, own
from onedoor.platform.network.models import Node, NodeKey, Renewal
from onedoor.platform.network.operations.nodes import NodeStateDiffers, lock, problems_of, read_card, two_people
from onedoor.platform.network.states import NodeState

RENEWED = ("name", "division", "level", "address", "owns", "reads")


class NothingToRenew(NotFound):
    code, message = "network.nothing_to_renew", "没有等待批准的新名片，可能已经办过了。请刷新页面再看。"


@transaction.atomic
def renew_node(*, code: str, card: str, actor: Actor, at: datetime) -> Renewal:
    """
    Enter a newer card of a node; what it says counts once another person has approved it. An earlier one that waits is replaced.

    A node that has not been let in yet may have one too: its card may have been wrong, and a code is entered only once.

    :raises InvalidInput: the text is no card, or not one of this node.
    :raises NodeStateDiffers: the node has left.
    """
    actor.require("network.manage", division=own.node().division)
    node = lock(code)
    if node.state == NodeState.LEFT:
        raise NodeStateDiffers(state=node.get_state_display())
    told = read_card(card)
    problem = "这是另一个节点的名片，请核对。" if told["code"] != code else problems_of(told)
    if problem:
        raise InvalidInput({"card": problem})
    node.renewals.filter(settled_at=None).update(settled_at=at, settled_by=actor.name)
    made = Renewal.objects.create(
        node=node, card=told, recorded_at=at, recorded_by=actor.name, recorded_login=actor.login_id
    )
    audit.record("network.renew_node", actor=actor, at=at, target=node.target, keys=len(told["keys"]))
    return made


@transaction.atomic
def settle_renewal(*, code: str, take: bool, actor: Actor, at: datetime) -> Renewal:
    """
    Take up a newer card of a node, by another person than the one who entered it, or leave things as they are.

    Keys the card names no more count for the overlap and no longer. Messages that waited because the older card named no
    register go on.

    :raises NothingToRenew: none waits.
    :raises InvalidInput: what it says does not hold any more.
    :raises SamePerson: the same person has entered it.
    """
    actor.require("network.approve", division=own.node().division)
    node = lock(code)
    found = node.renewals.select_for_update().filter(settled_at=None).first()
    if found is None:
        raise NothingToRenew
    two_people(found, actor)
    if take:
        problem = problems_of(found.card)
        if problem:
            raise InvalidInput({"card": problem})
        for name in RENEWED:
            setattr(node, name, found.card[name])
        node.save(update_fields=RENEWED)
        key_changes.take_up(node, found.card["keys"], at=at)
        handing.let_go(node)
        key_changes.drop(node, keep=[key["id"] for key in found.card["keys"]], at=at)
    found.settled_at, found.settled_by, found.taken = at, actor.name, take
    found.save(update_fields=["settled_at", "settled_by", "taken"])
    audit.record("network.settle_renewal", actor=actor, at=at, target=node.target, take=take)
    return found


@transaction.atomic
def note_own_card(*, code: str, actor: Actor, at: datetime) -> Node:
    """
    Note that a node has told us by another way that it has taken up our newest card: from now on it is signed to with those keys.

    What waits for it is signed anew; after it has revoked a key of ours, this lets the stream go on.
    """
    actor.require("network.approve", division=own.node().division)
    node = lock(code)
    own.know_own_keys(node, at=at)
    audit.record("network.note_own_card", actor=actor, at=at, target=node.target)
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
    actor.require("network.approve", division=own.node().division)
    node = lock(code)
    key = node.keys.filter(key_id=key_id, revoked_at=None).first()
    if key is None or not reason.strip():
        raise InvalidInput({"key": "没有这把密钥。"} if key is None else {"reason": "请写明原因。"})
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    audit.record("network.revoke_key", actor=actor, at=at, target=node.target, key=key_id, reason=reason.strip()[:200])
    return key
