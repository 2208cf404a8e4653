from typing import ClassVar

from django.db import models


class Division(models.Model):
    """
    行政区划: one unit with its 12-digit code, in force over `[in_force_from, in_force_to)`.

    The parent is data, never computed from digits: 仙桃 429004 hangs under the province, 东莞's towns under the city.
    """

    code = models.CharField("区划代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=80)
    full_name = models.CharField("全称", max_length=200)
    level = models.PositiveSmallIntegerField(
        "层级"
    )  # 1 nation, 2 province, 3 prefecture, 4 county, 5 township, 6 village
    parent = models.ForeignKey(
        "self", verbose_name="上级", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    in_force_from = models.DateField("生效日", null=True, blank=True)  # empty: before the first table we know
    in_force_to = models.DateField("撤销日", null=True, blank=True)
    source = models.CharField("来源", max_length=120)

    class Meta:
        verbose_name = "行政区划"
        verbose_name_plural = "行政区划"
        indexes: ClassVar = [models.Index(fields=["name"], name="division_by_name")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(level__gte=1, level__lte=6), name="division_level_known")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"


class DivisionSuccession(models.Model):
    """Which division took over from which, and when: a merge has several rows with one `to`, a split one `from`."""

    from_division = models.ForeignKey(
        Division, verbose_name="原区划", on_delete=models.PROTECT, related_name="successions"
    )
    to_division = models.ForeignKey(
        Division, verbose_name="承接区划", on_delete=models.PROTECT, related_name="predecessions"
    )
    on = models.DateField("变更日")
    document = models.CharField("依据文号", max_length=120, blank=True)
    applied_at = models.DateTimeField("岗位管辖重算时间", null=True, blank=True)  # empty until the day has come

    class Meta:
        verbose_name = "区划变更"
        verbose_name_plural = "区划变更"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["from_division", "to_division"], name="division_succession_once")
        ]

    def __str__(self) -> str:
        return f"{self.from_division_id} → {self.to_division_id}"


class FormerDivisionName(models.Model):
    """What a division was called until the day `until`: renaming keeps the code (行政区划代码管理办法)."""

    division = models.ForeignKey(Division, verbose_name="区划", on_delete=models.PROTECT, related_name="former_names")
    name = models.CharField("名称", max_length=80)
    full_name = models.CharField("全称", max_length=200)
    until = models.DateField("更名日")

    class Meta:
        verbose_name = "区划曾用名"
        verbose_name_plural = "区划曾用名"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["division", "until"], name="division_renamed_once_a_day")
        ]

    def __str__(self) -> str:
        return self.name
