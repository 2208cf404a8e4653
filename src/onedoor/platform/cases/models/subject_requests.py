from django.db import models


class SubjectRequest(models.Model):
    """A person's request about their own data (PIPL art. 44–47): received, identity checked, answered."""

    class Kind(models.TextChoices):
        DELETE = "delete", "删除"

    class State(models.TextChoices):
        IDENTITY_CHECKED = "identity_checked", "已核验身份"
        ANSWERED = "answered", "已答复"

    person = models.ForeignKey(
        "identity.Person", verbose_name="本人", on_delete=models.PROTECT, related_name="subject_requests"
    )
    kind = models.CharField("类型", max_length=16, choices=Kind)
    state = models.CharField("状态", max_length=20, choices=State)
    received_at = models.DateTimeField("提出时间")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    deleted_drafts = models.PositiveIntegerField("已删除草稿数", default=0)
    restricted_at = models.DateTimeField("限制处理时间", null=True, blank=True)

    class Meta:
        verbose_name = "个人信息请求"
        verbose_name_plural = "个人信息请求"

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"

    @property
    def may_restrict(self) -> bool:
        """Tell whether restriction is still on offer: something is kept that could be locked away."""
        return self.restricted_at is None and any(row.can_be_restricted for row in self.kept.all())


class KeptCase(models.Model):
    """A case that a deletion request could not delete: why it is kept, and whether it is locked away at least."""

    request = models.ForeignKey(SubjectRequest, on_delete=models.PROTECT, related_name="kept")
    case = models.ForeignKey("cases.Case", verbose_name="办件", on_delete=models.PROTECT, related_name="+")
    basis = models.CharField("依据", max_length=200)
    can_be_restricted = models.BooleanField("可限制处理")
    restricted_at = models.DateTimeField("限制处理时间", null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = "依法留存的办件"
        verbose_name_plural = "依法留存的办件"

    def __str__(self) -> str:
        return f"{self.case_id} {self.basis}"
