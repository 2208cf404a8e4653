"""What whoever looks after the network sees: nodes, how far their streams are, what waits for a person."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.network import own
from onedoor.platform.network.models import (
    BulkRun,
    Comparison,
    Incident,
    Incoming,
    Node,
    NodeKey,
    Renewal,
    Stream,
    SyncConflict,
)
from onedoor.platform.network.operations.nodes import NodeNotFound
from onedoor.platform.network.sending import waiting
from onedoor.platform.network.states import End, Handing, NodeState

MOST = 100


@dataclass(frozen=True)
class NodeLine:
    """A node with what has to be known at a glance."""

    node: Node
    waiting: int  # messages without a receipt
    since: datetime | None  # the oldest of them
    unread: int  # received and not handed over
    parked: int
    troubles: int
    conflicts: int
    heard_at: datetime | None


@dataclass(frozen=True)
class NodeShown:
    """Everything about one node."""

    line: NodeLine
    keys: list[tuple[NodeKey, str]]  # with its fingerprint
    streams: list[Stream]
    parked: list[Incoming]
    troubles: list[Incident]
    conflicts: list[SyncConflict]
    comparisons: list[Comparison] = field(default_factory=list)
    runs: list[BulkRun] = field(default_factory=list)
    renewal: Renewal | None = None  # a newer card that waits for another person
    renewed_keys: list[tuple[str, str]] = field(default_factory=list)  # its keys, with their fingerprints


def list_nodes(*, actor: Actor) -> list[NodeLine]:
    """Return every node we know; for who administers the whole of this one."""
    _require(actor)
    return [_line(node) for node in Node.objects.order_by("level", "code")]


def get_node(*, node_code: str, actor: Actor) -> NodeShown:
    """:raises NodeNotFound: there is none."""
    _require(actor)
    node = Node.objects.filter(code=node_code).first()
    if node is None:
        raise NodeNotFound
    renewal = node.renewals.filter(settled_at=None).first()
    told = renewal.card["keys"] if renewal is not None else []
    open_: Any = {"node": node, "settled_at": None}
    return NodeShown(
        line=_line(node),
        keys=[(key, own.fingerprint(key.public)) for key in node.keys.order_by("pk")],
        streams=list(node.streams.order_by("end")),
        parked=list(Incoming.objects.filter(node=node, state=Handing.PARKED).order_by("sequence")[:MOST]),
        troubles=list(Incident.objects.filter(**open_).order_by("first_at")[:MOST]),
        conflicts=list(SyncConflict.objects.filter(**open_).defer("row").order_by("at", "pk")[:MOST]),
        comparisons=list(Comparison.objects.filter(node=node).order_by("-day", "register")[:30]),
        runs=list(BulkRun.objects.filter(node=node).order_by("-began_at")[:30]),
        renewal=renewal,
        renewed_keys=[(key["id"], own.fingerprint(key["public"])) for key in told],
    )


def own_card(*, actor: Actor) -> str:
    """Return this node's card, to hand over to the administrators of another."""
    _require(actor)
    return own.card()


def _require(actor: Actor) -> None:
    permission = "network.approve" if "network.approve" in actor.permissions else "network.manage"
    actor.require(permission, division=own.node().division)


def _line(node: Node) -> NodeLine:
    outgoing = waiting(node)
    incoming = Stream.objects.filter(node=node, end=End.IN).first()
    states = Incoming.objects.filter(node=node)
    return NodeLine(
        node=node,
        waiting=outgoing["count"],
        since=outgoing["since"],
        unread=states.filter(state=Handing.WAITING).count(),
        parked=states.filter(state=Handing.PARKED).count(),
        troubles=Incident.objects.filter(node=node, settled_at=None).count(),
        conflicts=SyncConflict.objects.filter(node=node, settled_at=None).count(),
        heard_at=incoming.alive_at if incoming else None,
    )


def lag(*, at: datetime) -> int:
    """Return for how many seconds the oldest message to a joined node has waited for its receipt; for machines that watch."""
    oldest = [waiting(node)["since"] for node in Node.objects.filter(state=NodeState.ACTIVE)]
    return max((round((at - since).total_seconds()) for since in oldest if since), default=0)
