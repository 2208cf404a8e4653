"""One HTTP handler for every port: checks the signature, then lets the department answer."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

from onedoor.demonstration.simulators.departments import DEPARTMENTS
from onedoor.demonstration.simulators.media import weibo
from onedoor.demonstration.simulators.push import push
from onedoor.demonstration.simulators.senders import GATEWAYS, sms, wechat
from onedoor.demonstration.simulators.timestamps import REPLY
from onedoor.demonstration.simulators.world import World
from onedoor.platform.kernel.crypto.digests import sm3
from onedoor.platform.kernel.crypto.sealed import Signature, verify
from onedoor.platform.kernel.crypto.suites import TamperedValue

SKEW = 300  # seconds


def make_handler(name: str, world: World) -> type[BaseHTTPRequestHandler]:
    """Return the handler class of one port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve("GET", b"")

        def do_POST(self) -> None:
            self._serve("POST", self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        def _serve(self, method: str, body: bytes) -> None:
            path = urlsplit(self.path).path
            if path == "/health":
                return self._send(200, "text/plain", b"ok")
            if name in GATEWAYS:
                return self._send(*sms(world, name, method, self.path, body, dict(self.headers)))
            if name == "wechat":
                return self._send(*wechat(world, self.path, body))
            if name == "push":
                return self._send(*push(world, method, self.path, body, dict(self.headers)))
            if name == "weibo":
                return self._send(*weibo(world, method, self.path, body))
            if name == "time_stamps":
                return self._send(*time_stamps(world, body))
            if name == "control":
                return self._send(*control(world, method, path, body))
            why = refusal(world, method, path, body, dict(self.headers))
            if why:
                return self._send(401, "text/plain; charset=utf-8", why.encode())
            world.wait(name)
            mood = world.mood(name)
            if mood.get("fail") or world.is_down(name):
                return self._send(503, "text/plain", b"busy")
            if mood.get("garbage"):
                return self._send(200, "text/html", b"<html>maintenance</html>", signed=True)
            return self._send(*DEPARTMENTS[name](world, path, body), signed=True)

        def _send(self, status: int, content_type: str, body: bytes, *, signed: bool = False) -> None:
            if not status:  # the answer is lost on the way
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            if signed and not world.mood(name).get("unsigned"):
                nonce = self.headers.get("X-OneDoor-Nonce", "")
                self.send_header("X-OneDoor-Answer-Signature", world.sign(name, nonce, status, body))
            self.end_headers()
            for piece in world.pieces(name, body):
                self.wfile.write(piece)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: request lines are nobody's business."""

    return Handler


def refusal(world: World, method: str, path: str, body: bytes, headers: dict[str, str]) -> str:
    """Return why a request is not trusted, or nothing."""
    timestamp, nonce = headers.get("X-OneDoor-Timestamp", ""), headers.get("X-OneDoor-Nonce", "")
    if not timestamp.isdigit() or abs(world.now() - int(timestamp)) > SKEW:
        return "timestamp"
    if not nonce or not world.is_new(nonce):
        return "replay"
    try:
        signature = Signature.parse(headers.get("X-OneDoor-Signature", ""))
    except TamperedValue:
        return "signature"
    if world.node_key is None or not world.node_key.exists():
        return "unknown node"
    signed = "\n".join([method, path, timestamp, nonce, sm3(body).hex()]).encode()
    public = bytes.fromhex(world.node_key.read_text(encoding="ascii").strip())
    return "" if verify(signed, signature, public_key=public) else "signature"


def time_stamps(world: World, body: bytes) -> tuple[int, str, bytes]:
    """Stamp a request; the mood may let the authority fail, talk nonsense, or answer somebody else's request."""
    mood = world.mood("time_stamps")
    if mood.get("fail"):
        return 503, "text/plain", b"busy"
    if mood.get("garbage"):
        return 200, REPLY, b"<html>maintenance</html>"
    try:
        answer = world.authority.answer(body)
    except ValueError:
        return 400, "text/plain", b"no time-stamp request"
    with world.lock:
        kept = world.last_stamp if mood.get("replay") and world.last_stamp else answer
        world.last_stamp = answer
    return 200, REPLY, kept


def control(world: World, method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
    """Set moods and read what was asked."""
    if method == "POST" and path == "/moods":
        world.moods.update(json.loads(body))
    if method == "POST" and path == "/say":
        return 200, "application/json; charset=utf-8", json.dumps(_say(world, json.loads(body))).encode()
    content = {"moods": world.moods, "requests": world.requests, "menu": world.menu}
    return 200, "application/json; charset=utf-8", json.dumps(content, ensure_ascii=False).encode()


def _say(world: World, told: dict[str, Any]) -> dict[str, Any]:
    """Write to the official account as a follower; what it answers, or that it did not take it."""
    try:
        answer = world.official_account.say(told.pop("address"), told.pop("open_id"), told.pop("text", ""), **told)
    except HTTPError as error:
        return {"status": error.code, "answer": ""}
    return {"status": 200, "answer": answer}
