"""A file of a call: sent with it, or in parts beforehand and named by its number."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, UploadedFile

from onedoor.api.doors import who
from onedoor.platform.files import operations
from onedoor.platform.files.posted import put_together, require_room
from onedoor.platform.kernel.errors import InvalidInput

SentFile = Annotated[UploadedFile | None, File()]
SentFiles = Annotated[list[UploadedFile] | None, File()]
SentUpload = Annotated[UUID | None, Form()]
SentUploads = Annotated[list[UUID] | None, Form()]
Act = Callable[[list[tuple[str, Any]]], Any]


def handed_in(request: HttpRequest, files: SentFiles, uploads: SentUploads, act: Act) -> Any:
    """Let `act` have names and contents of all files, and return what it gives; what came in parts is kept then, and ends."""
    require_room(request)
    whole: list[Any] = [put_together(upload_id=one, **who(request)) for one in uploads or ()]
    given = act([(one.name or "", one) for one in [*(files or ()), *whole]])
    for one in uploads or ():
        operations.end_upload(upload_id=one, **who(request))
    return given


def one_handed_in(request: HttpRequest, file: SentFile, upload: SentUpload, act: Callable[[str, Any], Any]) -> Any:
    """
    Let `act` have name and content of the one file there is, and return what it gives.

    :raises InvalidInput: there is none, or both.
    """
    require_room(request)
    if (file is None) == (upload is None):
        raise InvalidInput({"file": "请上传一个文件（file），或写上分段传完的文件编号（upload），两者选一。"})
    return handed_in(request, [file] if file else [], [upload] if upload else [], lambda all_: act(*all_[0]))
