"""A bad rating as work to be done: who looks into it, by when, what was found, what the superior organ says."""

from typing import ClassVar

from django.db import models

from onedoor.platform.feedback.models.ratings import Evaluation
from onedoor.platform.kernel.fields import EncryptedTextField


class BadReview(models.Model):
    """差评工单: one for a bad rating. `handled_by` is the organ whose officer looks into it, as a rule the one rated."""

    class State(models.TextChoices):
        ASSIGNED = "assigned", "待首次联系"
        CONTACTED = "contacted", "已联系，待核实"
        VERIFIED = "verified", "已核实，待整改"
        RECTIFIED = "rectified", "已整改，待回访"
        POLICY_EXPLAINED = "policy_explained", "已解释政策，待回访"
        INVALID_AFTER_APPEAL = "invalid_after_appeal", "复核认定不计入，待回访"
        REVISITED = "revisited", "已回访，待办结"
        CLOSED = "closed", "已办结"

    class Category(models.TextChoices):
        ATTITUDE = "attitude", "服务态度"
        EFFICIENCY = "efficiency", "办理效率"
        COMPETENCE = "competence", "业务能力"
        POLICY = "policy", "政策规定"
        PLATFORM = "platform", "平台问题"
        MISTAKE = "mistake", "误评"
        MALICIOUS = "malicious", "恶意评价"

    class Resolved(models.TextChoices):
        YES = "yes", "解决了"
        NO = "no", "没有解决"
        UNREACHED = "unreached", "联系不上"

    evaluation = models.OneToOneField(
        Evaluation, verbose_name="评价", on_delete=models.PROTECT, related_name="bad_review"
    )
    organization = models.ForeignKey(
        "identity.Organization", verbose_name="被评价单位", on_delete=models.PROTECT, related_name="+"
    )
    handled_by = models.ForeignKey(
        "identity.Organization", verbose_name="办理单位", on_delete=models.PROTECT, related_name="+"
    )
    division = models.CharField("行政区划", max_length=12)
    line = models.CharField("业务条线", max_length=40, blank=True, default="")
    assigned_login = models.BigIntegerField("办理人", null=True, blank=True)
    assigned_name = models.CharField("办理人姓名", max_length=80, blank=True, default="")
    state = models.CharField("状态", max_length=20, choices=State, default=State.ASSIGNED)
    category = models.CharField("类别", max_length=10, choices=Category, blank=True, default="")
    is_complex = models.BooleanField("情况复杂", default=False)
    begun_on = models.DateField("起算日")
    contact_due = models.DateField("首次联系期限")
    simple_due = models.DateField("简单办结期限")
    complex_due = models.DateField("复杂办结期限")
    appeal_until = models.DateField("申诉期限")
    contacted_on = models.DateField("首次联系日", null=True, blank=True)
    settled_on = models.DateField("处理日", null=True, blank=True)
    result = models.CharField("处理结果", max_length=20, blank=True, default="")
    resolved = models.CharField("回访结果", max_length=10, choices=Resolved, blank=True, default="")
    again = models.PositiveSmallIntegerField("返工次数", default=0)
    closed_on = models.DateField("办结日", null=True, blank=True)
    answer = EncryptedTextField("给评价人的答复", blank=True, default="")

    class Meta:
        verbose_name = "差评工单"
        verbose_name_plural = "差评工单"
        indexes: ClassVar = [
            models.Index(fields=["handled_by", "state", "id"], name="bad_review_by_organ"),
            models.Index(fields=["division", "begun_on"], name="bad_review_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_id} {self.state}"

    @property
    def target(self) -> str:
        return f"bad_review:{self.pk}"

    @property
    def due_on(self) -> object:
        """The day of the next thing that has to happen."""
        if self.state == self.State.ASSIGNED:
            return self.contact_due
        return self.complex_due if self.is_complex else self.simple_due


class ReviewRecusal(models.Model):
    """An officer who has handled the case a bad review is about and therefore never sees it; told nowhere."""

    review = models.ForeignKey(BadReview, on_delete=models.PROTECT, related_name="recusals")
    login_id = models.BigIntegerField("登录号")

    class Meta:
        verbose_name = "差评回避"
        verbose_name_plural = "差评回避"
        constraints: ClassVar = [models.UniqueConstraint(fields=["review", "login_id"], name="review_recusal_once")]

    def __str__(self) -> str:
        return f"{self.review_id}"


class ReviewStep(models.Model):
    """One thing an officer did about a bad review; never changed."""

    review = models.ForeignKey(BadReview, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField("动作", max_length=20)
    note = EncryptedTextField("记录", blank=True, default="")
    facts = models.JSONField("事实", default=dict)
    login_id = models.BigIntegerField("登录号", null=True)
    actor_name = models.CharField("经办人", max_length=80)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "差评办理记录"
        verbose_name_plural = "差评办理记录"

    def __str__(self) -> str:
        return f"{self.review_id} {self.act}"


class ReviewAppeal(models.Model):
    """
    The organ says that a rating is a mistake or malice; another person, of the organ above, decides.

    `to` is the nearest organ above where somebody may; None while nobody stands anywhere above, and then a lamp is lit.
    """

    class State(models.TextChoices):
        OPEN = "open", "待复核"
        UPHELD = "upheld", "成立，不计入"
        REJECTED = "rejected", "不成立，照常办理"

    review = models.OneToOneField(BadReview, on_delete=models.PROTECT, related_name="appeal")
    ground = models.CharField("理由类别", max_length=10, choices=BadReview.Category)
    reason = EncryptedTextField("理由")
    asked_by = models.BigIntegerField("申诉人")
    asked_on = models.DateField("申诉日")
    to = models.ForeignKey(
        "identity.Organization",
        verbose_name="复核单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    due_on = models.DateField("复核期限")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    opinion = EncryptedTextField("复核意见", blank=True, default="")
    decided_by = models.CharField("复核人", max_length=80, blank=True, default="")
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)

    class Meta:
        verbose_name = "差评申诉"
        verbose_name_plural = "差评申诉"

    def __str__(self) -> str:
        return f"{self.review_id} {self.state}"
