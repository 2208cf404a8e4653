from typing import ClassVar

from django.db import models


class OneTimeCode(models.Model):
    """A code sent to a phone: kept as a digest, good once, for minutes, for a few tries."""

    class SentFor(models.TextChoices):
        LOGIN = "login", "登录"
        PHONE = "phone", "证明持有手机"
        NOBODY = "nobody", "没有账号，未发送"

    phone_index = models.CharField("手机索引", max_length=64)
    digest = models.CharField("摘要", max_length=64)
    sent_at = models.DateTimeField("发送时间")
    expires_at = models.DateTimeField("失效时间")
    sent_for = models.CharField("用途", max_length=10, choices=SentFor, default=SentFor.LOGIN)
    tries = models.PositiveSmallIntegerField("尝试次数", default=0)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "验证码"
        verbose_name_plural = "验证码"
        indexes: ClassVar = [
            models.Index(fields=["phone_index", "sent_at"], name="one_time_code_by_phone"),
            models.Index(fields=["sent_at", "sent_for"], name="one_time_code_by_hour"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
