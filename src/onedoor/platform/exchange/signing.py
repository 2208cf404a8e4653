"""Requests signed by this node, answers signed by the department: who, when, once, exactly this."""

import secrets
from datetime import datetime

from django.conf import settings

from onedoor.platform.kernel.crypto import Signature, sign, sm3

NODE_HEADER, NONCE_HEADER, ANSWER_HEADER = "X-OneDoor-Node", "X-OneDoor-Nonce", "X-OneDoor-Answer-Signature"


def signed_headers(method: str, path: str, body: bytes, *, at: datetime) -> dict[str, str]:
    """Return the headers that prove a request: node, time, a number used once, and a signature over all of it."""
    timestamp, nonce = str(int(at.timestamp())), secrets.token_hex(16)
    signature: Signature = sign(signed_bytes(method, path, timestamp, nonce, body), signer="node")
    return {
        NODE_HEADER: settings.ONEDOOR_NODE,
        "X-OneDoor-Timestamp": timestamp,
        NONCE_HEADER: nonce,
        "X-OneDoor-Signature": signature.as_text(),
    }


def signed_bytes(method: str, path: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """Return what is signed."""
    return "\n".join([method, path, timestamp, nonce, sm3(body).hex()]).encode()


def answer_bytes(nonce: str, status: int, body: bytes) -> bytes:
    """Return what a department signs: this answer to this very request."""
    return "\n".join(["answer", nonce, str(status), sm3(body).hex()]).encode()
