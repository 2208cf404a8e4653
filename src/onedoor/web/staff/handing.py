"""Hand in an administrator's or window officer's form, and say what is wrong with it on the same page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from onedoor.platform.files import operations as files
from onedoor.platform.files.contents import Taken
from onedoor.platform.kernel.actors import Actor
from onedoor.web.parts.inputs import Garbled
from onedoor.web.parts.receiving import require_room
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


@dataclass(frozen=True)
class Evidence:
    """A paper given at the window, looked at and not yet kept; without one, its digest is empty and refused as missing."""

    taken: Taken | None

    @property
    def digest(self) -> str:
        """The SM3 digest of what will be kept of it."""
        return self.taken.aside.digest.hex() if self.taken else ""

    def keep(self, *, name: str, target: str, actor: Actor, at: datetime) -> None:
        if self.taken is not None:
            files.store_file(content=self.taken, name=name, target=target, actor=actor, at=at)


def evidence(request: HttpRequest) -> Evidence:
    """
    Return the paper of a window form.

    :raises FileRefused: it is no picture and no PDF.
    """
    require_room(request)
    file = request.FILES.get("evidence")
    return Evidence(files.receive(file) if file is not None else None)
