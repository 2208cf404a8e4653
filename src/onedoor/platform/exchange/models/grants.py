"""That one organ asks another for data under conditions, what the other answers, and what may then be used."""

from datetime import date
from typing import ClassVar

from django.db import models


class ShareRequest(models.Model):
    """数据共享申请: which fields of which dataset another organ wants, for what, and the answer that is owed by a day."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", "待答复"
        GRANTED = "granted", "同意共享"
        REFUSED = "refused", "不同意共享"

    number = models.CharField("申请编号", max_length=60, unique=True)
    dataset = models.CharField("数据集", max_length=60)
    division = models.CharField("数据所属地区", max_length=12)
    owner = models.ForeignKey(
        "identity.Organization", verbose_name="数据提供单位", on_delete=models.PROTECT, related_name="+"
    )
    requester = models.ForeignKey(
        "identity.Organization", verbose_name="申请单位", on_delete=models.PROTECT, related_name="+"
    )
    fields = models.JSONField("申请的数据项")
    purpose = models.CharField("使用目的", max_length=120)
    legal_basis = models.CharField("依据", max_length=200)
    until = models.DateField("申请使用至")
    submitted_at = models.DateTimeField("申请时间")
    submitted_by = models.CharField("申请人", max_length=80)
    reply_due_on = models.DateField("答复期限")
    provisional = models.BooleanField("期限暂定", default=False)
    state = models.CharField("状态", max_length=12, choices=State, default=State.SUBMITTED)
    decided_at = models.DateTimeField("答复时间", null=True, blank=True)
    decided_by = models.CharField("答复人", max_length=80, blank=True)
    reason = models.CharField("不同意的理由", max_length=500, blank=True)
    basis = models.CharField("不同意的依据", max_length=200, blank=True)

    class Meta:
        verbose_name = "数据共享申请"
        verbose_name_plural = "数据共享申请"
        indexes: ClassVar = [
            models.Index(fields=["owner", "state"], name="share_by_owner"),
            models.Index(fields=["requester", "state"], name="share_by_requester"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def target(self) -> str:
        return f"sharing:{self.pk}"


class ShareGrant(models.Model):
    """共享授权: the fields that were granted, until when, how many people a day; usable once provided, until revoked."""

    request = models.OneToOneField(
        ShareRequest, verbose_name="申请", on_delete=models.PROTECT, related_name="grant", primary_key=True
    )
    fields = models.JSONField("授权的数据项")
    last_valid_on = models.DateField("有效期至")
    most_a_day = models.PositiveIntegerField("每日最多人数", null=True, blank=True)
    provide_due_on = models.DateField("提供期限")
    provisional = models.BooleanField("期限暂定", default=False)
    provided_at = models.DateTimeField("提供时间", null=True, blank=True)
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoked_by = models.CharField("撤销人", max_length=80, blank=True)
    revoke_reason = models.CharField("撤销理由", max_length=500, blank=True)

    class Meta:
        verbose_name = "共享授权"
        verbose_name_plural = "共享授权"

    def __str__(self) -> str:
        return f"grant {self.pk}"

    def standing(self, on: date) -> str:
        """Return in a word how the grant stands on a day; only "使用中" opens anything."""
        if self.revoked_at is not None:
            return "已撤销"
        if on > self.last_valid_on:
            return "已到期"
        return "使用中" if self.provided_at is not None else "待提供"
