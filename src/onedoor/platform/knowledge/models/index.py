"""The search index: one row for whatever is found, with the tokens it is found by, and the words people use instead."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.models import Recorded


class SearchRow(models.Model):
    """
    Something to be found. It is derived: `source` says from what, and every row can be made anew from there.

    `tokens` are what both databases search: SQLite by a table of FTS5 beside this one, PostgreSQL by a column of type
    tsvector made from them (`matching`). What they look like is said in `words`.
    """

    class Kind(models.TextChoices):
        ITEM = "item", "事项"
        GUIDE = "guide", "办事指南"  # a passage of an item's guide, for answers
        CLAUSE = "clause", "政策与问答"
        OFFICE = "office", "办事窗口"
        REGISTER = "register", "公开登记"

    kind = models.CharField("类别", max_length=8, choices=Kind)
    source = models.CharField("来源", max_length=120)  # "item:library.card", "entry:12", "office:7", "register:x.y:3"
    part = models.CharField("部分", max_length=120)
    title = models.CharField("名称", max_length=300)
    title_en = models.CharField("英文名称", max_length=200, blank=True)
    names = models.JSONField("别的叫法", default=list)
    text = models.TextField("内容", blank=True)
    cited = models.CharField("引用", max_length=300, blank=True)
    address = models.CharField("地址", max_length=300)
    line = models.CharField("业务条线", max_length=40, blank=True)
    division = models.CharField("行政区划", max_length=12)
    valid_from = models.DateField("起", null=True)
    valid_to = models.DateField("止", null=True)
    tokens = models.TextField("检索词")

    class Meta:
        verbose_name = "检索行"
        verbose_name_plural = "检索行"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "part"], name="search_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.part}"


class Synonym(Recorded):
    """What people say, and what it is called here; a row takes the place of the shipped one for the same word."""

    word = models.CharField("说法", max_length=40, unique=True)
    meanings = models.JSONField("就是", default=list)  # empty: the shipped row does not count
    login_id = models.BigIntegerField("登录号", null=True)

    class Meta:
        verbose_name = "同义说法"
        verbose_name_plural = "同义说法"

    def __str__(self) -> str:
        return self.word
