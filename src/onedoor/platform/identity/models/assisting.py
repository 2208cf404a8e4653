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


class IdentityCheck(Recorded):
    """
    核验证件: who stands at the window was compared with their own document. It proves them (level 3) for what is done
    under the same help, and ends with it; the person's own level stays what it is.
    """

    class Document(models.TextChoices):
        """What proves who an adult with a citizen's number is: papers with a photograph (Resident Identity Card Law art. 13)."""

        RESIDENT_CARD = "resident_card", "居民身份证"
        TEMPORARY_CARD = "temporary_card", "临时居民身份证"
        RESIDENCE_PERMIT = "residence_permit", "港澳台居民居住证"

    class Method(models.TextChoices):
        MACHINE = "machine", "机器读取"
        EYE = "eye", "人工比对"

    filing = models.OneToOneField(
        AssistedFiling, verbose_name="帮办记录", on_delete=models.PROTECT, related_name="identity_check"
    )
    document = models.CharField("证件种类", max_length=20, choices=Document)
    method = models.CharField("核验方式", max_length=10, choices=Method)
    valid_to = models.DateField("证件有效期至", null=True, blank=True)

    class Meta:
        verbose_name = "证件核验"
        verbose_name_plural = "证件核验"

    def __str__(self) -> str:
        return f"{self.filing_id} {self.document}"
