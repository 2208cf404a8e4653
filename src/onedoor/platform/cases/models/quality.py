"""数据质量工单: an officer asks for a paper although data answer it, and says what is wrong with the data."""

from typing import ClassVar

from django.db import models

from onedoor.platform.cases.models.case import Case
from onedoor.platform.kernel.fields import EncryptedTextField


class QualityTicket(models.Model):
    """
    A doubt about a certificate or data that should have spared somebody a paper (R-CERT-1, A13).

    Owned by the organ that answers for them; its data steward looks into it and says what was found.
    """

    class State(models.TextChoices):
        OPEN = "open", "待核查"
        MENDED = "mended", "数据有误，已更正"
        SOUND = "sound", "核查无误"

    case = models.ForeignKey(Case, verbose_name="办件", on_delete=models.PROTECT, related_name="quality_tickets")
    material = models.CharField("材料", max_length=40)
    title = models.CharField("名称", max_length=200)
    proof = models.CharField("数据", max_length=200)  # which certificate or data are doubted
    certificate = models.ForeignKey(
        "certificates.Certificate",
        verbose_name="证照",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    owner = models.ForeignKey(
        "identity.Organization", verbose_name="责任单位", on_delete=models.PROTECT, related_name="+"
    )
    division = models.CharField("行政区划", max_length=12)
    line = models.CharField("业务条线", max_length=40)
    reason = EncryptedTextField("问题")
    raised_at = models.DateTimeField("提出时间")
    raised_by = models.CharField("提出人", max_length=80)
    raised_organization = models.CharField("提出单位", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    answer = EncryptedTextField("核查结果", blank=True, default="")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.CharField("答复人", max_length=80, blank=True, default="")

    class Meta:
        verbose_name = "数据质量工单"
        verbose_name_plural = "数据质量工单"
        indexes: ClassVar = [models.Index(fields=["division", "state", "id"], name="quality_ticket_by_place")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.material}"

    @property
    def target(self) -> str:
        return f"quality_ticket:{self.pk}"
