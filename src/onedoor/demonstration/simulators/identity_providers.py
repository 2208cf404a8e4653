"""
The log-ins of others on one port: an OpenID provider with keys of its own, WeChat's web log-in, DingTalk's.

Who logs in is the mood "identity": {"person": claims, "acr": "…", "deny": true, "forge": "signature"}; without a mood a page
asks which of the people it knows the visitor is.
"""

import html
import json
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from onedoor.demonstration.simulators.world import World

Reply = tuple[int, str, bytes]
JSON = "application/json; charset=utf-8"
CODE_LASTS = 60


class Registrar:
    """What the providers remember: their key, and the codes they have given out."""

    def __init__(self, world: World, issuer: str) -> None:
        self.world, self.issuer = world, issuer
        self.key = ECKey.generate_key("P-256", parameters={"kid": "simulated-1", "use": "sig", "alg": "ES256"})
        self.stranger = ECKey.generate_key("P-256", parameters={"kid": "simulated-1"})
        self.codes: dict[str, dict[str, Any]] = {}

    def give_code(self, asked: dict[str, str], person: dict[str, Any]) -> str:
        code = secrets.token_urlsafe(16)
        self.codes[code] = {"asked": asked, "person": person, "until": time.time() + CODE_LASTS}
        return code

    def take_code(self, code: str) -> dict[str, Any] | None:
        """Return what a code was given for; it is good once."""
        known = self.codes.pop(code, None)
        return known if known is not None and known["until"] > time.time() else None


def authorize(registrar: Registrar, asked: dict[str, str], *, answer: str) -> tuple[str, Reply]:
    """Return where the browser goes on with the code, or the page that asks who one is."""
    mood = registrar.world.mood("identity")
    back, state = asked.get("redirect_uri", ""), asked.get("state", "")
    if mood.get("deny"):
        return f"{back}?{urlencode({'error': 'access_denied', 'state': state})}", (302, "text/plain", b"")
    person = mood.get("person") or _chosen(registrar, asked.get("as", ""))
    if person is None:
        return "", (200, "text/html; charset=utf-8", _who(registrar, asked))
    given = {answer: registrar.give_code(asked, person), "state": state}
    return f"{back}?{urlencode(given)}", (302, "text/plain", b"")


def _chosen(registrar: Registrar, number: str) -> dict[str, Any] | None:
    known = registrar.world.person(number).get("identity") if number else None
    return known if isinstance(known, dict) else None


def _who(registrar: Registrar, asked: dict[str, str]) -> bytes:
    file = registrar.world.folder / "people.json"
    people = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    rows = "".join(
        f'<li><a href="?{html.escape(urlencode({**asked, "as": number}))}">{html.escape(one["identity"]["name"])}</a></li>'
        for number, one in people.items()
        if one.get("identity")
    )
    return f'<!doctype html><html lang="zh-CN"><title>模拟登录</title><h1>您是谁？</h1><ul>{rows}</ul>'.encode()


def token(registrar: Registrar, sent: dict[str, str], basic: str) -> Reply:
    """Give an ID token for a code, if the verifier, the client and the address are those it was asked with."""
    known = registrar.take_code(sent.get("code", ""))
    client = b64decode(basic.removeprefix("Basic ")).decode().partition(":")[0] if basic else ""
    challenge = urlsafe_b64encode(sha256(sent.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
    if known is None or client != known["asked"].get("client_id") or challenge != known["asked"].get("code_challenge"):
        return 400, JSON, json.dumps({"error": "invalid_grant"}).encode()
    if sent.get("redirect_uri") != known["asked"].get("redirect_uri"):
        return 400, JSON, json.dumps({"error": "invalid_grant"}).encode()
    mood, now = registrar.world.mood("identity"), int(registrar.world.now())
    forge = mood.get("forge", "")
    claims = {
        "iss": registrar.issuer,
        "aud": "somebody-else" if forge == "audience" else client,
        "iat": now - 7200 if forge == "expired" else now,
        "exp": now - 3600 if forge == "expired" else now + 300,
        "nonce": "another" if forge == "nonce" else known["asked"].get("nonce", ""),
        "acr": mood.get("acr", "3"),
        **known["person"],
    }
    key = registrar.stranger if forge == "signature" else registrar.key
    signed = jwt.encode({"alg": "ES256", "kid": "simulated-1"}, claims, key)
    return 200, JSON, json.dumps({"id_token": signed, "access_token": secrets.token_hex(8)}).encode()


def weixin(registrar: Registrar, asked: dict[str, str]) -> Reply:
    known = registrar.take_code(asked.get("code", ""))
    if known is None or asked.get("appid") != known["asked"].get("appid"):
        return 200, JSON, json.dumps({"errcode": 40029, "errmsg": "invalid code"}).encode()
    subject = known["person"]["sub"]
    told = {
        "access_token": "t",
        "expires_in": 7200,
        "openid": f"o-{subject}",
        "unionid": subject,
        "scope": "snsapi_login",
    }
    return 200, JSON, json.dumps(told).encode()


def dingtalk(registrar: Registrar, sent: dict[str, Any]) -> Reply:
    known = registrar.take_code(str(sent.get("code", "")))
    if known is None or sent.get("clientId") != known["asked"].get("client_id"):
        return 400, JSON, json.dumps({"code": "invalidCode"}).encode()
    return 200, JSON, json.dumps({"accessToken": known["person"]["sub"], "expireIn": 7200}).encode()


def discovery(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }


def make_providers(world: World, port: int) -> ThreadingHTTPServer:
    """Return the server of all three."""
    registrar = Registrar(world, f"http://127.0.0.1:{port}")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = dict(parse_qsl(parts.query))
            asks = {"/authorize": "code", "/connect/qrconnect": "code", "/oauth2/auth": "authCode"}
            if parts.path in asks:
                self._send(*authorize(registrar, asked, answer=asks[parts.path]))
            else:
                self._send("", self._read(parts.path, asked))

        def _read(self, path: str, asked: dict[str, str]) -> Reply:
            if world.mood("identity").get("fail"):
                return 503, "text/plain", b"busy"
            if path == "/sns/oauth2/access_token":
                return weixin(registrar, asked)
            told: dict[str, Any] = {
                "/.well-known/openid-configuration": discovery(registrar.issuer),
                "/jwks": {"keys": [registrar.key.as_dict(private=False)]},
                "/v1.0/contact/users/me": {"unionId": self.headers.get("x-acs-dingtalk-access-token", "")},
            }
            return (200, JSON, json.dumps(told[path]).encode()) if path in told else (404, "text/plain", b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            reply: Reply = (404, "text/plain", b"")
            if self.path == "/token":
                reply = token(registrar, dict(parse_qsl(body.decode())), self.headers.get("Authorization", ""))
            if self.path == "/v1.0/oauth2/userAccessToken":
                reply = dingtalk(registrar, json.loads(body))
            self._send("", reply)

        def _send(self, location: str, reply: Reply) -> None:
            status, content_type, body = reply
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: who logs in is nobody's business."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server
