"""Questions to other departments."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedJSONField


class Query(models.Model):
    """One question about one person to one department, for one business. Its id is the department's request id."""

    class State(models.TextChoices):
        PENDING = "pending", "等待答复"
        ANSWERED = "answered", "已答复"
        EMPTY = "empty", "无记录"
        WAITING = "waiting", "待核验"  # not answered for now: asked again by itself when the source is back
        FAILED = "failed", "未答复"

    id = models.UUIDField(primary_key=True, editable=False)
    connector = models.CharField("来源", max_length=60)
    person = models.ForeignKey("identity.Person", verbose_name="人员", on_delete=models.PROTECT, related_name="+")
    consent = models.ForeignKey(
        "identity.Consent", verbose_name="授权", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    purpose = models.CharField("目的", max_length=80)
    legal_basis = models.CharField("依据", max_length=200)
    fields = models.JSONField("数据项", default=list)  # what the purpose opens; the rest of an answer is not kept
    business = models.CharField("业务", max_length=80)  # case:<number> or draft:<uuid>
    asked_by = models.CharField("查询人", max_length=80)
    asked_at = models.DateTimeField("查询时间")
    state = models.CharField("状态", max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    last_error = models.CharField("最近错误", max_length=80, blank=True)
    next_at = models.DateTimeField("下次询问", null=True, blank=True)  # of a waiting one, in physical time
    ticket = models.CharField("取件号", max_length=80, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    as_of = models.DateField("数据日期", null=True, blank=True)
    answer = EncryptedJSONField("答复", null=True, blank=True)
    conflicting = models.BooleanField("与申报不符", default=False)
    digest = models.CharField("答复摘要", max_length=64, blank=True, default="")  # SM3 of what was kept

    class Meta:
        verbose_name = "数据查询"
        verbose_name_plural = "数据查询"
        indexes: ClassVar = [
            models.Index(fields=["person", "asked_at"], name="query_by_person"),
            models.Index(fields=["connector", "state"], name="query_by_connector"),
            models.Index(fields=["business"], name="query_by_business"),
        ]

    def __str__(self) -> str:
        return f"{self.connector} {self.state}"
