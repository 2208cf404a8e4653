"""
Web Push: the node's VAPID key (RFC 8292) and the sealing of what a push service carries (RFC 8291 over RFC 8188).

One file beside the node's keys, `push-signer.json`: an ECDSA key on P-256, which both standards demand. Browsers tie a
subscription to its public half, so losing it means that every device has to be switched on again.
"""

import json
import os
import secrets
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from onedoor.platform.kernel.crypto.keys import MissingKeys, keys_directory

FILE = "push-signer.json"
GOOD_FOR = timedelta(hours=12)  # RFC 8292: at most 24 hours
RECORD, AUTH_LENGTH, POINT_LENGTH = 4096, 16, 65
LONGEST = 3993  # what fits into one record of 4096 with its header, delimiter and tag (RFC 8291, section 4)
CURVE = ec.SECP256R1()


def unpadded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def from_unpadded(text: str) -> bytes:
    """:raises ValueError: it is no base64url."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def is_browser_key(p256dh: str, auth: str) -> bool:
    """Tell whether these are a point on the curve and a secret of the right length, as a browser makes them."""
    try:
        point, secret = from_unpadded(p256dh), from_unpadded(auth)
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except (ValueError, InvalidKey):
        return False
    return len(point) == POINT_LENGTH and len(secret) == AUTH_LENGTH


def create_missing_push_signer(directory: Path) -> None:
    """Make the key unless the directory has it; safe to run by several processes at once."""
    if (directory / FILE).exists():
        return
    key = ec.generate_private_key(CURVE)
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    unfinished = directory / f".{secrets.token_hex(8)}"
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"key": b64encode(private).decode()}, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, directory / FILE)
    except FileExistsError:  # another process was faster; its key counts
        pass
    finally:
        unfinished.unlink()


def push_public_key() -> str:
    """
    Return what a browser ties a subscription to.

    :raises MissingKeys: the keys directory has no such key.
    """
    return unpadded(point_of(_signer(keys_directory() / FILE).public_key()))


def vapid(*, origin: str, contact: str, at: datetime) -> str:
    """
    Return the Authorization header by which a push service of this origin knows who sends.

    :raises MissingKeys: the keys directory has no such key.
    """
    key = _signer(keys_directory() / FILE)
    claims = {"aud": origin, "exp": int((at + GOOD_FOR).timestamp()), "sub": contact}
    parts = [{"typ": "JWT", "alg": "ES256"}, claims]
    signed = ".".join(unpadded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    token = f"{signed}.{unpadded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"vapid t={token}, k={push_public_key()}"


def seal(
    content: bytes,
    *,
    p256dh: str,
    auth: str,
    key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes = b"",
) -> bytes:
    """
    Return a body that only the browser with these keys opens (Content-Encoding: aes128gcm). Key and salt are fresh each time.

    :raises ValueError: the keys are none, or there is more to say than one record holds.
    """
    if len(content) > LONGEST:
        raise ValueError("too long for one record")
    theirs, secret = from_unpadded(p256dh), from_unpadded(auth)
    own = key or ec.generate_private_key(CURVE)
    salt = salt or secrets.token_bytes(16)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
    point = point_of(own.public_key())
    root = _derived(shared, secret, b"WebPush: info\x00" + theirs + point, 32)
    cipher = AESGCM(_derived(root, salt, b"Content-Encoding: aes128gcm\x00", 16))
    nonce = _derived(root, salt, b"Content-Encoding: nonce\x00", 12)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(point)]) + point
    return head + cipher.encrypt(nonce, content + b"\x02", None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@lru_cache(maxsize=8)
def _signer(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingKeys(f"no {path.name} in {path.parent}") from None
    key = serialization.load_der_private_key(b64decode(content["key"]), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key
