from datetime import date
from typing import ClassVar

from django.db import models

from onedoor.platform.cases.models.case import Case
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.kernel.prepared_writes import PreparedWrites


class Clock(PreparedWrites):
    """
    A limit that runs for a case, or for one step of it. Both the organ's promise and the law's limit are kept.

    Every clock has its last day; one in hours has the moments too, and is over at `due_at`.
    """

    class Kind(models.TextChoices):
        RECEIVE = "receive", "收件时限"
        PROMISED = "promised", "承诺时限"
        STATUTORY = "statutory", "法定时限"
        APPLICANT = "applicant", "补正期限"
        STEP = "step", "环节承诺时限"
        STEP_LAW = "step_law", "环节法定时限"
        ISSUE = "issue", "制证送达时限"

    class State(models.TextChoices):
        RUNNING = "running", "计时中"
        PAUSED = "paused", "暂停"
        STOPPED = "stopped", "已停止"

    DELIVERY = "delivery"  # the step of that code; its limit runs on where the case stands still: the office has to act

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")
    kind = models.CharField("类型", max_length=10, choices=Kind)
    step = models.CharField("环节", max_length=40, blank=True, default="")  # of which step, where it is one's own
    unit = models.CharField("单位", max_length=8)  # workday, day, hour
    length = models.PositiveIntegerField("时长")
    extended_by = models.PositiveSmallIntegerField("延长天数", default=0)
    started_on = models.DateField("起算事件日")
    started_at = models.DateTimeField("起算时间", null=True, blank=True)
    due_on = models.DateField("到期日")
    due_at = models.DateTimeField("到期时间", null=True, blank=True)
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
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(unit="hour", started_at__isnull=False, due_at__isnull=False)
                | (~models.Q(unit="hour") & models.Q(due_at__isnull=True)),
                name="clock_in_hours_has_moments",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.due_on}"

    def has_run_out(self, on: date) -> bool:
        """Tell whether the limit is over on a day; one that stands still is not, whatever day it would end on."""
        return self.state == self.State.RUNNING and self.due_on < on

    @property
    def name(self) -> str:
        """By which the facts of an action name this clock: promised, or step:visit."""
        return f"{self.kind}:{self.step}" if self.step else self.kind

    def title(self, item: ServiceItem) -> str:
        """Return what people call it; one of a step names the step: 上门核实（承诺时限）."""
        if self.step == self.DELIVERY:
            return "送达时限"
        step = item.step(self.step) if self.step else None
        if step is None:
            return str(self.get_kind_display())
        return f"{step.title}（{'法定' if self.kind == self.Kind.STEP_LAW else '承诺'}时限）"


class Pause(models.Model):
    """
    An interval that does not count for the decision clocks of a case and those of its steps.

    A special procedure has days of its own at the most; from then on the clocks run again, whether or not it has ended.
    """

    class Kind(models.TextChoices):
        SPECIAL = "special", "特别程序"
        SUPPLEMENT = "supplement", "受理后补充材料"
        HEARING = "hearing", "听证"

    kind = models.CharField("类型", max_length=10, choices=Kind)
    procedure = models.CharField("特别程序", max_length=40, blank=True, default="")  # of which one of the item
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pauses")
    reason = models.CharField("原因", max_length=40)
    basis = models.CharField("依据", max_length=200)
    from_at = models.DateTimeField("开始时间")
    to_at = models.DateTimeField("结束时间", null=True, blank=True)
    planned_end = models.DateField("计划结束日")
    most_until = models.DateField("最长到", null=True, blank=True)  # the last day that may not count
    over_at = models.DateTimeField("恢复计时", null=True, blank=True)  # after it the clocks ran again without an end
    approved_by = models.CharField("批准人", max_length=80)
    login_id = models.BigIntegerField("批准人登录号", null=True, blank=True)
    proof = models.ForeignKey(
        "files.StoredFile", verbose_name="结果证明", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "暂停"
        verbose_name_plural = "暂停"
        indexes: ClassVar = [
            models.Index(fields=["planned_end"], name="pause_running", condition=models.Q(to_at__isnull=True)),
            models.Index(fields=["login_id"], name="pause_by_officer"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.from_at}"
