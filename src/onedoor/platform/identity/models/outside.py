from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.models import Recorded


class OutsideAccount(Recorded):
    """An account elsewhere that opens one here: linked by the identity number its provider verified, or by its owner."""

    login = models.ForeignKey(
        "identity.Login", verbose_name="账号", on_delete=models.PROTECT, related_name="outside_accounts"
    )
    provider = models.CharField("登录方式", max_length=40)
    subject_digest = models.CharField("对方账号摘要", max_length=64)
    linked_how = models.CharField("关联方式", max_length=20)
    used_at = models.DateTimeField("最近使用", null=True, blank=True)
    ended_at = models.DateTimeField("解除时间", null=True, blank=True)

    class Meta:
        verbose_name = "外部登录"
        verbose_name_plural = "外部登录"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "subject_digest"],
                condition=models.Q(ended_at__isnull=True),
                name="outside_account_of_one_login",
            )
        ]

    def __str__(self) -> str:
        return f"{self.login_id} {self.provider}"
