"""What every room shares: abstract records, the outbox, parameters, number series, replays, rotation, rates, worker beats."""

from datetime import date, datetime
from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedJSONField
from onedoor.platform.kernel.prepared_writes import PreparedWrites


class Recorded(models.Model):
    """Who wrote a row and when; both are given by the operation, never taken from the clock."""

    recorded_at = models.DateTimeField("记录时间")
    recorded_by = models.CharField("记录人", max_length=80)

    class Meta:
        abstract = True


class RegisterEntry(Recorded):
    """
    One line of a register: in force over `[in_force_from, in_force_to)`, ended and succeeded, never edited.

    The succession of entries is the history of the register; there is no second one. Each entry has two times: when it
    holds (`in_force_…`) and when the register knew (`recorded_at`, `end_recorded_at`).
    """

    number = models.CharField("登记编号", max_length=60, unique=True)
    division = models.CharField("行政区划", max_length=12, db_index=True)
    in_force_from = models.DateField("生效日")
    in_force_to = models.DateField("失效日", null=True, blank=True)
    end_recorded_at = models.DateTimeField("失效记录时间", null=True, blank=True)
    case_number = models.CharField("办件编号", max_length=50, db_index=True)
    succeeds = models.OneToOneField(
        "self", verbose_name="承接", null=True, blank=True, on_delete=models.PROTECT, related_name="succeeded_by"
    )

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(in_force_to__isnull=True, end_recorded_at__isnull=True)
                | models.Q(in_force_to__isnull=False, end_recorded_at__isnull=False),
                name="%(app_label)s_%(class)s_end_is_recorded",
            )
        ]

    def end(self, *, on: date, at: datetime) -> None:
        """Let the entry cease on a day; `at` is when that became known. The caller saves it."""
        self.in_force_to, self.end_recorded_at = on, at


class OutboxMessage(PreparedWrites):
    """An event waiting to be handed to its listeners; written in the transaction of the business itself."""

    topic = models.CharField("主题", max_length=80)
    key = models.CharField("聚合", max_length=80)
    payload = models.JSONField("内容")
    published_at = models.DateTimeField("发布时间", auto_now_add=True)
    attempts = models.PositiveIntegerField("尝试次数", default=0)
    next_attempt_at = models.DateTimeField("下次尝试", null=True, blank=True)
    last_error = models.CharField("最近错误", max_length=200, blank=True)
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)

    class Meta:
        verbose_name = "待发事件"
        verbose_name_plural = "待发事件"
        indexes: ClassVar = [
            models.Index(fields=["id"], name="outbox_pending", condition=models.Q(delivered_at__isnull=True)),
            models.Index(fields=["key", "id"], name="outbox_key_order"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class OutboxDelivery(PreparedWrites):
    """The proof that one listener has done its part for one message; written together with its effect."""

    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="deliveries")
    listener = models.CharField("接收方", max_length=80)

    class Meta:
        verbose_name = "事件送达"
        verbose_name_plural = "事件送达"
        constraints: ClassVar = [models.UniqueConstraint(fields=["message", "listener"], name="outbox_delivered_once")]

    def __str__(self) -> str:
        return f"{self.message_id} → {self.listener}"


class ParameterRow(Recorded):
    """A figure of law for one place and period, with the document that sets it. Money and days live here alone."""

    key = models.CharField("参数", max_length=80)
    division = models.CharField("行政区划", max_length=12)
    value = models.JSONField("数值")
    document = models.CharField("文号", max_length=200)
    valid_from = models.DateField("生效日")
    valid_to = models.DateField("失效日", null=True, blank=True)
    # False: the source leaves it open what the law or the place says; somebody has to find out and enact it.
    confirmed = models.BooleanField("已经核实", default=True)
    reason = models.CharField("更正理由", max_length=200, blank=True)
    # A row that was entered wrongly and corrected: kept for the record, it counts no more.
    replaced_at = models.DateTimeField("被更正时间", null=True, blank=True)

    class Meta:
        verbose_name = "参数"
        verbose_name_plural = "参数"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key", "division", "valid_from"],
                name="parameter_one_per_start",
                condition=models.Q(replaced_at__isnull=True),
            ),
            models.CheckConstraint(condition=~models.Q(document=""), name="parameter_has_document"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="parameter_period_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.division} {self.valid_from}"


class NumberSeries(models.Model):
    """A counter behind case, document and certificate numbers; its row is locked while a number is drawn."""

    name = models.CharField("序列", max_length=120, primary_key=True)
    last = models.PositiveBigIntegerField("已用到", default=0)

    class Meta:
        verbose_name = "编号序列"
        verbose_name_plural = "编号序列"

    def __str__(self) -> str:
        return f"{self.name} {self.last}"


class Replay(models.Model):
    """
    The remembered answer to one write, so that a repeated request gets the same answer and no second effect.

    An answer may be a page with somebody's data on it: it is encrypted, and forgotten after a day, or with what it is about.
    """

    actor = models.CharField("操作人", max_length=80)
    scope = models.CharField("操作", max_length=80)
    key = models.CharField("幂等键", max_length=80)
    content_digest = models.CharField("内容摘要", max_length=64)
    about = models.CharField("所涉对象", max_length=80, blank=True, default="")
    answer = EncryptedJSONField("应答", null=True)  # null only inside the transaction that answers
    at = models.DateTimeField("时间", db_index=True)

    class Meta:
        verbose_name = "幂等记录"
        verbose_name_plural = "幂等记录"
        constraints: ClassVar = [models.UniqueConstraint(fields=["actor", "key"], name="replay_once")]
        indexes: ClassVar = [
            models.Index(fields=["about"], name="replay_by_what_it_is_about", condition=models.Q(about__gt=""))
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class RotationProgress(models.Model):
    """How far one encrypted column has come in being brought under a new data key; a broken-off run goes on from it."""

    key_id = models.CharField("新密钥", max_length=40)
    column = models.CharField("栏目", max_length=120)  # app.model.field
    after = models.CharField("已到", max_length=64, blank=True, default="")  # the last primary key looked at
    changed = models.PositiveBigIntegerField("已重加密", default=0)

    class Meta:
        verbose_name = "密钥轮换进度"
        verbose_name_plural = "密钥轮换进度"
        constraints: ClassVar = [models.UniqueConstraint(fields=["key_id", "column"], name="rotation_once_a_column")]

    def __str__(self) -> str:
        return f"{self.column} {self.key_id}"


class RateSlot(models.Model):
    """How often callers that share this slot, or one thing by its number, were counted in the window at hand."""

    scope = models.CharField("入口", max_length=40)
    slot = models.PositiveIntegerField("槽")
    window = models.BigIntegerField("时段")
    knocks = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = "访问计数"
        verbose_name_plural = "访问计数"
        constraints: ClassVar = [models.UniqueConstraint(fields=["scope", "slot"], name="rate_slot_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.slot}"


class WorkerBeat(models.Model):
    """A sign of life of one worker process; tasks of a silent worker are given back."""

    worker = models.CharField("工作进程", max_length=64, primary_key=True)
    beat_at = models.DateTimeField("最近心跳")

    class Meta:
        verbose_name = "工作进程"
        verbose_name_plural = "工作进程"

    def __str__(self) -> str:
        return self.worker


class PeriodicRun(models.Model):
    """When a periodic duty was last done, so that several workers share the duties."""

    name = models.CharField("定时任务", max_length=80, primary_key=True)
    last_at = models.DateTimeField("上次运行")

    class Meta:
        verbose_name = "定时任务"
        verbose_name_plural = "定时任务"

    def __str__(self) -> str:
        return self.name
