"""Policies and Q&A: an entry has versions, a version is written by one person and approved by another."""

from datetime import date
from typing import Any, ClassVar

from django.db import models

from onedoor.platform.kernel.models import Recorded


class Entry(Recorded):
    """A policy document or a question with its answer; what it says stands in its versions."""

    class Kind(models.TextChoices):
        POLICY = "policy", "政策文件"
        QUESTION = "question", "问答"

    number = models.CharField("编号", max_length=20, unique=True)
    kind = models.CharField("类别", max_length=10, choices=Kind)
    line = models.CharField("业务条线", max_length=40)
    division = models.CharField("适用地区", max_length=12)

    class Meta:
        verbose_name = "知识条目"
        verbose_name_plural = "知识条目"

    def __str__(self) -> str:
        return self.number

    @property
    def target(self) -> str:
        return f"knowledge:{self.number}"


class EntryVersion(Recorded):
    """One version of an entry: its source document, validity and clauses; unchanged once it is handed over for review."""

    class State(models.TextChoices):
        DRAFT = "draft", "编制中"
        IN_REVIEW = "in_review", "待审核"
        PUBLISHED = "published", "已发布"
        REPLACED = "replaced", "已被新版本替代"
        WITHDRAWN = "withdrawn", "已撤下"

    entry = models.ForeignKey(Entry, verbose_name="条目", on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField("版本")
    title = models.CharField("标题", max_length=200)
    organ = models.CharField("发布机关", max_length=200)
    document_number = models.CharField("文号", max_length=120, blank=True)
    issued_on = models.DateField("成文日期", null=True)
    valid_from = models.DateField("生效日", null=True)
    valid_to = models.DateField("失效日", null=True, blank=True)  # the first day on which it no longer holds
    clauses = models.JSONField("条款", default=list)  # [{"anchor": "c1", "title": "第一条", "text": "…"}]
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    written_login_id = models.BigIntegerField("起草人登录号", null=True)
    opinion = models.CharField("审核意见", max_length=1000, blank=True)
    settled_at = models.DateTimeField("审核时间", null=True)
    settled_by = models.CharField("审核人", max_length=80, blank=True)
    settled_login_id = models.BigIntegerField("审核人登录号", null=True)

    class Meta:
        verbose_name = "条目版本"
        verbose_name_plural = "条目版本"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "version"], name="entry_version_once"),
            models.UniqueConstraint(
                fields=["entry"], name="entry_one_published", condition=models.Q(state="published")
            ),
            models.UniqueConstraint(
                fields=["entry"], name="entry_one_open", condition=models.Q(state__in=["draft", "in_review"])
            ),
            # Four eyes: the database itself keeps a text from being approved by who wrote it.
            models.CheckConstraint(
                condition=~models.Q(state="published")
                | (models.Q(settled_login_id__isnull=False) & ~models.Q(settled_login_id=models.F("written_login_id")))
                | models.Q(written_login_id__isnull=True),
                name="entry_by_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="entry_period_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第{self.version}版"

    @property
    def source(self) -> str:
        """Return how the document is cited: organ, number, date."""
        dated = f"{self.issued_on.year}年{self.issued_on.month}月{self.issued_on.day}日" if self.issued_on else ""
        return " · ".join(part for part in (self.organ, self.document_number, dated) if part)

    def holds(self, on: date) -> bool:
        begun = self.valid_from is not None and self.valid_from <= on
        return begun and (self.valid_to is None or on < self.valid_to)

    def clause(self, anchor: str) -> dict[str, Any] | None:
        return next((one for one in self.clauses if one["anchor"] == anchor), None)


class EntryItem(models.Model):
    """Which version of an item a version of an entry speaks of."""

    version = models.ForeignKey(EntryVersion, on_delete=models.CASCADE, related_name="items", verbose_name="条目版本")
    item_version = models.ForeignKey(
        "catalog.ItemVersion", on_delete=models.PROTECT, related_name="+", verbose_name="事项版本"
    )

    class Meta:
        verbose_name = "条目所说的事项"
        verbose_name_plural = "条目所说的事项"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "item_version"], name="entry_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} → {self.item_version_id}"


class Flag(models.Model):
    """What the machine found to have ended under a published version (R-HOT-6); it goes when the reason does."""

    class Reason(models.TextChoices):
        VALIDITY_ENDED = "validity_ended", "有效期已满"
        ITEM_ENDED = "item_ended", "所说的事项版本已失效"

    version = models.ForeignKey(EntryVersion, on_delete=models.CASCADE, related_name="flags", verbose_name="条目版本")
    reason = models.CharField("原因", max_length=20, choices=Reason)
    found_at = models.DateTimeField("发现时间")

    class Meta:
        verbose_name = "失效提示"
        verbose_name_plural = "失效提示"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "reason"], name="entry_flag_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.reason}"
