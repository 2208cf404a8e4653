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
    in_force_from = models.DateField("设立日", null=True, blank=True)  # empty: before it was entered here
    in_force_to = models.DateField("撤销日", null=True, blank=True)

    class Meta:
        verbose_name = "机构"
        verbose_name_plural = "机构"
        indexes: ClassVar = [models.Index(fields=["division", "tier"], name="organization_by_place")]

    def __str__(self) -> str:
        return self.name

    @property
    def target(self) -> str:
        return f"organization:{self.pk}"


class OrganizationSuccession(Recorded):
    """Which organization took over from which, and when: a merger has several rows with one `to`, a split one `from`."""

    from_organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="successions")
    to_organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="predecessions")
    on = models.DateField("变更日")
    document = models.CharField("依据文号", max_length=120)

    class Meta:
        verbose_name = "机构变更"
        verbose_name_plural = "机构变更"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["from_organization", "to_organization"], name="organization_succession_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_organization_id} → {self.to_organization_id}"


class FormerOrganizationName(models.Model):
    """What an organization was called until the day `until`; what was signed before keeps the name it was signed under."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="former_names")
    name = models.CharField("名称", max_length=200)
    until = models.DateField("更名日")

    class Meta:
        verbose_name = "机构曾用名"
        verbose_name_plural = "机构曾用名"

    def __str__(self) -> str:
        return self.name


class Unit(Recorded):
    """内设机构: a section of an organization that posts can be placed in."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="units")
    name = models.CharField("名称", max_length=80)
    in_force_to = models.DateField("撤销日", null=True, blank=True)

    class Meta:
        verbose_name = "内设机构"
        verbose_name_plural = "内设机构"
        constraints: ClassVar = [models.UniqueConstraint(fields=["organization", "name"], name="unit_once")]

    def __str__(self) -> str:
        return self.name


class ServicePoint(Recorded):
    """Where people go: a hall, a window, a kiosk, a village station."""

    class Kind(models.TextChoices):
        HALL = "hall", "服务大厅"
        WINDOW = "window", "窗口"
        KIOSK = "kiosk", "自助机"
        STATION = "station", "村（社区）服务站"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="service_points")
    kind = models.CharField("类型", max_length=12, choices=Kind)
    name = models.CharField("名称", max_length=120)
    address = models.CharField("地址", max_length=200)
    phone = models.CharField("电话", max_length=40, blank=True)
    opening_hours = models.CharField("开放时间", max_length=120, blank=True)
    # Degrees of CGCS2000; both or neither.
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)

    closed_on = models.DateField("关闭日", null=True, blank=True)  # from this day on nobody is sent there

    class Meta:
        verbose_name = "服务点"
        verbose_name_plural = "服务点"

    def __str__(self) -> str:
        return self.name
