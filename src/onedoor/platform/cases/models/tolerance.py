"""容缺受理: a secondary paper that comes after acceptance, by a day the applicant has promised."""

from typing import ClassVar

from django.db import models

from onedoor.platform.cases.models.case import Case


class Tolerance(models.Model):
    """One paper of a case that may come later: asked for with the application, dated at acceptance."""

    class State(models.TextChoices):
        ASKED = "asked", "申请容缺"
        OPEN = "open", "待补交"
        FULFILLED = "fulfilled", "已补交"
        EXPIRED = "expired", "逾期未补交"

    case = models.ForeignKey(Case, verbose_name="办件", on_delete=models.PROTECT, related_name="tolerances")
    material = models.CharField("材料", max_length=40)
    title = models.CharField("名称", max_length=200)
    promise = models.TextField("承诺内容")  # word for word what was agreed to
    digest = models.CharField("摘要", max_length=64)
    promised_at = models.DateTimeField("承诺时间")
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    due_on = models.DateField("补交期限", null=True, blank=True)
    reminded_at = models.DateTimeField("提醒时间", null=True, blank=True)
    settled_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "容缺受理"
        verbose_name_plural = "容缺受理"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "material"], name="tolerance_once"),
            models.CheckConstraint(
                condition=models.Q(state="asked") | models.Q(settled_at__isnull=False) | models.Q(due_on__isnull=False),
                name="tolerance_dated",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_on"], name="tolerance_waiting", condition=models.Q(state="open"))
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.material}"
