"""Who carries messages to people: two SMS gateways and a WeChat official-account server. Each keeps what it took on disk."""

import hmac
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

from onedoor.demonstration.simulators import media
from onedoor.demonstration.simulators.world import World
from onedoor.platform.kernel.crypto.digests import hmac_sm3

JSON = "application/json; charset=utf-8"
Reply = tuple[int, str, bytes]
NO_SUCH_NUMBER = "9999999"  # at the end of a phone number: nobody has it
GATEWAYS = {"sms": "sms-1", "sms_second": "sms-2"}


@dataclass
class Ledger:
    """What a provider took, once an id; on disk before the answer goes out, so that a killed provider forgets nothing."""

    file: Path
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                message = json.loads(line)
                self.taken.setdefault(message["id"], message)

    def take(self, message: dict[str, Any]) -> bool:
        """Keep a message and tell whether it is new."""
        with self.lock:
            if message["id"] in self.taken:
                return False
            self.taken[message["id"]] = message
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(message, ensure_ascii=False) + "\n")
            return True

    def listed(self, to: str = "") -> list[dict[str, Any]]:
        with self.lock:
            return [message for message in self.taken.values() if not to or message["to"] == to]


def ledger(world: World, name: str) -> Ledger:
    """Return the ledger of a provider, read from disk when it is first asked for."""
    with world.lock:
        if name not in world.ledgers:
            world.ledgers[name] = Ledger(world.folder / "taken" / f"{name}.jsonl")
        found: Ledger = world.ledgers[name]
        return found


def sms(world: World, name: str, method: str, url: str, body: bytes, headers: dict[str, str]) -> Reply:
    """Take a signed message once per id; list what came for a number. Its receipt follows."""
    kept = ledger(world, name)
    if method == "GET":
        wanted = parse_qs(urlsplit(url).query).get("to", [""])[0]
        return 200, JSON, json.dumps(kept.listed(wanted), ensure_ascii=False).encode()
    secret, timestamp = world.sms_secrets[name], headers.get("X-OneDoor-Timestamp", "")
    expected = hmac_sm3(secret.encode(), timestamp.encode() + b"\n" + body).hex()
    if not hmac.compare_digest(expected, headers.get("X-OneDoor-Signature", "")):
        return 401, "text/plain", b"signature"
    mood = world.mood(name)
    if mood.get("fail"):
        return 503, "text/plain", b"busy"
    message = json.loads(body)
    if mood.get("reject") or str(message["to"]).endswith(NO_SUCH_NUMBER):
        return 422, "text/plain", b"no such number"
    is_new = kept.take(message)
    time.sleep(float(mood.get("slow", 0)))
    if mood.get("lose_answer"):
        return 0, "", b""
    if is_new and world.receipts_to and not mood.get("no_receipts"):
        state = "undelivered" if mood.get("undelivered") else "delivered"
        world.receipts.put((GATEWAYS[name], secret, {"id": message["id"], "state": state}))
    return 200, "application/json", b'{"accepted": true}'


def send_receipts(world: World) -> None:
    """Tell the site of each message what became of it, signed; one it does not take is told again. Runs in a thread."""
    while True:
        provider, secret, told = world.receipts.get()
        body, timestamp = json.dumps(told).encode(), str(int(world.now()))
        signature = hmac_sm3(secret.encode(), timestamp.encode() + b"\n" + body).hex()
        headers = {"X-OneDoor-Timestamp": timestamp, "X-OneDoor-Signature": signature}
        address = f"{world.receipts_to}/hooks/sms/{provider}/"
        try:
            urlopen(Request(address, data=body, headers=headers, method="POST"), timeout=5).read()  # noqa: S310 - loopback
        except (URLError, OSError):
            time.sleep(0.5)
            world.receipts.put((provider, secret, told))


def wechat(world: World, url: str, body: bytes) -> Reply:
    """The server of WeChat: access tokens, template messages once an id, the menu."""
    parts = urlsplit(url)
    told = {} if parts.path in media.PICTURES else json.loads(body or b"{}")
    if parts.path == "/articles":
        return 200, JSON, json.dumps(world.articles, ensure_ascii=False).encode()
    if parts.path == "/taken":
        return 200, JSON, json.dumps(ledger(world, "wechat").listed(), ensure_ascii=False).encode()
    mood = world.mood("wechat")
    if mood.get("fail"):
        return 503, "text/plain", b"busy"
    if mood.get("lose_answer") == parts.path:
        _wechat(world, parts.path, parse_qs(parts.query), told)
        return 0, "", b""
    return 200, JSON, json.dumps(_wechat(world, parts.path, parse_qs(parts.query), told), ensure_ascii=False).encode()


def _wechat(world: World, path: str, query: dict[str, list[str]], told: dict[str, Any]) -> dict[str, Any]:
    account = world.official_account
    if path == "/cgi-bin/stable_token":
        app = str(told.get("appid"))
        if not media.knows(world, app, str(told.get("secret"))):
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        known = next((token for token, owner in world.tokens.items() if owner == app), "")
        if told.get("force_refresh") or not known:
            world.tokens.pop(known, None)
            known = secrets.token_urlsafe(24)
            world.tokens[known] = app
        return {"access_token": known, "expires_in": 7200}
    owner = world.tokens.get(query.get("access_token", [""])[0])
    if owner is None:
        return {"errcode": 40001, "errmsg": "invalid credential"}
    if owner != account.app_id or not path.startswith(("/cgi-bin/menu", "/cgi-bin/message")):
        return media.article(world, owner, path, told)
    if path == "/cgi-bin/menu/create":
        world.menu = told
        return {"errcode": 0, "errmsg": "ok"}
    if path == "/cgi-bin/message/template/send":
        if world.mood("wechat").get("unfollowed"):
            return {"errcode": 43004, "errmsg": "require subscribe"}
        message = {"id": told["client_msg_id"], "to": told["touser"], "text": told["data"]["content"]["value"]}
        ledger(world, "wechat").take(message | {"url": told.get("url", "")})
        return {"errcode": 0, "errmsg": "ok", "msgid": len(ledger(world, "wechat").taken)}
    return {"errcode": 48001, "errmsg": "api unauthorized"}
