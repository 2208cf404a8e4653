"""
The append-only record of writes, refusals and looks, its hourly seals and their time-stamps; suspended query rights.

The database itself refuses to change or delete rows of the first three tables (`guards`).
"""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.prepared_writes import PreparedWrites


class AuditEntry(PreparedWrites):
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
    device = models.CharField("设备", max_length=16, blank=True, default="")  # a hash of what the browser calls itself
    target = models.CharField("对象", max_length=120, blank=True)
    division = models.CharField("行政区划", max_length=12, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    details = models.JSONField("内容", default=dict)
    before = models.CharField("变更前摘要", max_length=64, blank=True, default="")
    after = models.CharField("变更后摘要", max_length=64, blank=True, default="")
    salt = models.CharField("盐", max_length=32, blank=True, default="")  # keeps who acted from being guessed by hash

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        indexes: ClassVar = [
            models.Index(fields=["target", "id"], name="audit_by_target"),
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["person_id", "id"], name="audit_by_person"),
            models.Index(fields=["login_id", "at"], name="audit_by_login"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.event}"


class AuditSeal(models.Model):
    """A seal over the entries `first_id`–`last_id`: the root of their hash tree, tied to the seal before, signed."""

    number = models.PositiveIntegerField("封印号", unique=True)
    first_number = models.PositiveBigIntegerField("首条序号")  # rows are numbered by the seals, without gaps
    count = models.PositiveIntegerField("条数")
    first_id = models.BigIntegerField("首条")
    last_id = models.BigIntegerField("末条", unique=True)
    root = models.CharField("树根", max_length=64)
    previous_hash = models.CharField("前一封印", max_length=64)
    hash = models.CharField("封印", max_length=64, unique=True)
    sealed_at = models.DateTimeField("封印时间")
    signature = models.TextField("签名")

    class Meta:
        verbose_name = "审计封印"
        verbose_name_plural = "审计封印"

    def __str__(self) -> str:
        return f"{self.number}: {self.first_id}–{self.last_id}"


class TimeStamp(models.Model):
    """An outside authority's word that a seal existed at a moment; the token carries the authority's certificates."""

    seal = models.OneToOneField(AuditSeal, verbose_name="封印", on_delete=models.PROTECT, related_name="time_stamp")
    token = models.BinaryField("时间戳")  # RFC 3161, DER
    stamped_at = models.DateTimeField("盖戳时间")  # as the authority says
    authority = models.CharField("时间戳机构", max_length=200)

    class Meta:
        verbose_name = "时间戳"
        verbose_name_plural = "时间戳"

    def __str__(self) -> str:
        return f"{self.seal_id} {self.stamped_at}"


class QuerySuspension(models.Model):
    """An officer's right to look people up, taken away after too many looks without a case (D01) until released."""

    login_id = models.BigIntegerField("登录号")
    officer_name = models.CharField("人员", max_length=80)
    organization_id = models.BigIntegerField("单位", null=True)
    organization_name = models.CharField("单位名称", max_length=200)
    division = models.CharField("行政区划", max_length=12)
    line = models.CharField("业务条线", max_length=40, blank=True, default="")
    looks = models.PositiveIntegerField("无办件查询次数")
    suspended_at = models.DateTimeField("暂停时间")
    released_at = models.DateTimeField("恢复时间", null=True, blank=True)
    released_by = models.CharField("恢复人", max_length=80, blank=True, default="")

    class Meta:
        verbose_name = "查询权暂停"
        verbose_name_plural = "查询权暂停"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["login_id"], name="one_suspension_at_a_time", condition=models.Q(released_at__isnull=True)
            )
        ]
        indexes: ClassVar = [models.Index(fields=["division", "suspended_at"], name="suspension_by_place")]

    def __str__(self) -> str:
        return f"login {self.login_id} {self.suspended_at}"
