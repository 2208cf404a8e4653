"""What everybody may read: public notices while they are up."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from onedoor.platform.cases.models import PublicNotice
from onedoor.platform.cases.operations.notices import NoticeNotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet


def public_notices(*, divisions: Sequence[tuple[str, str]], on: date, most: int = 100) -> list[PublicNotice]:
    """Return the notices up on `on` within the given half-open code ranges, newest first; their lines are masked."""
    found: list[PublicNotice] = []
    for start, end in divisions:
        found += _up(on).filter(division__gte=start, division__lt=end).order_by("-posted_on", "-id")[:most]
    return found[:most]


def public_notice(*, notice_id: int, on: date) -> PublicNotice:
    """:raises NoticeNotFound: it is not up; a notice is taken down after its last day."""
    notice = _up(on).filter(pk=notice_id).first()
    if notice is None:
        raise NoticeNotFound
    return notice


def _up(on: date) -> "QuerySet[PublicNotice]":
    """A notice comes down after its last day, and at once when its case ends otherwise."""
    return PublicNotice.objects.filter(closed_at__isnull=True, posted_on__lte=on, last_day__gte=on)
