"""What is being scanned at a machine: the pages of one paper, kept for minutes until they are handed in."""

from typing import ClassVar

from django.db import models

from onedoor.platform.channels.models.kiosks import Kiosk
from onedoor.platform.kernel.fields import EncryptedTextField


class Scan(models.Model):
    """One paper on the scanner of a machine, of whoever began it; gone once it is handed in or they leave."""

    kiosk = models.OneToOneField(Kiosk, verbose_name="自助终端", on_delete=models.CASCADE, related_name="scan")
    login_id = models.BigIntegerField("登录号")
    target = models.CharField("给哪份材料", max_length=120)
    challenge = models.CharField("挑战值", max_length=80, unique=True)
    waiting_until = models.DateTimeField("等这一页到", null=True, blank=True)  # empty: no page is asked for
    again = models.BooleanField("等的是最后一页重扫", default=False)
    problem = models.CharField("没有扫到的原因", max_length=12, blank=True)
    expires_at = models.DateTimeField("保留至")

    class Meta:
        verbose_name = "正在扫描的材料"
        verbose_name_plural = "正在扫描的材料"
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="scan_expires")]

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.expires_at}"


class ScannedPage(models.Model):
    """A page as the scanner gave it: a JPEG picture, base64, sealed."""

    scan = models.ForeignKey(Scan, verbose_name="材料", on_delete=models.CASCADE, related_name="pages")
    content = EncryptedTextField("图像")
    received_at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = "扫到的一页"
        verbose_name_plural = "扫到的页"

    def __str__(self) -> str:
        return f"{self.scan_id} {self.received_at}"
