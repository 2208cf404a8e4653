"""告知承诺: a promise in place of a proof, its check afterwards, and the record of a promise that was not true."""

from typing import ClassVar

from django.db import models

from onedoor.platform.cases.models.case import Case
from onedoor.platform.cases.models.papers import Material
from onedoor.platform.kernel.fields import EncryptedTextField


class Commitment(models.Model):
    """What one person has promised in place of one paper, word for word; what was signed never changes."""

    class State(models.TextChoices):
        SIGNED = "signed", "已签署"
        VERIFYING = "verifying", "待核查"
        KEPT = "kept", "核查属实"
        BROKEN = "broken", "承诺不实"
        UNVERIFIABLE = "unverifiable", "无法核实"
        WITHDRAWN = "withdrawn", "已撤回"

    class Check(models.TextChoices):
        DATA = "data", "数据核查"
        VISIT = "visit", "现场核查"
        SAMPLE = "sample", "抽样核查"
        DOCUMENT = "document", "查验材料"

    paper = models.OneToOneField(Material, on_delete=models.CASCADE, related_name="commitment")
    case = models.ForeignKey(
        Case, verbose_name="办件", null=True, blank=True, on_delete=models.PROTECT, related_name="commitments"
    )
    version = models.PositiveSmallIntegerField("承诺书版本")
    told = models.TextField("告知的证明义务")
    text = models.TextField("承诺内容")
    liability = models.TextField("不实承诺的责任")
    digest = models.CharField("摘要", max_length=64)
    signer = models.ForeignKey("identity.Person", verbose_name="承诺人", on_delete=models.PROTECT, related_name="+")
    method = models.CharField("签署方式", max_length=10)  # self, agent, guardian, paper
    signed_at = models.DateTimeField("签署时间")
    check_kind = models.CharField("核查方式", max_length=10, choices=Check)
    due_on = models.DateField("核查期限", null=True, blank=True)  # set when the application is handed in
    state = models.CharField("状态", max_length=12, choices=State, default=State.SIGNED)
    finding = EncryptedTextField("核查结果", blank=True, default="")
    checked_at = models.DateTimeField("核查时间", null=True, blank=True)
    checked_by = models.CharField("核查人", max_length=80, blank=True, default="")
    checked_login = models.BigIntegerField("核查登录号", null=True, blank=True)

    class Meta:
        verbose_name = "告知承诺"
        verbose_name_plural = "告知承诺"
        indexes: ClassVar = [
            models.Index(fields=["due_on"], name="commitment_to_check", condition=models.Q(state="verifying"))
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} {self.state}"


class CreditRecord(models.Model):
    """
    That somebody's commitment was found untrue: told first, heard, then recorded by another officer, and repairable.

    Only a record in force keeps the person from promising again.
    """

    class State(models.TextChoices):
        TOLD = "told", "已告知，可以陈述申辩"
        IN_FORCE = "in_force", "已记录"
        LIFTED = "lifted", "不予记录"
        REPAIRED = "repaired", "已修复"

    commitment = models.OneToOneField(Commitment, on_delete=models.PROTECT, related_name="breach")
    person = models.ForeignKey("identity.Person", verbose_name="当事人", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, verbose_name="办件", on_delete=models.PROTECT, related_name="credit_records")
    told_at = models.DateTimeField("告知时间")
    heard_until = models.DateField("陈述申辩截止日")
    statement = EncryptedTextField("陈述申辩", blank=True, default="")
    stated_at = models.DateTimeField("陈述时间", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.TOLD)
    reason = EncryptedTextField("处理理由", blank=True, default="")
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    settled_by = models.CharField("处理人", max_length=80, blank=True, default="")
    repair = EncryptedTextField("修复情况", blank=True, default="")
    repaired_at = models.DateTimeField("修复时间", null=True, blank=True)
    repaired_by = models.CharField("修复批准人", max_length=80, blank=True, default="")

    class Meta:
        verbose_name = "信用记录"
        verbose_name_plural = "信用记录"
        indexes: ClassVar = [models.Index(fields=["person", "state"], name="credit_by_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"
