"""DingTalk (钉钉统一授权登录): the code comes back as `authCode`, the token is fetched with JSON. For officers' own accounts."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from onedoor.platform.identity.outside.calls import fetch
from onedoor.platform.identity.outside.providers import (
    Attempt,
    OutsideIdentity,
    OutsideStale,
    OutsideUntrusted,
    Provider,
)

PAGES, CALLS = "https://login.dingtalk.com", "https://api.dingtalk.com"
TOKEN_HEADER = "x-acs-dingtalk-access-token"


def address(provider: Provider, attempt: Attempt, back: str) -> str:
    """Return where the browser is sent to log in."""
    asked = {
        "redirect_uri": back,
        "response_type": "code",
        "client_id": provider.client_id,
        "scope": "openid",
        "state": attempt.state,
        "prompt": "consent",
    }
    return f"{provider.issuer or PAGES}/oauth2/auth?{urlencode(asked)}"


def redeem(
    provider: Provider, attempt: Attempt, given: Mapping[str, str], back: str, *, wall: datetime
) -> OutsideIdentity:
    """
    Exchange the code for a token, and the token for the person's `unionId`.

    :raises OutsideStale: the code is not, or no longer, good.
    """
    base = provider.issuer or CALLS
    asked = {
        "clientId": provider.client_id,
        "clientSecret": provider.client_secret,
        "code": given.get("authCode", ""),
        "grantType": "authorization_code",
    }
    status, told = fetch(provider, "POST", f"{base}/v1.0/oauth2/userAccessToken", json=asked)
    if status >= 400:
        raise OutsideStale
    headers = {TOKEN_HEADER: str(told.get("accessToken", ""))}
    status, me = fetch(provider, "GET", f"{base}/v1.0/contact/users/me", headers=headers)
    subject = me.get("unionId") if status < 400 else ""
    if not isinstance(subject, str) or not subject:
        raise OutsideUntrusted(title=provider.title)
    return OutsideIdentity(subject=subject)
