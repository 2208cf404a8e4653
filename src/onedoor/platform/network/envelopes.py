"""
What goes over the wire between nodes, and how anybody checks it: pure functions of bytes and keys.

An envelope binds a message to its place: who to whom, which number of their stream, the digest of the envelope before it,
the digest of the body. Its canonical JSON (RFC 8785) is what is signed. A receipt binds the receiver in the same way.

The chain is over envelopes without their signatures, in the digests the envelope names: so what waits while a key changes is
signed anew with the next one, of either suite, and nothing behind it changes.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from onedoor.platform.kernel.crypto import Signature, Suite, TamperedValue, UnknownAlgorithm, canonical_json, suite_for
from onedoor.platform.kernel.crypto import suite as suite_named
from onedoor.platform.kernel.crypto.keys import Key
from onedoor.platform.kernel.crypto.sealed import encode

DIGESTS = {"sm3": "sm", "sha256": "intl"}
DEEPEST = 32  # lists and objects inside each other
LONGEST = {"schema": 60, "key": 80, "sender": 40, "receiver": 40, "previous": 80, "body": 80}


class Unreadable(ValueError):
    """Something that came over the wire is no envelope, receipt or batch."""


def is_plain(value: Any) -> bool:
    """Tell whether every database and every reader can take this: no NUL, no half of a character, not nested too deep."""
    level, depth = [value], 0
    while level and depth <= DEEPEST:
        inner: list[Any] = []
        for one in level:
            if isinstance(one, str) and not _is_text(one):
                return False
            if isinstance(one, dict):
                inner += [*one.keys(), *one.values()]
            elif isinstance(one, list | tuple):
                inner += one
        level, depth = inner, depth + 1
    return not level


def _is_text(value: str) -> bool:
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


@dataclass(frozen=True)
class Envelope:
    id: str
    schema: str
    version: int
    key: str
    sender: str
    receiver: str
    sequence: int
    created_at: str
    previous: str  # the digest of the envelope before; "" for the first
    body: str  # the digest of the body

    def told(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def signed_bytes(self) -> bytes:
        return b"onedoor-message\n" + canonical_json(self.told())

    @property
    def created(self) -> datetime:
        return datetime.fromisoformat(self.created_at)

    @property
    def digest(self) -> str:
        """The digest of the envelope, by the algorithm the digest of its body names."""
        return digest_of(self.told(), suite_named(DIGESTS[self.body.partition(":")[0]]))

    @classmethod
    def read(cls, told: Any) -> Self:
        """:raises Unreadable: a field is missing, too many, or not what it has to be."""
        if not isinstance(told, dict) or set(told) != set(cls.__dataclass_fields__):
            raise Unreadable("not the fields of an envelope")
        for name, kind in cls.__annotations__.items():
            value = told[name]
            if type(value) is not kind:
                raise Unreadable(name)
            if isinstance(value, str) and len(value) > LONGEST.get(name, 40):
                raise Unreadable(name)
        found = cls(**told)
        if found.body.partition(":")[0] not in DIGESTS:
            raise Unreadable("digest of the body")
        if not 1 <= found.sequence < 1 << 62 or not 1 <= found.version < 1 << 15:
            raise Unreadable("number out of range")
        try:
            if str(UUID(found.id)) != found.id or found.created.tzinfo is None:
                raise Unreadable("id or time")
        except ValueError:
            raise Unreadable("id or time") from None
        return found


def digest_of(value: Any, family: Suite) -> str:
    """Return "sm3:…" or "sha256:…" over the canonical JSON of a value."""
    return f"{family.digest_algorithm}:{family.digest(canonical_json(value)).hex()}"


def is_digest_of(digest: str, value: Any) -> bool:
    """Tell whether a digest that names its algorithm is the value's."""
    name = DIGESTS.get(digest.partition(":")[0])
    return name is not None and digest_of(value, suite_named(name)) == digest


def sign_with(key: Key, data: bytes) -> str:
    """Return the signature by this key as text, with its algorithm and key id."""
    return Signature(key.algorithm, key.id, encode(suite_for(key.algorithm).sign(key.secret, data))).as_text()


def signed_with(signature: str) -> str:
    """Return the id of the key a signature names; "" where it is none."""
    try:
        return Signature.parse(signature).key_id
    except TamperedValue:
        return ""


def family_of(signature: str) -> Suite:
    """:raises Unreadable: the text is no signature of an algorithm we know."""
    try:
        return suite_for(Signature.parse(signature).algorithm)
    except (TamperedValue, UnknownAlgorithm):
        raise Unreadable("signature") from None


@dataclass(frozen=True)
class ReceiptNote:
    """What a receiver says of a message it has stored."""

    id: str
    sender: str
    receiver: str
    sequence: int
    digest: str
    received_at: str
    understood: bool  # false: kept, but its kind or version is not known there yet

    def told(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def signed_bytes(self) -> bytes:
        return receipt_bytes(self.told())


def receipt_bytes(told: Mapping[str, Any]) -> bytes:
    return b"onedoor-receipt\n" + canonical_json(dict(told))


def batch_bytes(body: bytes, family: Suite) -> bytes:
    """Return what the sender of a batch signs: the whole of it, and so the moment it was sent."""
    return b"onedoor-batch\n" + family.digest(body)
