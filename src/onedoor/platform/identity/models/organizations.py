from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.models import Recorded


class Organization(Recorded):
    """An organ, institution or provider; `tier` has the digits of the exercise level (1 ministry … 6 village)."""

    class Kind(models.TextChoices):
        ORGAN = "organ", "机关"
        TOWNSHIP = "township", "乡镇（街道）"
        COMMITTEE = "committee", "村（居）委会"
        INSTITUTION = "institution", "事业单位"
        PROVIDER = "provider", "服务机构"

    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("名称", max_length=200)
    short_name = models.CharField("文号简称", max_length=40)
    kind = models.CharField("性质", max_length=12, choices=Kind)
    tier = models.PositiveSmallIntegerField("层级")
    division = models.ForeignKey(
        "identity.Division", verbose_name="行政区划", on_delete=models.PROTECT, related_name="organizations"
    )
    parent = models.ForeignKey(
        "self", verbose_name="上级", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    lines = models.JSONField("业务条线", default=list)  # empty: every line
    phone = models.CharField("电话", max_length=40, blank=True)

    class Meta:
        verbose_name = "机构"
        verbose_name_plural = "机构"
        indexes: ClassVar = [models.Index(fields=["division", "tier"], name="organization_by_place")]

    def __str__(self) -> str:
        return self.name


class ServicePoint(Recorded):
    """Where people go: a hall, a window, a kiosk, a village station."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="service_points")
    kind = models.CharField("类型", max_length=12)
    name = models.CharField("名称", max_length=120)
    address = models.CharField("地址", max_length=200)
    phone = models.CharField("电话", max_length=40, blank=True)
    opening_hours = models.CharField("开放时间", max_length=120, blank=True)

    class Meta:
        verbose_name = "服务点"
        verbose_name_plural = "服务点"

    def __str__(self) -> str:
        return self.name
