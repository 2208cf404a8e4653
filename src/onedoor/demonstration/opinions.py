"""What people say of the town's window: last month's ratings, a bad one of today, a complaint; all invented."""

from datetime import datetime, timedelta

from onedoor.demonstration.cast import TOWN
from onedoor.platform.feedback import operations
from onedoor.platform.feedback.models import Invitation, Phase
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.actors import Actor

MACHINE = Actor.system("演示数据")
LAST_MONTH = (1, 1, 2, 1, 3, 1, 2, 1, 4, 1, 2, None, None)  # None: was asked and said nothing
WINDOW = "塘栖镇便民服务中心 2 号窗口"
TEXT = "第二次去才说还要带户口本，第一次怎么不一起说。"
COMPLAINT = "上周三下午去 2 号窗口问低保，前面没有人，叫了三声才理我，说话很冲。"


def load(*, at: datetime) -> None:
    """Say it all once; what has been said before is left alone."""
    if Invitation.objects.filter(reference__startswith="visit:demo:").exists():
        return
    organ = Organization.objects.get(division=TOWN, tier=5)
    before = at.replace(day=1) - timedelta(days=9)
    for number, level in enumerate(LAST_MONTH):
        _say(organ, f"{before:%Y%m}:{number}", level, before)
    _say(organ, "today", 4, at, text=TEXT)
    filing = operations.Filing("complaint", "attitude", organ.pk, COMPLAINT, about="2 号窗口")
    operations.file_complaint(filing=filing, actor=Actor.anonymous(), at=at)


def _say(organ: Organization, ticket: str, level: int | None, at: datetime, *, text: str = "") -> None:
    about: dict[str, object] = {
        "organization": organ,
        "division": organ.division_id,
        "line": "assistance",
        "title": "最低生活保障申请",
        "item_code": "assistance.dibao_apply",
        "window": WINDOW,
    }
    invited = operations.invite(reference=f"visit:demo:{ticket}", phase=Phase.FINAL, about=about, actor=MACHINE, at=at)
    if invited is None or level is None:
        return
    answer = operations.Answer(level, "tablet", text=text, may_publish=bool(text), seconds=11)
    operations.rate_by_code(code=invited.code, answer=answer, device="", actor=Actor.anonymous(), at=at)
