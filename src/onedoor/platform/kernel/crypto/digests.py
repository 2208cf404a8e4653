"""SM3 (GB/T 32905-2016) digests: hashlib's where Python's OpenSSL has it, cryptography's elsewhere."""

import hashlib
from typing import Protocol

from cryptography.hazmat.primitives import hashes, hmac


class Hasher(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


class _PortableSm3:
    """The two methods of hashlib's object over cryptography's."""

    def __init__(self) -> None:
        self._hash = hashes.Hash(hashes.SM3())

    def update(self, data: bytes, /) -> None:
        self._hash.update(data)

    def digest(self) -> bytes:
        return self._hash.copy().finalize()


HASHLIB_HAS_SM3 = "sm3" in hashlib.algorithms_available


def sm3_hasher() -> Hasher:
    """Return an object with `update(bytes)` and `digest()`, for data that comes in pieces."""
    return hashlib.new("sm3") if HASHLIB_HAS_SM3 else _PortableSm3()


def sm3(data: bytes) -> bytes:
    """Return the 32-byte SM3 digest."""
    hasher = sm3_hasher()
    hasher.update(data)
    return hasher.digest()


def sha256(data: bytes) -> bytes:
    """Return the 32-byte SHA-256 digest."""
    return hashlib.sha256(data).digest()


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """Return the 32-byte HMAC-SM3 of the data (GB/T 15852.2)."""
    code = hmac.HMAC(key, hashes.SM3())
    code.update(data)
    return code.finalize()
