"""A copy of everything held on oneself or a ward: ask for it, see how far it is, take it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest

from onedoor.api.doors import person, who
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Page, Told, whole
from onedoor.platform.portability import operations, queries

room = Room("exports")
ZIP = "application/zip"


class DataExportOut(Told):
    """一份导出文件。A copy that was made, or is being made."""

    id: UUID
    asked_by: str
    state: str
    percent: int
    asked_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    size: int
    digest: str
    downloads: int
    downloaded_at: datetime | None


class ExportSubjectOut(Told):
    """可以导出谁的资料，导出过哪些。Whose data one may have, with the copies so far."""

    person_id: int
    name: str
    is_own: bool
    exports: list[DataExportOut]


class DataExportIn(Told):
    """导出谁的：自己，或者自己监护的人。Whose data: one's own, or a ward's."""

    person_id: Id


def _row(one: Any) -> dict[str, Any]:
    names = ("state", "percent", "asked_at", "ready_at", "expires_at", "size", "digest", "downloads", "downloaded_at")
    return {"id": one.pk, "asked_by": one.asked_by.name} | {name: getattr(one, name) for name in names}


@room.read("/me/exports", person, "我的数据导出", Page[ExportSubjectOut])
def list_exports(request: HttpRequest) -> dict[str, Any]:
    """List oneself and one's wards, each with the copies made so far and how far the present one is."""
    names = ("person_id", "name", "is_own")
    return whole(
        queries.export_subjects(**who(request)),
        lambda one: {name: getattr(one, name) for name in names} | {"exports": [_row(row) for row in one.exports]},
    )


@room.write("/me/exports", person, "申请导出", Done)
def ask_export(request: HttpRequest, sent: DataExportIn) -> dict[str, Any]:
    """Ask for a copy; the worker makes it and the person is told."""
    operations.ask_export(person_id=sent.person_id, **who(request))
    return {"done": True}


@room.read("/me/exports/{uuid:export_id}/file", person, "下载导出文件", ZIP)
def get_file(request: HttpRequest, export_id: UUID) -> FileResponse:
    """Take the ZIP; the list inside is signed, with a digest of every file."""
    _, content = operations.take_export(export_id=export_id, **who(request))
    response = FileResponse(content, as_attachment=True, filename="export.zip", content_type=ZIP)
    response["Cache-Control"] = "private, no-store"
    return response
