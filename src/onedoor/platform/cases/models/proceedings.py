"""Proceedings beside the common road of a case: hearing, revocation, relatives, a decision of two, a technical double."""

from typing import ClassVar

from django.db import models

from onedoor.platform.cases.models.case import Case
from onedoor.platform.kernel.fields import EncryptedJSONField, EncryptedTextField


class Hearing(models.Model):
    """听证 (Licensing Law arts. 46-48): from telling the right to the signed record the decision rests on."""

    class State(models.TextChoices):
        RIGHT_INFORMED = "right_informed", "已告知权利"
        WAIVED = "waived", "已放弃"
        EXPIRED = "expired", "逾期未申请"
        REQUESTED = "requested", "已申请"
        SCHEDULED = "scheduled", "已通知"
        HELD = "held", "已举行"
        RECORD_SIGNED = "record_signed", "笔录已签署"
        CLOSED = "closed", "已结束"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="hearing")
    state = models.CharField("状态", max_length=16, choices=State)
    # When the notice of the right has reached the applicant, and until when they may ask; unknown before it has.
    informed_on = models.DateField("告知日", null=True, blank=True)
    request_until = models.DateField("申请截止日", null=True, blank=True)
    provisional = models.BooleanField("暂定", default=False)
    requested_on = models.DateField("申请日", null=True, blank=True)
    hold_until = models.DateField("最迟举行日", null=True, blank=True)
    scheduled_for = models.DateTimeField("举行时间", null=True, blank=True)
    place = models.CharField("地点", max_length=120, blank=True)
    is_public = models.BooleanField("公开", default=True)
    presiding_login_id = models.BigIntegerField("主持人登录号", null=True, blank=True)
    presiding_name = models.CharField("主持人", max_length=80, blank=True)
    record = EncryptedTextField("笔录", blank=True, default="")
    record_number = models.CharField("笔录文号", max_length=80, blank=True)

    class Meta:
        verbose_name = "听证"
        verbose_name_plural = "听证"
        indexes: ClassVar = [
            models.Index(fields=["request_until"], name="hearing_to_expire", condition=models.Q(state="right_informed"))
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"


class RelatedStaffDeclaration(models.Model):
    """近亲属备案 (R-ORG-3): somebody of the staff or the village board is a near relative of the applicant's side."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="relatives")
    source = models.CharField("来源", max_length=10)  # answer: the form says so; officer: the officer has declared it
    login_id = models.BigIntegerField("申报人登录号", null=True, blank=True)
    relation = EncryptedTextField("关系", blank=True, default="")
    declared_at = models.DateTimeField("备案时间")

    class Meta:
        verbose_name = "近亲属备案"
        verbose_name_plural = "近亲属备案"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "login_id"], name="relative_declared_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.source}"


class ProposedDecision(models.Model):
    """What the first approver of a case that touches relatives means to decide; another one confirms or opposes it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="proposed_decisions")
    ruling = EncryptedJSONField("拟定决定")  # the fields of rulings.Ruling
    login_id = models.BigIntegerField("拟定人登录号")
    proposed_at = models.DateTimeField("拟定时间")
    settled_at = models.DateTimeField("复核时间", null=True, blank=True)

    class Meta:
        verbose_name = "拟定决定"
        verbose_name_plural = "拟定决定"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], name="one_decision_proposed", condition=models.Q(settled_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return str(self.case_id)


class Revocation(models.Model):
    """撤销 or 注销 of what an ended case has granted, begun by the organ itself; `case` is the proceeding of its own."""

    class Ending(models.TextChoices):
        REVOKE = "revoke", "撤销"
        CANCEL = "cancel", "注销"
        WITHDRAW = "withdraw", "吊销"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="revocation")
    ending = models.CharField("方式", max_length=8, choices=Ending)
    reason = EncryptedTextField("事实和理由")
    basis = models.CharField("依据", max_length=200)
    login_id = models.BigIntegerField("提出人登录号")
    heard_until = models.DateField("陈述申辩截止日", null=True, blank=True)  # unknown before the notice has arrived
    provisional = models.BooleanField("暂定", default=False)
    statement = EncryptedTextField("陈述申辩", blank=True, default="")
    stated_at = models.DateTimeField("陈述时间", null=True, blank=True)

    class Meta:
        verbose_name = "撤销程序"
        verbose_name_plural = "撤销程序"

    def __str__(self) -> str:
        return f"{self.case_id} {self.ending}"


class VoidRequest(models.Model):
    """作废 of a case entered twice by a technical fault: a system administrator asks, a supervisor confirms."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="void_request")
    original = models.ForeignKey(Case, verbose_name="保留的办件", on_delete=models.PROTECT, related_name="+")
    reason = EncryptedTextField("技术原因")
    login_id = models.BigIntegerField("提出人登录号")
    asked_by = models.CharField("提出人", max_length=80)
    asked_at = models.DateTimeField("提出时间")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta:
        verbose_name = "作废申请"
        verbose_name_plural = "作废申请"

    def __str__(self) -> str:
        return str(self.case_id)
