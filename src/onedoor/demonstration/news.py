"""One published text of the county, and the accounts it could be published by."""

from datetime import datetime

from django.conf import settings

from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Post
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.publishing import operations
from onedoor.platform.publishing.models import MediaAccount, Publication

COUNTY = "330113000000"
WRITER, REVIEWER = "LP007", "MZ002"
BODY = """# 什么时候复核
领取最低生活保障的家庭，十一月底前请核对家里人口、收入有没有变化。

- 没有变化的，不用办任何手续
- 有变化的，请在网上或者到镇街便民服务中心说明

怎么说明，见[办事指南](/items/assistance.dibao_apply/)；要问的事请打 12349。"""


def load(*, at: datetime) -> int:
    """Publish what is not there yet; return how many texts there are."""
    if not Publication.objects.exists():
        writer = _officer(WRITER, at)
        _open_accounts(writer, at)
        text = operations.Text(
            title="最低生活保障年度复核开始了",
            summary="领取低保的家庭请在十一月底前核对家里的人口和收入。",
            body=BODY,
            topic="assistance",
            audience=COUNTY,
            valid_from=day_of(at),
            valid_to=None,
            channels=["site", "inbox"],
        )
        number = operations.write_publication(number="", text=text, actor=writer, at=at).publication.number
        operations.submit_publication(number=number, actor=writer, at=at)
        reviewer = _officer(REVIEWER, at)
        operations.release_publication(number=number, release_at=None, urgent_reason="", actor=reviewer, at=at)
    return Publication.objects.count()


def _officer(username: str, at: datetime) -> Actor:
    post = Post.objects.filter(login__username=username).order_by("pk").first()
    assert post is not None, username
    return identity.actor_for_post(post_id=post.pk, channel="web", on=day_of(at))


def _open_accounts(actor: Actor, at: datetime) -> None:
    known = [("weibo", "临平民政", "330113", "weibo-330113")]
    if settings.ONEDOOR_WECHAT_APP_ID:
        known.append(("wechat", "临平民政", settings.ONEDOOR_WECHAT_APP_ID, settings.ONEDOOR_WECHAT_SECRET))
    for kind, name, app_id, secret in known:
        if not MediaAccount.objects.filter(kind=kind, app_id=app_id).exists():
            operations.open_account(kind=kind, name=name, app_id=app_id, secret=secret, actor=actor, at=at)
