"""
The node's own keys, one small file each, in a directory outside the database (settings.ONEDOOR_KEYS_DIR).

File names say purpose and generation: `data-1.json`, `index-1.json`, `signing-issuer-1.json`. The highest generation is
current; older ones stay, or what they encrypted and signed can no longer be read. Losing the directory loses the data:
it is part of the backup, kept apart from the database's.
"""

import json
import os
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from time import time_ns

from onedoor.platform.kernel.crypto.digests import sm3
from onedoor.platform.kernel.crypto.suites import Suite, suite, suite_for

SIGNER_NAMES = ("platform", "issuer", "node")  # receipts and seals · certificates · messages to other nodes
# Always of the international suite: certificates for systems, and messages to nodes, that know no SM2
INTERNATIONAL_SIGNERS = ("credential", "nodeintl")
UNSETTLED = 100_000_000  # nanoseconds
FILE_NAME = re.compile(r"^(data|digest|index|signing-[a-z]+)-(\d+)\.json$")


class MissingKeys(Exception):
    """The keys directory lacks a key of this purpose: it was never filled, or is not the directory of this node."""


class UnknownKey(LookupError):
    """A value names a key that is not in the keys directory."""


@dataclass(frozen=True)
class Key:
    id: str
    purpose: str  # "data", "digest", "index" or "signing-<name>"
    generation: int
    algorithm: str
    secret: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        return suite_for(self.algorithm).public_key_of(self.secret)


@dataclass(frozen=True)
class Keyring:
    """All keys of one directory, as they were when it was read."""

    directory: Path
    keys: dict[str, Key] = field(repr=False)

    def current(self, purpose: str) -> Key:
        """
        Return the newest key of a purpose: "data", "digest", "signing-issuer".

        :raises MissingKeys: there is none.
        """
        try:
            return self._newest[purpose]
        except KeyError:
            raise MissingKeys(f"no {purpose} key in {self.directory}") from None

    @cached_property
    def _newest(self) -> dict[str, Key]:
        return {key.purpose: key for key in sorted(self.keys.values(), key=lambda key: key.generation)}

    @cached_property
    def index_keys(self) -> tuple[Key, ...]:
        """
        The keys of the blind indexes, the older first: one, or two while the key is changed (`kernel.blind`).

        :raises MissingKeys: there is none.
        """
        keys = [key for key in self.keys.values() if key.purpose == "index"]
        if not keys:
            raise MissingKeys(f"no index key in {self.directory}")
        return tuple(sorted(keys, key=lambda key: key.generation))

    @property
    def searching(self) -> Key:
        """The index key under which every row is found."""
        return self.index_keys[0]

    @property
    def hashing(self) -> Key:
        """The key of digests that are compared, not searched for people by; older nodes use their first index key."""
        return self._newest.get("digest") or self.index_keys[0]

    def signer(self, name: str) -> Key:
        return self.current(f"signing-{name}")


def keyring() -> Keyring:
    """
    Return the keyring of settings.ONEDOOR_KEYS_DIR; read again as soon as a file comes or goes there.

    So a key added by one process is current in all others at their next value, without a restart.
    """
    directory = keys_directory()
    try:
        changed = directory.stat().st_mtime_ns
    except FileNotFoundError:
        return Keyring(directory, {})
    if abs(time_ns() - changed) < UNSETTLED:  # two changes in one tick of the file system's clock look like one
        return Keyring(directory, _load(directory))
    return _read(directory, changed)


def find_key(key_id: str, *, purpose: str) -> Key:
    """
    Return the key a stored value names.

    :raises UnknownKey: it is not here, or serves another purpose.
    """
    key = keyring().keys.get(key_id)
    if key is None or key.purpose.partition("-")[0] != purpose:
        raise UnknownKey(f"{purpose} key {key_id!r}")
    return key


def keys_directory() -> Path:
    # Imported late: settings modules themselves may create keys with the functions below.
    from django.conf import settings

    directory = getattr(settings, "ONEDOOR_KEYS_DIR", "var/keys")
    return directory if isinstance(directory, Path) else Path(directory)  # asked thousands of times a second


def create_missing_keys(
    directory: Path | str, *, suite_name: str = "sm", signers: Iterable[str] = SIGNER_NAMES
) -> list[str]:
    """
    Fill the directory with a first key of each purpose that has none, files readable by the owner only.

    Safe to run again and by several processes at once; returns the ids of the keys made by this call.
    """
    # imported here: that module asks this one where the keys are
    from onedoor.platform.kernel.crypto.document_signer import create_missing_document_signer
    from onedoor.platform.kernel.crypto.web_push import create_missing_push_signer

    wanted = ["data", "digest", "index", *(f"signing-{name}" for name in signers)]
    present = {key.purpose for key in _load(Path(directory)).values()}
    if "index" in present:  # a node from before it was a key of its own, see `Keyring.hashing`
        wanted.remove("digest")
    families = dict.fromkeys(wanted, suite(suite_name))
    families |= {f"signing-{name}": suite("intl") for name in INTERNATIONAL_SIGNERS}
    made = [_write(Path(directory), purpose, 1, one) for purpose, one in families.items() if purpose not in present]
    create_missing_document_signer(Path(directory))
    create_missing_push_signer(Path(directory))
    return [key.id for key in made if key is not None]


def add_key(directory: Path | str, purpose: str, *, suite_name: str = "sm") -> Key:
    """
    Add a newer key of a purpose ("data", "signing-issuer" …) and make it current; older ones remain for old values.

    All processes that share the directory use it at once; where machines have copies of it, the file has to be on every
    machine before any of them writes. Old values are then encrypted again (`rotation`).

    A second index key begins the change of the blind indexes (`kernel.blind`).

    :raises ValueError: there are two index keys already.
    """
    if purpose == "index":
        _make_room_for_index_key(Path(directory))
    key = None
    while key is None:  # another process took the generation: take the next
        folders = Path(directory), Path(directory) / "retired"
        taken = [key.generation for one in folders for key in _load(one).values() if key.purpose == purpose]
        key = _write(Path(directory), purpose, max(taken, default=0) + 1, suite(suite_name))
    return key


def exposed_key_files(directory: Path | str) -> list[Path]:
    """Return the key files that others than their owner may read; empty on systems without such permissions."""
    if os.name == "nt":
        return []
    return sorted(path for path in Path(directory).glob("*.json") if path.stat().st_mode & 0o077)


def retire_key(directory: Path | str, key_id: str) -> Path:
    """
    Move an old data or index key out of use, into `retired/`: it is not deleted, older backups still need it.

    Only after it is proved that no value needs it any more (`rotation`, `blind`).

    :raises UnknownKey: there is no such data or index key.
    :raises ValueError: it is the current one.
    """
    keys = _load(Path(directory))
    key = keys.get(key_id)
    if key is None or key.purpose not in ("data", "index"):
        raise UnknownKey(f"data or index key {key_id!r}")
    if key == Keyring(Path(directory), keys).current(key.purpose):
        raise ValueError("the current key cannot be retired")
    name = f"{key.purpose}-{key.generation}.json"
    target = Path(directory) / "retired"
    target.mkdir(mode=0o700, exist_ok=True)
    os.replace(Path(directory) / name, target / name)
    return target / name


@lru_cache(maxsize=8)
def _read(directory: Path, changed: int) -> Keyring:
    return Keyring(directory, _load(directory))


def _load(directory: Path) -> dict[str, Key]:
    keys = {}
    for path in directory.glob("*.json"):
        match = FILE_NAME.match(path.name)
        if match is None:
            continue
        content = json.loads(path.read_text(encoding="utf-8"))
        key = Key(
            id=content["id"],
            purpose=match[1],
            generation=int(match[2]),
            algorithm=content["algorithm"],
            secret=b64decode(content["secret"]),
        )
        keys[key.id] = key
    return keys


def _make_room_for_index_key(directory: Path) -> None:
    """Let digests go on under the first index key, as a key of their own, where they still hang on it."""
    ring = Keyring(directory, _load(directory))
    if len(ring.index_keys) > 1:
        raise ValueError("the index key is being changed already")
    if "digest" not in ring._newest:
        first = ring.searching
        _put(directory, replace(_new_key("digest", 1, suite("sm")), secret=first.secret))


def _write(directory: Path, purpose: str, generation: int, family: Suite) -> Key | None:
    """Make and write this generation of a purpose; None when another process was faster."""
    return _put(directory, _new_key(purpose, generation, family))


def _put(directory: Path, key: Key) -> Key | None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = {"id": key.id, "algorithm": key.algorithm, "secret": b64encode(key.secret).decode()}
    unfinished = directory / f".{secrets.token_hex(8)}"
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, directory / f"{key.purpose}-{key.generation}.json")  # unlike rename, never replaces a key
    except FileExistsError:
        return None
    finally:
        unfinished.unlink()
    return key


def _new_key(purpose: str, generation: int, family: Suite) -> Key:
    # Ids are unlike those of any other node: a value restored beside the wrong keys fails by name, not as tampered.
    if purpose.startswith("signing-"):
        pair = family.new_key_pair()
        name = purpose.removeprefix("signing-")
        key_id = f"{name}{generation}-{sm3(pair.public)[:6].hex()}"
        return Key(key_id, purpose, generation, family.signature_algorithm, pair.private)
    key_id = f"{'h' if purpose == 'digest' else purpose[0]}{generation}-{secrets.token_hex(3)}"
    if purpose in ("digest", "index"):
        return Key(key_id, purpose, generation, "hmac-sm3", secrets.token_bytes(32))
    return Key(key_id, purpose, generation, family.cipher_algorithm, family.new_cipher_key())
