"""Papers given with a form: one file input for each paper, named file_<code>, or files that came in parts beforehand."""

from typing import IO, Any
from uuid import UUID

from django.http import HttpRequest

from onedoor.platform.cases import operations
from onedoor.platform.files import operations as files
from onedoor.platform.files import queries as begun
from onedoor.platform.files.contents.pictures import LONGEST_SIDE
from onedoor.platform.files.posted import put_together, require_room
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.writes import attempt

PREFIX = "file_"
IN_PARTS = "upload_"  # with the number of a file that came in parts, written by the page's script


def has_files(request: HttpRequest) -> bool:
    return bool(request.FILES) or bool(_codes(request))


def _codes(request: HttpRequest) -> list[str]:
    """Return the codes of the papers the form gives something for."""
    names = [name.removeprefix(PREFIX) for name in request.FILES if name.startswith(PREFIX)]
    return [*names, *(name.removeprefix(IN_PARTS) for name in request.POST if name.startswith(IN_PARTS))]


def attach_posted(request: HttpRequest, *, draft_id: UUID | None = None, case_id: int | None = None) -> str:
    """Attach every file of the form to the paper its input names; return what is wrong with those refused, or nothing."""

    def attach(code: str, given: Any) -> OneDoorError | None:
        def act() -> None:
            found = _whole(request, given) if isinstance(given, UUID) else given
            operations.attach_material(
                draft_id=draft_id, case_id=case_id, material=code, content=found, name=found.name or "", **_who(request)
            )

        return attempt(request, act)[1]

    require_room(request)
    refusals: list[OneDoorError | None] = []
    for code in dict.fromkeys(_codes(request)):
        refusals += [attach(code, upload) for upload in request.FILES.getlist(f"{PREFIX}{code}")]
        for number in _in_parts(request, code):
            refusals.append(attach(code, number))
            _end(request, number, refusals[-1])
    return " ".join(dict.fromkeys(str(refusal) for refusal in refusals if refusal is not None))


def uploaded(request: HttpRequest, code: str) -> list[tuple[str, IO[bytes]]]:
    """
    Return name and content of every file chosen for one paper.

    :raises StorageFull: there was no room for them.
    """
    require_room(request)
    whole = [_whole(request, number) for number in _in_parts(request, code)]
    return [(one.name or "", one) for one in [*request.FILES.getlist(f"{PREFIX}{code}"), *whole]]


def end_uploads(request: HttpRequest, code: str, refusal: Exception | None) -> None:
    """Let what came in parts go once it is kept, or once its content was refused: sent again it would be refused again."""
    for number in _in_parts(request, code):
        _end(request, number, refusal)


def _end(request: HttpRequest, number: UUID, refusal: Exception | None) -> None:
    if refusal is None or isinstance(refusal, files.FileRefused):
        attempt(request, lambda: files.end_upload(upload_id=number, **_who(request)))


def _in_parts(request: HttpRequest, code: str) -> list[UUID]:
    """:raises UploadNotThere: a number is none."""
    try:
        return [UUID(number) for number in request.POST.getlist(f"{IN_PARTS}{code}")]
    except ValueError as error:
        raise files.UploadNotThere from error


def _whole(request: HttpRequest, number: UUID) -> Any:
    return put_together(upload_id=number, **_who(request))


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "at": clock.now()}


def uploading(request: HttpRequest, target: str, address: str) -> dict[str, Any]:
    """Return what a page needs whose files may come in parts: where they are begun, and what has come half."""
    begun_here = begun.begun_uploads(target=target, **_who(request))
    return {
        "uploads": address,
        "longest_side": LONGEST_SIDE,
        "unfinished": [one for one in begun_here if not one.is_whole],
    }
