"""OpenID Connect: authorization code with PKCE, state and nonce; the issuer's own keys, found by discovery."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from onedoor.platform.identity.outside.calls import fetch
from onedoor.platform.identity.outside.providers import (
    Attempt,
    OutsideAway,
    OutsideIdentity,
    OutsideStale,
    OutsideUntrusted,
    Provider,
)

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # never "none", nothing shared
LEEWAY = 60  # seconds two clocks may differ


def address(provider: Provider, attempt: Attempt, back: str) -> str:
    """
    Return where the browser is sent to log in.

    :raises OutsideAway, OutsideUntrusted: the issuer cannot be asked, or is another one than was agreed.
    """
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "scope": provider.scope,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge(attempt.verifier),
        "code_challenge_method": "S256",
    }
    if provider.levels:
        asked["acr_values"] = " ".join(sorted(provider.levels, key=lambda acr: -provider.levels[acr]))
    return f"{_discover(provider)['authorization_endpoint']}?{urlencode(asked)}"


def challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def redeem(
    provider: Provider, attempt: Attempt, given: Mapping[str, str], back: str, *, wall: datetime
) -> OutsideIdentity:
    """
    Exchange the code the browser came back with, and return who the signed answer says it is.

    :raises OutsideStale: the code is not, or no longer, good.
    :raises OutsideUntrusted: the answer is not signed by the issuer, for us, for this attempt, now.
    """
    known = _discover(provider)
    asked = {
        "grant_type": "authorization_code",
        "code": given.get("code", ""),
        "redirect_uri": back,
        "client_id": provider.client_id,
        "code_verifier": attempt.verifier,
    }
    secret = (provider.client_id, provider.client_secret)
    status, told = fetch(provider, "POST", known["token_endpoint"], data=asked, auth=secret)
    if status >= 400:
        raise OutsideStale
    claims = _checked(provider, told, fetch(provider, "GET", known["jwks_uri"])[1], attempt, wall)
    verified = {name: claims.get(name) or "" for name in (provider.identity_claim, provider.name_claim) if name}
    return OutsideIdentity(
        subject=str(claims["sub"]),
        level=provider.levels.get(str(claims.get("acr", "")), 0),
        id_number=str(verified.get(provider.identity_claim, "")),
        name=str(verified.get(provider.name_claim, "")),
    )


def _checked(provider: Provider, told: Any, keys: Any, attempt: Attempt, wall: datetime) -> dict[str, Any]:
    try:
        token = jwt.decode(told["id_token"], KeySet.import_key_set(keys), algorithms=ALGORITHMS)
        rules = jwt.JWTClaimsRegistry(
            now=int(wall.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            nonce={"essential": True, "value": attempt.nonce},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        rules.validate(token.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise OutsideUntrusted(title=provider.title) from error
    several = isinstance(token.claims["aud"], list) and len(token.claims["aud"]) > 1
    if several and token.claims.get("azp") != provider.client_id:
        raise OutsideUntrusted(title=provider.title)
    return dict(token.claims)


def _discover(provider: Provider) -> dict[str, str]:
    """:raises OutsideUntrusted: what answers is another issuer."""
    status, told = fetch(provider, "GET", f"{provider.issuer}/.well-known/openid-configuration")
    if status >= 400:
        raise OutsideAway(title=provider.title)
    wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if told.get("issuer") != provider.issuer or not all(isinstance(told.get(name), str) for name in wanted):
        raise OutsideUntrusted(title=provider.title)
    return {name: told[name] for name in wanted}
