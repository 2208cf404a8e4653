"""Papers chosen in a form: one file input for each paper, named file_<code>; several files may be chosen in each."""

from uuid import UUID

from django.http import HttpRequest

from onedoor.platform.cases import operations
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of

PREFIX = "file_"


def attach_posted(request: HttpRequest, *, draft_id: UUID | None = None, case_id: int | None = None) -> None:
    """
    Attach every file of the form to the paper its input names.

    :raises FileRefused, MaterialNotFound: what was attached before it stays attached.
    """
    for name in request.FILES:
        for upload in request.FILES.getlist(name):
            operations.attach_material(
                draft_id=draft_id,
                case_id=case_id,
                material=name.removeprefix(PREFIX),
                content=upload.read(),
                name=upload.name or "",
                actor=actor_of(request),
                at=clock.now(),
            )
