from typing import ClassVar

from django.db import models

from onedoor.platform.catalog.models import PinnedVersion
from onedoor.platform.kernel.blind import BlindIndex, BlindIndexField
from onedoor.platform.kernel.fields import EncryptedJSONField, EncryptedTextField


class EarlyDraft(models.Model):
    """
    先填的草稿: a form filled in before logging in. It belongs to whoever holds its code and its phone, to no person.

    A table of its own, so that no query about people's drafts can ever find one. Nothing is prefilled and no department
    is asked; that comes once a person has taken it into a `Draft` of theirs, and then it is gone.
    """

    by_phone: ClassVar = BlindIndex("phone_index", "person.phone")

    item_version = PinnedVersion("catalog.ItemVersion", verbose_name="事项版本", on_delete=models.PROTECT)
    division = models.CharField("申请地", max_length=12)  # chosen on the device; the whole country where none was
    phone = EncryptedTextField("手机")
    phone_index = BlindIndexField("手机索引", db_index=True)
    phone_index_even = BlindIndexField("手机索引（双数代密钥）", db_index=True)
    code_digest = models.CharField("草稿码摘要", max_length=64, unique=True)  # keyed; the code itself is kept nowhere
    # Who has opened it holds a pass for a while; its keyed digest, "" where nobody does.
    pass_digest = models.CharField("通行证摘要", max_length=64, blank=True, default="", db_index=True)
    pass_until = models.DateTimeField("通行至")
    answers = EncryptedJSONField("填写内容", default=dict)
    typed = EncryptedJSONField("待改内容", default=dict)  # what was typed and cannot be used yet, by path
    revision = models.PositiveIntegerField("修订号", default=1)
    created_at = models.DateTimeField("创建时间")
    saved_at = models.DateTimeField("保存时间")
    expires_at = models.DateTimeField("保留至")
    warned = models.BooleanField("已提醒", default=False)

    class Meta:
        verbose_name = "先填的草稿"
        verbose_name_plural = "先填的草稿"
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="early_draft_by_end")]

    def __str__(self) -> str:
        return self.target

    @property
    def target(self) -> str:
        """Return what the audit record calls it."""
        return f"early_draft:{self.pk}"


class EarlyPaper(models.Model):
    """A paper given with an early draft. Nobody opens it there; who takes the draft takes it along, looked at anew."""

    draft = models.ForeignKey(EarlyDraft, on_delete=models.CASCADE, related_name="papers")
    code = models.CharField("材料", max_length=40)
    file = models.ForeignKey("files.StoredFile", verbose_name="文件", on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "先填草稿的材料"
        verbose_name_plural = "先填草稿的材料"
        constraints: ClassVar = [models.UniqueConstraint(fields=["draft", "code", "file"], name="early_paper_once")]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.code}"
