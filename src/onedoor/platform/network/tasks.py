"""What the worker does for the network in each of its rounds: send, hand over, let go what can be read now."""

from datetime import datetime

from onedoor.platform.kernel import clock
from onedoor.platform.network import handing, registers, sending, syncing
from onedoor.platform.network.models import Incoming, Node
from onedoor.platform.network.states import Handing, NodeState

ROUNDS = 20  # batches a turn and node, so that other duties get theirs


def forward(*, at: datetime) -> int:
    """Seal and send what waits for every node; return how many messages are settled now."""
    settled = 0
    for node in Node.objects.filter(state=NodeState.ACTIVE).order_by("pk"):
        for _ in range(ROUNDS):
            came = sending.forward_to(node, at=at, wall=clock.wall())
            settled += came
            if not came:
                break
    return settled


def hand_over(*, at: datetime) -> int:
    """Hand over what has come, node by node; return how many messages were done or parked."""
    done = 0
    for node_id in Incoming.objects.filter(state=Handing.WAITING).values_list("node_id", flat=True).distinct():
        for _ in range(ROUNDS):
            came = handing.hand_over_some(node_id, at=at, wall=clock.wall())
            done += came
            if came < handing.BATCH:
                break
    return done


def compare(*, at: datetime) -> int:
    """Begin the day's comparison of every register this node owns with each node that has it; return how many."""
    pairs = [(register, node.code) for register in registers.owned() for node in syncing.readers(register)]
    for register, node in pairs:
        syncing.compare_with(register, to=node, day=clock.day_of(at), at=at)
    return len(pairs)
