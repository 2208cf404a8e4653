"""The other half of the WeChat official account: what WeChat does when somebody writes to it. Signs and encrypts by itself."""

import hashlib
import secrets
import struct
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from defusedxml import ElementTree

BLOCK = 32  # the block that is filled up, whatever AES would need


@dataclass(frozen=True)
class OfficialAccount:
    """What the account and its server have agreed on."""

    app_id: str = ""
    secret: str = ""
    token: str = ""
    aes_key: str = ""

    def say(self, address: str, open_id: str, text: str, *, event: str = "", key: str = "", forge: str = "") -> str:
        """
        Write to the account's server as a follower, and return the text it answers, "" where it says nothing.

        `forge` spoils one thing: "signature", "app" (another account's) or "old" (an hour ago).
        """
        now = int(time.time()) - (3600 if forge == "old" else 0)
        kind = "event" if event else "text"
        inner = f"<Event><![CDATA[{event}]]></Event><EventKey><![CDATA[{key}]]></EventKey>" if event else ""
        inner = inner or f"<Content><![CDATA[{text}]]></Content><MsgId>{secrets.randbelow(10**15)}</MsgId>"
        plain = (
            f"<xml><ToUserName><![CDATA[gh_account]]></ToUserName><FromUserName><![CDATA[{open_id}]]></FromUserName>"
            f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}</xml>"
        )
        sealed = self.seal(plain, "another" if forge == "app" else self.app_id)
        return self.post(address, sealed, now, forge=forge)

    def post(self, address: str, sealed: str, now: int, *, forge: str = "", nonce: str = "") -> str:
        """Send what is sealed to the account's server and open what it answers."""
        nonce = nonce or secrets.token_hex(5)
        mark = self.signature(str(now), nonce, sealed)
        query = {"timestamp": now, "nonce": nonce, "encrypt_type": "aes"}
        query["signature"] = self.signature(str(now), nonce)
        query["msg_signature"] = "0" * 40 if forge == "signature" else mark
        body = f"<xml><ToUserName><![CDATA[gh_account]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        request = Request(f"{address}?{urlencode(query)}", data=body.encode(), method="POST")  # noqa: S310 - loopback
        request.add_header("Content-Type", "text/xml")
        with urlopen(request, timeout=5) as answer:  # noqa: S310
            content = answer.read()
        if content in (b"", b"success"):
            return ""
        root = ElementTree.fromstring(content)
        told = {child.tag: child.text or "" for child in root}
        if told["MsgSignature"] != self.signature(told["TimeStamp"], told["Nonce"], told["Encrypt"]):
            raise ValueError("the answer is not signed as agreed")
        opened = ElementTree.fromstring(self.open(told["Encrypt"]))
        return opened.findtext("Content") or ""

    def signature(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted([self.token, *parts])).encode(), usedforsecurity=False).hexdigest()

    def seal(self, text: str, app_id: str) -> str:
        body = text.encode()
        plain = secrets.token_bytes(16) + struct.pack("!I", len(body)) + body + app_id.encode()
        fill = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        return b64encode(encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()).decode()

    def open(self, sealed: str) -> str:
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(b64decode(sealed)) + decryptor.finalize()
        length = struct.unpack("!I", plain[16:20])[0]
        return plain[20 : 20 + length].decode()

    def _cipher(self) -> "Cipher[modes.CBC]":
        key = b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
