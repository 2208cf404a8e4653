"""
The wire of the WeChat official account: callbacks in AES mode, checked and opened, and the answer sealed the same way.

Signature: SHA-1 over the sorted token, time stamp, nonce and sealed text. Seal: AES-256 in CBC mode over 16 random bytes,
the length, the text and the app id, filled up to 32 bytes; the key's first half is the initial vector. Both are WeChat's.
"""

import hashlib
import hmac
import secrets
import struct
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree.ElementTree import ParseError

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from defusedxml import DefusedXmlException, ElementTree
from django.conf import settings

from onedoor.platform.kernel.errors import OneDoorError

FILL = 32
SKEW = timedelta(minutes=5)


class CallbackRefused(OneDoorError):
    code, http_status, message = "messages.callback_refused", 403, "消息没有通过核对。请核对令牌、密钥、签名和时间。"


@dataclass(frozen=True)
class Said:
    """What a follower has written, or done: subscribed, chosen from the menu."""

    open_id: str
    account: str
    text: str
    event: str
    identifier: str  # the same when WeChat asks again because it heard no answer


def check_address(query: Mapping[str, str], *, wall: datetime) -> str:
    """
    Return what WeChat wants to hear when it checks who answers at our address.

    :raises CallbackRefused: it is not WeChat that asks.
    """
    _require_fresh(query, wall)
    _require_signed(query.get("signature", ""), query)
    return query.get("echostr", "")


def read(query: Mapping[str, str], body: bytes, *, wall: datetime) -> Said:
    """
    Check and open a callback.

    :raises CallbackRefused: not signed as agreed, too old, not sealed, for another account, or no message.
    """
    _require_fresh(query, wall)
    sealed = _tags(body).get("Encrypt", "")
    _require_signed(query.get("msg_signature", ""), query, sealed)
    told = _tags(_unseal(sealed))
    text = told.get("Content", "") if told.get("MsgType") == "text" else told.get("EventKey", "")
    identifier = (
        told.get("MsgId") or f"{told.get('FromUserName', '')}{told.get('CreateTime', '')}{told.get('Event', '')}"
    )
    return Said(
        open_id=told.get("FromUserName", ""),
        account=told.get("ToUserName", ""),
        text=text.strip(),
        event=told.get("Event", "").lower(),
        identifier=hashlib.sha256(identifier.encode()).hexdigest()[:40],
    )


def write(text: str, said: Said, *, wall: datetime) -> str:
    """Return the answer to what was said, sealed and signed."""
    now, nonce = str(int(wall.timestamp())), secrets.token_hex(8)
    inner = (
        f"<xml>{_cdata('ToUserName', said.open_id)}{_cdata('FromUserName', said.account)}<CreateTime>{now}</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType>{_cdata('Content', text)}</xml>"
    )
    sealed = _seal(inner)
    return (
        f"<xml>{_cdata('Encrypt', sealed)}{_cdata('MsgSignature', _signature(now, nonce, sealed))}"
        f"<TimeStamp>{now}</TimeStamp>{_cdata('Nonce', nonce)}</xml>"
    )


def _require_fresh(query: Mapping[str, str], wall: datetime) -> None:
    told = query.get("timestamp", "")
    if not settings.ONEDOOR_WECHAT_TOKEN or not told.isdecimal() or len(told) > 12:
        raise CallbackRefused
    if abs(int(wall.timestamp()) - int(told)) > SKEW.total_seconds():
        raise CallbackRefused


def _require_signed(signature: str, query: Mapping[str, str], *more: str) -> None:
    expected = _signature(query.get("timestamp", ""), query.get("nonce", ""), *more)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise CallbackRefused


def _signature(*parts: str) -> str:
    joined = "".join(sorted([settings.ONEDOOR_WECHAT_TOKEN, *parts]))
    return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()  # WeChat's choice; the seal protects


def _unseal(sealed: str) -> bytes:
    try:
        decryptor = _cipher().decryptor()
        plain = decryptor.update(b64decode(sealed, validate=True)) + decryptor.finalize()
        plain = plain[: -plain[-1]]
        (length,) = struct.unpack("!I", plain[16:20])
    except (ValueError, IndexError, struct.error):
        raise CallbackRefused from None
    if plain[20 + length :].decode("utf-8", "replace") != settings.ONEDOOR_WECHAT_APP_ID:
        raise CallbackRefused
    return plain[20 : 20 + length]


def _seal(text: str) -> str:
    body = text.encode()
    plain = secrets.token_bytes(16) + struct.pack("!I", len(body)) + body + settings.ONEDOOR_WECHAT_APP_ID.encode()
    fill = FILL - len(plain) % FILL
    encryptor = _cipher().encryptor()
    return b64encode(encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()).decode()


def _cipher() -> "Cipher[modes.CBC]":
    """:raises ValueError: the key in the settings is not one."""
    key = b64decode(settings.ONEDOOR_WECHAT_AES_KEY + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def _tags(body: bytes) -> dict[str, str]:
    try:
        return {child.tag: child.text or "" for child in ElementTree.fromstring(body)}
    except (ParseError, DefusedXmlException, ValueError):
        raise CallbackRefused from None


def _cdata(tag: str, text: str) -> str:
    return f"<{tag}><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></{tag}>"
