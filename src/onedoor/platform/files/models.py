"""Stored files, found by their content, and whose they are."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.models import Recorded


class StoredFile(Recorded):
    """One content, stored once whatever it is called; its name on disk is its SM3 digest."""

    digest = models.CharField("摘要", max_length=64, unique=True)
    size = models.PositiveIntegerField("大小")
    media_type = models.CharField("类型", max_length=40)  # read from the content, never from the name

    class Meta:
        verbose_name = "文件"
        verbose_name_plural = "文件"

    def __str__(self) -> str:
        return self.digest


class FileGrant(Recorded):
    """What a file belongs to: whoever may see that may see the file."""

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="grants")
    target = models.CharField("归属", max_length=80)  # case:12, draft:<uuid>

    class Meta:
        verbose_name = "文件归属"
        verbose_name_plural = "文件归属"
        constraints: ClassVar = [models.UniqueConstraint(fields=["file", "target"], name="file_grant_once")]

    def __str__(self) -> str:
        return self.target
