"""
What the sealed record proves, as pure functions: no Django, no network, so that outsiders can run them.

A row's hash has two halves: what was done, and a hash over who did it. Who holds a receipt can so be shown its row
without the acting person's address and ids; a random salt keeps them from being guessed. The rows of a seal are the
leaves of a hash tree (RFC 6962, with SM3): a proof for one row is as long as the tree is high. Rows are numbered by
the seals, without gaps, because the database's own ids skip what was rolled back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from onedoor.platform.kernel.crypto.canonical import canonical_json
from onedoor.platform.kernel.crypto.digests import sm3
from onedoor.platform.kernel.crypto.sealed import Signature, verify
from onedoor.platform.kernel.crypto.suites import TamperedValue

GENESIS = "0" * 64
WHO = (
    "actor_kind",
    "actor_name",
    "login_id",
    "person_id",
    "post_id",
    "organization_id",
    "role",
    "channel",
    "address",
    "device",
    "reason",
    "salt",
)
KeyOf = Callable[[str], bytes | None]


@dataclass(frozen=True)
class Fault:
    """Something that does not hold, and where."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}：{self.problem}"


def who_hash(entry: Mapping[str, Any]) -> str:
    """Return the hash over who acted: from where, in which post, for what reason."""
    return sm3(canonical_json({name: entry[name] for name in WHO})).hex()


def public_part(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was done: all of the row but who did it."""
    return {name: value for name, value in entry.items() if name not in WHO}


def leaf_of(what: Mapping[str, Any], who: str) -> bytes:
    """Return the hash of a row from its two halves."""
    return sm3(b"\0" + canonical_json({**what, "who": who}))


def leaf(entry: Mapping[str, Any]) -> bytes:
    """Return the hash of a whole row: every column, the time in microseconds since 1970."""
    return leaf_of(public_part(entry), who_hash(entry))


# The tree


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over the rows of a seal, in their order."""
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return _node(root_of(leaves[:split]), root_of(leaves[split:]))


def path_to(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the hashes that lead from one row (counted from 0) to the root, the lowest first."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*path_to(index, leaves[:split]), root_of(leaves[split:])]
    return [*path_to(index - split, leaves[split:]), root_of(leaves[:split])]


def root_by_path(one: bytes, *, index: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root a path leads to, or None when it does not fit a tree of `count` rows."""
    if not 0 <= index < count:
        return None
    if count == 1:
        return None if path else one
    if not path:
        return None
    split, sibling = _split(count), path[-1]
    if index < split:
        below = root_by_path(one, index=index, count=split, path=path[:-1])
        return below and _node(below, sibling)
    below = root_by_path(one, index=index - split, count=count - split, path=path[:-1])
    return below and _node(sibling, below)


def _node(left: bytes, right: bytes) -> bytes:
    return sm3(b"\1" + left + right)


def _split(count: int) -> int:
    """Return the largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


# Seals


@dataclass(frozen=True)
class Seal:
    """One link of the chain: which rows, their root, the seal before."""

    number: int
    first_number: int  # of the first row, counted from 1 over all seals
    count: int
    first_id: int
    last_id: int
    root: str
    previous_hash: str
    sealed_at: int  # microseconds since 1970

    @classmethod
    def of(cls, stored: Any) -> Self:
        """Read a seal from an object or mapping that has its fields under the same names."""
        get = stored.__getitem__ if isinstance(stored, Mapping) else lambda name: getattr(stored, name)
        return cls(**{name: get(name) for name in cls.__dataclass_fields__})

    @property
    def content(self) -> bytes:
        """What is hashed, signed and time-stamped."""
        return canonical_json(asdict(self))

    @property
    def hash(self) -> str:
        return sm3(self.content).hex()

    @property
    def numbers(self) -> str:
        return f"第 {self.first_number}–{self.first_number + self.count - 1} 号记录"


def seal_faults(
    seal: Seal, *, stored_hash: str, signature: str, leaves: Sequence[bytes], before: Seal | None, key_of: KeyOf
) -> list[Fault]:
    """Check one seal against its rows and the seal before it (None: there is none, it must be the first)."""
    place, problems = f"第 {seal.number} 号封印", []
    if not follows(seal, before):
        problems.append("与前一个封印不连续")
    if stored_hash != seal.hash:
        problems.append("封印内容被改动")
    if not is_signed(seal.hash, signature, key_of):
        problems.append("封印签名无效")
    if len(leaves) != seal.count or not leaves or root_of(leaves).hex() != seal.root:
        problems.append(f"{seal.numbers}与封印不符")
    return [Fault(place, problem) for problem in problems]


def follows(seal: Seal, before: Seal | None) -> bool:
    """Tell whether a seal is the very next one after another, or the first of all."""
    if before is None:
        expected = (1, 1, 1, GENESIS)
    else:
        expected = (before.number + 1, before.first_number + before.count, before.last_id + 1, before.hash)
    return (seal.number, seal.first_number, seal.first_id, seal.previous_hash) == expected


def is_signed(digest: str, signature: str, key_of: KeyOf) -> bool:
    """Tell whether a hash is signed by a key that `key_of` knows."""
    try:
        parsed = Signature.parse(signature)
        key = key_of(parsed.key_id)
        return key is not None and verify(bytes.fromhex(digest), parsed, public_key=key)
    except (TamperedValue, ValueError):
        return False
