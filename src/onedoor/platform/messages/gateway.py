"""The SMS gateway: signed HTTP, idempotent by message id."""

import json
from datetime import datetime

import httpx
from django.conf import settings

from onedoor.platform.kernel.crypto import hmac_sm3

TIMEOUT = httpx.Timeout(8.0, connect=3.0)


class GatewayUnavailable(RuntimeError):
    """The gateway did not take the message; it is tried again."""


def send_sms(*, identifier: str, to: str, text: str, at: datetime) -> None:
    """
    Hand one SMS to the gateway; the same identifier twice is one SMS.

    :raises GatewayUnavailable: it did not answer, or refused.
    """
    if not settings.ONEDOOR_SMS_URL:
        raise GatewayUnavailable("ONEDOOR_SMS_URL is not set")
    body = json.dumps({"id": identifier, "to": to, "text": text}, ensure_ascii=False).encode()
    timestamp = str(int(at.timestamp()))
    signature = hmac_sm3(settings.ONEDOOR_SMS_SECRET.encode(), timestamp.encode() + b"\n" + body).hex()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-OneDoor-Timestamp": timestamp,
        "X-OneDoor-Signature": signature,
    }
    try:
        answer = httpx.post(f"{settings.ONEDOOR_SMS_URL}/sms", content=body, headers=headers, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        raise GatewayUnavailable(type(error).__name__) from None
    if answer.status_code != 200:
        raise GatewayUnavailable(f"status {answer.status_code}")
