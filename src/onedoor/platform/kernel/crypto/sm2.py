"""
SM2 signatures (GB/T 32918.2, use after GB/T 35276).

Keys and signatures are plain bytes: private key 32, public key 65 (04 ‖ x ‖ y), signature 64 (r ‖ s).
The curve arithmetic is OpenSSL's where version 3 or later is installed, otherwise our own in whole numbers.
"""

from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from onedoor.platform.kernel.crypto import sm2_integers, sm2_openssl
from onedoor.platform.kernel.crypto.digests import sm3

DEFAULT_SIGNER_ID = b"1234567812345678"  # GB/T 35276: used when the parties agreed on no other
_CURVE_PART_OF_Z = b"".join(
    number.to_bytes(32) for number in (sm2_integers.A, sm2_integers.B, sm2_integers.GX, sm2_integers.GY)
)


class NotASm2Key(ValueError):
    """The bytes are not a key on the SM2 curve."""


class KeyPair(NamedTuple):
    private: bytes
    public: bytes

    def __repr__(self) -> str:
        return f"KeyPair(public={self.public.hex()})"


def new_key_pair() -> KeyPair:
    private = sm2_integers.new_private().to_bytes(32)
    return KeyPair(private, public_key_of(private))


@lru_cache(maxsize=256)
def public_key_of(private: bytes) -> bytes:
    """
    Return the 65-byte public key.

    :raises NotASm2Key: not 32 bytes, or outside [1, n-2].
    """
    number = int.from_bytes(private)
    if len(private) != 32 or not 1 <= number <= sm2_integers.N - 2:
        raise NotASm2Key("private key")
    x, y = sm2_integers.public_point(number)
    return b"\x04" + x.to_bytes(32) + y.to_bytes(32)


def message_digest(public: bytes, data: bytes, *, signer_id: bytes = DEFAULT_SIGNER_ID) -> bytes:
    """
    Return SM3(Z ‖ data), Z being the digest of signer id, curve and public key (GB/T 32918.2 §5.5).

    :raises ValueError: the signer id is longer than its 16-bit length in bits can say.
    """
    bits = len(signer_id) * 8
    if bits > 0xFFFF:
        raise ValueError("signer id longer than 8191 bytes")
    z = sm3(bits.to_bytes(2) + signer_id + _CURVE_PART_OF_Z + public[1:])
    return sm3(z + data)


def sign(private: bytes, data: bytes, *, signer_id: bytes = DEFAULT_SIGNER_ID) -> bytes:
    """
    Return the signature r ‖ s, 64 bytes.

    :raises NotASm2Key: the private key is not one.
    """
    public = public_key_of(private)
    digest = message_digest(public, data, signer_id=signer_id)
    if sm2_openssl.library() is not None:
        return from_der(sm2_openssl.sign(private, public, digest))
    r, s = sm2_integers.sign(int.from_bytes(private), int.from_bytes(digest))
    return r.to_bytes(32) + s.to_bytes(32)


def verify(public: bytes, data: bytes, signature: bytes, *, signer_id: bytes = DEFAULT_SIGNER_ID) -> bool:
    """
    Tell whether `signature` (r ‖ s) over the data is by the holder of `public`; anything misshapen is simply false.

    :raises NotASm2Key: the public key is not a point of the curve.
    """
    point = _point(public)
    if len(signature) != 64:
        return False
    digest = message_digest(public, data, signer_id=signer_id)
    if sm2_openssl.library() is not None:
        return sm2_openssl.verify(public, digest, to_der(signature))
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    return sm2_integers.verify(point, int.from_bytes(digest), r, s)


def to_der(signature: bytes) -> bytes:
    """Return the ASN.1 form SEQUENCE { r, s } of a 64-byte signature, as certificates and other systems carry it."""
    return encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))


def from_der(signature: bytes) -> bytes:
    """
    Return the 64-byte form of an ASN.1 signature.

    :raises ValueError: it is no SEQUENCE { r, s } of numbers of at most 256 bits.
    """
    r, s = decode_dss_signature(signature)
    if not (0 <= r < 1 << 256 and 0 <= s < 1 << 256):
        raise ValueError("signature number longer than 256 bits")
    return r.to_bytes(32) + s.to_bytes(32)


@lru_cache(maxsize=256)
def _point(public: bytes) -> tuple[int, int]:
    x, y = int.from_bytes(public[1:33]), int.from_bytes(public[33:])
    if len(public) != 65 or public[0] != 4 or not sm2_integers.on_curve(x, y):
        raise NotASm2Key("public key")
    return x, y
