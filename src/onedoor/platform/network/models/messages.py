"""
Messages from the moment they are written to their receipt, and from their arrival to their effect.

What was signed is history: `Sent`, `Receipt` and `Received` are only added to. What changes stands in rows of its own.
"""

import uuid
from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedJSONField
from onedoor.platform.network.models.nodes import Node
from onedoor.platform.network.states import Handing


class Queued(models.Model):
    """A message written in the transaction of what it tells; it has no number until the worker seals it."""

    message = models.UUIDField("报文编号", default=uuid.uuid4, unique=True)
    node = models.ForeignKey(Node, verbose_name="发往", on_delete=models.PROTECT, related_name="queued")
    schema = models.CharField("报文类型", max_length=60)
    version = models.PositiveSmallIntegerField("类型版本")
    key = models.CharField("业务键", max_length=80, blank=True, default="")
    body = EncryptedJSONField("内容")
    created_at = models.DateTimeField("写成时间")

    class Meta:
        verbose_name = "待发报文"
        verbose_name_plural = "待发报文"

    def __str__(self) -> str:
        return str(self.message)


class Sent(models.Model):
    """A sealed message: numbered, chained to the one before, signed. Its body is forgotten after a time, its proof stays."""

    id = models.UUIDField("报文编号", primary_key=True, editable=False)
    node = models.ForeignKey(Node, verbose_name="发往", on_delete=models.PROTECT, related_name="sent")
    sequence = models.PositiveBigIntegerField("序号")
    envelope = models.JSONField("信封")
    digest = models.CharField("信封摘要", max_length=80)
    signature = models.CharField("签名", max_length=200)
    body = EncryptedJSONField("内容", null=True)
    created_at = models.DateTimeField("写成时间")

    class Meta:
        verbose_name = "已封报文"
        verbose_name_plural = "已封报文"
        constraints: ClassVar = [models.UniqueConstraint(fields=["node", "sequence"], name="sent_once_a_number")]

    def __str__(self) -> str:
        return f"{self.node_id} {self.sequence}"


class Receipt(models.Model):
    """The other node's signed word that it has stored a message of ours."""

    message = models.OneToOneField(Sent, verbose_name="报文", primary_key=True, on_delete=models.PROTECT)
    receipt = models.JSONField("回执")
    signature = models.CharField("签名", max_length=200)
    at = models.DateTimeField("收到回执的时间")

    class Meta:
        verbose_name = "报文回执"
        verbose_name_plural = "报文回执"

    def __str__(self) -> str:
        return str(self.message_id)


class Received(models.Model):
    """A message of another node as it came, with the receipt we gave: the same one whenever it comes again."""

    id = models.UUIDField("报文编号", primary_key=True, editable=False)
    node = models.ForeignKey(Node, verbose_name="来自", on_delete=models.PROTECT, related_name="received")
    sequence = models.PositiveBigIntegerField("序号")
    envelope = models.JSONField("信封")
    digest = models.CharField("信封摘要", max_length=80)
    signature = models.CharField("签名", max_length=200)
    body = EncryptedJSONField("内容", null=True)
    receipt = models.JSONField("回执")
    receipt_signature = models.CharField("回执签名", max_length=200)
    received_at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = "收到的报文"
        verbose_name_plural = "收到的报文"
        constraints: ClassVar = [models.UniqueConstraint(fields=["node", "sequence"], name="received_once_a_number")]

    def __str__(self) -> str:
        return f"{self.node_id} {self.sequence}"


class Incoming(models.Model):
    """What becomes of a received message: waiting, done, or parked with a reason until somebody or a new version helps."""

    message = models.OneToOneField(Received, verbose_name="报文", primary_key=True, on_delete=models.PROTECT)
    node = models.ForeignKey(Node, verbose_name="来自", on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveBigIntegerField("序号")
    schema = models.CharField("报文类型", max_length=60)
    key = models.CharField("业务键", max_length=80, blank=True, default="")
    state = models.CharField("状态", max_length=10, choices=Handing, default=Handing.WAITING)
    reason = models.CharField("原因", max_length=200, blank=True, default="")
    done_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta:
        verbose_name = "报文处理"
        verbose_name_plural = "报文处理"
        indexes: ClassVar = [
            models.Index(fields=["node", "state", "sequence"], name="incoming_open", condition=~models.Q(state="done")),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.state}"


class Handover(models.Model):
    """Where the handing over of one node's messages stands: its row is the lock that keeps them in order."""

    node = models.OneToOneField(Node, verbose_name="来自", primary_key=True, on_delete=models.PROTECT)
    failures = models.PositiveIntegerField("连续失败", default=0)
    retry_at = models.DateTimeField("下次再试", null=True, blank=True)

    class Meta:
        verbose_name = "报文交办进度"
        verbose_name_plural = "报文交办进度"

    def __str__(self) -> str:
        return str(self.node_id)
