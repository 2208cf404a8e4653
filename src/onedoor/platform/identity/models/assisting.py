from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.models import Recorded


class AssistedFiling(Recorded):
    """帮办: an officer fills in applications for a person who stands before them and has signed that they may."""

    person = models.ForeignKey("identity.Person", verbose_name="本人", on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey("identity.Post", verbose_name="帮办岗位", on_delete=models.PROTECT, related_name="+")
    login = models.ForeignKey("identity.Login", verbose_name="帮办人", on_delete=models.PROTECT, related_name="+")
    evidence_digest = models.CharField("签字授权摘要", max_length=64)
    began_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("最晚结束")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "帮办记录"
        verbose_name_plural = "帮办记录"
        indexes: ClassVar = [models.Index(fields=["login", "began_at"], name="assisted_by_login")]

    def __str__(self) -> str:
        return f"{self.login_id} {self.person_id}"
