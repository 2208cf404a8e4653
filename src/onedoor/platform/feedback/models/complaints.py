"""Complaints and reports: sealed from the unit complained of, reports besides from everybody but named posts."""

from typing import ClassVar

from django.db import models

from onedoor.platform.feedback.rules import (
    CATEGORIES,
    NOT_ACCEPTED,
    REPORT_CATEGORIES,
    TICKET_CATEGORIES,
    TICKET_OUTCOMES,
)
from onedoor.platform.kernel.fields import EncryptedTextField

CATEGORY_CHOICES = [*{**CATEGORIES, **REPORT_CATEGORIES, **TICKET_CATEGORIES}.items()]


class Complaint(models.Model):
    """
    What somebody complains of, reports or could not get done. Of an anonymous one nothing is kept of who filed it; its code
    alone leads back.

    `handled_by` is an organ above the unit complained of; empty, whoever watches over the place outside that unit. A
    ticket (办不成事) complains of nobody: it is sealed from whoever had a hand in the refusal, not from the unit.
    """

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", "投诉"
        REPORT = "report", "举报"
        TICKET = "ticket", "办不成事反映"

    class State(models.TextChoices):
        FILED = "filed", "待受理"
        NOT_ACCEPTED = "not_accepted", "不予受理"
        ACCEPTED = "accepted", "办理中"
        ASKED = "asked", "等您补充"
        REPLIED = "replied", "已答复"
        CLOSED = "closed", "已办结"

    class Resolved(models.TextChoices):
        YES = "yes", "解决了"
        NO = "no", "没有解决"

    number = models.CharField("编号", max_length=20, unique=True)
    kind = models.CharField("类型", max_length=10, choices=Kind)
    category = models.CharField("类别", max_length=24, choices=CATEGORY_CHOICES)
    organization = models.ForeignKey(
        "identity.Organization", verbose_name="被反映单位", on_delete=models.PROTECT, related_name="+"
    )
    handled_by = models.ForeignKey(
        "identity.Organization",
        verbose_name="办理单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    division = models.CharField("行政区划", max_length=12)
    text = EncryptedTextField("内容")
    about = EncryptedTextField("被反映的人或者窗口", blank=True, default="")
    anonymous = models.BooleanField("匿名")
    person = models.ForeignKey(
        "identity.Person", verbose_name="反映人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = EncryptedTextField("反映人姓名", blank=True, default="")
    contact = EncryptedTextField("联系方式", blank=True, default="")
    may_be_named = models.BooleanField("同意告知被反映单位", default=False)
    code_digest = models.CharField("查询码摘要", max_length=64, unique=True)
    state = models.CharField("状态", max_length=14, choices=State, default=State.FILED)
    filed_on = models.DateField("提交日")
    accept_due = models.DateField("受理期限")
    reply_due = models.DateField("答复期限", null=True, blank=True)
    asked_on = models.DateField("询问日", null=True, blank=True)
    replied_on = models.DateField("答复日", null=True, blank=True)
    closed_on = models.DateField("办结日", null=True, blank=True)
    not_accepted = models.CharField("不予受理理由", max_length=20, choices=[*NOT_ACCEPTED.items()], blank=True)
    resolved = models.CharField("是否解决", max_length=4, choices=Resolved, blank=True, default="")
    again = models.PositiveSmallIntegerField("返工次数", default=0)
    transfers = models.PositiveSmallIntegerField("转办次数", default=0)
    replied_by = models.BigIntegerField("答复人", null=True, blank=True)
    # Of a ticket: the matter, the case that was refused, when it was taken, what came of it.
    item_code = models.CharField("事项", max_length=80, blank=True, default="")
    title = models.CharField("事项名称", max_length=200, blank=True, default="")
    case = models.ForeignKey(
        "cases.Case", verbose_name="办件", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_itself = models.BooleanField("自动生成", default=False)
    taken_on = models.DateField("接手日", null=True, blank=True)
    outcome = models.CharField("结果", max_length=10, choices=[*TICKET_OUTCOMES.items()], blank=True, default="")

    class Meta:
        verbose_name = "投诉举报"
        verbose_name_plural = "投诉举报"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "item_code"],
                name="ticket_open_once",
                condition=models.Q(kind="ticket", closed_on__isnull=True) & ~models.Q(item_code=""),
            ),
            models.CheckConstraint(
                condition=models.Q(anonymous=False) | models.Q(person__isnull=True), name="complaint_names_nobody"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["handled_by", "kind", "state", "id"], name="complaint_by_organ"),
            models.Index(fields=["division", "kind", "state", "id"], name="complaint_by_place"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def target(self) -> str:
        return f"complaint:{self.pk}"

    @property
    def state_words(self) -> str:
        """How it stands, in the words of its kind: a ticket is not asked whether it is accepted, it is taken."""
        if self.kind == self.Kind.TICKET and self.state == self.State.FILED:
            return "等上级接手"
        return self.get_state_display()


class ComplaintRecusal(models.Model):
    """An officer who is complained of and therefore never sees it, whichever post they work under."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="recusals")
    login_id = models.BigIntegerField("登录号")

    class Meta:
        verbose_name = "投诉举报回避"
        verbose_name_plural = "投诉举报回避"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "login_id"], name="complaint_recusal_once")
        ]

    def __str__(self) -> str:
        return str(self.complaint_id)


class ComplaintStep(models.Model):
    """One thing that happened to a complaint; never changed. `is_told`: whoever filed it reads it by the code."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField("动作", max_length=14)
    text = EncryptedTextField("内容", blank=True, default="")
    is_told = models.BooleanField("反映人可见")
    by = models.CharField("经办", max_length=80)  # an officer's name; "反映人"
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "投诉举报办理记录"
        verbose_name_plural = "投诉举报办理记录"

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.act}"


class UnitInquiry(models.Model):
    """
    What the unit complained of is asked. The question is the handler's own words; who complains stands in it only with
    their consent, and this is all the unit ever sees of a complaint (R-HOT-3).
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="inquiries")
    organization = models.ForeignKey(
        "identity.Organization", verbose_name="被询问单位", on_delete=models.PROTECT, related_name="+"
    )
    division = models.CharField("行政区划", max_length=12)
    question = EncryptedTextField("要求说明的内容")
    complainant = EncryptedTextField("反映人（本人同意告知）", blank=True, default="")
    asked_at = models.DateTimeField("询问时间")
    due_on = models.DateField("说明期限")
    answer = EncryptedTextField("说明", blank=True, default="")
    answered_by = models.CharField("说明人", max_length=80, blank=True, default="")
    answered_at = models.DateTimeField("说明时间", null=True, blank=True)

    class Meta:
        verbose_name = "投诉说明"
        verbose_name_plural = "投诉说明"

    def __str__(self) -> str:
        return str(self.complaint_id)

    @property
    def target(self) -> str:
        return f"unit_inquiry:{self.pk}"


class ReportAccess(models.Model):
    """A post that may see reports: named one by one by the security administrator, for as long as it stands."""

    post = models.ForeignKey("identity.Post", verbose_name="岗位", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=200)
    named_by = models.CharField("指定人", max_length=80)
    named_at = models.DateTimeField("指定时间")
    ended_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = "举报查阅岗位"
        verbose_name_plural = "举报查阅岗位"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["post"], name="report_access_once", condition=models.Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return str(self.post_id)
