"""How registers of several nodes are kept in step: runs over all of one, what did not fit, what each day's comparison found."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedJSONField
from onedoor.platform.network.models.nodes import Node


class BulkRun(models.Model):
    """One register being sent to a node from the beginning; it goes on after the key it has come to."""

    node = models.ForeignKey(Node, verbose_name="发往", on_delete=models.PROTECT, related_name="bulk_runs")
    register = models.CharField("登记簿", max_length=60)
    after = models.CharField("已到", max_length=120, blank=True, default="")
    sent = models.PositiveBigIntegerField("已发行数", default=0)
    began_at = models.DateTimeField("开始时间")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = "全量同步"
        verbose_name_plural = "全量同步"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["node", "register"], name="bulk_run_one_open", condition=models.Q(done_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.node_id}"


class SyncConflict(models.Model):
    """A row that is not what its owner says: of the same version with other data, newer than the owner's, or unknown to it."""

    class Kind(models.TextChoices):
        DIFFERS = "differs", "同版本内容不同"
        AHEAD = "ahead", "本节点版本更新"
        ONLY_HERE = "only_here", "只有本节点有"

    node = models.ForeignKey(Node, verbose_name="来自", on_delete=models.PROTECT, related_name="conflicts")
    register = models.CharField("登记簿", max_length=60)
    key = models.CharField("键", max_length=120)
    kind = models.CharField("情况", max_length=10, choices=Kind)
    ours = models.PositiveBigIntegerField("本节点版本", default=0)
    theirs = models.PositiveBigIntegerField("对方版本", default=0)
    row = EncryptedJSONField("对方内容", null=True)
    at = models.DateTimeField("发现时间")
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    settled_by = models.CharField("处理人", max_length=80, blank=True, default="")
    note = models.CharField("处理说明", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "同步冲突"
        verbose_name_plural = "同步冲突"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["node", "register", "key"],
                name="sync_conflict_one_open",
                condition=models.Q(settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.key} {self.kind}"


class Comparison(models.Model):
    """One day's comparison of a register with its owner's: counts, ranges that differed, rows asked for again."""

    node = models.ForeignKey(Node, verbose_name="来自", on_delete=models.PROTECT, related_name="comparisons")
    register = models.CharField("登记簿", max_length=60)
    day = models.DateField("日期")
    ours = models.PositiveBigIntegerField("本节点行数", default=0)
    theirs = models.PositiveBigIntegerField("对方行数", default=0)
    ranges = models.PositiveIntegerField("不一致的区段", default=0)
    wanted = models.PositiveIntegerField("请对方补发的行", default=0)
    at = models.DateTimeField("比对时间")

    class Meta:
        verbose_name = "同步比对"
        verbose_name_plural = "同步比对"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["node", "register", "day"], name="comparison_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.day}"
