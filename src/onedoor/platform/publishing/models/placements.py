"""Where a text stands on each channel, the accounts it is published by, and how many it has reached."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedTextField
from onedoor.platform.kernel.models import Recorded
from onedoor.platform.publishing.models.publications import Publication


class MediaAccount(Recorded):
    """An official account of WeChat or Weibo that an organ publishes by (政务新媒体矩阵)."""

    class Kind(models.TextChoices):
        WECHAT = "wechat", "微信公众号"
        WEIBO = "weibo", "微博"

    kind = models.CharField("平台", max_length=8, choices=Kind)
    name = models.CharField("账号名称", max_length=60)
    organization = models.ForeignKey(
        "identity.Organization", verbose_name="开设单位", on_delete=models.PROTECT, related_name="+"
    )
    division = models.CharField("行政区划", max_length=12, db_index=True)
    app_id = models.CharField("账号标识", max_length=64)  # WeChat: AppID; Weibo: the number of the user (uid)
    secret = EncryptedTextField("账号密钥")  # WeChat: AppSecret; Weibo: the access token the account has given
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "新媒体账号"
        verbose_name_plural = "新媒体账号"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "app_id"], name="media_account_once", condition=models.Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def provider(self) -> str:
        """Return what the circuit breaker knows it by."""
        return f"{self.kind}-{self.pk}"


class Placement(models.Model):
    """
    A text on one channel: the row is the queue, `due_at` is when a worker does the next step, empty where none is left.

    Before anything leaves the house that could not be told from not having left, `remote` says so ("asked"): whoever goes
    on after a crash looks first whether it is there.
    """

    class Channel(models.TextChoices):
        SITE = "site", "门户网站"
        WECHAT = "wechat", "微信公众号"
        WEIBO = "weibo", "微博"
        INBOX = "inbox", "站内信"
        CORRECTION = "correction", "更正通知"

    class State(models.TextChoices):
        WAITING = "waiting", "待发"
        SENT = "sent", "已发出"
        FAILED = "failed", "未发出"
        DROPPED = "dropped", "未发即撤回"
        REMOVING = "removing", "正在撤回"
        REMOVED = "removed", "已撤回"
        STUCK = "stuck", "撤回未成"  # a person has to take it down at the platform itself

    publication = models.ForeignKey(
        Publication, verbose_name="信息", on_delete=models.PROTECT, related_name="placements"
    )
    channel = models.CharField("渠道", max_length=12, choices=Channel)
    account = models.ForeignKey(
        MediaAccount, verbose_name="账号", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    remote = models.JSONField("对方编号", default=dict)
    cursor = models.BigIntegerField("已处理到", default=0)  # of a fan-out: the last person told
    due_at = models.DateTimeField("下次处理", null=True, blank=True)
    claimed_until = models.DateTimeField("处理中至", null=True, blank=True)
    attempts = models.PositiveIntegerField("连续未成", default=0)
    reason = models.CharField("原因", max_length=200, blank=True)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    removed_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = "渠道投放"
        verbose_name_plural = "渠道投放"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["publication", "channel"], name="placement_once", condition=models.Q(account__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["publication", "account"],
                name="placement_once_an_account",
                condition=models.Q(account__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="placement_due", condition=models.Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.publication_id} {self.channel}"


class DailyViews(models.Model):
    """How often the page of a text was opened on a day: a count, nobody is followed."""

    publication = models.ForeignKey(Publication, verbose_name="信息", on_delete=models.PROTECT, related_name="views")
    on = models.DateField("日期")
    number = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = "每日浏览"
        verbose_name_plural = "每日浏览"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["publication", "on"], name="views_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id} {self.on}"


class FetchedFigure(models.Model):
    """What a platform said of a text at a moment; the newest row of a name counts, the earlier ones stay."""

    placement = models.ForeignKey(Placement, verbose_name="投放", on_delete=models.PROTECT, related_name="figures")
    name = models.CharField("指标", max_length=20)
    value = models.PositiveIntegerField("数值")
    at = models.DateTimeField("取得时间")

    class Meta:
        verbose_name = "平台数字"
        verbose_name_plural = "平台数字"

    def __str__(self) -> str:
        return f"{self.placement_id} {self.name}"
