"""Everything the room writes; callers import it from here."""

from onedoor.platform.files.contents import FileRefused
from onedoor.platform.files.operations.storing import store_file
from onedoor.platform.files.quotas import QuotaUsed
from onedoor.platform.files.receiving import receive
from onedoor.platform.files.storage import StorageFull

__all__ = ["FileRefused", "QuotaUsed", "StorageFull", "receive", "store_file"]
