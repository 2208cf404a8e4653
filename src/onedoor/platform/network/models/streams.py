"""How far each stream has come, and what went wrong on it."""

from typing import ClassVar

from django.db import models

from onedoor.platform.network.models.nodes import Node
from onedoor.platform.network.states import End, Trouble


class Stream(models.Model):
    """
    One direction between us and another node: the last number and digest of its chain, and how it is going.

    `lease_until` and `retry_at` are physical moments, whatever day a demonstration shows.
    """

    node = models.ForeignKey(Node, verbose_name="节点", on_delete=models.PROTECT, related_name="streams")
    end = models.CharField("方向", max_length=3, choices=End)
    sequence = models.PositiveBigIntegerField("最后序号", default=0)
    digest = models.CharField("最后摘要", max_length=80, blank=True, default="")
    acknowledged = models.PositiveBigIntegerField("已签收到", default=0)
    lease_until = models.DateTimeField("发送占用至", null=True, blank=True)
    failures = models.PositiveIntegerField("连续失败", default=0)
    openings = models.PositiveIntegerField("连续暂停次数", default=0)
    retry_at = models.DateTimeField("下次再试", null=True, blank=True)
    alive_at = models.DateTimeField("最近成功", null=True, blank=True)

    class Meta:
        verbose_name = "报文流"
        verbose_name_plural = "报文流"
        constraints: ClassVar = [models.UniqueConstraint(fields=["node", "end"], name="stream_once_a_direction")]

    def __str__(self) -> str:
        return f"{self.node_id} {self.end} {self.sequence}"


class Incident(models.Model):
    """Something that went wrong on a stream; one that goes on is one row, and a gap ends when it is filled."""

    node = models.ForeignKey(Node, verbose_name="节点", on_delete=models.PROTECT, related_name="incidents")
    end = models.CharField("方向", max_length=3, choices=End)
    kind = models.CharField("情况", max_length=10, choices=Trouble)
    detail = models.CharField("说明", max_length=200, blank=True, default="")
    times = models.PositiveIntegerField("次数", default=1)
    first_at = models.DateTimeField("最早")
    last_at = models.DateTimeField("最近")
    settled_at = models.DateTimeField("了结时间", null=True, blank=True)
    settled_by = models.CharField("了结人", max_length=80, blank=True, default="")
    note = models.CharField("处理说明", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "传输异常"
        verbose_name_plural = "传输异常"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["node", "end", "kind"], name="incident_one_open", condition=models.Q(settled_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.kind}"
