"""WeChat for web sites (微信开放平台, snsapi_login): a code on the screen, scanned with the phone. It tells no identity number."""

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

PAGES, CALLS = "https://open.weixin.qq.com", "https://api.weixin.qq.com"


def address(provider: Provider, attempt: Attempt, back: str) -> str:
    """Return where the browser is sent to have the code scanned."""
    asked = {
        "appid": provider.client_id,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "snsapi_login",
        "state": attempt.state,
    }
    return f"{provider.issuer or PAGES}/connect/qrconnect?{urlencode(asked)}#wechat_redirect"


def redeem(
    provider: Provider, attempt: Attempt, given: Mapping[str, str], back: str, *, wall: datetime
) -> OutsideIdentity:
    """
    Exchange the code for the person's `unionid`, or `openid` where the account has none.

    :raises OutsideStale: the code is not, or no longer, good.
    """
    asked = {
        "appid": provider.client_id,
        "secret": provider.client_secret,
        "code": given.get("code", ""),
        "grant_type": "authorization_code",
    }
    _, told = fetch(provider, "GET", f"{provider.issuer or CALLS}/sns/oauth2/access_token", params=asked)
    if told.get("errcode"):
        raise OutsideStale
    subject = told.get("unionid") or told.get("openid")
    if not isinstance(subject, str) or not subject:
        raise OutsideUntrusted(title=provider.title)
    return OutsideIdentity(subject=subject)
