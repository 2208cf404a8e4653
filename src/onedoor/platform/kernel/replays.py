"""Idempotency: a write repeated with the same key gets the first answer again and has no second effect."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, transaction
from django.http import HttpRequest

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.crypto.digests import sm3_hasher
from onedoor.platform.kernel.crypto.sealed import keyed_hash
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.models import Replay

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
KEY_FIELD = "idempotency_key"
NOT_CONTENT = frozenset({"csrfmiddlewaretoken", KEY_FIELD})
KEPT_FOR = timedelta(days=1)
LONGEST_KEY = 80
Answer = TypeVar("Answer")
_answering: ContextVar[int | None] = ContextVar("answering", default=None)  # the row of the write being performed
# The conflict waits for the other request with this key to end, so that no lock is needed besides.
CLAIM = """
    INSERT INTO kernel_replay (actor, scope, key, content_digest, about, at) VALUES (%s, %s, %s, %s, '', %s)
    ON CONFLICT (actor, key) DO NOTHING RETURNING id
"""
ANSWER = "UPDATE kernel_replay SET answer = %s WHERE id = %s"


class KeyReused(OneDoorError):
    code, http_status, message = (
        "onedoor.key_reused",
        409,
        "刚才已经提交过一次，这次的内容和那次不一样，没有办理。请核对后重新提交。",
    )


class KeyMissing(OneDoorError):
    code, http_status, message = (
        "onedoor.key_missing",
        400,
        "这次提交没有带上防重复的编号（Idempotency-Key），没有办理。请重新提交。",
    )


def once(
    key: str,
    *,
    actor: Actor,
    scope: str,
    content: str,
    at: datetime,
    perform: Callable[[], Answer],
    remember: Callable[[Answer], Any] = lambda answer: answer,
    recall: Callable[[Any], Answer] = lambda kept: kept,
) -> Answer:
    """
    Perform a write once for this actor and key, in one transaction; a repetition returns the stored answer.

    `content` is the digest of what was sent. `remember` turns the answer into JSON, or into None where nothing was
    done that a repetition could double (a refusal shown on the page); `recall` turns the JSON back.

    :raises KeyMissing: there is no key, or it is too long to be one.
    :raises KeyReused: the same key came with other content.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise KeyMissing
    owner = f"{actor.kind}:{actor.login_id or ''}"
    with transaction.atomic():
        claimed = _claim(owner, scope, key, content, at)
        if claimed is None:
            earlier = Replay.objects.get(actor=owner, key=key)
            if earlier.content_digest != content:
                raise KeyReused
            return recall(earlier.answer)
        token = _answering.set(claimed)
        try:
            answer = perform()
        finally:
            _answering.reset(token)
        kept = remember(answer)
        if kept is None:
            Replay.objects.filter(pk=claimed).delete()
        else:
            _answer(claimed, kept)
        return answer


def content_of(request: HttpRequest) -> str:
    """
    Return a digest of what a request asks for: its address, its fields and files, or its body.

    It is keyed: a plain digest of a form with an identity number could be guessed from the table.
    """
    told: list[Any] = [request.method, request.get_full_path()]
    if request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        told.append({name: request.POST.getlist(name) for name in request.POST if name not in NOT_CONTENT})
        told += [[name, file.name, _digest(file)] for name, files in request.FILES.lists() for file in files]
    else:
        told.append(sm3(request.body).hex())
    return keyed_hash(canonical_json(told).decode(), purpose="replay.content")


def _digest(file: Any) -> str:
    hasher = sm3_hasher()
    for chunk in file.chunks():
        hasher.update(chunk)
    file.seek(0)
    return hasher.digest().hex()


def tie_to(target: str) -> None:
    """Say of the write being performed that its answer holds what somebody typed into `target`; it goes with that."""
    claimed = _answering.get()
    if claimed is not None:
        Replay.objects.filter(pk=claimed).update(about=target)


def forget_about(target: str) -> int:
    """Delete the answers tied to something that is gone, and return how many."""
    return Replay.objects.filter(about=target).delete()[0]


def forget(*, at: datetime) -> int:
    """Delete the answers that nobody repeats a request for any more, and return how many; safe to run twice."""
    return Replay.objects.filter(at__lt=at - KEPT_FOR).delete()[0]


def _answer(claimed: int, kept: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ANSWER, [Replay._meta.get_field("answer").get_db_prep_save(kept, connection), claimed])


def _claim(owner: str, scope: str, key: str, digest: str, at: datetime) -> int | None:
    """Write the row of a write about to be done; None if there is one. A second request waits here for the first to end."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [owner, scope, key, digest, connection.ops.adapt_datetimefield_value(at)])
        claimed = cursor.fetchone()
    return int(claimed[0]) if claimed else None
