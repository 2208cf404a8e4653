"""Messages to people: one row a channel, never lost."""

import uuid
from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedTextField
from onedoor.platform.kernel.prepared_writes import PreparedWrites
from onedoor.platform.messages.models.outreach import Outreach
from onedoor.platform.messages.models.templates import TemplateVersion

NAMESPACE = uuid.UUID("7f1c2f7e-3d0e-5c53-9a53-0f2a4f3f8b11")


def message_id(source: str, person_id: int, channel: str) -> uuid.UUID:
    """Return the id of what one source tells one person over one channel: whoever makes it again makes the same."""
    return uuid.uuid5(NAMESPACE, f"{source}|{person_id}|{channel}")


class Message(PreparedWrites):
    """
    One message to one person over one channel. What leaves the house holds no sensitive fact; the inbox may name the case.

    The row is the queue: `due_at` is when it is tried next, empty once nothing is left to do. A worker holds it until
    `claimed_until`; after that another one may, with the same id, so that a provider takes it once.
    """

    class Channel(models.TextChoices):
        INBOX = "inbox", "站内信"
        SMS = "sms", "短信"
        EMAIL = "email", "电子邮件"
        WECHAT = "wechat", "微信"
        PUSH = "push", "手机推送"
        PERSON = "person", "人工告知"  # a letter, a call or a visit, which an officer notes

    class State(models.TextChoices):
        QUEUED = "queued", "待发"
        SENT = "sent", "已发出"  # the provider has it
        DELIVERED = "delivered", "已送达"  # the provider's receipt, or the officer, says that it has arrived
        FAILED = "failed", "未送达"

    id = models.UUIDField(primary_key=True, editable=False)
    recipient = models.ForeignKey("identity.Person", verbose_name="收件人", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    event = models.CharField("事由", max_length=60)
    template = models.ForeignKey(
        TemplateVersion, verbose_name="模板版本", null=True, on_delete=models.PROTECT, related_name="+"
    )  # empty: words that came ready, or from before there were templates
    text = EncryptedTextField("内容")
    link = models.CharField("链接", max_length=200, blank=True)
    case_number = models.CharField("办件编号", max_length=50, blank=True)
    state = models.CharField("状态", max_length=9, choices=State, default=State.QUEUED)
    urgent = models.BooleanField("紧急", default=False)  # goes out at night, too
    required = models.BooleanField("法定告知", default=False)  # where nothing reaches the person, an officer has to
    despite_death = models.BooleanField("死亡登记后仍发", default=False)  # a word about that very record
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    created_at = models.DateTimeField("生成时间")
    due_at = models.DateTimeField("下次尝试", null=True, blank=True)
    claimed_until = models.DateTimeField("处理中至", null=True, blank=True)
    provider = models.CharField("服务商", max_length=20, blank=True, default="")  # the last one asked
    failures = models.JSONField("各服务商失败次数", default=dict)
    unsure_since = models.DateTimeField("不知是否已发", null=True, blank=True)  # the provider's answer was lost
    retractable = models.BooleanField("可撤回", default=False)  # asked once more right before it leaves
    reason = models.CharField("未送达原因", max_length=200, blank=True, default="")
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    outreach = models.ForeignKey(
        Outreach, verbose_name="人工告知", null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    source = models.CharField("来源", max_length=80)  # which event made it, so that a second delivery makes no second

    class Meta:
        verbose_name = "消息"
        verbose_name_plural = "消息"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "recipient", "channel"], name="message_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["recipient", "channel", "created_at"], name="message_inbox"),
            models.Index(fields=["due_at"], name="message_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["case_number"], name="message_of_case", condition=models.Q(case_number__gt="")),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.channel}"

    @property
    def standing(self) -> str:
        """Return in a word how far it has come, as officer and person see it."""
        return "已读" if self.read_at else str(self.get_state_display())
