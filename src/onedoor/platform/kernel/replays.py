"""Idempotency: a write repeated with the same key gets the first answer again and has no second effect."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.models import Replay


class KeyReused(OneDoorError):
    code, http_status, message = "onedoor.key_reused", 409, "这次提交与之前的内容不同，请返回页面重新提交。"


def once(
    key: str, *, actor: Actor, scope: str, at: datetime, perform: Callable[[], dict[str, Any]], content: Any = None
) -> dict[str, Any]:
    """
    Perform a write once for (actor, scope, key) and return its answer; a repetition returns the stored answer.

    :raises KeyReused: the same key came with other content.
    """
    owner = f"{actor.kind}:{actor.login_id or ''}"
    digest = sm3(canonical_json(content)).hex()
    with transaction.atomic():
        _lock(owner, scope, key)
        earlier = Replay.objects.filter(actor=owner, scope=scope, key=key).first()
        if earlier is not None:
            if earlier.content_digest != digest:
                raise KeyReused
            return dict(earlier.answer)
        answer = perform()
        Replay.objects.create(actor=owner, scope=scope, key=key, content_digest=digest, answer=answer, at=at)
        return answer


def _lock(owner: str, scope: str, key: str) -> None:
    """Make a second request with the same key wait for the first; SQLite's write transaction already does."""
    if connection.vendor == "postgresql":
        number = int.from_bytes(sm3(f"{owner}|{scope}|{key}".encode())[:8], "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
