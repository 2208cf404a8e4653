"""Hand in an administrator's or window officer's form, and say what is wrong with it on the same page."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from onedoor.web.parts.inputs import Garbled
from onedoor.web.parts.writes import attempt


def problems_of(request: HttpRequest, perform: Callable[[], Any]) -> dict[str, str]:
    """
    Perform a posted form's write and return what is wrong with it, by field; nothing when it was done.

    What the actor may not do, or what is not there, stays a page of its own.
    """
    _, refusal = attempt(request, perform)
    if refusal is None:
        return {}
    if refusal.http_status == 404 or refusal.code == "onedoor.not_allowed":
        raise refusal
    return refusal.by_field


def number(request: HttpRequest, name: str) -> int:
    """Return a posted number, 0 for nothing chosen; the operation says what is missing."""
    text = request.POST.get(name, "").strip()
    if not text:
        return 0
    if not text.isdigit() or len(text) > 9:
        raise Garbled
    return int(text)
