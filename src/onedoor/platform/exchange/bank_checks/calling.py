"""One question to a bank: do name, identity number, card and phone belong together?"""

import json
from datetime import datetime

import httpx
from django.conf import settings

from onedoor.platform.exchange.signing import signed_headers
from onedoor.platform.identity.queries import FourElements

PATH = "/four-elements"


class NoAnswer(RuntimeError):
    """No bank has said anything that can be used."""


def ask(elements: FourElements, *, wall: datetime) -> bool:
    """
    Return whether the bank says that all four belong together.

    :raises NoAnswer: it said nothing, or nothing that can be read.
    """
    body = json.dumps(vars(elements), ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", **signed_headers("POST", PATH, body, at=wall)}
    address, patience = settings.ONEDOOR_BANK_CHECK_URL.rstrip("/") + PATH, settings.ONEDOOR_CONNECTOR_TIMEOUT
    try:
        answer = httpx.post(address, content=body, headers=headers, timeout=patience)
        answer.raise_for_status()
        told = answer.json()["matches"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        raise NoAnswer(type(error).__name__) from error
    if not isinstance(told, bool):
        raise NoAnswer("matches is not a truth value")
    return told
