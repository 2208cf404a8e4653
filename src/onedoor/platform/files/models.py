"""Stored files, found by their content, and whose they are."""

from typing import ClassVar

from django.db import models

from onedoor.platform.files.sealing import FileKey
from onedoor.platform.kernel.fields import EncryptedJSONField, EncryptedTextField
from onedoor.platform.kernel.models import Recorded


class StoredFile(Recorded):
    """
    One content of one owner, stored once whatever it is called, sealed on disk under its digest.

    The digest is keyed and taken of owner and content: nobody can tell by it what is stored, nor that two people have
    stored the same.
    """

    digest = models.CharField("摘要", max_length=64, unique=True)
    owner = models.CharField("上传人", max_length=40)  # person:12, login:3; see `ownership`
    size = models.PositiveBigIntegerField("大小")
    media_type = models.CharField("类型", max_length=100)  # read from the content, never from the name
    key = EncryptedJSONField("密钥")

    class Meta:
        verbose_name = "文件"
        verbose_name_plural = "文件"
        indexes: ClassVar = [
            models.Index(fields=["owner", "recorded_at"], name="file_by_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.media_type}"

    @property
    def file_key(self) -> FileKey:
        return FileKey.parse(self.key)


class FileGrant(Recorded):
    """What a file belongs to, and what it is called there: whoever may see that may see the file."""

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="grants")
    target = models.CharField("归属", max_length=80)  # case:12, draft:<uuid>
    name = EncryptedTextField("文件名", blank=True, default="")  # cleaned; people write names of people into it

    class Meta:
        verbose_name = "文件归属"
        verbose_name_plural = "文件归属"
        constraints: ClassVar = [models.UniqueConstraint(fields=["file", "target"], name="file_grant_once")]

    def __str__(self) -> str:
        return self.target
