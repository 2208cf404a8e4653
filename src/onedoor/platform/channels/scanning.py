"""What lies on the scanners of machines and windows: whose it is, for which paper, who can use which scanner."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from onedoor.platform.channels import kiosk_life
from onedoor.platform.channels.models import Kiosk, ScannedPage
from onedoor.platform.kernel.actors import Actor

SEEN = timedelta(minutes=2)  # a scanner that has been silent for longer is not there
JPEG = b"\xff\xd8\xff"
PROBLEMS = {
    "no_paper": "扫描仪里没有纸。请把材料放好，再扫一次。",
    "fault": "扫描仪没有扫成：可能卡纸或者盖子没有合上。请整理好再扫一次；还是不行的，请到窗口，或者用手机拍照上传。",
}


def form_target(actor: Actor) -> str:
    """
    Return the target of a printed form, which says by its code where it belongs.

    It is one person's: an officer who helps the next one finds nothing of the one before.
    """
    return f"form:{actor.person_id or 0}"


def draft_target(draft_id: UUID, material: str) -> str:
    return f"draft:{draft_id}:{material}"


def case_target(case_id: int, material: str) -> str:
    return f"case:{case_id}:{material}"


def scanners_for(actor: Actor, at: datetime) -> list[Kiosk]:
    """Return the scanners somebody can use now: that of the machine they stand at, or those of the officer's windows."""
    rows = Kiosk.objects.filter(state=kiosk_life.State.ACTIVE, scanner_seen_at__gt=at - SEEN)
    rows = rows.select_related("service_point__organization").order_by("number")
    if actor.machine:
        return list(rows.filter(number=actor.machine))
    if actor.post_id is None or actor.organization_id is None:
        return []
    return list(rows.filter(kind=Kiosk.Kind.DESK, service_point__organization_id=actor.organization_id))


def pages_of(target: str, actor: Actor, at: datetime) -> QuerySet[ScannedPage]:
    """Find the pages somebody has scanned of a paper, first to last; whoever counts them need not read the pictures."""
    rows = ScannedPage.objects.filter(scan__login_id=actor.login_id or 0, scan__expires_at__gt=at)
    rows = rows.filter(scan__target=target) if target else rows
    return (rows.filter(scan__kiosk__number=actor.machine) if actor.machine else rows).order_by("pk")
