"""Copies of everything held on a person, asked for by them or their guardian."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models


class DataExport(models.Model):
    """
    导出: a copy of what is held on a person, made by the worker and sealed on disk until its days are over.

    Its row stays when the file has gone, so that the person sees who had a copy of their data and when.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "排队准备"
        PREPARING = "preparing", "正在准备"
        READY = "ready", "可以下载"
        FAILED = "failed", "没有做成"
        GONE = "gone", "已到期销毁"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("identity.Person", verbose_name="本人", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("identity.Person", verbose_name="申请人", on_delete=models.PROTECT, related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField("已完成的部分", default=0)
    parts = models.PositiveIntegerField("全部部分", default=0)
    asked_at = models.DateTimeField("申请时间")
    ready_at = models.DateTimeField("做好时间", null=True, blank=True)
    expires_at = models.DateTimeField("保留至", null=True, blank=True)
    file = models.ForeignKey(
        "files.StoredFile", verbose_name="文件", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    size = models.PositiveBigIntegerField("大小", default=0)
    digest = models.CharField("清单摘要", max_length=64, blank=True, default="")
    downloads = models.PositiveIntegerField("下载次数", default=0)
    downloaded_at = models.DateTimeField("最近下载时间", null=True, blank=True)

    class Meta:
        verbose_name = "个人信息导出"
        verbose_name_plural = "个人信息导出"
        indexes: ClassVar = [
            models.Index(fields=["person", "asked_at"], name="export_by_person"),
            models.Index(fields=["expires_at"], name="export_by_end", condition=models.Q(state="ready")),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def target(self) -> str:
        return f"export:{self.pk}"

    @property
    def is_by_guardian(self) -> bool:
        return self.asked_by_id != self.person_id

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.PREPARING)

    def may_be_taken(self, *, at: datetime) -> bool:
        """Tell whether it is there still: the hour that destroys it may be a while after its last."""
        return self.state == self.State.READY and self.expires_at is not None and self.expires_at > at

    @property
    def percent(self) -> int:
        return 100 * self.done // self.parts if self.parts else 0
