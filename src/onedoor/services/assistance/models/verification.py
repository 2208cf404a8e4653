from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedJSONField


class Verification(models.Model):
    """家庭经济状况核对: the questions asked about a household for one case, and the report made of the answers."""

    class Conclusion(models.TextChoices):
        PENDING = "PENDING", "核对中"
        CONSISTENT = "CONSISTENT", "与申报一致"
        INCONSISTENT = "INCONSISTENT", "与申报不一致"
        INCOMPLETE = "INCOMPLETE", "部分来源未答复"

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, related_name="verification"
    )
    started_at = models.DateTimeField("开始时间")
    conclusion = models.CharField("结论", max_length=12, choices=Conclusion, default=Conclusion.PENDING)
    reported_at = models.DateTimeField("报告时间", null=True, blank=True)
    usable_until = models.DateField("有效期至", null=True, blank=True)

    class Meta:
        verbose_name = "经济状况核对"
        verbose_name_plural = "经济状况核对"

    def __str__(self) -> str:
        return f"{self.case_id} {self.conclusion}"


class SourceResult(models.Model):
    """What one source said about one person, or that it may not be asked."""

    class State(models.TextChoices):
        PENDING = "pending", "等待答复"
        WAITING = "waiting", "待核验"
        ANSWERED = "answered", "已答复"
        EMPTY = "empty", "无记录"
        FAILED = "failed", "未答复"
        REFUSED = "refused", "未授权，不查询"

    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, related_name="results")
    person = models.ForeignKey("identity.Person", verbose_name="人员", on_delete=models.PROTECT, related_name="+")
    role = models.CharField("身份", max_length=20)
    source = models.CharField("来源", max_length=60)
    query_id = models.UUIDField("查询", null=True, unique=True)
    state = models.CharField("状态", max_length=10, choices=State)
    as_of = models.DateField("数据日期", null=True, blank=True)
    received_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer = EncryptedJSONField("答复", null=True, blank=True)

    class Meta:
        verbose_name = "来源答复"
        verbose_name_plural = "来源答复"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["verification", "person", "source"], name="source_asked_once")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.state}"
