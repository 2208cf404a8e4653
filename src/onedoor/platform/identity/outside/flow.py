"""A log-in at another's from the first click to the answer: the same for every kind of provider."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from onedoor.platform.identity.outside import dingtalk, oidc, weixin
from onedoor.platform.identity.outside.providers import (
    Attempt,
    OutsideIdentity,
    OutsideRefused,
    OutsideStale,
    Provider,
)

KINDS: Mapping[str, Any] = {"oidc": oidc, "weixin": weixin, "dingtalk": dingtalk}
GOOD_FOR = 600  # seconds from the click to the way back


def begin(provider: Provider, back: str) -> tuple[str, Attempt]:
    """
    Return where the browser goes, and what it keeps until it is back.

    :raises OutsideAway, OutsideUntrusted: the provider cannot be asked, or is not what it should be.
    """
    attempt = Attempt(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
    return KINDS[provider.kind].address(provider, attempt, back), attempt


def finish(
    provider: Provider, attempt: Attempt | None, given: Mapping[str, str], back: str, *, wall: datetime
) -> OutsideIdentity:
    """
    Return who has logged in, from what the browser brings back.

    :raises OutsideStale: this browser has begun no such log-in, or it has been used.
    :raises OutsideRefused: the person said no.
    :raises OutsideAway, OutsideUntrusted: the provider does not answer, or not in a way that can be trusted.
    """
    if attempt is None or not secrets.compare_digest(attempt.state.encode(), given.get("state", "").encode()):
        raise OutsideStale
    if given.get("error") or not (given.get("code") or given.get("authCode")):
        raise OutsideRefused
    found: OutsideIdentity = KINDS[provider.kind].redeem(provider, attempt, given, back, wall=wall)
    return found
