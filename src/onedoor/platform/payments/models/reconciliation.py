"""What the platform says of a day, laid beside what we have of it."""

from typing import ClassVar

from django.db import models

from onedoor.platform.payments.states import Outcome, Sort


class Reconciliation(models.Model):
    """A day of one collecting unit: compared by the machine, closed by a person who has looked at every difference."""

    day = models.DateField("日期")
    organization = models.ForeignKey(
        "identity.Organization", verbose_name="执收单位", null=True, on_delete=models.PROTECT, related_name="+"
    )  # None: the platform names a unit nobody knows here
    division = models.CharField("行政区划", max_length=12)
    digest = models.CharField("对账文件摘要", max_length=64)
    compared_at = models.DateTimeField("比对时间")
    closed_at = models.DateTimeField("核对完成时间", null=True, blank=True)
    closed_by = models.CharField("核对人", max_length=80, blank=True, default="")
    note = models.CharField("核对说明", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "日对账"
        verbose_name_plural = "日对账"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "organization"], name="reconciliation_once"),
            models.UniqueConstraint(
                fields=["day"], name="reconciliation_strange_once", condition=models.Q(organization__isnull=True)
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["division", "day"], name="reconciliation_by_place")]

    def __str__(self) -> str:
        return f"{self.day} {self.organization_id}"


class ReconciliationRow(models.Model):
    """
    One movement of money: what they say, what we have, and what a person made of a difference.

    What somebody has settled is never changed: when it looks otherwise later, a new row stands beside the old one.
    """

    reconciliation = models.ForeignKey(
        Reconciliation, verbose_name="日对账", on_delete=models.CASCADE, related_name="rows"
    )
    sort = models.CharField("方向", max_length=8, choices=Sort)
    number = models.CharField("单号", max_length=40)  # theirs, where they have it
    our_number = models.CharField("本单位单号", max_length=40, blank=True, default="")
    trade = models.CharField("交易流水号", max_length=64)
    theirs = models.DecimalField("平台金额", max_digits=12, decimal_places=2, null=True)
    ours = models.DecimalField("本单位金额", max_digits=12, decimal_places=2, null=True)
    outcome = models.CharField("结果", max_length=14, choices=Outcome)
    order = models.ForeignKey(
        "payments.Order", verbose_name="缴款单", null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    settled_by = models.CharField("处理人", max_length=80, blank=True, default="")
    note = models.CharField("处理说明", max_length=300, blank=True, default="")
    superseded_at = models.DateTimeField("情况已变", null=True, blank=True)

    class Meta:
        verbose_name = "对账明细"
        verbose_name_plural = "对账明细"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reconciliation", "sort", "trade"],
                name="reconciliation_row_once",
                condition=models.Q(superseded_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trade} {self.outcome}"
