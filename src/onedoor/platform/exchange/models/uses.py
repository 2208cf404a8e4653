"""That data of a dataset were used: one record a batch, and a blind way from a person to it."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.blind import BlindIndex, BlindIndexField


class DataUse(models.Model):
    """
    One batch of one dataset, asked for one purpose: who, when, which fields, of how many people, with which result.

    It holds nobody's number and no value; `digest` is the SM3 of what was given out. Its id is the receipt's number.
    """

    id = models.UUIDField("回执编号", primary_key=True, editable=False)
    dataset = models.CharField("数据集", max_length=60)
    purpose = models.CharField("目的代码", max_length=60)
    purpose_words = models.CharField("目的", max_length=120)  # as it was told then
    legal_basis = models.CharField("依据", max_length=200)
    grant = models.ForeignKey(
        "exchange.ShareGrant",
        verbose_name="共享授权",
        null=True,  # a use of this house rests on a registered purpose
        blank=True,
        on_delete=models.PROTECT,
        related_name="uses",
    )
    business = models.CharField("业务编号", max_length=80, blank=True)
    fields = models.JSONField("数据项")
    asked = models.PositiveIntegerField("查询人数")
    found = models.PositiveIntegerField("有记录人数")
    at = models.DateTimeField("时间")
    as_of = models.DateField("数据日期", null=True, blank=True)  # of the oldest row given out
    digest = models.CharField("结果摘要", max_length=64)
    actor_name = models.CharField("使用人", max_length=80, blank=True)
    login_id = models.BigIntegerField("登录号", null=True)
    post_id = models.BigIntegerField("岗位", null=True)
    role = models.CharField("角色", max_length=40, blank=True)
    organization_id = models.BigIntegerField("单位", null=True)
    organization_name = models.CharField("单位名称", max_length=200, blank=True)

    class Meta:
        verbose_name = "数据使用记录"
        verbose_name_plural = "数据使用记录"
        indexes: ClassVar = [
            models.Index(fields=["dataset", "at"], name="use_by_dataset"),
            models.Index(fields=["business"], name="use_by_business"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.purpose} {self.asked}"

    @property
    def target(self) -> str:
        return f"use:{self.pk}"


class DataUsePerson(models.Model):
    """That a use touched a person, under a key from which the person cannot be read."""

    by_person: ClassVar = BlindIndex("key", "exchange.use")  # of the person's id

    use = models.ForeignKey(DataUse, on_delete=models.PROTECT, related_name="people")
    key = BlindIndexField("人员盲键")
    key_even = BlindIndexField("人员盲键（双数代密钥）")
    found = models.BooleanField("有记录")

    class Meta:
        verbose_name = "使用记录所及人员"
        verbose_name_plural = "使用记录所及人员"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["use", "key"], name="use_person_once"),
            models.UniqueConstraint(fields=["use", "key_even"], name="use_person_once_even"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["key", "use"], name="use_by_person"),
            models.Index(fields=["key_even", "use"], name="use_by_person_even"),
        ]

    def __str__(self) -> str:
        return f"{self.use_id} {(self.key or self.key_even or '')[:8]}"
