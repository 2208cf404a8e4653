"""What the worker does for the network in each of its rounds: send, hand over, let go what can be read now."""

from datetime import datetime

import structlog

from onedoor.platform.kernel import clock
from onedoor.platform.network import forwarding, handing, registers, syncing
from onedoor.platform.network.models import Incoming
from onedoor.platform.network.states import Handing

log = structlog.get_logger()
ROUNDS = 20  # batches a turn that are handed over of a node, so that other duties get theirs


def forward(*, at: datetime) -> int:
    """Seal and send what waits for every node; return how many messages are settled now."""
    return forwarding.turn(at=at, wall=clock.wall)


def hand_over(*, at: datetime) -> int:
    """Hand over what has come, a few of each node in turn; return how many messages were done or parked."""
    waiting = Incoming.objects.filter(state=Handing.WAITING).order_by("node_id")
    nodes, done = list(waiting.values_list("node_id", flat=True).distinct()), 0
    for _ in range(ROUNDS):
        came = {node_id: _hand_over_some(node_id, at=at) for node_id in nodes}
        done += sum(came.values())
        nodes = [node_id for node_id in nodes if came[node_id] == handing.BATCH]
    return done


def _hand_over_some(node_id: int, *, at: datetime) -> int:
    """Hand over a few of one node; what cannot even be taken from the shelf holds up no other node."""
    try:
        return handing.hand_over_some(node_id, at=at, wall=clock.wall())
    except Exception:
        log.exception("network.hand_over_failed", node=node_id)
        return 0


def compare(*, at: datetime) -> int:
    """Begin the day's comparison of every register this node owns with each node that has it; return how many."""
    pairs = [(register, node.code) for register in registers.owned() for node in syncing.readers(register)]
    for register, node in pairs:
        syncing.compare_with(register, to=node, day=clock.day_of(at), at=at)
    return len(pairs)
