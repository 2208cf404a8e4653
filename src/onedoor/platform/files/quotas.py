"""How much one person may bring in a day: a disk is for everybody."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from onedoor.platform.files.models import StoredFile
from onedoor.platform.kernel.errors import OneDoorError

PERIOD = timedelta(days=1)


class QuotaUsed(OneDoorError):
    code, http_status, message = (
        "files.quota_used",
        429,
        "一天内最多上传 {most} MB，这个文件放不下了。请明天再传，或到窗口提交；已经上传的都在。",
    )


def require_room(owner: str, size: int, *, at: datetime) -> None:
    """:raises QuotaUsed: with so many bytes more the owner has brought more than a day's share; the machine has none."""
    most = settings.ONEDOOR_UPLOAD_QUOTA
    if owner != "system" and used(owner, at=at) + size > most:
        raise QuotaUsed(most=most // 1_048_576)


def used(owner: str, *, at: datetime) -> int:
    rows = StoredFile.objects.filter(owner=owner, recorded_at__gt=at - PERIOD)
    return int(rows.aggregate(total=Sum("size"))["total"] or 0)
