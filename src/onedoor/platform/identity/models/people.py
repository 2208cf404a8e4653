from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.blind import BlindIndex, BlindIndexField
from onedoor.platform.kernel.fields import EncryptedTextField
from onedoor.platform.kernel.models import Recorded


class Person(Recorded):
    """
    A person in law: one row for the whole platform, found by the blind index of the identity number.

    Nearly all are natural persons. One with an `entity` is an organization that applies; its number is the credit code.
    """

    by_number: ClassVar = BlindIndex("id_index", "person.id_number")
    by_phone: ClassVar = BlindIndex("phone_index", "person.phone")

    name = models.CharField("姓名", max_length=100)
    sex = models.CharField("性别", max_length=1)  # GB/T 2261.1: 1, 2, 0, 9
    born_on = models.DateField("出生日期", null=True, blank=True)
    division = models.ForeignKey(
        "identity.Division", verbose_name="户籍地", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    address = EncryptedTextField("住址", blank=True, default="")
    id_number = EncryptedTextField("证件号码")
    id_index = BlindIndexField("证件索引", unique=True)
    id_index_even = BlindIndexField("证件索引（双数代密钥）", unique=True)
    phone = EncryptedTextField("手机", blank=True, default="")
    phone_index = BlindIndexField("手机索引", db_index=True)
    phone_index_even = BlindIndexField("手机索引（双数代密钥）", db_index=True)
    assurance = models.PositiveSmallIntegerField("实名等级", default=0)
    verified_at = models.DateTimeField("核验时间", null=True, blank=True)
    verified_by = models.CharField("核验方式", max_length=40, blank=True)
    document_valid_to = models.DateField(
        "证件有效期至", null=True, blank=True
    )  # the last day; empty: long-term or unknown
    deceased_on = models.DateField("死亡日期", null=True, blank=True)

    class Meta:
        verbose_name = "人员"
        verbose_name_plural = "人员"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(id_index__isnull=False) | models.Q(id_index_even__isnull=False),
                name="person_is_found_by_number",
            )
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"


class PersonRelation(Recorded):
    """`relative` is the <relation> of `person` (GB/T 4761); the inverse needs the sex and is a row of its own."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="relations")
    relative = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField("关系", max_length=2)
    source = models.CharField("来源", max_length=40)

    class Meta:
        verbose_name = "亲属关系"
        verbose_name_plural = "亲属关系"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "relative", "relation"], name="relation_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.relation} {self.relative_id}"
