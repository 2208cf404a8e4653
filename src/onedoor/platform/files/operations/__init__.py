"""Everything the room writes; callers import it from here."""

from onedoor.platform.files.contents import FileRefused
from onedoor.platform.files.operations.storing import store_file, store_made
from onedoor.platform.files.operations.uploading import begin_upload, drop_uploads, end_upload, receive_part
from onedoor.platform.files.parts import UploadIncomplete, UploadNotThere, WrongOffset
from onedoor.platform.files.quotas import QuotaUsed, SmallQuotaUsed
from onedoor.platform.files.receiving import receive, receive_recording
from onedoor.platform.files.storage import StorageFull

__all__ = [
    "FileRefused",
    "QuotaUsed",
    "SmallQuotaUsed",
    "StorageFull",
    "UploadIncomplete",
    "UploadNotThere",
    "WrongOffset",
    "begin_upload",
    "drop_uploads",
    "end_upload",
    "receive",
    "receive_part",
    "receive_recording",
    "store_file",
    "store_made",
]
