"""Encrypted text and signatures as the database and the wire carry them: version, algorithm, key id, value."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Self

from onedoor.platform.kernel.crypto.digests import hmac_sm3
from onedoor.platform.kernel.crypto.keys import Key, find_key, keyring
from onedoor.platform.kernel.crypto.suites import (
    TamperedValue,
    UnknownAlgorithm,
    suite_for,
)

VERSION = "v1"


@dataclass(frozen=True)
class Signature:
    """A signature with all that is needed to check it, except the public key; `value` is base64url."""

    algorithm: str
    key_id: str
    value: str

    def as_text(self) -> str:
        return f"{VERSION}.{self.algorithm}.{self.key_id}.{self.value}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """:raises TamperedValue: the text is not version.algorithm.key.value."""
        return cls(*_split(text))


def sign(data: bytes, *, signer: str) -> Signature:
    """
    Sign with the current key of "platform", "issuer" or "node".

    :raises MissingKeys: the keys directory has no such key.
    """
    key = keyring().signer(signer)
    value = suite_for(key.algorithm).sign(key.secret, data)
    return Signature(key.algorithm, key.id, encode(value))


def verify(data: bytes, signature: Signature, *, public_key: bytes | None = None) -> bool:
    """
    Tell whether the signature over the data is good; nonsense of any kind is false.

    Without `public_key` the signature must be by a key of this node, current or older.

    :raises UnknownKey: no public key is given and the key is not in this node's directory.
    """
    if public_key is None:
        public_key = find_key(signature.key_id, purpose="signing").public
    try:
        return suite_for(signature.algorithm).verify(public_key, data, _decode(signature.value))
    except (UnknownAlgorithm, TamperedValue, ValueError):  # an unknown name, no base64url, a key of another algorithm
        return False


def public_key(key_id: str) -> bytes:
    """
    Return the public half of one of this node's signing keys, current or older, to be given to others.

    :raises UnknownKey: there is no such key here.
    """
    return find_key(key_id, purpose="signing").public


def encrypt_text(text: str, *, context: str) -> str:
    """
    Return "v1.<algorithm>.<key id>.<base64url of nonce ‖ ciphertext ‖ tag>" under the current data key.

    `context` ("identity.person.phone") is bound in: the value decrypts under no other.

    :raises MissingKeys: the keys directory has no data key.
    """
    key = keyring().current("data")
    sealed = suite_for(key.algorithm).encrypt(key.secret, text.encode(), context.encode())
    return f"{VERSION}.{key.algorithm}.{key.id}.{encode(sealed)}"


def decrypt_text(value: str, *, context: str) -> str:
    """
    Return the text once encrypted under the same context.

    :raises TamperedValue: it was changed, or belongs to another context.
    :raises UnknownKey: its key is not in the keys directory.
    """
    algorithm, key_id, encoded = _split(value)
    key = find_key(key_id, purpose="data")
    if key.algorithm != algorithm:
        raise TamperedValue("algorithm is not the key's")
    return suite_for(algorithm).decrypt(key.secret, _decode(encoded), context.encode()).decode()


def needs_rotation(value: str) -> bool:
    """
    Tell whether an encrypted value is under an older data key and should be stored again.

    :raises TamperedValue: the text is not an encrypted value.
    """
    return _split(value)[1] != keyring().current("data").id


def blind_index(text: str, *, purpose: str, key: Key | None = None) -> str:
    """
    Return 64 hexadecimal digits by which equal texts find each other without being readable; "" for "".

    Normalise the text first. `purpose` ("person.id_number") keeps indexes of different columns from being joined.
    Without `key` it is the one that is searched by. What is stored has two columns (`kernel.blind`).

    :raises MissingKeys: the keys directory has no index key.
    """
    if not text:
        return ""
    return _keyed(key or keyring().searching, text, purpose)


def keyed_hash(text: str, *, purpose: str) -> str:
    """
    Return 64 hexadecimal digits of a secret or content that is compared later; "" for "".

    For what nobody is found by: tokens, codes, contents of files. Their key stays when that of the blind indexes changes.

    :raises MissingKeys: the keys directory has no such key.
    """
    return _keyed(keyring().hashing, text, purpose) if text else ""


def _keyed(key: Key, text: str, purpose: str) -> str:
    return hmac_sm3(key.secret, f"{purpose}\0{text}".encode()).hex()


def _split(text: str) -> tuple[str, str, str]:
    parts = text.split(".")
    if len(parts) != 4 or parts[0] != VERSION:
        raise TamperedValue("not version.algorithm.key.value")
    return parts[1], parts[2], parts[3]


def encode(value: bytes) -> str:
    """Return base64url without padding, as signatures and sealed values are written."""
    return urlsafe_b64encode(value).decode().rstrip("=")


def _decode(text: str) -> bytes:
    try:
        value = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise TamperedValue("not base64url") from None
    if encode(value) != text:  # the last letter has bits that stand for nothing: one value, one spelling
        raise TamperedValue("not base64url as it is written")
    return value
