"""
A new key of a node: told to every other one under the old key, and used towards each once that one has taken it up.

The news is read in the transaction that stores it, so its receipt says that the new key counts there. The old one counts on
until the new one has been used, and then for as long as the figure says: whatever gets lost on the way, one key counts.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field

from onedoor.platform.kernel.crypto import Key, Signature, TamperedValue, canonical_json, verify
from onedoor.platform.network import figures, own, sending
from onedoor.platform.network.envelopes import sign_with
from onedoor.platform.network.models import Node, NodeKey, OwnKey
from onedoor.platform.network.schemas import Body, Message, NotEntitled, Schema
from onedoor.platform.network.states import NodeState

NAME = "network.key"
CLOCKS_DIFFER = timedelta(days=1)  # a key counts from a little before we heard of it: the other clock may be behind


class NewKey(Body):
    """A public key with its own signature over it, so that nobody passes a stranger's key off as theirs."""

    node: str
    key_id: str = Field(max_length=60)
    algorithm: str = Field(max_length=20)
    public: str = Field(max_length=200)
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
    """Take up a node's new key."""
    body, node = message.body, Node.objects.get(code=message.sender)
    if body.node != node.code:
        raise NotEntitled("这把密钥不是对方的")
    take_up(node, [{"id": body.key_id, "algorithm": body.algorithm, "public": body.public}], at=at)


def take_up(node: Node, keys: Sequence[Mapping[str, str]], *, at: datetime) -> None:
    """Let keys of a node count that have proved themselves; one that is known stays as it is, revoked or not."""
    NodeKey.objects.bulk_create(
        [
            NodeKey(
                node=node,
                key_id=key["id"],
                algorithm=key["algorithm"],
                public=key["public"],
                valid_from=at - CLOCKS_DIFFER,
            )
            for key in keys
        ],
        ignore_conflicts=True,
    )


def drop(node: Node, *, keep: Sequence[str], at: datetime) -> None:
    """Let the keys a node names no more end after the overlap."""
    ends = at + figures.overlap(division=own.node().division, at=at)
    node.keys.filter(valid_to=None).exclude(key_id__in=keep).update(valid_to=ends)


def used(node: Node, key_id: str, *, at: datetime) -> None:
    """Let the keys older than the one a node signs with now end after the overlap: it has shown that it uses the new one."""
    keys = list(node.keys.order_by("pk"))
    newest = next(key for key in keys if key.key_id == key_id)
    older = [
        key.pk for key in keys if key.pk < newest.pk and key.valid_to is None and key.algorithm == newest.algorithm
    ]
    if older:
        NodeKey.objects.filter(pk__in=older).update(valid_to=at + figures.overlap(division=own.node().division, at=at))


def known(node: str, body: Any, *, at: datetime) -> None:
    """Sign with the new key towards a node that has taken it up."""
    OwnKey.objects.get_or_create(node=Node.objects.get(code=node), key_id=body["key_id"], defaults={"since": at})


def _proved(node: str, key_id: str, public: str) -> bytes:
    return b"onedoor-node-key\n" + canonical_json({"node": node, "key_id": key_id, "public": public})


def _unproved(body: NewKey) -> str:
    return "" if _proves(body) else "新密钥不能证明自己。请对方重新更换密钥。"


def _proves(body: NewKey) -> bool:
    try:
        signature, public = Signature.parse(body.proof), bytes.fromhex(body.public)
    except (TamperedValue, ValueError):
        return False
    named = (signature.key_id, signature.algorithm) == (body.key_id, body.algorithm)
    return named and verify(_proved(body.node, body.key_id, body.public), signature, public_key=public)


SCHEMA = Schema(NAME, 1, NewKey, read, obstacle=_unproved, at_the_door=True, on_receipt=known)
