"""Legal entities that apply: what the register says of them, and who stands for them."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedTextField
from onedoor.platform.kernel.models import Recorded


class LegalEntity(Recorded):
    """
    法人、非法人组织: a person in law as well (Civil Code arts. 57, 102), so `party` is its row among the persons, by which
    drafts, cases and delegations know it; its number there is the credit code. It acts through people only.
    """

    party = models.OneToOneField(
        "identity.Person", verbose_name="主体", on_delete=models.PROTECT, related_name="entity", primary_key=True
    )
    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True)
    source = models.CharField("来源", max_length=80)

    class Meta:
        verbose_name = "法人和非法人组织"
        verbose_name_plural = "法人和非法人组织"

    def __str__(self) -> str:
        return self.uscc

    @property
    def target(self) -> str:
        return f"entity:{self.pk}"


class LegalRepresentative(Recorded):
    """
    法定代表人: whom the register names from a day on (Civil Code art. 61); a row ends and is succeeded by the next.

    `person` is filled in once that person has taken over the organization's account, under their own log-in.
    """

    entity = models.ForeignKey(
        LegalEntity, verbose_name="单位", on_delete=models.PROTECT, related_name="representatives"
    )
    name = models.CharField("姓名", max_length=100)
    id_number = EncryptedTextField("证件号码")
    since = models.DateField("任职日")
    ended_at = models.DateTimeField("记录终止时间", null=True, blank=True)
    source = models.CharField("来源", max_length=80)
    document = models.CharField("证明文件", max_length=120, blank=True, default="")
    person = models.ForeignKey(
        "identity.Person",
        verbose_name="人员",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="represents",
    )
    bound_at = models.DateTimeField("接管账号时间", null=True, blank=True)
    bound_how = models.CharField("接管方式", max_length=40, blank=True, default="")
    bound_level = models.PositiveSmallIntegerField("接管时实名等级", null=True, blank=True)

    class Meta:
        verbose_name = "法定代表人"
        verbose_name_plural = "法定代表人"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entity"], condition=models.Q(ended_at__isnull=True), name="one_legal_representative"
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=True, bound_at__isnull=True)
                | models.Q(person__isnull=False, bound_at__isnull=False),
                name="representative_bound_with_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.since:%Y-%m-%d}"
