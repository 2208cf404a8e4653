"""That copies were made is itself held about a person."""

from onedoor.platform.kernel.holdings import Holding

HOLDINGS = (
    Holding(
        "portability.DataExport",
        ("asked_by__name", "state", "asked_at", "ready_at", "expires_at", "downloads", "downloaded_at"),
        by=("person",),
    ),
)
