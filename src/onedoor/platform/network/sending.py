"""
Send messages to other nodes: written with what they tell, sealed and sent by the worker, kept until their receipt is here.

`send` only leaves a row in the caller's transaction. The worker gives the next number, chains and signs (`seal`), and posts
batches. Nothing of it is ever taken back: after a crash the same envelopes go out again, and the other side knows them. If
our key has changed since they were sealed, they are signed anew with the one the other side knows now.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q

from onedoor.platform.kernel.crypto import canonical_json, suite_for
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.pauses import FAILURES_TO_OPEN, jitter, pause
from onedoor.platform.network import calling, incidents, own, schemas
from onedoor.platform.network.envelopes import LONGEST, Envelope, digest_of, is_plain, sign_with
from onedoor.platform.network.models import Node, Queued, Receipt, Sent, Stream
from onedoor.platform.network.states import End, NodeState, Trouble

log = structlog.get_logger()
BATCH = 100  # messages a request
LARGEST = 1_000_000  # bytes of one message; a receiver takes 2.5 MB a request
MOST_BYTES = 1_500_000  # of the bodies of one request
LEASE = timedelta(seconds=20)  # renewed while a call lasts; a worker that is killed holds a stream up for no longer


class NodeNotJoined(OneDoorError):
    code, http_status, message = "network.not_joined", 409, "节点 {node} 还没有联通，报文没有发出。请先办理节点联通。"


class MessageTooLarge(OneDoorError):
    code, http_status = "network.too_large", 409
    message = "这条报文有 {size} 字节，节点之间一条最多 {most} 字节，没有发出。请分成几条，大的文件另走文件通道。"


class MessageNotPlain(OneDoorError):
    code, http_status = "network.not_plain", 409
    message = "这条报文里有不能传送的字符，或者层级太深，没有发出。请删去不可见字符后再办。"


class UnknownSchema(LookupError):
    """A room sends a kind of message nobody has registered."""


def send(schema: str, body: schemas.Body, *, to: str, key: str = "", at: datetime) -> str:
    """
    Leave a message for another node in this transaction and return its id; messages arrive in the order they were written.

    `key` names what it is about ("case:12"): where one message of a key cannot be read, later ones of it wait behind it.

    :raises MessageTooLarge: no receiver would take it, so it would hold up all that come after it.
    :raises MessageNotPlain: likewise, because of what is in it.
    :raises NodeNotJoined: there is no such node, or it has been suspended or has left.
    :raises UnknownSchema: the kind of message is not registered.
    """
    known = schemas.find(schema)
    if known is None:
        raise UnknownSchema(schema)
    node = Node.objects.filter(code=to, state=NodeState.ACTIVE).first()
    if node is None:
        raise NodeNotJoined(node=to)
    told = body.model_dump(mode="json")
    travels = {"messages": [{"envelope": {"key": key}, "body": told}]}  # as deep as the receiver will find it
    if len(key) > LONGEST["key"] or not is_plain(travels):
        raise MessageNotPlain
    size = len(canonical_json(told))  # which refuses floats: a body has one byte form
    if size > LARGEST:
        raise MessageTooLarge(size=size, most=LARGEST)
    row = Queued.objects.create(node=node, schema=schema, version=known.version, key=key, body=told, created_at=at)
    return str(row.message)


@dataclass
class Outgoing:
    """A batch this worker is sending: nobody else sends to the node before the lease is over."""

    node: Node
    lease_until: datetime
    parcel: calling.Parcel


def begin(node: Node, *, wall: datetime) -> Outgoing | None:
    """Seal the next batch for a node; nothing where none waits, somebody else is at it, or the node is left in peace."""
    stream, _ = Stream.objects.get_or_create(node=node, end=End.OUT)
    waits = Queued.objects.filter(node=node).exists() or stream.acknowledged < stream.sequence
    if not waits or not _claim(stream, wall):
        return None
    try:
        seal(node)
        return Outgoing(node, wall + LEASE, calling.pack(node, next_batch(node), wall=wall))
    except Exception:
        _release(node, wall + LEASE)
        raise


def _claim(stream: Stream, wall: datetime) -> bool:
    free = Q(lease_until=None) | Q(lease_until__lte=wall)
    due = Q(retry_at=None) | Q(retry_at__lte=wall)
    return bool(Stream.objects.filter(free & due, pk=stream.pk).update(lease_until=wall + LEASE))


def renew(outgoing: Outgoing, *, wall: datetime) -> None:
    """Keep a stream for a call that lasts; two workers that send the same after all do no harm, they only waste it."""
    if outgoing.lease_until - wall < LEASE / 2:
        held = Stream.objects.filter(node=outgoing.node, end=End.OUT, lease_until=outgoing.lease_until)
        outgoing.lease_until = wall + LEASE
        held.update(lease_until=outgoing.lease_until)


def _release(node: Node, lease_until: datetime) -> None:
    Stream.objects.filter(node=node, end=End.OUT, lease_until=lease_until).update(lease_until=None)


def finish(outgoing: Outgoing, answer: calling.Answer | calling.NodeAway, *, at: datetime, wall: datetime) -> int:
    """Keep the receipts of a batch, or note that none came; return how many messages are settled now."""
    node = outgoing.node
    try:
        if isinstance(answer, calling.Answer):
            return settle(node, outgoing.parcel.sent, answer, at=at, wall=wall)
        failed(node, at=at, wall=wall, kind=answer.kind, detail=answer.detail)
        return 0
    finally:
        _release(node, outgoing.lease_until)


@transaction.atomic
def seal(node: Node) -> int:
    """Number, chain and sign what has been written for a node, oldest first; return how many."""
    stream = Stream.objects.select_for_update().get(node=node, end=End.OUT)
    rows = list(Queued.objects.filter(node=node).order_by("pk")[:BATCH])
    if not rows:
        return 0
    key, sender = own.signing_key(node), own.node().code
    family = suite_for(key.algorithm)
    sealed = []
    for row in rows:
        envelope = Envelope(
            id=str(row.message),
            schema=row.schema,
            version=row.version,
            key=row.key,
            sender=sender,
            receiver=node.code,
            sequence=stream.sequence + 1,
            created_at=row.created_at.isoformat(),
            previous=stream.digest,
            body=digest_of(row.body, family),
        )
        stream.sequence, stream.digest = envelope.sequence, envelope.digest
        sealed.append(
            Sent(
                id=row.message,
                node=node,
                sequence=envelope.sequence,
                envelope=envelope.told(),
                digest=stream.digest,
                signature=sign_with(key, envelope.signed_bytes),
                body=row.body,
                created_at=row.created_at,
            )
        )
    Sent.objects.bulk_create(sealed)
    Queued.objects.filter(pk__in=[row.pk for row in rows]).delete()
    stream.save(update_fields=["sequence", "digest"])
    return len(rows)


def next_batch(node: Node) -> list[Sent]:
    """Return the sealed messages from the first one without receipt on, as many as one request carries."""
    stream = Stream.objects.get(node=node, end=End.OUT)
    rows = list(Sent.objects.filter(node=node, sequence__gt=stream.acknowledged).order_by("sequence")[:BATCH])
    size, taken = 0, 0
    for row in rows:
        size += len(canonical_json(row.body))
        if taken and size > MOST_BYTES:
            break
        taken += 1
    return rows[:taken]


@transaction.atomic
def settle(node: Node, sent: list[Sent], answer: calling.Answer, *, at: datetime, wall: datetime) -> int:
    """
    Keep the receipts that prove themselves and move on, or back to where the other node says it is.

    Only a first receipt is progress that ends the pauses: a node that goes back again and again is left in peace as well.
    """
    stream = Stream.objects.select_for_update().get(node=node, end=End.OUT)
    keys = {key.key_id: key for key in node.keys.all()}
    standing = set(Receipt.objects.filter(message__in=sent).values_list("message_id", flat=True))
    receipts, before, reached = [], stream.acknowledged, stream.acknowledged
    for row, told in zip(sent, answer.receipts, strict=False):
        if not calling.proves(told, row, keys, own.node().code, at=at):
            incidents.note(node, End.OUT, Trouble.FORGED, f"第 {row.sequence} 号的回执不能证明", at=at)
            break
        if row.pk not in standing:
            receipts.append(Receipt(message=row, receipt=told["receipt"], signature=told["signature"], at=at))
        reached = max(reached, row.sequence)
    Receipt.objects.bulk_create(receipts)
    rewound = answer.expected is not None and answer.expected <= reached
    stream.acknowledged = reached if answer.expected is None or not rewound else max(answer.expected - 1, 0)
    if receipts and not rewound:
        stream.failures = stream.openings = 0
        stream.retry_at, stream.alive_at = None, at
        incidents.over(node, End.OUT, Trouble.AWAY, Trouble.REFUSED, Trouble.CLOCK, at=at)
    stream.save(update_fields=["acknowledged", "failures", "openings", "retry_at", "alive_at"])
    _learn(node, receipts, at=at)
    if rewound:
        failed(node, at=at, wall=wall, kind=Trouble.REWOUND, detail=f"对方要求从第 {answer.expected} 号起重发")
        return 0
    if reached == before:
        failed(node, at=at, wall=wall, kind=Trouble.REFUSED, detail=answer.fault or "对方没有签收")
    return reached - before


def _learn(node: Node, receipts: list[Receipt], *, at: datetime) -> None:
    """Tell whoever sent a kind of message that wants to hear that it has arrived and was understood."""
    for receipt in receipts:
        schema = schemas.find(receipt.message.envelope["schema"])
        if schema is not None and schema.on_receipt is not None and receipt.receipt["understood"]:
            schema.on_receipt(node.code, receipt.message.body, at=at)


@transaction.atomic
def failed(node: Node, *, at: datetime, wall: datetime, kind: Trouble, detail: str) -> None:
    """Leave the node in peace: for seconds at first, and for longer the longer it stays away."""
    stream = Stream.objects.select_for_update().get(node=node, end=End.OUT)
    stream.failures += 1
    if stream.failures >= FAILURES_TO_OPEN:
        stream.retry_at = wall + pause(stream.openings)
        stream.openings += 1
    else:
        stream.retry_at = wall + jitter(timedelta(seconds=2**stream.failures / 4))
    stream.save(update_fields=["failures", "openings", "retry_at"])
    incidents.note(node, End.OUT, kind, detail, at=at)


def waiting(node: Node) -> dict[str, Any]:
    """Return how many messages wait for a node's receipt and since when the oldest does."""
    stream = Stream.objects.filter(node=node, end=End.OUT).first()
    acknowledged = stream.acknowledged if stream else 0
    sealed = Sent.objects.filter(node=node, sequence__gt=acknowledged)
    queued = Queued.objects.filter(node=node)
    first = sealed.order_by("sequence").first() or queued.order_by("pk").first()
    return {"count": sealed.count() + queued.count(), "since": first.created_at if first else None}
