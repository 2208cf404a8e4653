"""Messages to people: one row a channel, never lost."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedTextField


class Message(models.Model):
    """One message to one person over one channel. An SMS holds no sensitive fact; the inbox may name the case."""

    class Channel(models.TextChoices):
        INBOX = "inbox", "站内信"
        SMS = "sms", "短信"

    class State(models.TextChoices):
        QUEUED = "queued", "待发"
        SENT = "sent", "已送达"
        FAILED = "failed", "未送达"

    id = models.UUIDField(primary_key=True, editable=False)
    recipient = models.ForeignKey("identity.Person", verbose_name="收件人", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    event = models.CharField("事由", max_length=60)
    text = EncryptedTextField("内容")
    link = models.CharField("链接", max_length=200, blank=True)
    case_number = models.CharField("办件编号", max_length=50, blank=True)
    state = models.CharField("状态", max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    created_at = models.DateTimeField("生成时间")
    sent_at = models.DateTimeField("送达时间", null=True, blank=True)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    source = models.CharField("来源", max_length=80)  # which event made it, so that a second delivery makes no second

    class Meta:
        verbose_name = "消息"
        verbose_name_plural = "消息"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "recipient", "channel"], name="message_once")
        ]
        indexes: ClassVar = [models.Index(fields=["recipient", "channel", "created_at"], name="message_inbox")]

    def __str__(self) -> str:
        return f"{self.event} {self.channel}"
