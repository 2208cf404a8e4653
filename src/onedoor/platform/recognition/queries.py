"""What was read from papers; the room that owns the matter has checked who asks."""

from collections.abc import Collection

from onedoor.platform.exchange.adapters import PAPERS
from onedoor.platform.recognition.models import PaperReading


def reads_papers() -> bool:
    """Tell whether a recogniser of papers is set up; where it is not, nothing of it shows anywhere."""
    return bool(PAPERS.way and PAPERS.address)


def readings_of(*, files: Collection[int], targets: Collection[str]) -> dict[int, PaperReading]:
    """Return by file what was, or is being, read of the files of some matters. One query, none while it is off."""
    if not files or not reads_papers():
        return {}
    found = PaperReading.objects.filter(grant__file__in=files, grant__target__in=targets).select_related("grant")
    return {one.grant.file_id: one for one in found.order_by("pk")}
