"""Tokens for systems: OAuth 2.0 client credentials (RFC 6749 sections 2.3.1, 4.4, 5) and their revocation (RFC 7009)."""

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest, JsonResponse
from ninja import Form, NinjaAPI

from onedoor.api.doors import anybody
from onedoor.api.problems import is_storable
from onedoor.api.rooms import Room
from onedoor.api.schemas import Told
from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import clients
from onedoor.platform.identity.clients import InvalidClient, InvalidScope
from onedoor.platform.kernel import clock, limits
from onedoor.platform.kernel.errors import OneDoorError

room = Room("oauth")
FORM = "application/x-www-form-urlencoded"
WHY = "RFC 6749: a token is asked for with a form; another one does no harm"
# A system that keeps its token asks twice an hour; somebody who tries secrets is stopped soon.
PER_CLIENT, PER_ADDRESS = 10, 60


class UnsupportedGrant(OneDoorError):
    code, http_status, message = (
        "identity.unsupported_grant",
        400,
        "只支持 grant_type=client_credentials（RFC 6749 第 4.4 节）。",
    )


class BadTokenRequest(OneDoorError):
    code, http_status, message = (
        "identity.bad_token_request",
        400,
        "请以 application/x-www-form-urlencoded 提交表单，并写明 grant_type 或 token。",
    )


# The words of RFC 6749 section 5.2, whose description is in ASCII; ours stands beside it.
ERRORS: dict[type[Exception], tuple[str, str]] = {
    InvalidClient: (
        "invalid_client",
        "The client or its secret is unknown, or the client is suspended or past its day.",
    ),
    InvalidScope: ("invalid_scope", "A scope is not registered for this client."),
    UnsupportedGrant: ("unsupported_grant_type", "Only grant_type=client_credentials is supported."),
    BadTokenRequest: ("invalid_request", "Send a form (application/x-www-form-urlencoded) with grant_type or token."),
}


class TokenIn(Told):
    """申请令牌的表单。What a system asks for."""

    grant_type: str = ""
    scope: str = ""


class TokenOut(Told):
    """访问令牌，只显示一次。A token, told once."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class TokenRefusedOut(Told):
    """拒绝发放令牌（RFC 6749 第 5.2 节）。Why there is no token."""

    error: str
    error_description: str
    code: str
    detail: str


class TokenRevokeIn(Told):
    """要撤销的令牌。The token to end."""

    token: str = ""


class RevokedOut(Told):
    """令牌已不可用。The token opens nothing."""

    revoked: bool


REFUSED = {400: TokenRefusedOut, 401: TokenRefusedOut}


@room.ask("/oauth/token", anybody(most=PER_ADDRESS, name="api.token"), "获取令牌", {200: TokenOut} | REFUSED, why=WHY)
def issue(request: HttpRequest, sent: Form[TokenIn]) -> dict[str, Any]:
    """Get a token for half an hour, with the client's id and secret as HTTP Basic authentication."""
    client = _client(request)
    if not sent.grant_type:
        raise BadTokenRequest
    if sent.grant_type != "client_credentials":
        raise UnsupportedGrant
    address = request.META["REMOTE_ADDR"]
    issued = clients.issue_token(client=client, scopes=sent.scope.split(), address=address, at=clock.now())
    told = {"access_token": issued.token, "token_type": "Bearer", "expires_in": issued.seconds}
    return told | {"scope": " ".join(issued.scopes)}


@room.ask(
    "/oauth/revoke", anybody(most=PER_ADDRESS, name="api.token"), "撤销令牌", {200: RevokedOut} | REFUSED, why=WHY
)
def revoke(request: HttpRequest, sent: Form[TokenRevokeIn]) -> dict[str, Any]:
    """End one of the client's own tokens; whether it was one is not told."""
    client = _client(request)
    if not sent.token:
        raise BadTokenRequest
    clients.revoke_token(client=client, token=sent.token, at=clock.now())
    return {"revoked": True}


def _client(request: HttpRequest) -> Any:
    """:raises BadTokenRequest, InvalidClient: it is no form, or not from a client with its secret."""
    if request.content_type != FORM:
        raise BadTokenRequest
    username, secret = _basic(request.headers.get("Authorization", ""))
    limits.knock("api.token_client", username, most=PER_CLIENT, at=clock.wall())
    return clients.authenticate(username=username, secret=secret, on=clock.today())


def _basic(header: str) -> tuple[str, str]:
    """Return client id and secret of HTTP Basic authentication, each encoded as in a form (RFC 6749 section 2.3.1)."""
    way, _, coded = header.partition(" ")
    if way.lower() != "basic":
        raise InvalidClient
    try:
        name, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidClient from None
    told = unquote_plus(name), unquote_plus(secret)
    if not is_storable(list(told)):
        raise InvalidClient
    return told


def _refused(request: HttpRequest, refusal: Any) -> JsonResponse:
    audit.record_refusal(refusal.code, actor=request.actor, at=clock.now(), path=request.path)  # type: ignore[attr-defined]
    error, description = ERRORS[type(refusal)]
    told = {"error": error, "error_description": description, "code": refusal.code, "detail": str(refusal)}
    response = JsonResponse(told, status=refusal.http_status, json_dumps_params={"ensure_ascii": False})
    if refusal.http_status == 401:
        response["WWW-Authenticate"] = 'Basic realm="onedoor"'
    return response


def install(api: NinjaAPI) -> None:
    """Answer refusals of tokens in the words of RFC 6749, which every client library reads."""
    for kind in ERRORS:
        api.add_exception_handler(kind, _refused)
