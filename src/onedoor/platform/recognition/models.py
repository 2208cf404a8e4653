"""What a recogniser has read or heard, kept no longer than it is needed."""

import uuid
from typing import ClassVar

from django.db import models

from onedoor.platform.files.models import FileGrant, StoredFile
from onedoor.platform.kernel.fields import EncryptedJSONField, EncryptedTextField


class PaperReading(models.Model):
    """
    The lines of one paper as a recogniser has read them. They prove nothing and decide nothing.

    It hangs on what gives the paper to its matter, so that it is gone the moment the paper is let go.
    """

    class State(models.TextChoices):
        ASKED = "asked", "正在识别"
        READ = "read", "已识别"
        UNREAD = "unread", "没有识别出来"

    grant = models.OneToOneField(FileGrant, verbose_name="材料文件", on_delete=models.CASCADE, related_name="reading")
    person = models.ForeignKey(
        "identity.Person", verbose_name="当事人", on_delete=models.PROTECT, related_name="+"
    )  # whose matter it is
    purpose = models.CharField("用途", max_length=40)  # what the audit record calls it
    state = models.CharField("状态", max_length=6, choices=State, default=State.ASKED)
    lines = EncryptedJSONField("识别出的文字", default=list)
    asked_at = models.DateTimeField("开始时间")
    asked_by = models.CharField("由谁交来", max_length=80)
    read_at = models.DateTimeField("识别时间", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("次数", default=0)
    # Not asked before this moment; moved on when a call begins. None: nothing is waited for.
    due_at = models.DateTimeField("下次识别", null=True, blank=True)

    class Meta:
        verbose_name = "材料识别"
        verbose_name_plural = "材料识别"
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="reading_due", condition=models.Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class Dictation(models.Model):
    """
    A recording that is put into words for whoever has spoken, to be corrected before anything is sent.

    The recording is let go as soon as it was heard, the words a few hours later; what came of them is kept elsewhere.
    """

    class State(models.TextChoices):
        ASKED = "asked", "正在听写"
        HEARD = "heard", "已听写"
        UNHEARD = "unheard", "没有听清"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Whose it is: a person, an officer's log-in, or neither: whoever holds its number in their browser.
    person = models.ForeignKey(
        "identity.Person", verbose_name="说话人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    login_id = models.BigIntegerField("工作人员", null=True, blank=True)
    purpose = models.CharField("用途", max_length=40)
    file = models.ForeignKey(
        StoredFile, verbose_name="录音", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField("状态", max_length=8, choices=State, default=State.ASKED)
    words = EncryptedTextField("听写的文字", blank=True, default="")
    asked_at = models.DateTimeField("开始时间", db_index=True)
    tries = models.PositiveSmallIntegerField("次数", default=0)
    due_at = models.DateTimeField("下次听写", null=True, blank=True)

    class Meta:
        verbose_name = "听写"
        verbose_name_plural = "听写"
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="dictation_due", condition=models.Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def target(self) -> str:
        return f"dictation:{self.pk}"
