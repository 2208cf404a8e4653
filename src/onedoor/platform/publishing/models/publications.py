"""One text for many channels: its versions and what was done with it are history, where it stands is not."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from onedoor.platform.kernel.models import Recorded


class Publication(Recorded):
    """A text an organ publishes for its place, or carries on from an upper organ (转载)."""

    class State(models.TextChoices):
        DRAFT = "draft", "起草中"
        IN_REVIEW = "in_review", "待审核"
        RELEASED = "released", "已审核发布"  # goes out from `release_at` on
        RECALLED = "recalled", "已撤回"

    number = models.CharField("编号", max_length=20, unique=True)
    organization = models.ForeignKey(
        "identity.Organization", verbose_name="发布单位", on_delete=models.PROTECT, related_name="+"
    )
    division = models.CharField("行政区划", max_length=12, db_index=True)
    carries = models.ForeignKey(
        "self", verbose_name="转载自", null=True, blank=True, on_delete=models.PROTECT, related_name="carried"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField("现行版本", default=0)
    written_login_id = models.BigIntegerField("起草人登录号", null=True)
    release_at = models.DateTimeField("发布时间", null=True, blank=True)
    released_at = models.DateTimeField("审核时间", null=True, blank=True)
    released_by = models.CharField("审核人", max_length=80, blank=True)
    released_login_id = models.BigIntegerField("审核人登录号", null=True)
    urgent_reason = models.CharField("紧急发布理由", max_length=200, blank=True)  # released without a second person
    reviewed_at = models.DateTimeField("事后审核时间", null=True, blank=True)
    recalled_at = models.DateTimeField("撤回时间", null=True, blank=True)
    recall_reason = models.CharField("撤回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "信息发布"
        verbose_name_plural = "信息发布"
        constraints: ClassVar = [
            # Four eyes: only an urgent text is let go by who wrote it, and then somebody looks at it afterwards.
            models.CheckConstraint(
                condition=~Q(state__in=["released", "recalled"])
                | ~Q(urgent_reason="")
                | (Q(released_login_id__isnull=False) & ~Q(released_login_id=F("written_login_id"))),
                name="publication_by_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="recalled") | (Q(recalled_at__isnull=False) & ~Q(recall_reason="")),
                name="publication_recalled_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def target(self) -> str:
        return f"publication:{self.number}"

    @property
    def source(self) -> str:
        """Return what the messages of this text are known by."""
        return f"publication:{self.pk}"


class PublicationVersion(Recorded):
    """The words of a text as they were saved; the next saving is the next version."""

    publication = models.ForeignKey(Publication, verbose_name="信息", on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField("版本")
    title = models.CharField("标题", max_length=64)
    summary = models.CharField("摘要", max_length=120)
    body = models.TextField("正文", max_length=20_000)
    pictures = models.JSONField("图片", default=list)  # [{"id": 3, "alt": "…", "width": …, "height": …}] in order
    topic = models.CharField("主题", max_length=20)
    audience = models.CharField("面向地区", max_length=12)
    valid_from = models.DateField("有效期起")
    valid_to = models.DateField("有效期止", null=True, blank=True)  # the first day on which it no longer holds
    channels = models.JSONField("渠道", default=list)
    accounts = models.JSONField("新媒体账号", default=list)  # their numbers
    everybody = models.BooleanField("紧急通知", default=False)  # to everybody who lives there, asked for or not

    class Meta:
        verbose_name = "信息版本"
        verbose_name_plural = "信息版本"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["publication", "version"], name="publication_version_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="publication_period_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id} v{self.version}"


class PublicationStep(models.Model):
    """One act on a text: who, when, why."""

    class Act(models.TextChoices):
        WRITE = "write", "起草"
        SUBMIT = "submit", "送审"
        SEND_BACK = "send_back", "退回"
        RELEASE = "release", "审核通过"
        RELEASE_URGENT = "release_urgent", "紧急发布"
        REVIEW = "review", "事后审核"
        RECALL = "recall", "撤回"

    publication = models.ForeignKey(Publication, verbose_name="信息", on_delete=models.PROTECT, related_name="steps")
    act = models.CharField("动作", max_length=16, choices=Act)
    version = models.PositiveIntegerField("版本")
    note = models.CharField("说明", max_length=200, blank=True)
    at = models.DateTimeField("时间")
    by = models.CharField("办理人", max_length=80)
    login_id = models.BigIntegerField("登录号", null=True)

    class Meta:
        verbose_name = "信息发布过程"
        verbose_name_plural = "信息发布过程"

    def __str__(self) -> str:
        return f"{self.publication_id} {self.act}"


class Picture(Recorded):
    """A picture of a text, drawn anew when it came: public, so it lies open."""

    publication = models.ForeignKey(Publication, verbose_name="信息", on_delete=models.PROTECT, related_name="pictures")
    file = models.ForeignKey(  # what came, sealed; the scanner looks at it
        "files.StoredFile", verbose_name="原文件", null=True, on_delete=models.PROTECT, related_name="+"
    )
    content = models.BinaryField("内容")  # JPEG
    small = models.BinaryField("首屏图", default=bytes)  # WebP, what the page shows at first
    width = models.PositiveIntegerField("宽")
    height = models.PositiveIntegerField("高")

    class Meta:
        verbose_name = "信息图片"
        verbose_name_plural = "信息图片"

    def __str__(self) -> str:
        return f"picture {self.pk}"
