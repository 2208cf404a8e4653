"""How a person wants to be told: the ways chosen for each kind of notice, and the addresses behind them."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.blind import BlindIndex, BlindIndexField
from onedoor.platform.kernel.fields import EncryptedTextField


class NoticeChoice(models.Model):
    """Which ways besides the inbox a person has chosen for a kind of notice; no row: as the platform begins."""

    person = models.ForeignKey("identity.Person", verbose_name="本人", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("通知种类", max_length=12)
    ways = models.JSONField("方式", default=list)
    chosen_at = models.DateTimeField("选择时间")

    class Meta:
        verbose_name = "通知方式"
        verbose_name_plural = "通知方式"
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "kind"], name="choice_once_a_kind")]

    def __str__(self) -> str:
        return f"person {self.person_id} {self.kind}"


class ReadingLanguage(models.Model):
    """The language a person wants to be told in; no row: Chinese."""

    person = models.OneToOneField("identity.Person", verbose_name="本人", on_delete=models.PROTECT, related_name="+")
    language = models.CharField("语言", max_length=12)
    chosen_at = models.DateTimeField("选择时间")

    class Meta:
        verbose_name = "通知语言"
        verbose_name_plural = "通知语言"

    def __str__(self) -> str:
        return f"person {self.person_id} {self.language}"


class EmailAddress(models.Model):
    """A person's e-mail address; nothing but the code goes there before it is verified."""

    person = models.OneToOneField("identity.Person", verbose_name="本人", on_delete=models.PROTECT, related_name="+")
    address = EncryptedTextField("地址", blank=True, default="")
    verified_at = models.DateTimeField("验证时间", null=True, blank=True)
    asked = EncryptedTextField("待验证的地址", blank=True, default="")
    digest = models.CharField("验证码摘要", max_length=64, blank=True, default="")
    asked_at = models.DateTimeField("验证码发送时间", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    sent_today = models.PositiveSmallIntegerField("当日已发", default=0)

    class Meta:
        verbose_name = "电子邮箱"
        verbose_name_plural = "电子邮箱"

    def __str__(self) -> str:
        return f"person {self.person_id}"


class WeChatAccount(models.Model):
    """A WeChat account that follows ours and was bound by its person; unbinding ends the row."""

    by_open_id: ClassVar = BlindIndex("open_id_index", "messages.open_id")

    person = models.ForeignKey("identity.Person", verbose_name="本人", on_delete=models.PROTECT, related_name="+")
    open_id = EncryptedTextField("微信标识")
    open_id_index = BlindIndexField("微信标识索引", db_index=True)
    open_id_index_even = BlindIndexField("微信标识索引（双数代密钥）", db_index=True)
    bound_at = models.DateTimeField("绑定时间")
    ended_at = models.DateTimeField("解除时间", null=True, blank=True)

    class Meta:
        verbose_name = "微信绑定"
        verbose_name_plural = "微信绑定"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], name="wechat_one_a_person", condition=models.Q(ended_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["open_id_index"], name="wechat_one_an_account", condition=models.Q(ended_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["open_id_index_even"],
                name="wechat_one_an_account_even",
                condition=models.Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"wechat {self.pk}"


class BindingCode(models.Model):
    """A one-time code shown on 我的, to be sent to the official account: whoever has it proves no number in a chat."""

    person = models.ForeignKey("identity.Person", verbose_name="本人", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField("绑定码摘要", max_length=64, unique=True)
    made_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("失效时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "绑定码"
        verbose_name_plural = "绑定码"

    def __str__(self) -> str:
        return f"binding code {self.pk}"


class PushDevice(models.Model):
    """A browser in which somebody has switched push on: where its service takes messages, and the keys they are sealed for."""

    person = models.ForeignKey("identity.Person", verbose_name="本人", on_delete=models.PROTECT, related_name="+")
    endpoint = EncryptedTextField("推送地址")
    endpoint_digest = models.CharField("推送地址摘要", max_length=64)
    p256dh = EncryptedTextField("设备公钥")
    auth = EncryptedTextField("设备密钥")
    label = models.CharField("设备", max_length=60)
    added_at = models.DateTimeField("打开时间")
    ended_at = models.DateTimeField("关闭时间", null=True, blank=True)

    class Meta:
        verbose_name = "推送设备"
        verbose_name_plural = "推送设备"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["endpoint_digest"], name="push_device_once", condition=models.Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"push device {self.pk}"
