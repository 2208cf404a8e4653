"""The call from one node to another: a signed batch there, signed receipts back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import httpx

from onedoor.platform.kernel.crypto import Key, Signature, TamperedValue, canonical_json, suite_for, verify
from onedoor.platform.network import own
from onedoor.platform.network.envelopes import Envelope, batch_bytes, receipt_bytes, sign_with, signed_with
from onedoor.platform.network.models import Node, NodeKey, Sent
from onedoor.platform.network.states import Trouble

PATH, SIGNATURE = "/hooks/network/", "X-OneDoor-Signature"
TIMEOUT = httpx.Timeout(10.0, connect=3.0)
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


@lru_cache(maxsize=1)
def client() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT, limits=httpx.Limits(max_keepalive_connections=8), trust_env=False)


def post(node: Node, sent: list[Sent], *, wall: datetime) -> Answer:
    """:raises NodeAway: no answer, none that can be read, or a refusal of the whole."""
    key = own.signing_key(node)
    messages = [{"envelope": row.envelope, "body": row.body, "signature": _signature(row, key)} for row in sent]
    told = {"sender": own.node().code, "receiver": node.code, "sent_at": wall.isoformat(), "messages": messages}
    body = canonical_json(told)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        SIGNATURE: sign_with(key, batch_bytes(body, suite_for(key.algorithm))),
    }
    try:
        answer = client().post(node.address.rstrip("/") + PATH, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NodeAway(Trouble.AWAY, type(error).__name__) from error
    if len(answer.content) > LARGEST_ANSWER or answer.status_code >= 500:
        raise NodeAway(Trouble.AWAY, f"对方答复 {answer.status_code}")
    return read(answer.status_code, answer.content)


def _signature(row: Sent, key: Key) -> str:
    """Return the signature of a sealed message by the key the receiver knows now: what waited for a key is signed anew."""
    if signed_with(row.signature) == key.id:
        return row.signature
    return sign_with(key, Envelope(**row.envelope).signed_bytes)


def read(status: int, content: bytes) -> Answer:
    """:raises NodeAway: it is no answer, or a refusal of the whole batch."""
    try:
        told = json.loads(content)
        if status != 200:
            code = str(told["code"])[:40]
            raise NodeAway(KINDS.get(code, Trouble.REFUSED), f"对方拒收：{code}")
        receipts, expected = told["receipts"], told["expected"]
        good = isinstance(receipts, list) and all(set(one) == {"receipt", "signature"} for one in receipts)
        if not good or not (expected is None or isinstance(expected, int)):
            raise ValueError("not an answer")
        return Answer(receipts, expected, str(told.get("fault", ""))[:100])
    except (ValueError, KeyError, TypeError) as error:
        raise NodeAway(Trouble.AWAY, f"对方的答复不能识别（{status}）") from error


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
