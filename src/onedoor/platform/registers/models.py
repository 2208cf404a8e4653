"""What was paid to people for what they receive: rows that are only ever added."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.models import Recorded


class PaymentBatch(Recorded):
    """
    What one organ reported at once. `number` is the organ's own; the same number with the same content is counted once.
    """

    organization = models.ForeignKey(
        "identity.Organization", verbose_name="发放单位", on_delete=models.PROTECT, related_name="+"
    )
    division = models.CharField("行政区划", max_length=12)
    source = models.CharField("待遇来源", max_length=80)
    number = models.CharField("批次号", max_length=64)
    digest = models.CharField("内容摘要", max_length=64)
    count = models.PositiveIntegerField("笔数")

    class Meta:
        verbose_name = "发放批次"
        verbose_name_plural = "发放批次"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "source", "number"], name="payment_batch_once")
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def target(self) -> str:
        """How the audit record names this batch."""
        return f"payment_batch:{self.pk}"


class BenefitPayment(models.Model):
    """
    One thing that happened to a payment: it was made, held, came back, was put right. Never changed, never deleted.

    `number` is the organ's own for the payment; its rows in order of `sequence` tell how it stands. Of the account only
    the last four digits are ever here.
    """

    class Kind(models.TextChoices):
        PAID = "paid", "已发放"
        HELD = "held", "暂缓发放"
        RETURNED = "returned", "未到账，已退回"
        CORRECTED = "corrected", "已更正"

    batch = models.ForeignKey(PaymentBatch, verbose_name="批次", on_delete=models.PROTECT, related_name="rows")
    organization = models.ForeignKey(
        "identity.Organization", verbose_name="发放单位", on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey("identity.Person", verbose_name="领取人", on_delete=models.PROTECT, related_name="+")
    number = models.CharField("发放号", max_length=64)
    sequence = models.PositiveSmallIntegerField("序号")
    kind = models.CharField("情况", max_length=12, choices=Kind)
    key = models.CharField("待遇编号", max_length=80)
    title = models.CharField("待遇名称", max_length=100)
    month = models.DateField("所属月份")  # its first day
    months = models.PositiveSmallIntegerField("月数", default=1)
    fen = models.BigIntegerField("金额（分）")
    happened_on = models.DateField("日期")
    account = models.CharField("账号末四位", max_length=4, blank=True)
    reason = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "待遇发放记录"
        verbose_name_plural = "待遇发放记录"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "number", "sequence"], name="benefit_payment_in_order"),
            models.CheckConstraint(condition=models.Q(fen__gte=0), name="benefit_payment_no_debt"),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "id"], name="benefit_payment_by_person")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"
