from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.models import Recorded


class ApiClient(Recorded):
    """
    A system of an organization that calls the API: an account with one post, narrowed by scopes.

    It has no password and enters no page. Its secret is given out once and kept as a digest; none means not approved.
    """

    login = models.OneToOneField(
        "identity.Login", verbose_name="账号", on_delete=models.PROTECT, related_name="client", primary_key=True
    )
    scopes = models.JSONField("授权范围")
    purpose = models.CharField("用途", max_length=200)
    secret_digest = models.CharField("密钥摘要", max_length=64, blank=True)
    secret_at = models.DateTimeField("发放密钥时间", null=True, blank=True)
    suspended_at = models.DateTimeField("停用时间", null=True, blank=True)
    suspended_reason = models.CharField("停用原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "接口客户端"
        verbose_name_plural = "接口客户端"

    def __str__(self) -> str:
        return f"client {self.pk}"

    @property
    def target(self) -> str:
        return f"login:{self.pk}"


class AccessToken(models.Model):
    """What a client shows with every call, for half an hour: kept as a digest."""

    client = models.ForeignKey(ApiClient, verbose_name="客户端", on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField("摘要", max_length=64, unique=True)
    scopes = models.JSONField("授权范围")
    issued_at = models.DateTimeField("发放时间")
    expires_at = models.DateTimeField("失效时间")
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = "访问令牌"
        verbose_name_plural = "访问令牌"
        indexes: ClassVar = [models.Index(fields=["client", "issued_at"], name="access_token_by_client")]

    def __str__(self) -> str:
        return f"token {self.pk}"
