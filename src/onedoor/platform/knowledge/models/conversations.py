"""Questions and what was answered: encrypted, personal numbers masked before they get here, forgotten after some days."""

import uuid
from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedJSONField, EncryptedTextField


class Conversation(models.Model):
    """Somebody's questions on one page; a person's own, or nobody's, whose reply is read by a code."""

    class State(models.TextChoices):
        OPEN = "open", "进行中"
        HANDED_OVER = "handed_over", "已转人工"
        REPLIED = "replied", "已回复"

    id = models.UUIDField("编号", primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(
        "identity.Person", verbose_name="提问人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    division = models.CharField("地区", max_length=12)
    state = models.CharField("状态", max_length=12, choices=State, default=State.OPEN)
    begun_at = models.DateTimeField("开始时间")
    last_at = models.DateTimeField("最近时间")
    handed_over_at = models.DateTimeField("转人工时间", null=True)
    code_digest = models.CharField("查询码摘要", max_length=64, blank=True)

    class Meta:
        verbose_name = "问答"
        verbose_name_plural = "问答"
        indexes: ClassVar = [
            models.Index(fields=["state", "division"], name="conversation_waiting"),
            models.Index(fields=["code_digest"], name="conversation_code"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def target(self) -> str:
        return f"conversation:{self.pk}"


class Turn(models.Model):
    """One thing that was said: a question, the answer of the machine, the reply of an officer."""

    class Kind(models.TextChoices):
        QUESTION = "question", "提问"
        ANSWER = "answer", "回答"
        REPLY = "reply", "人工回复"

    class Phrasing(models.TextChoices):
        NONE = "none", "没有"
        ASKED = "asked", "在写"
        CHECKED = "checked", "已核对"
        DROPPED = "dropped", "未采用"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns", verbose_name="问答")
    seq = models.PositiveIntegerField("序号")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    text = EncryptedTextField("内容", blank=True)
    passages = EncryptedJSONField("引用", null=True)  # of an answer: what it is made of, as it was found
    known = models.BooleanField("答得上", default=True)
    phrasing = models.CharField("整理", max_length=8, choices=Phrasing, default=Phrasing.NONE)
    phrased = EncryptedTextField("整理后的话", blank=True)
    at = models.DateTimeField("时间")
    by = models.CharField("回复人", max_length=80, blank=True)
    login_id = models.BigIntegerField("登录号", null=True)

    class Meta:
        verbose_name = "问答的一句"
        verbose_name_plural = "问答的一句"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="turn_once"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.seq}"
