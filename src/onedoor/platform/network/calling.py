"""The call from one node to another: a signed batch there, signed receipts back."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import httpx

from onedoor.platform.kernel.crypto import Key, Signature, TamperedValue, canonical_json, suite_for, verify
from onedoor.platform.network import own
from onedoor.platform.network.envelopes import (
    Envelope,
    ReceiptNote,
    batch_bytes,
    is_plain,
    receipt_bytes,
    sign_with,
    signed_with,
)
from onedoor.platform.network.models import Node, NodeKey, Sent
from onedoor.platform.network.states import Trouble

PATH, SIGNATURE = "/hooks/network/", "X-OneDoor-Signature"
TIMEOUT = httpx.Timeout(10.0, connect=3.0)
LONGEST_CALL = 30.0  # seconds from its beginning to the last byte of the answer, however slowly they drip
LARGEST_ANSWER = 1_000_000
KINDS = {"clock": Trouble.CLOCK}


class NodeAway(Exception):
    """The other node does not answer, or refuses the whole batch."""

    def __init__(self, kind: Trouble, detail: str) -> None:
        self.kind, self.detail = kind, detail
        super().__init__(detail)


@dataclass(frozen=True)
class Answer:
    """What the receiver says: receipts in the order of the batch, which number it wants next, why it took no more."""

    receipts: list[dict[str, Any]]
    expected: int | None
    fault: str


@dataclass(frozen=True)
class Parcel:
    """A batch ready for the wire, so that a thread can send it that never asks the database."""

    node: Node
    sent: list[Sent]
    wall: datetime
    body: bytes
    signature: str


@lru_cache(maxsize=1)
def client() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT, limits=httpx.Limits(max_keepalive_connections=32), trust_env=False)


def pack(node: Node, sent: list[Sent], *, wall: datetime) -> Parcel:
    """Sign a batch as a whole, and anew what in it was sealed with another key than the receiver knows now."""
    key = own.signing_key(node)
    messages = [{"envelope": row.envelope, "body": row.body, "signature": _signature(row, key)} for row in sent]
    told = {"sender": own.node().code, "receiver": node.code, "sent_at": wall.isoformat(), "messages": messages}
    body = canonical_json(told)
    return Parcel(node, sent, wall, body, sign_with(key, batch_bytes(body, suite_for(key.algorithm))))


def post(parcel: Parcel) -> Answer:
    """:raises NodeAway: no answer, none that can be read or comes to an end, or a refusal of the whole."""
    headers = {"Content-Type": "application/json; charset=utf-8", SIGNATURE: parcel.signature}
    url, content = parcel.node.address.rstrip("/") + PATH, b""
    give_up = time.monotonic() + LONGEST_CALL
    try:
        with client().stream("POST", url, content=parcel.body, headers=headers) as answer:
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > LARGEST_ANSWER or time.monotonic() > give_up:
                    raise NodeAway(Trouble.AWAY, "对方的答复太长或太慢")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NodeAway(Trouble.AWAY, type(error).__name__) from error
    if answer.status_code >= 500:
        raise NodeAway(Trouble.AWAY, f"对方答复 {answer.status_code}")
    return read(answer.status_code, content)


def _signature(row: Sent, key: Key) -> str:
    """Return the signature of a sealed message by the key the receiver knows now: what waited for a key is signed anew."""
    if signed_with(row.signature) == key.id:
        return row.signature
    return sign_with(key, Envelope(**row.envelope).signed_bytes)


def read(status: int, content: bytes) -> Answer:
    """:raises NodeAway: it is no answer, or a refusal of the whole batch."""
    try:
        told = json.loads(content)
        if not is_plain(told):
            raise ValueError("what no database can hold")
        if status != 200:
            code = str(told["code"])[:40]
            raise NodeAway(KINDS.get(code, Trouble.REFUSED), f"对方拒收：{code}")
        receipts, expected = told["receipts"], told["expected"]
        good = isinstance(receipts, list) and all(_is_receipt(one) for one in receipts)
        if not good or not (expected is None or isinstance(expected, int)):
            raise ValueError("not an answer")
        return Answer(receipts, expected, str(told.get("fault", ""))[:100])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NodeAway(Trouble.AWAY, f"对方的答复不能识别（{status}）") from error


def _is_receipt(told: Any) -> bool:
    """Tell whether something has the form of a signed receipt; a newer node may say more in it."""
    if not isinstance(told, dict) or set(told) != {"receipt", "signature"} or not isinstance(told["signature"], str):
        return False
    return isinstance(told["receipt"], dict) and set(told["receipt"]) >= set(ReceiptNote.__dataclass_fields__)


def proves(told: Mapping[str, Any], row: Sent, keys: Mapping[str, NodeKey], sender: str, *, at: datetime) -> bool:
    """Tell whether a receipt that comes now is the receiver's signed word about this very message."""
    receipt = told["receipt"]
    try:
        signature = Signature.parse(told["signature"])
        same = (receipt["id"], receipt["sequence"], receipt["digest"]) == (str(row.pk), row.sequence, row.digest)
        named = (receipt["sender"], receipt["receiver"]) == (sender, row.envelope["receiver"])
        key = keys[signature.key_id]
        if not same or not named or key.algorithm != signature.algorithm or not key.counts(at):
            return False
        return verify(receipt_bytes(receipt), signature, public_key=bytes.fromhex(key.public))
    except (TamperedValue, KeyError, TypeError, ValueError):
        return False
