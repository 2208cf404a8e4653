"""
Take a batch of another node apart and check all that can be checked without the database being locked.

What is good is handed to `operations.store_batch`, which looks at the order and writes. The receipt of a message says that
it is stored: it is signed here and leaves only after the commit.

A signature counts if its key counts now, whenever the message was written: the sender signs anew what waited while its key
changed, so that no key, run out or revoked, blocks a stream for good.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onedoor.platform.kernel.crypto import Key, Signature, TamperedValue, canonical_json, verify
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.network import figures, own, schemas
from onedoor.platform.network.envelopes import (
    Envelope,
    ReceiptNote,
    Unreadable,
    batch_bytes,
    family_of,
    is_digest_of,
    is_plain,
    receipt_bytes,
    sign_with,
    signed_with,
)
from onedoor.platform.network.models import Node, NodeKey, Received
from onedoor.platform.network.states import NodeState

MOST_MESSAGES = 200


class BatchUnreadable(OneDoorError):
    code, http_status, message = "network.unreadable", 400, "收到的不是一批报文，请对方核对程序版本。"


class BatchRefused(OneDoorError):
    code, http_status, message = "network.refused", 401, "报文没有通过核对：{why}。"


class ClockApart(OneDoorError):
    code, http_status, message = "network.clock", 409, "两个节点的时钟相差太大，请双方核对时间。"


@dataclass(frozen=True)
class Checked:
    """A message whose signature and body are good, with the receipt that says so once it is stored."""

    envelope: Envelope
    digest: str
    signature: str
    body: Any
    receipt: dict[str, Any]
    receipt_signature: str
    fault: str  # why it cannot be read here; it is kept all the same


@dataclass(frozen=True)
class Batch:
    node: Node
    key_id: str  # of the key the batch is signed with
    messages: list[Checked]
    forged: str  # of the first message that was not good: it and what comes after it is not here


def check_batch(*, body: bytes, signature: str, at: datetime, wall: datetime) -> Batch:
    """
    Return what of a batch can be stored.

    :raises BatchUnreadable: it is no batch, or holds what no message may.
    :raises BatchRefused: it is not from an active node, not for us, or not signed by a key that counts.
    :raises ClockApart: it was sent at a moment too far from ours.
    """
    try:
        told = json.loads(body)
        sender, receiver, messages = told["sender"], told["receiver"], told["messages"]
        sent_at = datetime.fromisoformat(told["sent_at"])
        if not isinstance(messages, list) or len(messages) > MOST_MESSAGES or sent_at.tzinfo is None:
            raise Unreadable("batch")
        if not isinstance(sender, str) or not is_plain(told):
            raise Unreadable("batch")
        family = family_of(signature)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BatchUnreadable from None
    node = Node.objects.filter(code=sender, state=NodeState.ACTIVE).first()
    if node is None or receiver != own.node().code:
        raise BatchRefused(why="节点没有联通")
    keys = {key.key_id: key for key in node.keys.all()}
    if not _signed(signature, batch_bytes(body, family), keys, when=at):
        raise BatchRefused(why="签名不符")
    if abs(wall - sent_at) > figures.skew(division=own.node().division, at=at):
        raise ClockApart
    return _read(node, signed_with(signature), messages, keys, at=at)


def _read(node: Node, key_id: str, messages: list[Any], keys: Mapping[str, NodeKey], *, at: datetime) -> Batch:
    key, good = own.signing_key(node), []
    known = _receipts(messages)
    for told in messages:
        try:
            good.append(_message(node, told, keys, key, known, at=at))
        except (Unreadable, KeyError, TypeError) as error:
            return Batch(node, key_id, good, str(error)[:100] or type(error).__name__)
    return Batch(node, key_id, good, "")


def _receipts(messages: list[Any]) -> dict[str, Received]:
    """Return those that have been received before, by id: they get their old receipt."""
    ids = [one["envelope"]["id"] for one in messages if _has_id(one)]
    return {str(row.pk): row for row in Received.objects.filter(pk__in=ids)}


def _has_id(told: Any) -> bool:
    try:
        return bool(Envelope.read(told["envelope"]))
    except (Unreadable, KeyError, TypeError):
        return False


def _message(
    node: Node, told: Any, keys: Mapping[str, NodeKey], key: Key, known: Mapping[str, Received], *, at: datetime
) -> Checked:
    """:raises Unreadable: it is no message of this node for us, or somebody has changed it."""
    if set(told) != {"envelope", "body", "signature"}:
        raise Unreadable("fields of a message")
    envelope, body, signature = Envelope.read(told["envelope"]), told["body"], told["signature"]
    if (envelope.sender, envelope.receiver) != (node.code, own.node().code):
        raise Unreadable("sender or receiver")
    if not is_digest_of(envelope.body, body):
        raise Unreadable("digest of the body")
    if not _signed(signature, envelope.signed_bytes, keys, when=at):
        raise Unreadable("signature")
    digest, before = envelope.digest, known.get(envelope.id)
    if before is not None and before.digest == digest:
        return Checked(envelope, digest, signature, body, before.receipt, receipt_again(before, key), "")
    fault = schemas.fault(envelope.schema, envelope.version, body)
    note = ReceiptNote(
        id=envelope.id,
        sender=envelope.sender,
        receiver=envelope.receiver,
        sequence=envelope.sequence,
        digest=digest,
        received_at=at.isoformat(),
        understood=not fault,
    )
    return Checked(envelope, digest, signature, body, note.told(), sign_with(key, note.signed_bytes), fault)


def receipt_again(before: Received, key: Key) -> str:
    """Return the signature under a receipt we gave before: the same, or by the key the sender knows now."""
    if signed_with(before.receipt_signature) == key.id:
        return before.receipt_signature
    return sign_with(key, receipt_bytes(before.receipt))


def _signed(signature: str, data: bytes, keys: Mapping[str, NodeKey], *, when: datetime) -> bool:
    try:
        told = Signature.parse(signature)
        key = keys[told.key_id]
    except (TamperedValue, KeyError, AttributeError):
        return False
    if told.algorithm != key.algorithm or not key.counts(when):
        return False
    return verify(data, told, public_key=bytes.fromhex(key.public))


def answer(receipts: list[dict[str, Any]], *, expected: int, fault: str) -> bytes:
    """Return what the sender is told."""
    return canonical_json({"receipts": receipts, "expected": expected, "fault": fault})


def refusal(code: str) -> bytes:
    """Return what the sender of a refused batch is told: the last word of the code, and nothing about us."""
    return canonical_json({"code": code.rpartition(".")[2]})
