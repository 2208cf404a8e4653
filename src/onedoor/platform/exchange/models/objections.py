"""校核纠错: that what a source said about a person is wrong, or should not have been used; and what came of it."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedTextField


class DataObjection(models.Model):
    """
    An objection to one use of data, named by its receipt: by the person it is about, or by an officer who settled a case.

    The steward of the person's place takes it up with whoever keeps the data, and answers by a day.
    """

    class Kind(models.TextChoices):
        WRONG = "wrong", "数据有误"
        IMPROPER = "improper", "不应使用"

    class State(models.TextChoices):
        SUBMITTED = "submitted", "待核查"
        UPHELD = "upheld", "已更正"
        REJECTED = "rejected", "核查无误"

    receipt = models.UUIDField("使用回执")
    source = models.CharField("来源", max_length=60)
    person = models.ForeignKey("identity.Person", verbose_name="当事人", on_delete=models.PROTECT, related_name="+")
    # Who has raised it for them under a mandate; empty for the person themselves, and for an officer.
    agent = models.ForeignKey(
        "identity.Person",
        verbose_name="代为提出的人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    division = models.CharField("行政区划", max_length=12)
    kind = models.CharField("类型", max_length=10, choices=Kind)
    text = EncryptedTextField("说明")
    raised_at = models.DateTimeField("提出时间")
    raised_by = models.CharField("提出人", max_length=80, blank=True)  # an officer; empty for the person's side
    due_on = models.DateField("答复期限")
    provisional = models.BooleanField("期限暂定", default=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.SUBMITTED)
    answer = EncryptedTextField("核查结果", blank=True, default="")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.CharField("答复人", max_length=80, blank=True)

    class Meta:
        verbose_name = "数据异议"
        verbose_name_plural = "数据异议"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["receipt", "person"],
                name="one_open_objection",
                condition=models.Q(state="submitted"),
            )
        ]
        indexes: ClassVar = [models.Index(fields=["division", "state"], name="objection_by_place")]

    def __str__(self) -> str:
        return f"{self.kind} {self.receipt}"

    @property
    def target(self) -> str:
        return f"data_objection:{self.pk}"
