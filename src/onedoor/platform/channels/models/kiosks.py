"""自助终端: the machines of the halls with what happened to them, and what their readers have read of a card."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedJSONField
from onedoor.platform.kernel.models import Recorded


class Kiosk(Recorded):
    """
    A machine of a hall. Its browser holds a secret of which only the digest is kept, its reader a key of its own.

    The scanner at a window is one without a screen: in use once its reader is bound.
    """

    class State(models.TextChoices):
        REGISTERED = "registered", "已登记，待绑定"
        ENROLLED = "enrolled", "已绑定，待启用"
        ACTIVE = "active", "使用中"
        LOCKED = "locked", "已暂停"
        RETIRED = "retired", "已停用"

    class Kind(models.TextChoices):
        TERMINAL = "terminal", "自助终端"
        DESK = "desk", "窗口扫描仪"

    class Part(models.TextChoices):
        """What a one-time code binds to the device."""

        SCREEN = "screen", "屏幕"
        READER = "reader", "读卡器"

    number = models.CharField("编号", max_length=12, unique=True)
    service_point = models.ForeignKey(
        "identity.ServicePoint", verbose_name="服务点", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("种类", max_length=8, choices=Kind, default=Kind.TERMINAL)
    name = models.CharField("名称", max_length=60)
    state = models.CharField("状态", max_length=12, choices=State, default=State.REGISTERED)
    reason = models.CharField("暂停或停用的原因", max_length=200, blank=True)
    code_digest = models.CharField("绑定码摘要", max_length=64, blank=True, db_index=True)
    code_part = models.CharField("绑定码用于", max_length=8, choices=Part, blank=True)
    code_until = models.DateTimeField("绑定码有效至", null=True, blank=True)
    check_word = models.CharField("核对码", max_length=4, blank=True)  # on the machine's screen until it is activated
    secret_digest = models.CharField("屏幕密钥摘要", max_length=64, blank=True, db_index=True)
    reader_key = models.CharField("读卡器公钥", max_length=200, blank=True)
    seen_at = models.DateTimeField("屏幕最近一次联系", null=True, blank=True)
    reader_seen_at = models.DateTimeField("读卡器最近一次联系", null=True, blank=True)
    scanner_seen_at = models.DateTimeField("扫描仪最近一次联系", null=True, blank=True)
    printer_failed_at = models.DateTimeField(
        "没有打印出来的时间", null=True, blank=True
    )  # until something comes out again

    class Meta:
        verbose_name = "自助终端"
        verbose_name_plural = "自助终端"

    def __str__(self) -> str:
        return self.number

    @property
    def target(self) -> str:
        return f"kiosk:{self.pk}"

    @property
    def division(self) -> str:
        """The place of the organ whose hall it stands in."""
        return self.service_point.organization.division_id


class KioskAct(models.Model):
    """One thing that happened to a machine; never changed."""

    kiosk = models.ForeignKey(Kiosk, verbose_name="自助终端", on_delete=models.PROTECT, related_name="acts")
    act = models.CharField("动作", max_length=12)
    state = models.CharField("之后的状态", max_length=12, choices=Kiosk.State)
    reason = models.CharField("原因", max_length=200, blank=True)
    login_id = models.BigIntegerField("登录号", null=True)
    actor_name = models.CharField("经办人", max_length=80, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "自助终端记录"
        verbose_name_plural = "自助终端记录"

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.act}"


class CardReading(models.Model):
    """What a machine has asked its reader for, and what came; used once, forgotten within minutes."""

    kiosk = models.OneToOneField(Kiosk, verbose_name="自助终端", on_delete=models.CASCADE, related_name="reading")
    challenge = models.CharField("挑战值", max_length=80, unique=True)
    expires_at = models.DateTimeField("有效至")
    content = EncryptedJSONField("读到的内容", null=True, blank=True)
    received_at = models.DateTimeField("收到时间", null=True, blank=True)

    class Meta:
        verbose_name = "身份证读取"
        verbose_name_plural = "身份证读取"
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="card_reading_expires")]

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.expires_at}"
