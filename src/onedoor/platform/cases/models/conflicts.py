"""What a source says otherwise than it was declared: to verify, explained by the applicant, settled by a person."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedTextField


class Conflict(models.Model):
    """
    A fact of a case that a source tells otherwise than the applicant (R-SHR-5). It decides nothing by itself.

    `source`, `receipt` and `as_of` say where the found value comes from; a newer answer about the same fact supersedes.
    """

    class State(models.TextChoices):
        TO_VERIFY = "to_verify", "待核实"
        EXPLAINED = "explained", "当事人已说明"
        SETTLED = "settled", "已核实"
        SUPERSEDED = "superseded", "数据已更新"

    class Settled(models.TextChoices):
        FOUND = "found", "以查得为准"
        DECLARED = "declared", "以申报为准"

    case = models.ForeignKey("cases.Case", verbose_name="办件", on_delete=models.PROTECT, related_name="conflicts")
    fact = models.CharField("项目代码", max_length=40)
    label = models.CharField("项目", max_length=80)
    declared = EncryptedTextField("申报")
    found = EncryptedTextField("查得")
    source = models.CharField("来源代码", max_length=60)
    source_words = models.CharField("来源", max_length=120)
    receipt = models.UUIDField("使用回执", null=True, blank=True)
    as_of = models.DateField("数据日期", null=True, blank=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.TO_VERIFY)
    raised_at = models.DateTimeField("发现时间")
    explain_due_on = models.DateField("说明期限")
    provisional = models.BooleanField("期限暂定", default=False)
    settled = models.CharField("处理", max_length=10, choices=Settled, blank=True, default="")
    reason = EncryptedTextField("核实说明", blank=True, default="")
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    settled_by = models.CharField("处理人", max_length=80, blank=True)

    class Meta:
        verbose_name = "申报与查得不符"
        verbose_name_plural = "申报与查得不符"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "fact"],
                name="one_open_conflict",
                condition=models.Q(state__in=["to_verify", "explained"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.fact} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.TO_VERIFY, self.State.EXPLAINED)


class Explanation(models.Model):
    """What the applicant's side says to a conflict; said again, it is another one."""

    conflict = models.ForeignKey(Conflict, on_delete=models.PROTECT, related_name="explanations")
    text = EncryptedTextField("说明")
    at = models.DateTimeField("时间")
    person = models.ForeignKey("identity.Person", verbose_name="说明人", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "当事人说明"
        verbose_name_plural = "当事人说明"

    def __str__(self) -> str:
        return f"{self.conflict_id} {self.at}"
