"""Writes from a page: each form carries a key of its own, so that three taps are one act."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from onedoor.platform.kernel import clock, replays
from onedoor.web.parts.actors import actor_of

_NOT_CONTENT = frozenset({"csrfmiddlewaretoken", "idempotency_key"})


def new_key() -> str:
    """Return a fresh key for a form about to be drawn."""
    return uuid.uuid4().hex


def once(request: HttpRequest, scope: str, perform: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """
    Perform the write of a posted form once for its key; a repeated post gets the first answer.

    :raises KeyReused: the same key came with other content.
    """
    content = {name: request.POST.getlist(name) for name in sorted(request.POST) if name not in _NOT_CONTENT}
    return replays.once(
        request.POST.get("idempotency_key") or new_key(),
        actor=actor_of(request),
        scope=scope,
        at=clock.now(),
        perform=perform,
        content=content,
    )
