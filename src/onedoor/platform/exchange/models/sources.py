"""How the sources of other departments are: whether they are asked now, every call to them, their announced pauses."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.models import Recorded


class SourceHealth(models.Model):
    """
    The circuit breaker of one source, shared by all workers.

    `retry_at` and `probing_until` are physical moments: machines do not share a demonstration's clock.
    """

    class State(models.TextChoices):
        CLOSED = "closed", "正常"
        OPEN = "open", "暂停询问"
        HALF_OPEN = "half_open", "试探恢复"

    connector = models.CharField("来源", max_length=60, primary_key=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.CLOSED)
    failures = models.PositiveIntegerField("连续失败", default=0)
    openings = models.PositiveIntegerField("连续暂停次数", default=0)
    since = models.DateTimeField("状态起始", null=True, blank=True)
    retry_at = models.DateTimeField("下次试探", null=True, blank=True)
    probing_until = models.DateTimeField("试探占用至", null=True, blank=True)  # a probe whose worker died runs out

    class Meta:
        verbose_name = "来源状态"
        verbose_name_plural = "来源状态"

    def __str__(self) -> str:
        return f"{self.connector} {self.state}"


class SourceCall(models.Model):
    """One call to a source: what came of it and how long it took. No person, no answer."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", "已答复"
        EMPTY = "empty", "无记录"
        NOT_READY = "not_ready", "对方办理中"
        TIMED_OUT = "timed_out", "超时"
        UNREACHABLE = "unreachable", "连不上"
        BUSY = "busy", "对方暂停服务"
        REJECTED = "rejected", "对方拒绝"
        GARBLED = "garbled", "答复不能识别"
        FORGED = "forged", "答复签名不符"

    connector = models.CharField("来源", max_length=60)
    query_id = models.UUIDField("查询")
    at = models.DateTimeField("时间")
    outcome = models.CharField("结果", max_length=12, choices=Outcome)
    detail = models.CharField("说明", max_length=80, blank=True)
    milliseconds = models.PositiveIntegerField("耗时（毫秒）")
    lag_days = models.IntegerField("数据滞后（天）", null=True, blank=True)

    class Meta:
        verbose_name = "来源调用"
        verbose_name_plural = "来源调用"
        indexes: ClassVar = [models.Index(fields=["connector", "at"], name="call_by_source")]

    def __str__(self) -> str:
        return f"{self.connector} {self.outcome}"


class PlannedWindow(Recorded):
    """A pause a department has announced: nothing is asked while it lasts, and nothing counts as a failure."""

    connector = models.CharField("来源", max_length=60)
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    reason = models.CharField("事由", max_length=200)

    class Meta:
        verbose_name = "计划停机"
        verbose_name_plural = "计划停机"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="window_forward")
        ]

    def __str__(self) -> str:
        return f"{self.connector} {self.starts_at}"


# What a source does well, though there may be nothing to tell or not yet.
ALIVE = frozenset({SourceCall.Outcome.ANSWERED, SourceCall.Outcome.EMPTY, SourceCall.Outcome.NOT_READY})
