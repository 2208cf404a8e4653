"""
A push service with the browsers behind it (RFC 8030): it checks who sends (RFC 8292), and a browser opens what is sealed
for it (RFC 8291). Written from the standards alone, so that it would not share a mistake with the site.
"""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from onedoor.demonstration.simulators.world import World

Reply = tuple[int, str, bytes]
JSON, PLAIN = "application/json; charset=utf-8", "text/plain"
DAY = 86_400


@dataclass
class Browser:
    """One browser that has subscribed: its keys, whose sender it is tied to, and what it has been shown, once a topic."""

    sender: str  # applicationServerKey
    key: ec.EllipticCurvePrivateKey = field(repr=False, default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(repr=False, default_factory=lambda: secrets.token_bytes(16))
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    def open(self, body: bytes) -> bytes:
        """:raises InvalidTag, ValueError: it is not sealed for this browser."""
        salt, length = body[:16], body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        middle = hmac.digest(self.auth, shared, sha256)
        ikm = hmac.digest(middle, b"WebPush: info\x00" + self.point + theirs + b"\x01", sha256)
        root = hmac.digest(salt, ikm, sha256)
        cek = hmac.digest(root, b"Content-Encoding: aes128gcm\x00\x01", sha256)[:16]
        nonce = hmac.digest(root, b"Content-Encoding: nonce\x00\x01", sha256)[:12]
        opened = AESGCM(cek).decrypt(nonce, sealed, None).rstrip(b"\x00")
        if not opened.endswith(b"\x02"):
            raise ValueError("the last record is not marked")
        return opened[:-1]


def push(world: World, method: str, url: str, body: bytes, headers: dict[str, str]) -> Reply:
    """POST /browsers subscribes one; POST to its address sends; GET its address shows what it was shown."""
    path = urlsplit(url).path
    if path == "/browsers":
        name, browser = secrets.token_hex(8), Browser(json.loads(body)["applicationServerKey"])
        world.browsers[name] = browser
        told = {"endpoint": f"http://{headers['Host']}/push/{name}"}
        told |= {"p256dh": _text(browser.point), "auth": _text(browser.auth)}
        return 200, JSON, json.dumps(told).encode()
    found: Browser | None = world.browsers.get(path.removeprefix("/push/"))
    if found is None or world.mood("push").get("gone"):
        return 410, PLAIN, b"gone"
    if method == "GET":
        return 200, JSON, json.dumps(list(found.shown.values()), ensure_ascii=False).encode()
    if world.mood("push").get("fail"):
        return 503, PLAIN, b"busy"
    if not headers.get("TTL", "").isdigit() or headers.get("Content-Encoding") != "aes128gcm":
        return 400, PLAIN, b"TTL and Content-Encoding are required"
    if not _is_trusted(headers.get("Authorization", ""), found.sender, f"http://{headers['Host']}", world.now()):
        return 403, PLAIN, b"VAPID"
    try:
        shown = json.loads(found.open(body))
    except (InvalidTag, ValueError):
        return 400, PLAIN, b"not for this browser"
    found.shown[headers.get("Topic", secrets.token_hex(8))] = shown
    return (0, "", b"") if world.mood("push").get("lose_answer") else (201, PLAIN, b"")


def _is_trusted(header: str, sender: str, origin: str, now: float) -> bool:
    parts = dict(part.strip().split("=", 1) for part in header.removeprefix("vapid ").split(",") if "=" in part)
    token, key = parts.get("t", ""), parts.get("k", "")
    signed, _, mark = token.rpartition(".")
    if key != sender or signed.count(".") != 1:
        return False
    claims, raw = json.loads(_bytes(signed.split(".")[1])), _bytes(mark)
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(key))
    try:
        public.verify(pair, signed.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    is_ours = claims.get("aud") == origin and str(claims.get("sub", "")).startswith(("mailto:", "https:"))
    return is_ours and now < float(claims.get("exp", 0)) <= now + DAY


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
