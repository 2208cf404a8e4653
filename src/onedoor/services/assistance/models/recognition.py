from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.models import RegisterEntry


class Recognition(RegisterEntry):
    """
    认定结果: who is recognised as what, from which month, for which amount.

    Never recognised without a decided case; the calculation is the judgement stored with that case.
    """

    class Category(models.TextChoices):
        DIBAO = "DIBAO", "最低生活保障"

    class ReviewClass(models.TextChoices):
        STABLE = "STABLE", "收入稳定"
        UNSTABLE = "UNSTABLE", "收入不稳定"

    category = models.CharField("类别", max_length=16, choices=Category)
    head = models.ForeignKey("identity.Person", verbose_name="户主", on_delete=models.PROTECT, related_name="+")
    start_month = models.DateField("发放起始月")  # the first day of the month
    end_month = models.DateField("发放截止月", null=True, blank=True)
    monthly_amount = models.DecimalField("月保障金", max_digits=12, decimal_places=2)
    review_class = models.CharField("复核类别", max_length=10, choices=ReviewClass)
    review_due_on = models.DateField("下次复核日")
    judgement_digest = models.CharField("计算摘要", max_length=64)
    decided_by = models.ForeignKey(
        "identity.Organization", verbose_name="确认机关", on_delete=models.PROTECT, related_name="+"
    )

    class Meta(RegisterEntry.Meta):
        verbose_name = "救助认定"
        verbose_name_plural = "救助认定登记簿"
        constraints: ClassVar = [
            *RegisterEntry.Meta.constraints,
            models.CheckConstraint(condition=models.Q(monthly_amount__gte=0), name="recognition_amount_not_negative"),
            models.CheckConstraint(
                condition=models.Q(in_force_to__isnull=True) | models.Q(in_force_to__gte=models.F("in_force_from")),
                name="recognition_period_forward",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["division", "category", "id"], name="recognition_by_place")]

    def __str__(self) -> str:
        return self.number


class RecognizedPerson(models.Model):
    """A person covered by a recognition; at most one living recognition a person (invariant a of the register)."""

    recognition = models.ForeignKey(Recognition, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey("identity.Person", verbose_name="人员", on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField("停止日", null=True, blank=True)

    class Meta:
        verbose_name = "保障对象"
        verbose_name_plural = "保障对象"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], name="person_covered_once", condition=models.Q(ended_on__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.recognition_id} {self.person_id}"
