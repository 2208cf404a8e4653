"""Field visits to a home: who went, what they saw, who signed. A record is never edited; a correction is a new one."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedJSONField
from onedoor.platform.kernel.models import Recorded


class Visit(Recorded):
    """One visit by a team of officers, recorded against a checklist of the item's service."""

    case = models.ForeignKey("cases.Case", verbose_name="办件", on_delete=models.PROTECT, related_name="visits")
    offline_id = models.UUIDField("离线编号", unique=True)  # made on the device, so that a second sync changes nothing
    checklist = models.CharField("检查表", max_length=80)
    checklist_version = models.PositiveSmallIntegerField("检查表版本")
    visited_at = models.DateTimeField("入户时间")
    answers = EncryptedJSONField("检查内容")
    findings = models.JSONField("结论")  # codes of the checklist, such as CONSISTENT
    signed_by_member = models.BooleanField("家庭成员已签字")
    corrects = models.OneToOneField(
        "self", verbose_name="更正", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )

    class Meta:
        verbose_name = "入户调查记录"
        verbose_name_plural = "入户调查记录"

    def __str__(self) -> str:
        return str(self.offline_id)


class TeamMember(models.Model):
    """An officer who took part and signed."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="team")
    login_id = models.BigIntegerField("登录号")
    name = models.CharField("姓名", max_length=80)

    class Meta:
        verbose_name = "调查人员"
        verbose_name_plural = "调查人员"
        constraints: ClassVar = [models.UniqueConstraint(fields=["visit", "login_id"], name="visit_member_once")]

    def __str__(self) -> str:
        return self.name
