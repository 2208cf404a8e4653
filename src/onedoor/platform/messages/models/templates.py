"""The words of messages: versions that one person proposes and another approves."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.models import Recorded

CHANNELS = {"inbox": "站内信", "sms": "短信", "email": "电子邮件", "wechat": "微信", "push": "手机推送"}


class TemplateVersion(Recorded):
    """
    The words of one notice for one channel, from a day on. Nobody is told anything in them before another person has
    approved them; what is shipped was reviewed before it was shipped. It has one end, and is never changed after that.
    """

    class State(models.TextChoices):
        OPEN = "open", "待审核"
        APPROVED = "approved", "已通过"
        SENT_BACK = "sent_back", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    code = models.CharField("模板", max_length=60)
    channel = models.CharField("渠道", max_length=8)
    number = models.PositiveIntegerField("版本", null=True)  # given with the approval
    text = models.CharField("文字", max_length=600)
    reason = models.CharField("修改理由", max_length=200, blank=True)
    valid_from = models.DateField("生效日")
    valid_to = models.DateField("失效日", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    login_id = models.BigIntegerField("提出人登录号", null=True)  # empty: shipped
    opinion = models.CharField("意见", max_length=1000, blank=True)
    settled_at = models.DateTimeField("办结时间", null=True)
    settled_by = models.CharField("办结人", max_length=80, blank=True)
    settled_login_id = models.BigIntegerField("办结人登录号", null=True)

    class Meta:
        verbose_name = "消息模板"
        verbose_name_plural = "消息模板"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "channel", "number"], name="template_version_once"),
            models.UniqueConstraint(
                fields=["code", "channel"], name="template_one_open", condition=models.Q(state="open")
            ),
            models.CheckConstraint(
                condition=models.Q(state="approved") ^ models.Q(number__isnull=True),
                name="template_approved_has_number",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="template_period_forward",
            ),
            # Four eyes: the database itself keeps words from being approved by who proposed them.
            models.CheckConstraint(
                condition=~models.Q(state="approved")
                | models.Q(login_id__isnull=True)
                | (models.Q(settled_login_id__isnull=False) & ~models.Q(settled_login_id=models.F("login_id"))),
                name="template_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.channel} {self.number or self.state}"

    @property
    def channel_name(self) -> str:
        return CHANNELS[self.channel]

    @property
    def is_shipped(self) -> bool:
        return self.login_id is None
