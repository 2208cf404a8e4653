"""Papers chosen in a form: one file input for each paper, named file_<code>; several files may be chosen in each."""

from functools import partial
from typing import IO, Any
from uuid import UUID

from django.http import HttpRequest

from onedoor.platform.cases import operations
from onedoor.platform.files.posted import require_room
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.writes import attempt

PREFIX = "file_"


def attach_posted(request: HttpRequest, *, draft_id: UUID | None = None, case_id: int | None = None) -> str:
    """Attach every file of the form to the paper its input names; return what is wrong with those refused, or nothing."""

    def attach(name: str, upload: Any) -> None:
        operations.attach_material(
            draft_id=draft_id,
            case_id=case_id,
            material=name.removeprefix(PREFIX),
            content=upload,
            name=upload.name or "",
            actor=actor_of(request),
            at=clock.now(),
        )

    require_room(request)
    chosen = [(name, upload) for name in request.FILES for upload in request.FILES.getlist(name)]
    refusals = [refusal for one in chosen if (refusal := attempt(request, partial(attach, *one))[1])]
    return " ".join(dict.fromkeys(str(refusal) for refusal in refusals))


def uploaded(request: HttpRequest, code: str) -> list[tuple[str, IO[bytes]]]:
    """
    Return name and content of every file chosen for one paper.

    :raises StorageFull: there was no room for them.
    """
    require_room(request)
    return [(one.name or "", one) for one in request.FILES.getlist(f"{PREFIX}{code}")]
