"""
The two families of algorithms behind one interface: commercial cryptography ("sm") and the international one ("intl").

Nothing signed or encrypted is kept without the name of its algorithm, so that both families can be read side by side.
"""

import os
from dataclasses import dataclass
from typing import ClassVar, Protocol

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from onedoor.platform.kernel.crypto import sm2
from onedoor.platform.kernel.crypto.digests import sha256, sm3

NONCE_BYTES, TAG_BYTES = 12, 16


class TamperedValue(Exception):
    """An encrypted value is not what was stored: changed, moved to another column, or under another key."""


class UnknownAlgorithm(LookupError):
    """No suite by this name, or none that speaks this algorithm."""


class Suite(Protocol):
    """Digest, signature and authenticated encryption of one family. Keys are bytes; see each class for their lengths."""

    name: ClassVar[str]
    digest_algorithm: ClassVar[str]
    signature_algorithm: ClassVar[str]
    cipher_algorithm: ClassVar[str]

    def digest(self, data: bytes) -> bytes: ...
    def new_key_pair(self) -> sm2.KeyPair: ...
    def public_key_of(self, private_key: bytes) -> bytes: ...
    def sign(self, private_key: bytes, data: bytes) -> bytes: ...
    def verify(self, public_key: bytes, data: bytes, signature: bytes) -> bool: ...
    def new_cipher_key(self) -> bytes: ...
    def encrypt(self, key: bytes, plaintext: bytes, aad: bytes) -> bytes: ...
    def decrypt(self, key: bytes, ciphertext: bytes, aad: bytes) -> bytes: ...


@dataclass(frozen=True)
class SmSuite:
    """SM3, SM2 with the default signer id, SM4-GCM. Private key 32 bytes, public 65, signature 64, cipher key 16."""

    name: ClassVar[str] = "sm"
    digest_algorithm: ClassVar[str] = "sm3"
    signature_algorithm: ClassVar[str] = "sm2-sm3"
    cipher_algorithm: ClassVar[str] = "sm4-gcm"

    def digest(self, data: bytes) -> bytes:
        return sm3(data)

    def new_key_pair(self) -> sm2.KeyPair:
        return sm2.new_key_pair()

    def public_key_of(self, private_key: bytes) -> bytes:
        return sm2.public_key_of(private_key)

    def sign(self, private_key: bytes, data: bytes) -> bytes:
        return sm2.sign(private_key, data)

    def verify(self, public_key: bytes, data: bytes, signature: bytes) -> bool:
        return sm2.verify(public_key, data, signature)

    def new_cipher_key(self) -> bytes:
        return os.urandom(16)

    def encrypt(self, key: bytes, plaintext: bytes, aad: bytes) -> bytes:
        return _encrypt(algorithms.SM4(key), plaintext, aad)

    def decrypt(self, key: bytes, ciphertext: bytes, aad: bytes) -> bytes:
        """:raises TamperedValue: the ciphertext, the key or `aad` is not the one of the encryption."""
        return _decrypt(algorithms.SM4(key), ciphertext, aad)


@dataclass(frozen=True)
class InternationalSuite:
    """SHA-256, Ed25519, AES-256-GCM. Private and public key 32 bytes, signature 64, cipher key 32."""

    name: ClassVar[str] = "intl"
    digest_algorithm: ClassVar[str] = "sha256"
    signature_algorithm: ClassVar[str] = "ed25519"
    cipher_algorithm: ClassVar[str] = "aes256-gcm"

    def digest(self, data: bytes) -> bytes:
        return sha256(data)

    def new_key_pair(self) -> sm2.KeyPair:
        private = Ed25519PrivateKey.generate().private_bytes_raw()
        return sm2.KeyPair(private, self.public_key_of(private))

    def public_key_of(self, private_key: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()

    def sign(self, private_key: bytes, data: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(private_key).sign(data)

    def verify(self, public_key: bytes, data: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
        except InvalidSignature:
            return False
        return True

    def new_cipher_key(self) -> bytes:
        return os.urandom(32)

    def encrypt(self, key: bytes, plaintext: bytes, aad: bytes) -> bytes:
        return _encrypt(algorithms.AES256(key), plaintext, aad)

    def decrypt(self, key: bytes, ciphertext: bytes, aad: bytes) -> bytes:
        """:raises TamperedValue: the ciphertext, the key or `aad` is not the one of the encryption."""
        return _decrypt(algorithms.AES256(key), ciphertext, aad)


SUITES: dict[str, Suite] = {"sm": SmSuite(), "intl": InternationalSuite()}


def suite(name: str) -> Suite:
    """
    Return the suite "sm" or "intl".

    :raises UnknownAlgorithm: there is no such suite.
    """
    try:
        return SUITES[name]
    except KeyError:
        raise UnknownAlgorithm(name) from None


def suite_for(algorithm: str) -> Suite:
    """
    Return the suite whose signature or cipher algorithm this is.

    :raises UnknownAlgorithm: no suite speaks it.
    """
    for one in SUITES.values():
        if algorithm in (one.signature_algorithm, one.cipher_algorithm):
            return one
    raise UnknownAlgorithm(algorithm)


def _encrypt(algorithm: algorithms.SM4 | algorithms.AES256, plaintext: bytes, aad: bytes) -> bytes:
    """Return nonce ‖ ciphertext ‖ tag."""
    nonce = os.urandom(NONCE_BYTES)
    encryptor = Cipher(algorithm, modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(aad)
    return nonce + encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag


def _decrypt(algorithm: algorithms.SM4 | algorithms.AES256, sealed: bytes, aad: bytes) -> bytes:
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise TamperedValue("too short")
    nonce, body, tag = (sealed[:NONCE_BYTES], sealed[NONCE_BYTES:-TAG_BYTES], sealed[-TAG_BYTES:])
    decryptor = Cipher(algorithm, modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(aad)
    try:
        return decryptor.update(body) + decryptor.finalize()
    except InvalidTag:
        raise TamperedValue("authentication failed") from None
