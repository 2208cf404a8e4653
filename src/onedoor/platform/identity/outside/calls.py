"""Calls to a provider while somebody waits for the log-in: short, and never more than one answer's worth of bytes."""

from typing import Any

import httpx
from django.conf import settings

from onedoor.platform.identity.outside.providers import OutsideAway, Provider

MOST_BYTES = 200_000


def fetch(provider: Provider, method: str, url: str, **sent: Any) -> tuple[int, dict[str, Any]]:
    """
    Return status and JSON object of an answer.

    :raises OutsideAway: no answer, or none that can be read; also a list or a bare value where an object is due.
    """
    try:
        answer = httpx.request(method, url, timeout=settings.ONEDOOR_OUTSIDE_LOGIN_TIMEOUT, **sent)
        if answer.status_code >= 500 or len(answer.content) > MOST_BYTES:
            raise OutsideAway(title=provider.title)
        told = answer.json()
        if not isinstance(told, dict):
            raise OutsideAway(title=provider.title)
        return answer.status_code, told
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise OutsideAway(title=provider.title) from error
