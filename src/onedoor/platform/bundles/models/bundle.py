"""Bundles as published data, and the cases of people who use one: one form, one set of papers, N linked ordinary cases."""

import uuid
from typing import Any, ClassVar

from django.db import models

from onedoor.platform.bundles.definitions import Bundle
from onedoor.platform.bundles.states import ENDED, Kind, MemberState, State, VersionState
from onedoor.platform.kernel.fields import EncryptedJSONField
from onedoor.platform.kernel.models import Recorded


class BundleVersion(Recorded):
    """One version of a bundle, immutable once published; a case stays on the version it was begun under."""

    State = VersionState

    code = models.CharField("一件事代码", max_length=80)
    version = models.PositiveIntegerField("版本")
    title = models.CharField("名称", max_length=200)
    line = models.CharField("业务条线", max_length=40)
    definition = models.JSONField("定义")
    digest = models.CharField("摘要", max_length=64)
    state = models.CharField("状态", max_length=10, choices=VersionState, default=VersionState.DRAFT)
    drafted_by = models.BigIntegerField("起草人登录号", null=True, blank=True)  # none: it came with the code
    settled_by = models.CharField("审核人", max_length=80, blank=True)
    settled_at = models.DateTimeField("审核时间", null=True, blank=True)
    settled_note = models.CharField("审核意见", max_length=400, blank=True)
    valid_from = models.DateField("生效日", null=True, blank=True)

    class Meta:
        verbose_name = "一件事版本"
        verbose_name_plural = "一件事版本"
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "version"], name="bundle_version_once")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

    @property
    def bundle(self) -> Bundle:
        found: Bundle | None = self.__dict__.get("_bundle")
        if found is None:
            found = self.__dict__["_bundle"] = Bundle.model_validate(self.definition)
        return found

    @property
    def target(self) -> str:
        return f"bundle_version:{self.pk}"


class BundleCase(models.Model):
    """One person's use of a bundle, from the first answer to the last result."""

    State = State

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField("一件事编号", max_length=30, null=True, blank=True, unique=True)
    version = models.ForeignKey(BundleVersion, verbose_name="版本", on_delete=models.PROTECT, related_name="cases")
    applicant = models.ForeignKey(
        "identity.Person", verbose_name="申请人", on_delete=models.PROTECT, related_name="bundle_cases"
    )
    division = models.CharField("申请地", max_length=12)
    state = models.CharField("状态", max_length=16, choices=State, default=State.FILLING)
    asks = EncryptedJSONField("情形", default=dict)  # what tells which members belong to it
    wanted = models.JSONField("所选成员", default=list)
    answers = EncryptedJSONField("填写内容", default=dict)
    typed = EncryptedJSONField("待改内容", default=dict)
    revision = models.PositiveIntegerField("修订号", default=1)
    delivery = models.CharField("送达方式", max_length=12, blank=True, default="")
    together = models.BooleanField("结果一起领", default=True)  # R-BUN-4
    channel = models.CharField("渠道", max_length=10, blank=True, default="")
    assurance = models.PositiveSmallIntegerField("提交时实名等级", default=0)
    created_at = models.DateTimeField("开始时间")
    saved_at = models.DateTimeField("保存时间")
    expires_at = models.DateTimeField("保留至")  # of what is being filled in
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    due_at = models.DateTimeField("全部办完的期限", null=True, blank=True)
    calculation = models.JSONField("期限计算", default=list)  # the sentences of the critical path as promised
    receipt = EncryptedJSONField("凭证", null=True, blank=True)
    digest = models.CharField("申报内容摘要", max_length=64, blank=True, default="")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "一件事办件"
        verbose_name_plural = "一件事办件"
        indexes: ClassVar = [
            models.Index(fields=["applicant", "created_at"], name="bundle_case_by_person"),
            models.Index(
                fields=["expires_at"], name="bundle_case_by_end", condition=models.Q(submitted_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.pk)

    @property
    def target(self) -> str:
        """Return what the audit record and the files call it."""
        return f"bundle:{self.pk}"

    @property
    def bundle(self) -> Bundle:
        return self.version.bundle

    @property
    def is_ended(self) -> bool:
        return self.state in (State.DONE, State.CANCELLED)


class BundleMember(models.Model):
    """A member of a submitted bundle: what became of it, and the ordinary case that carries it."""

    State = MemberState

    bundle = models.ForeignKey(BundleCase, on_delete=models.PROTECT, related_name="members")
    place = models.PositiveSmallIntegerField("次序")
    code = models.CharField("成员", max_length=40)
    title = models.CharField("名称", max_length=200)
    organ = models.CharField("部门", max_length=200)
    item_code = models.CharField("事项", max_length=80, blank=True, default="")
    optional = models.BooleanField("可选", default=False)
    depends_on = models.JSONField("等候", default=list)
    state = models.CharField("状态", max_length=16, choices=MemberState)
    reason = models.TextField("说明", blank=True, default="")  # why not, in words for the person
    draft_id = models.UUIDField("草稿", null=True, blank=True, unique=True)
    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", null=True, blank=True, on_delete=models.PROTECT, related_name="bundle_member"
    )
    provenance = models.JSONField("字段来源", default=dict)  # field of the item → question of the bundle
    released_at = models.DateTimeField("轮到时间", null=True, blank=True)
    begins_at = models.DateTimeField("计时起点", null=True, blank=True)
    due_at = models.DateTimeField("承诺时刻", null=True, blank=True)
    breached_at = models.DateTimeField("超时时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "一件事成员"
        verbose_name_plural = "一件事成员"
        constraints: ClassVar = [models.UniqueConstraint(fields=["bundle", "code"], name="bundle_member_once")]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                name="bundle_member_by_due",
                condition=models.Q(due_at__isnull=False, breached_at__isnull=True, ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.bundle_id} {self.code}"

    @property
    def standing(self) -> MemberState:
        return MemberState(self.state)

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED


class BundlePaper(models.Model):
    """A paper given once for all members that need it."""

    bundle = models.ForeignKey(BundleCase, on_delete=models.CASCADE, related_name="papers")
    code = models.CharField("材料", max_length=40)
    file = models.ForeignKey("files.StoredFile", verbose_name="文件", on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "一件事材料"
        verbose_name_plural = "一件事材料"
        constraints: ClassVar = [models.UniqueConstraint(fields=["bundle", "code", "file"], name="bundle_paper_once")]

    def __str__(self) -> str:
        return f"{self.bundle_id} {self.code}"


class BundleEvent(models.Model):
    """One thing that happened to a bundle case; never edited."""

    bundle = models.ForeignKey(BundleCase, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField("序号")
    kind = models.CharField("事", max_length=12, choices=Kind)
    member = models.CharField("成员", max_length=40, blank=True, default="")
    to_state = models.CharField("状态", max_length=16)  # of the bundle, or of the member the event is about
    at = models.DateTimeField("时间")
    actor_kind = models.CharField("谁", max_length=10)
    actor_name = models.CharField("姓名", max_length=80, blank=True)
    facts = models.JSONField("事实", default=dict)

    class Meta:
        verbose_name = "一件事经过"
        verbose_name_plural = "一件事经过"
        constraints: ClassVar = [models.UniqueConstraint(fields=["bundle", "seq"], name="bundle_event_once")]

    def __str__(self) -> str:
        return f"{self.bundle_id} {self.seq} {self.kind}"

    @property
    def said(self) -> str:
        """Return the state it led to in words."""
        names: dict[str, Any] = dict(MemberState.choices if self.member else State.choices)
        return str(names.get(self.to_state, ""))
