"""Stored files, found by their content, and whose they are; files on their way; how much somebody has brought."""

import uuid
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

    class Scan(models.TextChoices):
        UNSCANNED = "unscanned", "没有做过安全检查"  # no scanner was set when it came
        WAITING = "waiting", "正在做安全检查"
        CLEAN = "clean", "通过安全检查"
        INFECTED = "infected", "未通过安全检查"  # in quarantine
        DESTROYED = "destroyed", "未通过安全检查，已销毁"

    digest = models.CharField("摘要", max_length=64, unique=True)
    owner = models.CharField("上传人", max_length=40)  # person:12, login:3, early_draft:7; see `ownership`
    size = models.PositiveBigIntegerField("大小")
    media_type = models.CharField("类型", max_length=100)  # read from the content, never from the name
    key = EncryptedJSONField("密钥")
    scan = models.CharField("安全检查", max_length=10, choices=Scan, default=Scan.UNSCANNED)
    scanned_at = models.DateTimeField("检查时间", null=True, blank=True)
    # While it waits: when to ask the scanner (again), and how often it has failed to say.
    scan_due_at = models.DateTimeField("下次检查", null=True, blank=True)
    scan_failures = models.PositiveSmallIntegerField("检查失败次数", default=0)
    # Since when it belongs to nothing any more; the machine destroys it then.
    left_at = models.DateTimeField("不再归属任何事项的时间", null=True, blank=True)

    class Meta:
        verbose_name = "文件"
        verbose_name_plural = "文件"
        indexes: ClassVar = [
            models.Index(fields=["left_at"], name="file_left", condition=models.Q(left_at__isnull=False)),
            models.Index(
                fields=["scan", "id"], name="file_to_scan", condition=~models.Q(scan__in=("unscanned", "clean"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.media_type}"

    @property
    def may_be_opened(self) -> bool:
        return self.scan in (self.Scan.UNSCANNED, self.Scan.CLEAN)

    @property
    def is_quarantined(self) -> bool:
        return self.scan in QUARANTINED

    @property
    def scan_words(self) -> str:
        return self.Scan(self.scan).label

    @property
    def file_key(self) -> FileKey:
        return FileKey.parse(self.key)


QUARANTINED = (StoredFile.Scan.INFECTED, StoredFile.Scan.DESTROYED)


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


class Arrival(models.Model):
    """How much somebody has sent at one moment, kept or refused; it counts for a day and goes then."""

    owner = models.CharField("上传人", max_length=40)
    size = models.PositiveBigIntegerField("大小")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "到达的文件"
        verbose_name_plural = "到达的文件"
        indexes: ClassVar = [models.Index(fields=["owner", "at"], name="arrival_by_owner")]

    def __str__(self) -> str:
        return f"{self.owner} {self.size}"


class BegunUpload(models.Model):
    """
    A file that comes in parts. Whoever began it goes on where it stopped, on any device, until it expires.

    It belongs to nothing yet: once whole, it is handed to the act it was meant for like a file of a form.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField("上传人", max_length=40)
    target = models.CharField("归属", max_length=80)  # case:12, draft:<uuid>
    purpose = models.CharField("材料", max_length=40)  # the code of the paper it is meant for
    name = EncryptedTextField("文件名", blank=True, default="")
    size = models.PositiveBigIntegerField("大小")  # as announced
    digest = models.CharField("摘要", max_length=64, blank=True)  # keyed, of the SHA-256 announced; empty: none was
    received = models.PositiveBigIntegerField("已收", default=0)
    begun_at = models.DateTimeField("开始时间")
    expires_at = models.DateTimeField("保留至", db_index=True)

    class Meta:
        verbose_name = "未传完的文件"
        verbose_name_plural = "未传完的文件"
        indexes: ClassVar = [models.Index(fields=["owner", "target"], name="begun_upload_by_owner")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_whole(self) -> bool:
        return self.received == self.size


class UploadPart(models.Model):
    """One part of it, sealed on disk by itself under a key of its own."""

    upload = models.ForeignKey(BegunUpload, on_delete=models.CASCADE, related_name="parts")
    offset = models.PositiveBigIntegerField("起点")
    size = models.PositiveBigIntegerField("大小")
    digest = models.CharField("摘要", max_length=64)  # keyed
    key = EncryptedJSONField("密钥")

    class Meta:
        verbose_name = "文件的一段"
        verbose_name_plural = "文件的一段"
        constraints: ClassVar = [models.UniqueConstraint(fields=["upload", "offset"], name="upload_part_once")]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.offset}"

    @property
    def file_key(self) -> FileKey:
        return FileKey.parse(self.key)
