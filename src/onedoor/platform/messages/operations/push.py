"""A person switches push on in a browser, and off again."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel.actors import MATCHED, PROVED, Actor
from onedoor.platform.kernel.crypto.sealed import keyed_hash
from onedoor.platform.kernel.crypto.web_push import is_browser_key
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.platform.messages.models import PushDevice
from onedoor.platform.messages.providers.push import is_known_service

MOST = 10


class DeviceNotFound(NotFound):
    code, message = "messages.device_not_found", "没有这台设备，可能已经关闭推送。请刷新页面查看。"


@transaction.atomic
def add_push_device(*, endpoint: str, p256dh: str, auth: str, label: str, actor: Actor, at: datetime) -> PushDevice:
    """
    Switch push on in a browser; one that somebody else used before is theirs no longer.

    :raises InvalidInput: what the browser gave is not usable, its push service is not known here, or there are too many.
    """
    person_id = actor.require_person()
    actor.require_level(PROVED)
    if not is_known_service(endpoint):
        raise InvalidInput({"push": "这个浏览器的推送服务本站还没有接通，请改用短信、邮件或微信。"})
    if not is_browser_key(p256dh, auth):
        raise InvalidInput({"push": "浏览器给的推送信息不完整，请关掉页面重新打开再试。"})
    digest = keyed_hash(endpoint, purpose="messages.push")
    PushDevice.objects.filter(endpoint_digest=digest, ended_at=None).update(ended_at=at)
    if PushDevice.objects.filter(person_id=person_id, ended_at=None).count() >= MOST:
        raise InvalidInput({"push": f"最多在 {MOST} 台设备上打开推送，请先关闭不用的。"})
    device = PushDevice.objects.create(
        person_id=person_id,
        endpoint=endpoint,
        endpoint_digest=digest,
        p256dh=p256dh,
        auth=auth,
        label=label.strip()[:60] or "浏览器",
        added_at=at,
    )
    audit.record("messages.add_push_device", actor=actor, at=at, target=f"person:{person_id}")
    return device


@transaction.atomic
def drop_push_device(*, device_id: int, actor: Actor, at: datetime) -> None:
    """
    Switch push off for a device; nothing goes there any more.

    :raises DeviceNotFound: not the actor's, or switched off already.
    """
    person_id = actor.require_person()
    actor.require_level(MATCHED)
    if not PushDevice.objects.filter(pk=device_id, person_id=person_id, ended_at=None).update(ended_at=at):
        raise DeviceNotFound
    audit.record("messages.drop_push_device", actor=actor, at=at, target=f"person:{person_id}")
