"""What a recogniser has read, kept no longer than what it was read from."""

from typing import ClassVar

from django.db import models

from onedoor.platform.files.models import FileGrant
from onedoor.platform.kernel.fields import EncryptedJSONField


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
    due_at = models.DateTimeField("下次识别", null=True, blank=True)  # None: nothing is waited for

    class Meta:
        verbose_name = "材料识别"
        verbose_name_plural = "材料识别"
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="reading_due", condition=models.Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"
