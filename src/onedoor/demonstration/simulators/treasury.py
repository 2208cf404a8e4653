"""
The platform that takes fees for the treasury, one process: orders by signed request, a page to pay on, signed notices.

`python -m onedoor.demonstration.simulators.treasury --port 8711 --state DIR`; the key is ONEDOOR_TREASURY_SECRET. What it has
taken is on disk before it answers. `POST /moods {"slow": 2}` sets how it behaves: it may fail, be slow, lose its answer, tell
a payment twice, late or never, or tell another amount.
"""

import argparse
import hmac
import json
import os
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from onedoor.demonstration.simulators.standing import stand
from onedoor.platform.kernel.crypto.digests import hmac_sm3

SKEW = 300  # seconds
CHINA = timezone(timedelta(hours=8))
JSON, HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"
TIME, NONCE, SIGNATURE = "X-OneDoor-Timestamp", "X-OneDoor-Nonce", "X-OneDoor-Signature"
Reply = tuple[int, str, bytes]


def sign(secret: str, *parts: bytes) -> str:
    return hmac_sm3(secret.encode(), b"\n".join(parts)).hex()


@dataclass
class Treasury:
    """What the platform knows: orders by number, what it has moved, what it has still to tell."""

    file: Path
    address: str
    secret: str = field(repr=False)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    moved: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    moods: dict[str, Any] = field(default_factory=dict)
    nonces: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if self.file.exists():
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            self.orders, self.moved = kept["orders"], kept["moved"]

    def now(self) -> datetime:
        """Return the platform's time; a test that lives on another day sets how far it is from the wall clock."""
        return datetime.fromtimestamp(time.time() + float(self.moods.get("shift", 0)), tz=UTC)

    def today(self) -> str:
        return self.now().astimezone(CHINA).date().isoformat()

    def keep(self) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps({"orders": self.orders, "moved": self.moved}, ensure_ascii=False), encoding="utf-8")
        new.replace(self.file)

    def open(self, told: dict[str, Any]) -> dict[str, Any]:
        order = self.orders.setdefault(told["number"], {**told, "state": "open", "key": secrets.token_urlsafe(16)})
        self.keep()
        return self.standing(order)

    def standing(self, order: dict[str, Any]) -> dict[str, Any]:
        names = ("state", "trade", "amount", "paid_on")
        shown = {name: order[name] for name in names if name in order}
        return {**shown, "pay_url": f"{self.address}/pay/{order['key']}"}

    def close(self, order: dict[str, Any]) -> dict[str, Any]:
        if order["state"] == "open":
            order["state"] = "closed"
            self.keep()
        return self.standing(order)

    def pay(self, order: dict[str, Any]) -> None:
        """Take the money, once, and begin to tell of it."""
        if order["state"] != "open":
            return
        order |= {"state": "paid", "trade": f"T{secrets.token_hex(8)}", "paid_on": self.today()}
        self.move("payment", order, order["number"], order["trade"], order["amount"])
        self.keep()
        if not self.moods.get("silent"):
            amount = str(self.moods.get("lie") or order["amount"])
            notice = {"id": secrets.token_hex(8), "number": order["number"], "trade": order["trade"]}
            notice |= {"amount": amount, "paid_on": order["paid_on"]}
            for _ in range(2 if self.moods.get("twice") else 1):
                threading.Thread(target=self.tell, args=(order["notify"], notice), daemon=True).start()

    def move(self, sort: str, order: dict[str, Any], number: str, trade: str, amount: str) -> None:
        row = {"sort": sort, "unit": order["unit"], "number": number, "trade": trade, "amount": amount}
        self.moved.append({**row, "day": self.today()})

    def refund(self, told: dict[str, Any]) -> dict[str, Any]:
        """Give back what came by a trade; the same number of a refund gives nothing back twice."""
        for row in self.moved:
            if row["sort"] == "refund" and row["number"] == told["number"]:
                return {"trade": row["trade"], "refunded_on": row["day"]}
        order = next(one for one in self.orders.values() if one.get("trade") == told["trade"])
        trade = f"R{secrets.token_hex(8)}"
        self.move("refund", order, told["number"], trade, told["amount"])
        self.keep()
        return {"trade": trade, "refunded_on": self.today()}

    def tell(self, address: str, notice: dict[str, Any]) -> None:
        """Send a notice, again and again until it is taken; runs in a thread of its own."""
        time.sleep(float(self.moods.get("late", 0)))
        body = json.dumps(notice).encode()
        for _ in range(20):
            timestamp, nonce = str(int(self.now().timestamp())), secrets.token_hex(16)
            signature = sign(self.secret, b"notice", timestamp.encode(), nonce.encode(), body)
            headers = {TIME: timestamp, NONCE: nonce, SIGNATURE: signature, "Content-Type": JSON}
            with self.lock:
                self.told.append({"body": body.decode(), "headers": headers})
            try:
                urlopen(Request(address, data=body, headers=headers, method="POST"), timeout=5).read()  # noqa: S310 - loopback
                return
            except (URLError, OSError):
                time.sleep(0.5)

    def answer(self, path: str, told: dict[str, Any]) -> dict[str, Any] | None:
        with self.lock:
            if path == "/orders":
                return self.open(told)
            if path == "/refunds":
                return self.refund(told)
            if path == "/statements":
                return {"lines": [row for row in self.moved if row["day"] == told["day"]]}
            order = self.orders.get(told.get("number", ""))
            if order is None:
                return {"state": "unknown"}
            return self.close(order) if path == "/orders/close" else self.standing(order)


PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>非税收缴平台（演示）</title><body><main><h1>非税收缴平台（演示）</h1><p>{title}：{amount} 元</p><p>缴款单 {number}，交款人 {payer}</p>
{act}<p><a href="{back}">返回一门通</a></p></main></body></html>"""
FORM = '<form method="post"><button>确认缴款</button></form>'
DONE = {"paid": "<p>已缴款。</p>", "closed": "<p>这张缴款单已经关闭，不能再缴。</p>"}


def page(order: dict[str, Any]) -> Reply:
    shown = {name: escape(str(order.get(name, ""))) for name in ("title", "amount", "number", "payer", "back")}
    return 200, HTML, PAGE.format(act=DONE.get(order["state"], FORM), **shown).encode()


def make_handler(world: Treasury) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/health":
                self._send(200, "text/plain", b"ok")
                return
            if self.path == "/told":
                self._send(200, JSON, json.dumps(world.told, ensure_ascii=False).encode())
                return
            self._pay_page(pays=False)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/moods":
                world.moods = json.loads(body)
                self._send(200, JSON, b"{}")
                return
            if self.path == "/plant":  # a movement nobody has ordered, for a reconciliation that differs
                world.moved.append({**json.loads(body), "day": world.today()})
                self._send(200, JSON, b"{}")
                return
            if self.path.startswith("/pay/"):
                self._pay_page(pays=True)
                return
            self._answer(body)

        def _pay_page(self, *, pays: bool) -> None:
            key = self.path.removeprefix("/pay/")
            order = next((one for one in world.orders.values() if one["key"] == key), None)
            if order is None:
                self._send(404, "text/plain", b"no such order")
                return
            if pays:
                with world.lock:
                    world.pay(order)
            self._send(*page(order))

        def _answer(self, body: bytes) -> None:
            timestamp, nonce = self.headers.get(TIME, ""), self.headers.get(NONCE, "")
            expected = sign(world.secret, self.path.encode(), timestamp.encode(), nonce.encode(), body)
            fresh = timestamp.isdigit() and abs(world.now().timestamp() - int(timestamp)) <= SKEW
            known = hmac.compare_digest(expected, self.headers.get(SIGNATURE, ""))
            if not fresh or not known or nonce in world.nonces:
                self._send(401, "text/plain", b"signature")
                return
            world.nonces.add(nonce)
            time.sleep(float(world.moods.get("slow", 0)))
            if world.moods.get("fail"):
                self._send(503, "text/plain", b"busy")
                return
            answer = json.dumps(world.answer(self.path, json.loads(body)), ensure_ascii=False).encode()
            if world.moods.get("lose_answer"):
                self.close_connection = True
                return
            self._send(200, JSON, answer, sign(world.secret, b"answer", nonce.encode(), answer))

        def _send(self, status: int, kind: str, body: bytes, signature: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if signature:
                self.send_header(SIGNATURE, signature)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: request lines are nobody's business."""

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8711)
    parser.add_argument("--state", type=Path, required=True)
    arguments = parser.parse_args()
    secret = os.environ.get("ONEDOOR_TREASURY_SECRET", "")
    world = Treasury(arguments.state / "treasury.json", f"http://127.0.0.1:{arguments.port}", secret)
    server = ThreadingHTTPServer(("127.0.0.1", arguments.port), make_handler(world))
    server.daemon_threads = True
    stand(server)


if __name__ == "__main__":
    main()
