"""
Send to all nodes side by side: a node that hangs keeps only itself waiting, never another node or the worker.

Calls run in threads that touch no database; what they bring back is settled in the worker's own thread, in its next turn if
need be. A turn waits for the calls it began, and not for those left over from an earlier one.
"""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import structlog

from onedoor.platform.network import calling, sending
from onedoor.platform.network.models import Node
from onedoor.platform.network.states import NodeState, Trouble

log = structlog.get_logger()
TURN = 2.0  # seconds; other duties of the worker get theirs
AT_ONCE = 40  # a ministry has some 32 provinces
Clock = Callable[[], datetime]  # a call may last, so the moment is looked up


@dataclass(frozen=True)
class Call:
    """A batch on its way, and when it left by the clock that never goes back."""

    outgoing: sending.Outgoing
    future: "Future[calling.Answer]"
    began: float


_under_way: dict[int, Call] = {}
_given_up: dict[int, Call] = {}  # those whose thread still hangs


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="nodes")


def turn(*, at: datetime, wall: Clock) -> int:
    """Seal and send what waits for every node, batch after batch while the turn lasts; return how many are settled now."""
    over = time.monotonic() + TURN
    settled = sum(_collect(pk, at=at, wall=wall) for pk, call in list(_under_way.items()) if call.future.done())
    _give_up(at=at, wall=wall)
    for call in _under_way.values():
        sending.renew(call.outgoing, wall=wall())
    nodes = {node.pk: node for node in Node.objects.filter(state=NodeState.ACTIVE).order_by("pk")}
    busy = {*_under_way, *_given_up}
    begun = {pk for pk in nodes if pk not in busy and _begin(nodes[pk], at=at, wall=wall)}
    while begun and (left := over - time.monotonic()) > 0:
        done, _ = wait([_under_way[pk].future for pk in begun], timeout=left, return_when=FIRST_COMPLETED)
        for pk in [pk for pk in begun if _under_way[pk].future in done]:
            came = _collect(pk, at=at, wall=wall)
            settled += came
            if not came or not _begin(nodes[pk], at=at, wall=wall):
                begun.discard(pk)
    return settled


def _begin(node: Node, *, at: datetime, wall: Clock) -> bool:
    """Send a node's next batch; a fault of ours about one node is its own."""
    try:
        outgoing = sending.begin(node, wall=wall())
    except Exception as error:
        _leave(node, error, at=at, wall=wall)
        return False
    if outgoing is not None:
        _under_way[node.pk] = Call(outgoing, _pool().submit(calling.post, outgoing.parcel), time.monotonic())
    return outgoing is not None


def _leave(node: Node, error: Exception, *, at: datetime, wall: Clock) -> None:
    """Tell of a fault nobody thought of, and leave its node in peace for a while: those of others go on."""
    log.error("network.forward_failed", node=node.code, exc_info=error)
    sending.failed(node, at=at, wall=wall(), kind=Trouble.AWAY, detail=type(error).__name__)


def _collect(pk: int, *, at: datetime, wall: Clock) -> int:
    """Settle a call that is over; what cannot be settled comes again after a pause, and keeps only its own node waiting."""
    call = _under_way.pop(pk)
    outgoing = call.outgoing
    try:
        answer: calling.Answer | calling.NodeAway = call.future.result()
    except calling.NodeAway as away:
        answer = away
    except Exception as error:  # a bug of the call must not stop those of others
        log.exception("network.forward_failed", node=outgoing.node.code)
        answer = calling.NodeAway(Trouble.AWAY, type(error).__name__)
    return _finish(outgoing, answer, at=at, wall=wall)


def _give_up(*, at: datetime, wall: Clock) -> None:
    """Note the nodes away whose calls have lasted too long; forget those given up before that have ended since."""
    for pk in [pk for pk, call in _given_up.items() if call.future.done()]:
        del _given_up[pk]
    too_old = time.monotonic() - calling.LONGEST_CALL
    for pk in [pk for pk, call in _under_way.items() if call.began < too_old]:
        _given_up[pk] = call = _under_way.pop(pk)
        _finish(call.outgoing, calling.NodeAway(Trouble.AWAY, "对方迟迟没有答复完"), at=at, wall=wall)


def _finish(outgoing: sending.Outgoing, answer: calling.Answer | calling.NodeAway, *, at: datetime, wall: Clock) -> int:
    try:
        return sending.finish(outgoing, answer, at=at, wall=wall())
    except Exception as error:
        _leave(outgoing.node, error, at=at, wall=wall)
        return 0
