"""Idempotency: a write repeated with the same key gets the first answer again and has no second effect."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.models import Replay

CLAIM = """
    INSERT INTO kernel_replay (actor, scope, key, content_digest, answer, at) VALUES (%s, %s, %s, %s, '{}', %s)
    ON CONFLICT (actor, scope, key) DO NOTHING RETURNING id
"""


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
        claimed = _claim(owner, scope, key, digest, at)
        if claimed is None:
            earlier = Replay.objects.get(actor=owner, scope=scope, key=key)
            if earlier.content_digest != digest:
                raise KeyReused
            return dict(earlier.answer)
        answer = perform()
        if answer:
            Replay.objects.filter(pk=claimed).update(answer=answer)
        return answer


def _claim(owner: str, scope: str, key: str, digest: str, at: datetime) -> int | None:
    """Write the row of a write about to be done; None if there is one. A second request waits here for the first one to end."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [owner, scope, key, digest, connection.ops.adapt_datetimefield_value(at)])
        claimed = cursor.fetchone()
    return int(claimed[0]) if claimed else None
