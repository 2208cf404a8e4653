"""Item versions, who offers them, and the words people find them by."""

from functools import lru_cache
from typing import ClassVar

from django.db import models

from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.kernel.models import Recorded


class ItemVersion(Recorded):
    """One immutable version of a service item. A case stays on the version it was submitted under."""

    class State(models.TextChoices):
        DRAFT = "draft", "编制中"
        PUBLISHED = "published", "已发布"
        RETIRED = "retired", "已停用"

    code = models.CharField("事项代码", max_length=80)
    version = models.PositiveIntegerField("版本")
    line = models.CharField("业务条线", max_length=40)
    title = models.CharField("名称", max_length=200)
    title_en = models.CharField("英文名称", max_length=200, blank=True)
    definition = models.JSONField("定义")
    digest = models.CharField("摘要", max_length=64)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    valid_from = models.DateField("生效日", null=True, blank=True)
    valid_to = models.DateField("失效日", null=True, blank=True)

    class Meta:
        verbose_name = "事项版本"
        verbose_name_plural = "事项版本"
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "version"], name="item_version_once")]

    def __str__(self) -> str:
        return f"{self.title} 第{self.version}版"

    @property
    def item(self) -> ServiceItem:
        """The checked definition; parsed once per process and version, because a version never changes."""
        return _parse(self.pk, self.digest)


@lru_cache(maxsize=500)
def _parse(version_id: int, digest: str) -> ServiceItem:
    definition = ItemVersion.objects.values_list("definition", flat=True).get(pk=version_id)
    return ServiceItem.model_validate(definition)


class Offering(Recorded):
    """An authority offers an item to the people of a division, on its own promise and at its own counters."""

    item_code = models.CharField("事项代码", max_length=80)
    division = models.CharField("适用地区", max_length=12)
    organization = models.ForeignKey("identity.Organization", verbose_name="实施机构", on_delete=models.PROTECT)
    promised_days = models.PositiveIntegerField("承诺时限", null=True, blank=True)
    open_from = models.DateField("开始提供")
    open_to = models.DateField("停止提供", null=True, blank=True)

    class Meta:
        verbose_name = "实施清单"
        verbose_name_plural = "实施清单"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item_code", "division", "open_from"], name="offering_once")
        ]

    def __str__(self) -> str:
        return f"{self.item_code} {self.division}"


class ItemWord(models.Model):
    """A word, pinyin or initials under which a version of an item is found, with its weight."""

    version = models.ForeignKey(ItemVersion, verbose_name="事项版本", on_delete=models.CASCADE, related_name="words")
    word = models.CharField("检索词", max_length=80)
    kind = models.CharField("类型", max_length=10)  # title, alias, token, pinyin, initials
    weight = models.PositiveSmallIntegerField("权重")

    class Meta:
        verbose_name = "检索词"
        verbose_name_plural = "检索词"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "word", "kind"], name="item_word_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["word"], name="item_word")]

    def __str__(self) -> str:
        return f"{self.word} → {self.version_id}"
