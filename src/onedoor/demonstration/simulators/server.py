"""One HTTP handler for every port: checks the signature, then lets the department answer."""

import hmac
import json
import time
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from onedoor.demonstration.simulators.departments import DEPARTMENTS
from onedoor.demonstration.simulators.timestamps import REPLY
from onedoor.demonstration.simulators.world import World
from onedoor.platform.kernel.crypto.digests import hmac_sm3, sm3
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
            if name == "sms":
                return self._send(*sms(world, method, self.path, body, dict(self.headers)))
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


def sms(world: World, method: str, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str, bytes]:
    """Take a signed message once per id; list what came for a number."""
    if method == "GET":
        wanted = parse_qs(urlsplit(url).query).get("to", [""])[0]
        found = [message for message in world.messages.values() if not wanted or message["to"] == wanted]
        return 200, "application/json; charset=utf-8", json.dumps(found, ensure_ascii=False).encode()
    timestamp = headers.get("X-OneDoor-Timestamp", "")
    expected = hmac_sm3(world.sms_secret.encode(), timestamp.encode() + b"\n" + body).hex()
    if not hmac.compare_digest(expected, headers.get("X-OneDoor-Signature", "")):
        return 401, "text/plain", b"signature"
    if world.mood("sms").get("fail"):
        return 503, "text/plain", b"busy"
    message = json.loads(body)
    with world.lock:
        world.messages.setdefault(message["id"], message)
    time.sleep(float(world.mood("sms").get("slow", 0)))
    return 200, "application/json", b'{"accepted": true}'


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
    content = {"moods": world.moods, "requests": world.requests}
    return 200, "application/json; charset=utf-8", json.dumps(content, ensure_ascii=False).encode()
