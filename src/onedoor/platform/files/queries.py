"""Open a file, for whoever may see what it belongs to."""

import io
from dataclasses import dataclass
from datetime import datetime

from onedoor.platform.audit import operations as audit
from onedoor.platform.files import access, storage
from onedoor.platform.files.models import StoredFile
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound


class FileNotThere(NotFound):
    code, message = "files.not_found", "没有找到该文件，请从办件或草稿页面打开。"


@dataclass(frozen=True)
class OpenedFile:
    content: io.BytesIO
    media_type: str


def open_file(*, file_id: int, actor: Actor, at: datetime) -> OpenedFile:
    """
    Return a file's content and record the look.

    :raises FileNotThere: there is none, or it is not for this actor; both look alike.
    """
    stored = StoredFile.objects.prefetch_related("grants").filter(pk=file_id).first()
    target = (
        next((grant.target for grant in stored.grants.all() if access.may_read(grant.target, actor=actor, at=at)), None)
        if stored
        else None
    )
    if stored is None or target is None:
        raise FileNotThere
    audit.record_look("files.open", actor=actor, at=at, target=target, fields=[f"file:{stored.pk}"])
    return OpenedFile(io.BytesIO(storage.read(stored.digest)), stored.media_type)
