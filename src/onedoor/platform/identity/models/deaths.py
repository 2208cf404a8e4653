"""What officers state about somebody's death, who settles it, and what each room did about it. Rows are only added."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedTextField


class DeathStatement(models.Model):
    """死亡登记陈述: on a paper an officer states that a person has died, or that this was recorded by mistake."""

    class Kind(models.TextChoices):
        DEATH = "death", "死亡登记"
        CORRECTION = "correction", "更正死亡登记"

    class Paper(models.TextChoices):
        MEDICAL = "medical", "居民死亡医学证明（推断）书"
        HOUSEHOLD = "household", "公安机关注销户口证明"
        COURT = "court", "人民法院宣告死亡判决书"
        CREMATION = "cremation", "殡仪馆火化证明"
        RESTORED = "restored", "公安机关恢复户口证明"
        COURT_REVOKED = "court_revoked", "人民法院撤销宣告死亡判决书"
        TAKEN_BACK = "taken_back", "原出具单位的更正证明"
        OTHER_PERSON = "other_person", "原死亡证明（证明的是另一个人）"

    person = models.ForeignKey("identity.Person", verbose_name="人员", on_delete=models.PROTECT, related_name="deaths")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    paper = models.CharField("证明种类", max_length=16, choices=Paper)
    paper_number = models.CharField("证明编号", max_length=60)
    issued_by = models.CharField("出具单位", max_length=100)
    died_on = models.DateField("死亡日期", null=True, blank=True)  # of a death
    judged_on = models.DateField("判决日期", null=True, blank=True)  # of a court's declaration
    reason = EncryptedTextField("理由", blank=True, default="")  # of a correction
    reason_digest = models.CharField(
        "理由摘要", max_length=80, blank=True
    )  # the column beside it is sealed anew at times
    division = models.CharField("行政区划", max_length=12)
    organization = models.ForeignKey(
        "identity.Organization", verbose_name="登记单位", on_delete=models.PROTECT, related_name="+"
    )
    stated_by = models.ForeignKey("identity.Login", verbose_name="陈述人", on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField("陈述时间")

    class Meta:
        verbose_name = "死亡登记陈述"
        verbose_name_plural = "死亡登记陈述"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind="death", died_on__isnull=False) | models.Q(kind="correction", died_on=None),
                name="death_statement_has_its_day",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["organization", "id"], name="death_statement_by_organ")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def target(self) -> str:
        return f"death:{self.pk}"


class DeathSettlement(models.Model):
    """What became of a statement: another officer of the organization confirmed it, or it was sent back."""

    statement = models.OneToOneField(
        DeathStatement, verbose_name="陈述", on_delete=models.PROTECT, related_name="settlement"
    )
    confirmed = models.BooleanField("已确认")
    note = EncryptedTextField("说明", blank=True, default="")
    note_digest = models.CharField("说明摘要", max_length=80, blank=True)
    settled_by = models.ForeignKey("identity.Login", verbose_name="办理人", on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField("办理时间")

    class Meta:
        verbose_name = "死亡登记办理"
        verbose_name_plural = "死亡登记办理"

    def __str__(self) -> str:
        return f"{self.statement_id} {self.confirmed}"


class DeathEffect(models.Model):
    """What one room did when it heard of a confirmed statement: ids only. The correction undoes it by this row."""

    statement = models.ForeignKey(DeathStatement, verbose_name="陈述", on_delete=models.PROTECT, related_name="effects")
    room = models.CharField("房间", max_length=20)
    facts = models.JSONField("所做", default=dict)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "死亡登记的效果"
        verbose_name_plural = "死亡登记的效果"
        constraints: ClassVar = [models.UniqueConstraint(fields=["statement", "room"], name="death_effect_once")]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.room}"
