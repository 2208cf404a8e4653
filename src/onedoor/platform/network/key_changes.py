"""
A new key of a node: told to every other one under the old key, and used towards each once that one has signed for the news.

The receiver lets the old key count for as long as the figure says, because what is under way is still signed with it.
"""

from datetime import datetime, timedelta
from typing import Any

from onedoor.platform.kernel.crypto import Key, Signature, TamperedValue, canonical_json, verify
from onedoor.platform.network import figures, own, sending
from onedoor.platform.network.envelopes import sign_with
from onedoor.platform.network.models import Node, NodeKey, OwnKey
from onedoor.platform.network.schemas import Body, Message, Schema
from onedoor.platform.network.states import NodeState

NAME = "network.key"
CLOCKS_DIFFER = timedelta(days=1)  # a key counts from a little before we heard of it: the other clock may be behind


class NewKey(Body):
    """A public key with its own signature over it, so that nobody passes a stranger's key off as theirs."""

    node: str
    key_id: str
    algorithm: str
    public: str
    proof: str


def tell(key: Key, *, at: datetime) -> int:
    """Tell every joined node of a new key of ours; return how many there are."""
    node = own.node().code
    public = key.public.hex()
    proof = sign_with(key, _proved(node, key.id, public))
    body = NewKey(node=node, key_id=key.id, algorithm=key.algorithm, public=public, proof=proof)
    told = Node.objects.filter(state=NodeState.ACTIVE).order_by("pk")
    for other in told:
        sending.send(NAME, body, to=other.code, key="network.key", at=at)
    return len(told)


def read(message: Message, *, at: datetime) -> None:
    """Take up a node's new key; the older ones of its algorithm family count for the overlap and no longer."""
    body, node = message.body, Node.objects.get(code=message.sender)
    if body.node != node.code or not _proves(body):
        raise ValueError("the new key does not prove itself")
    if node.keys.filter(key_id=body.key_id).exists():
        return
    ends = at + figures.overlap(division=own.node().division, at=at)
    international = body.key_id.startswith("nodeintl")
    for old in node.keys.filter(valid_to=None):
        if old.key_id.startswith("nodeintl") == international:
            NodeKey.objects.filter(pk=old.pk).update(valid_to=ends)
    valid_from = at - CLOCKS_DIFFER
    NodeKey.objects.create(
        node=node, key_id=body.key_id, algorithm=body.algorithm, public=body.public, valid_from=valid_from
    )


def known(node: str, body: Any, *, at: datetime) -> None:
    """Sign with the new key towards a node that has signed for the news of it."""
    OwnKey.objects.get_or_create(node=Node.objects.get(code=node), key_id=body["key_id"], defaults={"since": at})


def _proved(node: str, key_id: str, public: str) -> bytes:
    return b"onedoor-node-key\n" + canonical_json({"node": node, "key_id": key_id, "public": public})


def _proves(body: NewKey) -> bool:
    try:
        signature, public = Signature.parse(body.proof), bytes.fromhex(body.public)
    except (TamperedValue, ValueError):
        return False
    named = (signature.key_id, signature.algorithm) == (body.key_id, body.algorithm)
    return named and verify(_proved(body.node, body.key_id, body.public), signature, public_key=public)


SCHEMA = Schema(NAME, 1, NewKey, read, on_receipt=known)
