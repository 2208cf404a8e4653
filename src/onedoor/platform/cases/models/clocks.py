from typing import ClassVar

from django.db import models

from onedoor.platform.cases.models.case import Case


class Clock(models.Model):
    """A limit that runs for a case: to receive, as promised, by law, for the applicant."""

    class Kind(models.TextChoices):
        RECEIVE = "receive", "收件时限"
        PROMISED = "promised", "承诺时限"
        STATUTORY = "statutory", "法定时限"
        APPLICANT = "applicant", "补正期限"

    class State(models.TextChoices):
        RUNNING = "running", "计时中"
        PAUSED = "paused", "暂停"
        STOPPED = "stopped", "已停止"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")
    kind = models.CharField("类型", max_length=10, choices=Kind)
    unit = models.CharField("单位", max_length=8)  # workday, day
    days = models.PositiveSmallIntegerField("天数")
    extended_by = models.PositiveSmallIntegerField("延长天数", default=0)
    started_on = models.DateField("起算事件日")
    due_on = models.DateField("到期日")
    provisional = models.BooleanField("暂定", default=False)  # passes through a year without published holidays
    state = models.CharField("状态", max_length=8, choices=State, default=State.RUNNING)
    stopped_on = models.DateField("停止日", null=True, blank=True)

    class Meta:
        verbose_name = "时限"
        verbose_name_plural = "时限"
        indexes: ClassVar = [
            models.Index(
                fields=["kind", "due_on"], name="clock_running", condition=models.Q(state__in=["running", "paused"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.due_on}"


class Pause(models.Model):
    """An interval that does not count for the promised and the statutory clock of a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pauses")
    reason = models.CharField("原因", max_length=40)
    basis = models.CharField("依据", max_length=200)
    from_on = models.DateField("开始日")
    to_on = models.DateField("结束日", null=True, blank=True)
    planned_end = models.DateField("计划结束日")
    approved_by = models.CharField("批准人", max_length=80)

    class Meta:
        verbose_name = "暂停"
        verbose_name_plural = "暂停"

    def __str__(self) -> str:
        return f"{self.case_id} {self.from_on}"
