"""People nothing electronic reaches: an officer writes, calls or goes there, and notes it."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.models import Recorded


class Outreach(models.Model):
    """What one person still has to be told by a person (待通知): one row a person, messages gather in it until it is done."""

    class Reason(models.TextChoices):
        NO_WAY = "no_way", "没有可用的电子方式"
        CHOSEN = "chosen", "本人选择书面告知"
        FAILED = "failed", "电子方式都没有送达"

    person = models.ForeignKey("identity.Person", verbose_name="被告知人", on_delete=models.PROTECT, related_name="+")
    division = models.CharField("行政区划", max_length=12, db_index=True)
    reason = models.CharField("原因", max_length=8, choices=Reason)
    opened_at = models.DateTimeField("产生时间")
    closed_at = models.DateTimeField("告知时间", null=True, blank=True)

    class Meta:
        verbose_name = "待通知"
        verbose_name_plural = "待通知"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], name="outreach_one_open", condition=models.Q(closed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"outreach {self.pk}"


class OutreachNote(Recorded):
    """What an officer did to reach somebody, and whether it did."""

    class Way(models.TextChoices):
        LETTER = "letter", "寄信"
        CALL = "call", "打电话"
        VISIT = "visit", "上门（网格员）"

    outreach = models.ForeignKey(Outreach, verbose_name="待通知", on_delete=models.PROTECT, related_name="notes")
    way = models.CharField("方式", max_length=8, choices=Way)
    reached = models.BooleanField("已告知")
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "告知记录"
        verbose_name_plural = "告知记录"

    def __str__(self) -> str:
        return f"{self.outreach_id} {self.way}"
