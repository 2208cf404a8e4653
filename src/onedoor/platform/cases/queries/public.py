"""What everybody may read: public notices while they are up."""

from collections.abc import Sequence
from datetime import date

from onedoor.platform.cases.models import PublicNotice
from onedoor.platform.cases.operations.notices import NoticeNotFound


def public_notices(*, divisions: Sequence[tuple[str, str]], on: date, most: int = 100) -> list[PublicNotice]:
    """Return the notices up on `on` within the given half-open code ranges, newest first; their lines are masked."""
    found: list[PublicNotice] = []
    for start, end in divisions:
        up = PublicNotice.objects.filter(division__gte=start, division__lt=end, last_day__gte=on, posted_on__lte=on)
        found += up.order_by("-posted_on", "-id")[:most]
    return found[:most]


def public_notice(*, notice_id: int, on: date) -> PublicNotice:
    """:raises NoticeNotFound: it is not up; a notice is taken down after its last day."""
    notice = PublicNotice.objects.filter(pk=notice_id, posted_on__lte=on, last_day__gte=on).first()
    if notice is None:
        raise NoticeNotFound
    return notice
