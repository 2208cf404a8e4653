"""
Hand received messages to their readers: in the order of the stream, each once, its effect and its state in one transaction.

A message that cannot be read is parked and holds up only later ones of its own key. One whose sender has no right to say it
is refused for good. One whose reader fails is tried again, and the stream waits for it; after so many failures it is parked
too, so that one fault does not stop a province.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.pauses import FAILURES_TO_OPEN, jitter
from onedoor.platform.network import incidents, schemas
from onedoor.platform.network.envelopes import Envelope
from onedoor.platform.network.models import Handover, Incoming, Node
from onedoor.platform.network.schemas import Message, NotEntitled, NotUnderstood, Schema
from onedoor.platform.network.states import End, Handing, Trouble

log = structlog.get_logger()
BATCH = 50
BEHIND = "排在前面的同一业务的报文还没有处理。"
OLD_CARD = "对方的名片没有写明登记簿。请登记对方的新名片，批准后自动接着处理。"


@transaction.atomic
def hand_over_some(node_id: int, *, at: datetime, wall: datetime) -> int:
    """Hand over the next few of one node; its row is locked, so that no other worker overtakes."""
    Handover.objects.get_or_create(node_id=node_id)
    standing = Handover.objects.select_for_update().get(node_id=node_id)
    if standing.retry_at is not None and standing.retry_at > wall:
        return 0
    node = Node.objects.get(pk=node_id)
    waiting = Incoming.objects.filter(node=node, state=Handing.WAITING).select_related("message")
    done = 0
    for row in waiting.order_by("sequence")[:BATCH]:
        try:
            schema, message = _understood(row, node)
        except NotUnderstood as obstacle:
            _park(row, str(obstacle))
        else:
            if not _read(row, schema, message, standing, at=at, wall=wall):
                break
        done += 1
    return done


def read_now(node: Node, sequence: int, *, at: datetime) -> None:
    """Give a message to its reader in the transaction that stores it: what the next messages depend on cannot wait."""
    row = Incoming.objects.select_related("message").get(node=node, sequence=sequence)
    try:
        schema, message = _understood(row, node)
        schema.reader(message, at=at)
    except NotUnderstood as obstacle:
        _park(row, str(obstacle))
        return
    except NotEntitled as refusal:
        _refuse(row, str(refusal), at=at)
        return
    row.state, row.done_at = Handing.DONE, at
    row.save(update_fields=["state", "done_at"])


def _understood(row: Incoming, node: Node) -> tuple[Schema, Message]:
    """
    Return a message with its kind.

    What is read at the door waits behind nothing parked: its receipt has said already that it counts.

    :raises NotUnderstood: the message cannot be read now.
    """
    known = schemas.find(row.schema)
    waits = bool(row.key) and (known is None or not known.at_the_door)
    ahead = Incoming.objects.filter(node=node, key=row.key, state=Handing.PARKED, sequence__lt=row.sequence)
    if waits and ahead.exists():
        raise NotUnderstood(BEHIND)
    envelope = Envelope(**row.message.envelope)
    schema, body = schemas.read(row.schema, envelope.version, row.message.body)
    message = Message(
        id=envelope.id,
        schema=envelope.schema,
        version=envelope.version,
        key=envelope.key,
        sender=node.code,
        sequence=envelope.sequence,
        created_at=envelope.created,
        body=body,
    )
    return schema, message


def _read(row: Incoming, schema: Schema, message: Message, standing: Handover, *, at: datetime, wall: datetime) -> bool:
    """Give one message to its reader, who may park it; false: the stream waits, because that failed."""
    try:
        with transaction.atomic():
            schema.reader(message, at=at)
    except NotUnderstood as obstacle:
        _park(row, str(obstacle))
        return True
    except NotEntitled as refusal:
        _refuse(row, str(refusal), at=at)
        return True
    except Exception as error:  # a reader's bug must not lose the message; it is logged and tried again
        log.exception("network.reader_failed", schema=row.schema, message=message.id)
        return _failed(row, standing, type(error).__name__, wall)
    row.state, row.reason, row.done_at = Handing.DONE, "", at
    row.save(update_fields=["state", "reason", "done_at"])
    if standing.failures:
        standing.failures, standing.retry_at = 0, None
        standing.save()
    return True


def _refuse(row: Incoming, reason: str, *, at: datetime) -> None:
    """Keep a message whose sender may not say this, without any effect; whoever looks after the network is told."""
    row.state, row.reason, row.done_at = Handing.REFUSED, reason[:200], at
    row.save(update_fields=["state", "reason", "done_at"])
    incidents.note(row.node, End.IN, Trouble.UNENTITLED, f"第 {row.sequence} 号：{reason}", at=at)
    actor, target = Actor.system("上下级交换"), f"message:{row.pk}"
    audit.record("network.refuse_message", actor=actor, at=at, target=target, schema=row.schema, node=row.node.code)


def _failed(row: Incoming, standing: Handover, error: str, wall: datetime) -> bool:
    standing.failures += 1
    given_up = standing.failures >= FAILURES_TO_OPEN
    if given_up:
        _park(row, f"处理时出错（{error}），已试 {standing.failures} 次。请技术人员看日志，修好后重新处理。")
        standing.failures, standing.retry_at = 0, None
    else:
        standing.retry_at = wall + jitter(timedelta(seconds=2**standing.failures))
    standing.save()
    return given_up


def _park(row: Incoming, reason: str) -> None:
    row.state, row.reason = Handing.PARKED, reason[:200]
    row.save(update_fields=["state", "reason"])
    log.warning("network.parked", schema=row.schema, message=str(row.message_id))


def unpark(*, at: datetime) -> int:
    """Let parked messages that can be read now wait for their turn again, in order; return how many."""
    let_go, held = 0, set()
    rows = Incoming.objects.filter(state=Handing.PARKED).select_related("message").order_by("node", "sequence")
    for row in rows.iterator(chunk_size=200):
        blocked = row.key and (row.node_id, row.key) in held
        person = row.reason.startswith(("处理时出错", OLD_CARD))  # somebody has to act first
        if blocked or person or schemas.fault(row.schema, row.message.envelope["version"], row.message.body):
            held.add((row.node_id, row.key))
            continue
        let_go += Incoming.objects.filter(pk=row.pk, state=Handing.PARKED).update(state=Handing.WAITING, reason="")
    return let_go


def let_go(node: Node) -> int:
    """Let what waited for a newer card of a node wait for its turn again; return how many."""
    rows = Incoming.objects.filter(node=node, state=Handing.PARKED, reason=OLD_CARD)
    return rows.update(state=Handing.WAITING, reason="")
