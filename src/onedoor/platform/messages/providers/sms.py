"""SMS gateways: signed HTTP, idempotent by message id."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx
from django.conf import settings

from onedoor.platform.kernel.crypto import hmac_sm3
from onedoor.platform.messages.providers import Answer, Outcome, Outgoing, outside


@dataclass(frozen=True)
class Gateway:
    """One gateway: where it answers, and the key we share with it."""

    code: str
    title: str
    url: str
    secret: str

    def send(self, messages: Sequence[Outgoing], at: datetime) -> Iterator[Answer]:
        for message in messages:
            yield self._send(message, at)

    def _send(self, message: Outgoing, at: datetime) -> Answer:
        told = {"id": message.identifier, "to": message.to, "text": message.text}
        body = json.dumps(told, ensure_ascii=False).encode()
        timestamp = str(int(at.timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-OneDoor-Timestamp": timestamp,
            "X-OneDoor-Signature": sign(self.secret, timestamp, body),
        }
        try:
            answer = outside.client().post(f"{self.url}/sms", content=body, headers=headers)
        except httpx.HTTPError as error:
            return outside.of_error(error)
        return _meaning(answer)


def _meaning(answer: httpx.Response) -> Answer:
    if answer.status_code == 200:
        return Answer(Outcome.TAKEN)
    if answer.status_code == 422:
        return Answer(Outcome.REJECTED, "服务商不接收这个号码")
    lost = answer.status_code in outside.LOST
    return Answer(Outcome.UNSURE if lost else Outcome.AWAY, f"status {answer.status_code}")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature both sides put beside what they send."""
    return hmac_sm3(secret.encode(), timestamp.encode() + b"\n" + body).hex()


def gateways() -> list[Gateway]:
    """Return both gateways in the order in which they are asked; one without an address is not there."""
    return [
        Gateway("sms-1", "短信一", settings.ONEDOOR_SMS_URL, settings.ONEDOOR_SMS_SECRET),
        Gateway("sms-2", "短信二", settings.ONEDOOR_SMS_SECOND_URL, settings.ONEDOOR_SMS_SECOND_SECRET),
    ]
