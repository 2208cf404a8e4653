"""Ratings: who is asked, what was answered, and what a bad answer sets off."""

from typing import ClassVar

from django.db import models

from onedoor.platform.feedback.rules import CHANNELS, LEVELS
from onedoor.platform.kernel.fields import EncryptedTextField

LEVEL_CHOICES = [*LEVELS.items()]
CHANNEL_CHOICES = [*CHANNELS.items()]


class Phase(models.TextChoices):
    PROCESS = "process", "办理过程"
    FINAL = "final", "办结"


class Invitation(models.Model):
    """
    One chance to rate: a case, a step of it, or a visit at a window. It says whether it was used, never with which rating.

    Whoever has not answered has not rated, and that is all it means: silence is no good rating (R-EVA-1).
    """

    class Outcome(models.TextChoices):
        NOT_EVALUATED = "not_evaluated", "未评价"
        EVALUATED = "evaluated", "已评价"

    reference = models.CharField(
        "对象", max_length=120
    )  # case:12, visit:…; with the step it makes asking safe to repeat
    phase = models.CharField("阶段", max_length=8, choices=Phase)
    step = models.CharField("环节", max_length=40, blank=True, default="")
    case = models.ForeignKey(
        "cases.Case", verbose_name="办件", null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    person = models.ForeignKey(
        "identity.Person", verbose_name="被邀请人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    organization = models.ForeignKey(
        "identity.Organization", verbose_name="被评价单位", on_delete=models.PROTECT, related_name="+"
    )
    division = models.CharField("行政区划", max_length=12)
    line = models.CharField("业务条线", max_length=40, blank=True, default="")
    item_code = models.CharField("事项", max_length=80, blank=True, default="")
    title = models.CharField("事项名称", max_length=200, blank=True, default="")
    window = models.CharField("窗口", max_length=80, blank=True, default="")
    hands = models.JSONField("经办人", default=list)  # of a visit: the officers who served; a case knows its own
    code_digest = models.CharField("评价码摘要", max_length=64, blank=True, default="", db_index=True)
    invited_on = models.DateField("邀请日")
    last_day = models.DateField("最后一天")
    screen_opened = models.BooleanField("评价屏已打开", default=False)  # a clerk opens it once for a finished visit
    outcome = models.CharField("结果", max_length=14, choices=Outcome, default=Outcome.NOT_EVALUATED)

    class Meta:
        verbose_name = "评价邀请"
        verbose_name_plural = "评价邀请"
        constraints: ClassVar = [models.UniqueConstraint(fields=["reference", "phase", "step"], name="invitation_once")]
        indexes: ClassVar = [
            models.Index(fields=["organization", "invited_on"], name="invitation_by_organ"),
            models.Index(fields=["division", "invited_on"], name="invitation_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.phase}"


class Evaluation(models.Model):
    """
    One rating, never changed. An anonymous one names neither a person nor a case, nor the hour it came in: it keeps the day.

    `held_for` is the running case whose step was rated: until it ends no officer may see the rating. It is emptied then.
    """

    phase = models.CharField("阶段", max_length=8, choices=Phase)
    step = models.CharField("环节", max_length=40, blank=True, default="")
    level = models.PositiveSmallIntegerField("满意度", choices=LEVEL_CHOICES)
    indicators = models.JSONField("评价方面", default=list)
    text = EncryptedTextField("评价内容", blank=True, default="")
    may_publish = models.BooleanField("同意公开内容", default=False)
    anonymous = models.BooleanField("匿名")
    channel = models.CharField("渠道", max_length=8, choices=CHANNEL_CHOICES)
    onsite = models.BooleanField("现场", default=False)
    organization = models.ForeignKey(
        "identity.Organization", verbose_name="被评价单位", on_delete=models.PROTECT, related_name="+"
    )
    division = models.CharField("行政区划", max_length=12)
    line = models.CharField("业务条线", max_length=40, blank=True, default="")
    item_code = models.CharField("事项", max_length=80, blank=True, default="")
    title = models.CharField("事项名称", max_length=200, blank=True, default="")
    window = models.CharField("窗口", max_length=80, blank=True, default="")
    case = models.ForeignKey(
        "cases.Case", verbose_name="办件", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        "identity.Person", verbose_name="评价人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    held_for = models.ForeignKey(
        "cases.Case", verbose_name="等待办结", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    first = models.OneToOneField(
        "self", verbose_name="追评的原评价", null=True, blank=True, on_delete=models.PROTECT, related_name="followup"
    )
    submitted_on = models.DateField("评价日")
    seconds = models.PositiveSmallIntegerField("作答秒数", null=True, blank=True)
    receipt_digest = models.CharField("回执码摘要", max_length=64, blank=True, default="", db_index=True)

    class Meta:
        verbose_name = "评价"
        verbose_name_plural = "评价"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(level__gte=1, level__lte=5), name="evaluation_has_a_level"),
            models.CheckConstraint(
                condition=models.Q(anonymous=False) | models.Q(person__isnull=True, case__isnull=True),
                name="evaluation_anonymous_names_nobody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "submitted_on"], name="evaluation_by_organ"),
            models.Index(fields=["division", "submitted_on"], name="evaluation_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.submitted_on}"

    @property
    def target(self) -> str:
        return f"evaluation:{self.pk}"
