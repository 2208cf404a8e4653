"""Files that come in parts: whose they are, where they go on, what is refused."""

from datetime import datetime, timedelta
from uuid import UUID

from onedoor.platform.files.models import BegunUpload
from onedoor.platform.files.ownership import owner_of
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import keyed_hash
from onedoor.platform.kernel.errors import NotFound, OneDoorError

# What is sent at a time: half a minute of a weak line, so that a break costs little.
PART = 262_144
KEPT_FOR = timedelta(days=3)


class UploadNotThere(NotFound):
    code, message = "files.upload_not_there", "没有找到这个传到一半的文件，可能已经过期。请重新选择文件上传。"


class UploadIncomplete(OneDoorError):
    code, http_status, message = "files.upload_incomplete", 409, "这个文件还没有传完，请重新选择它，接着上传。"


class WrongOffset(OneDoorError):
    """`headers` tell a program where to go on."""

    code, http_status, message = (
        "files.wrong_offset",
        409,
        "这一段接不上：已经收到 {received} 字节，请从这里接着传。",
    )

    def __init__(self, *, received: int) -> None:
        super().__init__(received=received)
        self.headers = {"Upload-Offset": str(received)}


def announced(owner: str, sha256: str) -> str:
    """Return how the announced digest of a content is kept: it says nothing without the node's key."""
    return keyed_hash(f"{owner}\0{sha256}" if sha256 else "", purpose="files.upload")


def lock_upload(upload_id: UUID, *, actor: Actor, at: datetime) -> BegunUpload:
    """
    Return a begun upload with its row locked.

    :raises UploadNotThere: there is none, it has expired, or somebody else has begun it; all look alike.
    """
    upload = BegunUpload.objects.select_for_update().filter(pk=upload_id, expires_at__gt=at).first()
    if upload is None or upload.owner != owner_of(actor):
        raise UploadNotThere
    return upload
