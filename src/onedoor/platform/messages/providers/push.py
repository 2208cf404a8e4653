"""
Web Push: a message to every device its person has switched on, sealed so that only the device opens it (RFC 8030, 8291, 8292).

A message replaces its own repetition (`Topic`), so a lost answer is never two notices. A device its service no longer
knows (404, 410) is forgotten.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from onedoor.platform.kernel.crypto.web_push import seal, vapid
from onedoor.platform.messages.models import PushDevice
from onedoor.platform.messages.providers import Answer, Outcome, Outgoing, outside

TITLE, INBOX = "一门通", "/me/messages/"
SECONDS_KEPT = 3 * 86400  # how long the service keeps it for a device that is off
GONE, TAKEN = (404, 410), (200, 201, 202)


def is_known_service(endpoint: str) -> bool:
    """Tell whether an address belongs to a push service the settings name; a device may name no other host to us."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}" in settings.ONEDOOR_PUSH_SERVICES and len(endpoint) <= 1000


def send(messages: Sequence[Outgoing], at: datetime) -> Iterator[Answer]:
    for message in messages:
        devices = PushDevice.objects.filter(pk__in=message.to.split(","), ended_at__isnull=True)
        answers = [_send(device, message, at) for device in devices]
        yield _together(answers)


def _together(answers: Sequence[Answer]) -> Answer:
    """Return what the answers for several devices mean for the message: one that has it is enough."""
    for outcome in (Outcome.TAKEN, Outcome.UNSURE, Outcome.AWAY, Outcome.REJECTED):
        found = next((answer for answer in answers if answer.outcome == outcome), None)
        if found is not None:
            return found
    return Answer(Outcome.REJECTED, "没有打开推送的设备")


def _send(device: PushDevice, message: Outgoing, at: datetime) -> Answer:
    endpoint = str(device.endpoint)
    if not is_known_service(endpoint):
        return Answer(Outcome.REJECTED, "推送服务不在名单里")
    parts = urlsplit(endpoint)
    contact = f"mailto:{settings.ONEDOOR_MAIL_FROM}"
    told = {"title": TITLE, "body": message.text, "url": INBOX, "tag": message.identifier}
    content = json.dumps(told, ensure_ascii=False).encode()
    headers = {
        "Authorization": vapid(origin=f"{parts.scheme}://{parts.netloc}", contact=contact, at=at),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(SECONDS_KEPT),
        "Topic": message.identifier.replace("-", "")[:32],
        "Urgency": "normal",
    }
    body = seal(content, p256dh=str(device.p256dh), auth=str(device.auth))
    try:
        answer = outside.client().post(endpoint, content=body, headers=headers)
    except httpx.HTTPError as error:
        return outside.of_error(error)
    if answer.status_code in GONE:
        PushDevice.objects.filter(pk=device.pk, ended_at=None).update(ended_at=at)
        return Answer(Outcome.REJECTED, "推送服务不再认识这台设备")
    if answer.status_code in TAKEN:
        return Answer(Outcome.TAKEN)
    if answer.status_code in (400, 403, 413):
        return Answer(Outcome.REJECTED, f"推送服务不接收（{answer.status_code}）")
    lost = answer.status_code in outside.LOST
    return Answer(Outcome.UNSURE if lost else Outcome.AWAY, f"status {answer.status_code}")
