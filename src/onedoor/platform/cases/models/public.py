from typing import ClassVar

from django.db import models

from onedoor.platform.cases.models.case import Case
from onedoor.platform.kernel.fields import EncryptedTextField


class PublicNotice(models.Model):
    """A masked notice to the public about a case, with its lawful length."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    step = models.CharField("环节", max_length=40)
    division = models.CharField("公示地", max_length=12)
    title = models.CharField("标题", max_length=120)
    lines = models.JSONField("公示内容")  # [[label, masked value], …]; nothing unmasked is ever written here
    posted_on = models.DateField("发布日")
    last_day = models.DateField("最后一日")
    next_step_on = models.DateField("次一工作日")
    provisional = models.BooleanField("暂定", default=False)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "公示"
        verbose_name_plural = "公示"
        indexes: ClassVar = [
            models.Index(fields=["division", "last_day"], name="notice_by_place"),
            models.Index(fields=["next_step_on"], name="notice_to_close", condition=models.Q(closed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.title


class Objection(models.Model):
    """What somebody says against a public notice; while it is open the case cannot go on."""

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="objections")
    text = EncryptedTextField("异议内容")
    contact = EncryptedTextField("联系方式", blank=True, default="")
    raised_at = models.DateTimeField("提出时间")
    finding = EncryptedTextField("调查结论", blank=True, default="")
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)

    class Meta:
        verbose_name = "异议"
        verbose_name_plural = "异议"
        indexes: ClassVar = [
            models.Index(fields=["notice"], name="objection_open", condition=models.Q(closed_at__isnull=True))
        ]

    def __str__(self) -> str:
        return str(self.pk)
