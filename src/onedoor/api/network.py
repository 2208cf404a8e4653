"""The network between nodes, for the administrators who join them and look after what waits."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from onedoor.api.doors import caller, officer, who
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Text, Told, whole
from onedoor.platform.network import operations, queries

room = Room("network")
MANAGES, APPROVES = officer("network.manage"), officer("network.approve")
EITHER = officer("network.manage", "network.approve")


class NodeOut(Told):
    """一个节点和它的积压。A node and what waits at it."""

    node_code: str
    name: str
    node_level: str
    address: str
    state: str
    awaiting_receipt: int
    awaiting_since: datetime | None
    unhandled: int
    parked: int
    troubles: int
    conflicts: int
    heard_at: datetime | None


class NodeKeyOut(Told):
    """节点的一把公钥。A public key of a node."""

    key_id: str
    algorithm: str
    fingerprint: str
    valid_to: datetime | None
    revoked_at: datetime | None


class ParkedOut(Told):
    """一条搁置的报文。A message that is stored and cannot be read yet."""

    message_id: UUID
    sequence: int
    message_schema: str
    parked_reason: str


class TroubleOut(Told):
    """一处传输异常。Something wrong on a stream."""

    id: int
    trouble: str
    detail: str
    times: int
    first_at: datetime


class ConflictingOut(Told):
    """一行同步冲突。A row that is not what its owner says."""

    id: int
    register_name: str
    row_key: str
    conflict_kind: str
    our_side: int
    their_side: int


class ComparedOut(Told):
    """一天的同步比对。One day's comparison of a register."""

    register_name: str
    day: date
    our_side: int
    their_side: int
    ranges: int
    wanted: int


class RenewedKeyOut(Told):
    """新名片上的一把公钥。A public key of a newer card."""

    key_id: str
    fingerprint: str


class RenewalOut(Told):
    """等待批准的新名片。A newer card that waits for another person."""

    name: str
    address: str
    owned_registers: list[str]
    read_registers: list[str]
    node_keys: list[RenewedKeyOut]


class NodeShownOut(Told):
    """一个节点的全部情况。Everything about one node."""

    node: NodeOut
    owned_registers: list[str]
    read_registers: list[str]
    node_keys: list[NodeKeyOut]
    renewal: RenewalOut | None
    parked_messages: list[ParkedOut]
    open_troubles: list[TroubleOut]
    open_conflicts: list[ConflictingOut]
    comparisons: list[ComparedOut]


class NodeCardOut(Told):
    """本节点的名片。This node's card."""

    node_card: str


class NodeCardIn(Told):
    """对方节点的名片。The card of another node."""

    node_card: Text


class NodeKeyRevokedIn(Told):
    """吊销密钥的原因。Why a key is revoked."""

    reason: Text


class NodeRenewalIn(Told):
    """是否采用新名片。Whether the newer card is taken up."""

    take: bool


class OwnKeyIn(Told):
    """换哪一套算法的密钥。Of which suite the new key is."""

    international: bool = False


class OwnKeyOut(Told):
    """本节点的新密钥。The new key of this node."""

    key_id: str


class StopIn(Told):
    """暂停或退出的原因。Why the exchange stops, and whether for good."""

    reason: Text
    leaves: bool = False


class MindedIn(Told):
    """怎样处理的。What was done."""

    note: Text


class ConflictIn(Told):
    """采用哪一方的，以及说明。Whose row is right, and why."""

    take: bool
    note: Text


class MindedOut(Told):
    """已办理。Done."""

    done: bool


def _line(line: queries.NodeLine) -> dict[str, Any]:
    node = line.node
    told = {"node_code": node.code, "name": node.name, "node_level": node.level, "address": node.address}
    waits = {"awaiting_receipt": line.waiting, "awaiting_since": line.since, "unhandled": line.unread}
    minded = {"parked": line.parked, "troubles": line.troubles, "conflicts": line.conflicts}
    return {**told, **waits, **minded, "state": node.state, "heard_at": line.heard_at}


@room.read("/nodes", EITHER, "节点", Page[NodeOut])
def list_nodes(request: HttpRequest) -> dict[str, Any]:
    """List the nodes this one exchanges messages with."""
    return whole(queries.list_nodes(actor=caller(request)), _line)


@room.read("/nodes/own-card", EITHER, "本节点的名片", NodeCardOut)
def get_own_card(request: HttpRequest) -> dict[str, Any]:
    """Read this node's card, to hand over to another one."""
    return {"node_card": queries.own_card(actor=caller(request))}


@room.write("/nodes", MANAGES, "登记节点", NodeShownOut)
def invite(request: HttpRequest, sent: NodeCardIn) -> dict[str, Any]:
    """Enter another node by its card; it waits for the security administrator."""
    made = operations.invite_node(card=sent.node_card, **who(request))
    return get_node(request, made.code)


@room.read("/nodes/{node_code}", EITHER, "一个节点", NodeShownOut)
def get_node(request: HttpRequest, node_code: Line) -> dict[str, Any]:
    """Read one node with its keys and everything that waits for a person."""
    shown = queries.get_node(node_code=node_code, actor=caller(request))
    keys = [
        {"key_id": key.key_id, "algorithm": key.algorithm, "fingerprint": fingerprint}
        | {"valid_to": key.valid_to, "revoked_at": key.revoked_at}
        for key, fingerprint in shown.keys
    ]
    parked = [
        {"message_id": row.message_id, "sequence": row.sequence}
        | {"message_schema": row.schema, "parked_reason": row.reason}
        for row in shown.parked
    ]
    troubles = [
        {"id": row.pk, "trouble": row.kind, "detail": row.detail, "times": row.times, "first_at": row.first_at}
        for row in shown.troubles
    ]
    conflicts = [
        {"id": row.pk, "register_name": row.register, "row_key": row.key}
        | {"conflict_kind": row.kind, "our_side": row.ours, "their_side": row.theirs}
        for row in shown.conflicts
    ]
    compared = [
        {"register_name": row.register, "day": row.day, "our_side": row.ours}
        | {"their_side": row.theirs, "ranges": row.ranges, "wanted": row.wanted}
        for row in shown.comparisons
    ]
    waits = {"parked_messages": parked, "open_troubles": troubles, "open_conflicts": conflicts}
    shared = {"owned_registers": shown.line.node.owns, "read_registers": shown.line.node.reads}
    told = {"node": _line(shown.line), **shared, "node_keys": keys, "renewal": _renewal(shown)}
    return {**told, **waits, "comparisons": compared}


def _renewal(shown: queries.NodeShown) -> dict[str, Any] | None:
    if shown.renewal is None:
        return None
    card = shown.renewal.card
    keys = [{"key_id": key, "fingerprint": fingerprint} for key, fingerprint in shown.renewed_keys]
    shared = {"owned_registers": card["owns"], "read_registers": card["reads"]}
    return {"name": card["name"], "address": card["address"], **shared, "node_keys": keys}


@room.write("/node-keys", APPROVES, "更换本节点密钥", OwnKeyOut)
def change_key(request: HttpRequest, sent: OwnKeyIn) -> dict[str, Any]:
    """Make a new signing key for this node and tell every other one."""
    return {"key_id": operations.change_key(international=sent.international, **who(request))}


@room.write("/nodes/{node_code}/card", MANAGES, "登记节点新名片", NodeShownOut)
def renew(request: HttpRequest, node_code: Line, sent: NodeCardIn) -> dict[str, Any]:
    """Enter a newer card of a node; it waits for the security administrator."""
    operations.renew_node(code=node_code, card=sent.node_card, **who(request))
    return get_node(request, node_code)


@room.write("/nodes/{node_code}/card-approval", APPROVES, "办结节点新名片", NodeShownOut)
def settle_renewal(request: HttpRequest, node_code: Line, sent: NodeRenewalIn) -> dict[str, Any]:
    """Take up the newer card of a node, by another person than the one who entered it, or leave it."""
    operations.settle_renewal(code=node_code, take=sent.take, **who(request))
    return get_node(request, node_code)


@room.write("/nodes/{node_code}/own-card", APPROVES, "对方已采用本节点新名片", NodeShownOut)
def note_own_card(request: HttpRequest, node_code: Line) -> dict[str, Any]:
    """Note that the node has taken up our newest card."""
    operations.note_own_card(code=node_code, **who(request))
    return get_node(request, node_code)


@room.write("/nodes/{node_code}/keys/{key_id}/revocation", APPROVES, "吊销节点公钥", NodeShownOut)
def revoke_key(request: HttpRequest, node_code: Line, key_id: Line, sent: NodeKeyRevokedIn) -> dict[str, Any]:
    """Let no signature by this key of the node count from now on."""
    operations.revoke_key(code=node_code, key_id=key_id, reason=sent.reason, **who(request))
    return get_node(request, node_code)


@room.write("/nodes/{node_code}/approval", APPROVES, "批准节点联通", NodeShownOut)
def approve(request: HttpRequest, node_code: Line) -> dict[str, Any]:
    """Let a node in, by another person than the one who entered it."""
    operations.approve_node(code=node_code, **who(request))
    return get_node(request, node_code)


@room.write("/nodes/{node_code}/suspension", EITHER, "暂停与节点的往来", NodeShownOut)
def suspend(request: HttpRequest, node_code: Line, sent: StopIn) -> dict[str, Any]:
    """Stop the exchange with a node at once, for a time or for good."""
    operations.suspend_node(code=node_code, reason=sent.reason, leaves=sent.leaves, **who(request))
    return get_node(request, node_code)


@room.write("/nodes/{node_code}/resumption", APPROVES, "恢复与节点的往来", NodeShownOut)
def resume(request: HttpRequest, node_code: Line) -> dict[str, Any]:
    """Take the exchange with a suspended node up again."""
    operations.resume_node(code=node_code, **who(request))
    return get_node(request, node_code)


@room.write("/node-messages/{parked_id}/retry", MANAGES, "重新处理搁置的报文", MindedOut)
def retry(request: HttpRequest, parked_id: UUID) -> dict[str, Any]:
    """Let a parked message wait for its turn again."""
    operations.retry_parked(message_id=parked_id, **who(request))
    return {"done": True}


@room.write("/node-messages/{parked_id}/setting-aside", MANAGES, "不再处理搁置的报文", MindedOut)
def set_aside(request: HttpRequest, parked_id: UUID, sent: MindedIn) -> dict[str, Any]:
    """Say that a parked message will not be read any more, and why."""
    operations.set_aside(message_id=parked_id, note=sent.note, **who(request))
    return {"done": True}


@room.write("/node-troubles/{trouble_id}/settlement", MANAGES, "了结传输异常", MindedOut)
def settle_trouble(request: HttpRequest, trouble_id: Id, sent: MindedIn) -> dict[str, Any]:
    """Say what was done about a trouble of a stream."""
    operations.settle_incident(incident_id=trouble_id, note=sent.note, **who(request))
    return {"done": True}


@room.write("/node-conflicts/{node_conflict_id}/settlement", MANAGES, "处理同步冲突", MindedOut)
def settle_conflict(request: HttpRequest, node_conflict_id: Id, sent: ConflictIn) -> dict[str, Any]:
    """Take the owner's row, or keep ours."""
    operations.settle_conflict(conflict_id=node_conflict_id, take=sent.take, note=sent.note, **who(request))
    return {"done": True}
