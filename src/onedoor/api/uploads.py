"""Files that come in parts: begin one, send part after part, go on after a break, hand it in like a file of a form."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from ninja import File, Form, UploadedFile
from pydantic import Field, StringConstraints

from onedoor.api.cases import case_of
from onedoor.api.doors import applicant, caller, person, who
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Told, whole
from onedoor.platform.cases import queries
from onedoor.platform.files import operations
from onedoor.platform.files import queries as files
from onedoor.platform.files.parts import PART
from onedoor.platform.files.posted import require_room
from onedoor.platform.kernel import clock

room = Room("uploads")
Sha256 = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]


class UploadIn(Told):
    """要上传的文件：给哪份材料、文件名、大小；带上 sha256 才能中断后接着传。What will come; with `sha256` it can go on after a break."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    name: Line = ""
    size: Annotated[int, Field(ge=1, le=2**40)]
    sha256: Sha256 = ""


class UploadOut(Told):
    """传到哪里了；下一段从 received 开始，传到 parts。How far it has come: the next part begins at `received`."""

    id: UUID
    code: str
    name: str
    size: int
    received: int
    part_size: int
    parts: str
    expires_at: datetime


def _told(upload: Any) -> dict[str, Any]:
    names = ("id", "name", "size", "received", "expires_at")
    address = reverse("api-1:api_uploads_add_part", args=[upload.pk])
    told = {"code": upload.purpose, "part_size": PART, "parts": address}
    return told | {name: getattr(upload, name) for name in names}


def _begin(request: HttpRequest, target: str, sent: UploadIn) -> UploadOut:
    upload = operations.begin_upload(
        target=target, purpose=sent.code, name=sent.name, size=sent.size, sha256=sent.sha256, **who(request)
    )
    return UploadOut(**_told(upload))


@room.write("/drafts/{uuid:draft_id}/uploads", applicant, "分段上传草稿的材料", UploadOut)
def begin_for_draft(request: HttpRequest, draft_id: UUID, sent: UploadIn) -> UploadOut:
    """Begin a file for a paper of an application; the same file begun before goes on where it stopped."""
    draft = queries.get_draft(draft_id=draft_id, actor=caller(request), on=clock.today())
    return _begin(request, draft.target, sent)


@room.write("/cases/{number}/uploads", applicant, "分段上传办件的材料", UploadOut)
def begin_for_case(request: HttpRequest, number: Line, sent: UploadIn) -> UploadOut:
    """Begin a file for a paper a case waits for; the same file begun before goes on where it stopped."""
    return _begin(request, case_of(request, number).target, sent)


@room.read("/uploads", person, "没有传完的文件", Page[UploadOut])
def list_uploads(request: HttpRequest) -> dict[str, Any]:
    """List what one has begun to upload and not handed in yet."""
    return whole(files.begun_uploads(**who(request)), _told)


@room.read("/uploads/{uuid:upload_id}", applicant, "传到哪里了", UploadOut)
def get_upload(request: HttpRequest, upload_id: UUID) -> dict[str, Any]:
    """Read how far a file has come."""
    return _told(files.get_upload(upload_id=upload_id, **who(request)))


@room.write("/uploads/{uuid:upload_id}/parts", applicant, "传一段", UploadOut)
def add_part(request: HttpRequest, upload_id: UUID, offset: Form[Id], file: File[UploadedFile]) -> UploadOut:
    """Send the part that begins at `offset`; at another place it is refused, and `Upload-Offset` says where to go on."""
    require_room(request)
    upload = operations.receive_part(upload_id=upload_id, offset=offset, content=file, **who(request))
    return UploadOut(**_told(upload))


@room.remove("/uploads/{uuid:upload_id}", applicant, "不传了", Done)
def end_upload(request: HttpRequest, upload_id: UUID) -> dict[str, Any]:
    """Throw away what has come of a file."""
    operations.end_upload(upload_id=upload_id, **who(request))
    return {"done": True}
