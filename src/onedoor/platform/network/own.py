"""This node itself: what it is called, where it stands, the keys by which others know it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from onedoor.platform.kernel.calendars import NATION
from onedoor.platform.kernel.crypto import Key, Signature, TamperedValue, canonical_json, keyring, suite_for, verify
from onedoor.platform.network import registers
from onedoor.platform.network.envelopes import Unreadable, is_plain, sign_with
from onedoor.platform.network.models import Node, OwnKey
from onedoor.platform.network.states import Level

PURPOSES = ("signing-node", "signing-nodeintl")
LISTS = {"keys", "owns", "reads"}
FIELDS = {"code", "name", "division", "level", "address", *LISTS}
MOST_KEYS, MOST_REGISTERS, LONGEST_REGISTER = 8, 200, 60


@dataclass(frozen=True)
class OwnNode:
    code: str
    name: str
    division: str
    level: str
    address: str


def node() -> OwnNode:
    """Return what the settings say of this node."""
    division = settings.ONEDOOR_NODE_DIVISION or NATION
    level = settings.ONEDOOR_NODE_LEVEL or (Level.MINISTRY if division == NATION else Level.PROVINCE)
    name = settings.ONEDOOR_NODE_NAME or settings.ONEDOOR_NODE
    return OwnNode(settings.ONEDOOR_NODE, name, division, str(level), settings.ONEDOOR_PUBLIC_URL)


def current_keys() -> list[Key]:
    """Return the newest key of each suite, the one this node prefers first; nodes from before the second have one."""
    ring = keyring()
    found = {key.purpose: key for key in sorted(ring.keys.values(), key=lambda key: key.generation)}
    return [found[purpose] for purpose in PURPOSES if purpose in found]


def signing_key(receiver: Node) -> Key:
    """Return our key for messages to a node: of those it knows, the one known last; the preferred one before it knows any."""
    known = OwnKey.objects.filter(node=receiver).order_by("-pk").values_list("key_id", flat=True)
    keys = keyring().keys
    return next((keys[key_id] for key_id in known if key_id in keys), current_keys()[0])


def know_own_keys(other: Node, *, at: datetime) -> None:
    """Note that a node has our card, and so our keys as they are now; the preferred one is signed with."""
    rows = [OwnKey(node=other, key_id=key.id, since=at) for key in reversed(current_keys())]
    OwnKey.objects.bulk_create(rows, ignore_conflicts=True)


def card() -> str:
    """Return what another node has to know of us, as text to hand over: each key proves that it is ours."""
    own, keys = node(), current_keys()
    public = [{"id": key.id, "algorithm": key.algorithm, "public": key.public.hex()} for key in keys]
    told = {**vars(own), "keys": public, "owns": registers.owned(), "reads": registers.followed()}
    signatures = [sign_with(key, card_bytes(told)) for key in keys]
    return json.dumps({"card": told, "signatures": signatures}, ensure_ascii=False, indent=1)


def card_bytes(told: dict[str, Any]) -> bytes:
    return b"onedoor-node-card\n" + canonical_json(told)


def read_card(text: str) -> dict[str, Any]:
    """
    Return the card of another node once each of its keys has proved itself.

    :raises Unreadable: it is no card, or a signature is not by its key.
    """
    try:
        told = json.loads(text)
        found, signatures = told["card"], told["signatures"]
        good = isinstance(found, dict) and set(found) == FIELDS
        good = good and is_plain(found) and all(isinstance(found[name], str) for name in FIELDS - LISTS)
        good = good and _are_names(found["owns"]) and _are_names(found["reads"])
        if not good or not 1 <= len(found["keys"]) <= MOST_KEYS or len(found["keys"]) != len(signatures):
            raise Unreadable("not a card")
        data = card_bytes(found)
        for key, text_of in zip(found["keys"], signatures, strict=True):
            signature = Signature.parse(text_of)
            named = (signature.key_id, signature.algorithm) == (key["id"], key["algorithm"])
            if not named or not verify(data, signature, public_key=bytes.fromhex(key["public"])):
                raise Unreadable("signature of a key")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, TamperedValue) as error:
        raise Unreadable("not a card") from error
    return dict(found)


def _are_names(told: Any) -> bool:
    if not isinstance(told, list) or len(told) > MOST_REGISTERS:
        return False
    return all(isinstance(name, str) and 0 < len(name) <= LONGEST_REGISTER for name in told)


def fingerprint(public: str) -> str:
    """Return a short form of a public key for two people to compare by telephone: 8 groups of 4."""
    algorithm = suite_for("sm2-sm3")
    digest = algorithm.digest(bytes.fromhex(public)).hex()[:32]
    return " ".join(digest[start : start + 4] for start in range(0, 32, 4))
