"""Store a checked batch in the order of its stream, before anybody is told that it is here."""

from datetime import datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.network import handing, incidents, key_changes, own, receiving, schemas
from onedoor.platform.network.models import Incoming, Node, Received, Stream
from onedoor.platform.network.receiving import Batch, Checked
from onedoor.platform.network.states import End, Handing, Trouble


@transaction.atomic
def store_batch(*, batch: Batch, actor: Actor, at: datetime) -> bytes:
    """
    Keep what continues the stream and return the answer: a receipt for each message that is stored, now or before.

    What comes too early, does not continue the chain or is another text under a used number is not kept: the answer says
    which number is expected, and the sender goes on from there.
    """
    node = batch.node
    actor.require("network.receive", division=own.node().division)
    Stream.objects.get_or_create(node=node, end=End.IN)
    stream = Stream.objects.select_for_update().get(node=node, end=End.IN)
    began, receipts = stream.sequence, []
    fresh: list[Checked] = []
    trouble = (Trouble.FORGED, batch.forged) if batch.forged else None
    before = _standing(node, batch)
    for checked in batch.messages:
        number = checked.envelope.sequence
        if number <= began:
            old = before.get(number)
            if old is None or old.digest != checked.digest:
                trouble = (Trouble.FORK, f"第 {number} 号与先前收到的不同")
                break
            receipts.append({"receipt": checked.receipt, "signature": checked.receipt_signature})
            continue
        trouble = _misfit(stream, checked, {one.envelope.id for one in fresh}) or trouble
        if trouble and trouble[0] != Trouble.FORGED:
            break
        stream.sequence, stream.digest = number, checked.digest
        fresh.append(checked)
        receipts.append({"receipt": checked.receipt, "signature": checked.receipt_signature})
    _keep(node, fresh, at=at)
    key_changes.used(node, batch.key_id, at=at)
    _settle(stream, trouble, fresh=len(fresh), at=at)
    if fresh:
        audit.record("network.receive", actor=actor, at=at, target=node.target, count=len(fresh), last=stream.sequence)
    return receiving.answer(receipts, expected=stream.sequence + 1, fault=str(trouble[0]) if trouble else "")


def _standing(node: Node, batch: Batch) -> dict[int, Received]:
    numbers = [checked.envelope.sequence for checked in batch.messages]
    return {row.sequence: row for row in Received.objects.filter(node=node, sequence__in=numbers).defer("body")}


def _misfit(stream: Stream, checked: Checked, used: set[str]) -> tuple[Trouble, str] | None:
    """Return what is wrong with a message's place, or nothing."""
    envelope = checked.envelope
    if envelope.sequence > stream.sequence + 1:
        missing = f"缺第 {stream.sequence + 1} 至 {envelope.sequence - 1} 号，已请对方补发"
        return Trouble.GAP, missing
    if envelope.previous != stream.digest:
        return Trouble.CHAIN, f"第 {envelope.sequence} 号接不上第 {stream.sequence} 号"
    if envelope.id in used or Received.objects.filter(pk=envelope.id).exists():
        return Trouble.FORK, f"第 {envelope.sequence} 号用了用过的报文编号"
    return None


def _keep(node: Node, fresh: list[Checked], *, at: datetime) -> None:
    rows, states = [], []
    for checked in fresh:
        envelope: Any = checked.envelope
        row = Received(
            id=envelope.id,
            node=node,
            sequence=envelope.sequence,
            envelope=envelope.told(),
            digest=checked.digest,
            signature=checked.signature,
            body=checked.body,
            receipt=checked.receipt,
            receipt_signature=checked.receipt_signature,
            received_at=at,
        )
        state = Handing.PARKED if checked.fault else Handing.WAITING
        rows.append(row)
        states.append(
            Incoming(
                message=row,
                node=node,
                sequence=envelope.sequence,
                schema=envelope.schema,
                key=envelope.key,
                state=state,
                reason=checked.fault[:200],
            )
        )
    Received.objects.bulk_create(rows)
    Incoming.objects.bulk_create(states)
    for checked in fresh:
        schema = schemas.find(checked.envelope.schema)
        if schema is not None and schema.at_the_door and not checked.fault:
            handing.read_now(node, checked.envelope.sequence, at=at)


def _settle(stream: Stream, trouble: tuple[Trouble, str] | None, *, fresh: int, at: datetime) -> None:
    if fresh:
        stream.alive_at = at
        stream.save(update_fields=["sequence", "digest", "alive_at"])
        incidents.over(stream.node, End.IN, Trouble.GAP, Trouble.CLOCK, at=at)
    if trouble is not None:
        incidents.note(stream.node, End.IN, trouble[0], trouble[1], at=at)
