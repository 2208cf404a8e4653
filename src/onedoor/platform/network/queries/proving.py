"""Whether a stream can be proved from its first message on: numbers, chain, signatures, receipts, bodies that are still here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from onedoor.platform.kernel.crypto import Signature, TamperedValue, UnknownKey, public_key, verify
from onedoor.platform.network.envelopes import Envelope, Unreadable, is_digest_of, receipt_bytes
from onedoor.platform.network.models import Node, NodeKey, Received, Sent
from onedoor.platform.network.states import End

MOST_FAULTS = 100


@dataclass
class Proof:
    """What came of walking one stream: how many messages it has and what is wrong with which."""

    messages: int = 0
    receipts: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, sequence: int, what: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(f"第 {sequence} 号：{what}")


def prove(node: Node, end: End) -> Proof:
    """Walk a stream from its beginning and check all of it with nothing but its rows and the keys."""
    keys = {key.key_id: key for key in node.keys.all()}
    proof, previous, number = Proof(), "", 0
    for row in _rows(node, end):
        number += 1
        proof.messages += 1
        if row.sequence != number:
            proof.fault(row.sequence, f"前面缺 {row.sequence - number} 条")
            number = row.sequence
        came_at = row.received_at if end == End.IN else row.created_at
        what = _fault(row, previous, keys if end == End.IN else None, came_at)
        if what:
            proof.fault(row.sequence, what)
        previous = row.digest
        receipt = _receipt(row, end)
        if receipt is not None:
            proof.receipts += 1
            if not _receipt_proves(receipt, row, keys if end == End.OUT else None):
                proof.fault(row.sequence, "回执不能证明")
    return proof


def _rows(node: Node, end: End) -> Iterator[Any]:
    if end == End.OUT:
        rows: Any = Sent.objects.filter(node=node).select_related("receipt")
    else:
        rows = Received.objects.filter(node=node)
    yield from rows.order_by("sequence").iterator(chunk_size=500)


def _receipt(row: Any, end: End) -> tuple[Mapping[str, Any], str, datetime] | None:
    if end == End.IN:
        return row.receipt, row.receipt_signature, row.received_at
    given = getattr(row, "receipt", None)
    return (given.receipt, given.signature, given.at) if given is not None else None


def _fault(row: Any, previous: str, keys: Mapping[str, NodeKey] | None, came_at: datetime) -> str:
    """Return what is wrong with one message; without `keys` it has to be signed by us."""
    try:
        envelope = Envelope.read(dict(row.envelope))
    except Unreadable:
        return "信封不完整"
    if (envelope.sequence, envelope.id) != (row.sequence, str(row.pk)) or envelope.digest != row.digest:
        return "信封被改动"
    if envelope.previous != previous:
        return "接不上前一条"
    if row.body is not None and not is_digest_of(envelope.body, row.body):
        return "内容被改动"
    return "" if _signed(row.signature, envelope.signed_bytes, keys, came_at) else "签名不符"


def _receipt_proves(
    told: tuple[Mapping[str, Any], str, datetime], row: Any, keys: Mapping[str, NodeKey] | None
) -> bool:
    receipt, signature, came_at = told
    if (receipt["id"], receipt["sequence"], receipt["digest"]) != (str(row.pk), row.sequence, row.digest):
        return False
    return _signed(signature, receipt_bytes(receipt), keys, came_at)


def _signed(text: str, data: bytes, keys: Mapping[str, NodeKey] | None, when: datetime) -> bool:
    try:
        signature = Signature.parse(text)
        if keys is None:
            return verify(data, signature, public_key=public_key(signature.key_id))
        key = keys[signature.key_id]
    except (TamperedValue, UnknownKey, KeyError):
        return False
    return key.counts(when) and verify(data, signature, public_key=bytes.fromhex(key.public))
