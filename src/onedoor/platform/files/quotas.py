"""How much one person may bring in a day, kept or refused: a disk and a line are for everybody."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from onedoor.platform.files.models import Arrival
from onedoor.platform.files.ownership import is_unknown
from onedoor.platform.kernel.errors import OneDoorError

PERIOD = timedelta(days=1)


class QuotaUsed(OneDoorError):
    code, http_status, message = (
        "files.quota_used",
        429,
        "一天内最多上传 {most} MB，这个文件放不下了。请明天再传，或到窗口提交；已经上传的都在。",
    )

    def __init__(self) -> None:
        super().__init__(most=settings.ONEDOOR_UPLOAD_QUOTA // 1_048_576)


class SmallQuotaUsed(OneDoorError):
    code, http_status, message = (
        "files.small_quota_used",
        429,
        "没有登录时，一天内最多上传 {most} MB，这个文件放不下了。请登录后再传，或到窗口提交；已经上传的都在。",
    )

    def __init__(self) -> None:
        super().__init__(most=settings.ONEDOOR_EARLY_UPLOAD_QUOTA // 1_048_576)


def refusal_for(owner: str) -> type[OneDoorError]:
    """Return how it is said that there is no room for the owner."""
    return SmallQuotaUsed if is_unknown(owner) else QuotaUsed


def room(owner: str, *, at: datetime) -> int:
    """Return how many bytes more the owner may bring now."""
    rows = Arrival.objects.filter(owner=owner, at__gt=at - PERIOD)
    brought = int(rows.aggregate(total=Sum("size"))["total"] or 0)
    most: int = settings.ONEDOOR_EARLY_UPLOAD_QUOTA if is_unknown(owner) else settings.ONEDOOR_UPLOAD_QUOTA
    return max(0, most - brought)


def charge(owner: str, size: int, *, at: datetime) -> None:
    """Note that so many bytes have arrived, before anything is known of them: a refused file costs what it costs."""
    Arrival.objects.create(owner=owner, size=size, at=at)


def forget(*, at: datetime) -> int:
    """Drop what counts no more and return how much it was; safe to run twice."""
    gone, _ = Arrival.objects.filter(at__lte=at - PERIOD).delete()
    return gone
