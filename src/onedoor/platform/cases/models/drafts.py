import uuid
from typing import ClassVar

from django.db import models

from onedoor.platform.catalog.models import PinnedVersion
from onedoor.platform.kernel.blind import BlindIndex, BlindIndexField
from onedoor.platform.kernel.fields import EncryptedJSONField
from onedoor.platform.kernel.prepared_writes import PreparedWrites


class Draft(PreparedWrites):
    """An application being filled in. Saved on the server, so any device of its people can go on with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item_version = PinnedVersion("catalog.ItemVersion", verbose_name="事项版本", on_delete=models.PROTECT)
    applicant = models.ForeignKey(
        "identity.Person", verbose_name="申请人", on_delete=models.PROTECT, related_name="drafts"
    )
    filled_by = models.ForeignKey(
        "identity.Person", verbose_name="填写人", on_delete=models.PROTECT, related_name="drafts_filled"
    )
    delegation = models.ForeignKey(
        "identity.Delegation", verbose_name="委托", null=True, blank=True, on_delete=models.PROTECT
    )
    division = models.CharField("申请地", max_length=12)
    answers = EncryptedJSONField("填写内容", default=dict)
    typed = EncryptedJSONField("待改内容", default=dict)  # what was typed and cannot be used yet, by path
    # Why a locked answer is said to be wrong, by field; empty where nobody says so.
    reasons = EncryptedJSONField("更正理由", null=True, blank=True)
    # What the person has chosen for a paper, by its code: "own" (give it myself), "earlier" (take an earlier one),
    # "later" (promise it for after acceptance).
    paper_choices = models.JSONField("材料的选择", default=dict, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1)
    created_at = models.DateTimeField("创建时间")
    saved_at = models.DateTimeField("保存时间")
    expires_at = models.DateTimeField("保留至")
    warned = models.PositiveSmallIntegerField("已提醒", default=0)  # for how many days before the end; 0: not yet
    continues = models.ForeignKey(
        "cases.Case", verbose_name="接续", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    relation = models.CharField("关联", max_length=10, blank=True, default="")  # of the case continued, see Case
    submitted_as = models.OneToOneField(
        "cases.Case", verbose_name="办件", null=True, blank=True, on_delete=models.PROTECT, related_name="draft"
    )

    class Meta:
        verbose_name = "草稿"
        verbose_name_plural = "草稿"
        indexes: ClassVar = [
            models.Index(fields=["filled_by", "saved_at"], name="draft_by_person"),
            models.Index(fields=["expires_at"], name="draft_by_end", condition=models.Q(submitted_as__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def target(self) -> str:
        """Return what the audit record, events and consents call this application before it is a case."""
        return f"draft:{self.pk}"


class KnownFact(models.Model):
    """A fact another department has told about the applicant, offered as a filled-in answer with its source."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="facts")
    path = models.CharField("项目", max_length=120)
    value = EncryptedJSONField("内容")
    source = models.CharField("来源", max_length=80)
    as_of = models.DateField("数据日期")

    class Meta:
        verbose_name = "已知信息"
        verbose_name_plural = "已知信息"
        constraints: ClassVar = [models.UniqueConstraint(fields=["draft", "path"], name="known_fact_once")]

    def __str__(self) -> str:
        return self.path


class WantedSignature(models.Model):
    """
    A consent of a draft that waits for a person, found by the blind index of their number.

    The answers that name the person are encrypted; this row is how their own phone learns of it.
    """

    by_number: ClassVar = BlindIndex("person_index", "person.id_number")

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="wanted_signatures")
    person_index = BlindIndexField("人员索引", db_index=True)
    person_index_even = BlindIndexField("人员索引（双数代密钥）", db_index=True)
    consent = models.CharField("授权书", max_length=40)

    class Meta:
        verbose_name = "待签授权"
        verbose_name_plural = "待签授权"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["draft", f"person_index{even}", "consent"],
                name=f"wanted_signature_once{even}",
                condition=models.Q((f"person_index{even}__gt", "")),
            )
            for even in ("", "_even")
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.consent}"
