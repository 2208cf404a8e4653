"""The append-only record of writes, refusals and looks, and its hourly seals."""

from typing import ClassVar

from django.db import models


class AuditEntry(models.Model):
    """One write, refusal or look. Rows are never changed or deleted; details hold ids, codes and hashes only."""

    class Outcome(models.TextChoices):
        DONE = "done", "已办理"
        REFUSED = "refused", "被拒绝"
        LOOKED = "looked", "查看"

    at = models.DateTimeField("时间")
    event = models.CharField("事件", max_length=80)
    outcome = models.CharField("结果", max_length=8, choices=Outcome)
    actor_kind = models.CharField("操作方", max_length=10)
    actor_name = models.CharField("操作人", max_length=80, blank=True)
    login_id = models.BigIntegerField("登录号", null=True)
    person_id = models.BigIntegerField("人员", null=True)
    post_id = models.BigIntegerField("岗位", null=True)
    organization_id = models.BigIntegerField("单位", null=True)
    role = models.CharField("角色", max_length=40, blank=True)
    channel = models.CharField("渠道", max_length=10)
    address = models.CharField("网络地址", max_length=45, blank=True)
    target = models.CharField("对象", max_length=120, blank=True)
    division = models.CharField("行政区划", max_length=12, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    details = models.JSONField("内容", default=dict)

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        indexes: ClassVar = [
            models.Index(fields=["target", "id"], name="audit_by_target"),
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["person_id", "id"], name="audit_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.event}"


class AuditSeal(models.Model):
    """A seal over the entries `(first_id, last_id)`: their chained hash, tied to the seal before, signed."""

    first_id = models.BigIntegerField("首条")
    last_id = models.BigIntegerField("末条", unique=True)
    count = models.PositiveIntegerField("条数")
    previous_hash = models.CharField("前一封印", max_length=64)
    hash = models.CharField("封印", max_length=64, unique=True)
    sealed_at = models.DateTimeField("封印时间")
    signature = models.TextField("签名")

    class Meta:
        verbose_name = "审计封印"
        verbose_name_plural = "审计封印"

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id}"
