from datetime import datetime
from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedTextField
from onedoor.platform.kernel.models import Recorded


class Delegation(Recorded):
    """委托: what an agent may do for a principal, for which items, until when (Civil Code art. 165)."""

    class State(models.TextChoices):
        PENDING = "pending_principal", "待本人确认"
        ACTIVE = "active", "有效"
        SUSPENDED = "suspended", "暂停"
        REVOKED = "revoked", "已撤销"

    class Kind(models.TextChoices):
        VOLUNTARY = "voluntary", "自愿委托"
        VILLAGE_AGENT = "village_agent", "村社代办"
        ORG_MANAGER = "org_manager", "单位管理员"
        ORG_OPERATOR = "org_operator", "单位经办人"

    principal = models.ForeignKey(
        "identity.Person", verbose_name="委托人", on_delete=models.PROTECT, related_name="delegations_given"
    )
    agent = models.ForeignKey(
        "identity.Person", verbose_name="代理人", on_delete=models.PROTECT, related_name="delegations_received"
    )
    kind = models.CharField("类型", max_length=16, choices=Kind, default=Kind.VOLUNTARY)
    # Item codes, or a whole business line as "library.*"; empty: every item that may be delegated.
    items = models.JSONField("事项")
    scopes = models.JSONField("权限")  # view, affairs, submit, sign, collect
    valid_from = models.DateField("开始日")
    valid_to = models.DateField("截止日")  # the last day on which it holds
    state = models.CharField("状态", max_length=20, choices=State, default=State.PENDING)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    confirmed_how = models.CharField("确认方式", max_length=40, blank=True)
    max_uses = models.PositiveSmallIntegerField("可提交次数", null=True, blank=True)  # empty: as often as needed
    uses = models.PositiveSmallIntegerField("已提交次数", default=0)
    witness = EncryptedTextField("见证人", blank=True, default="")  # of a delegation given at a window
    evidence_digest = models.CharField("委托现场照片摘要", max_length=64, blank=True)
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    # Of an organization's people: who appointed them, and since when and why they may not act for now.
    granted_by = models.ForeignKey(
        "identity.Person", verbose_name="授权人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    suspended_at = models.DateTimeField("暂停时间", null=True, blank=True)
    suspended_why = models.CharField("暂停原因", max_length=100, blank=True, default="")

    class Meta:
        verbose_name = "委托"
        verbose_name_plural = "委托"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(principal=models.F("agent")), name="delegation_to_another_person"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")), name="delegation_period_forward"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["agent", "principal", "state"], name="delegation_lookup")]

    def __str__(self) -> str:
        return f"{self.principal_id} → {self.agent_id}"

    def covers(self, item: str, scope: str) -> bool:
        """Tell whether it was given for this item and act, be it in force or not."""
        line = f"{item.partition('.')[0]}.*"
        return scope in self.scopes and (not self.items or item in self.items or line in self.items)

    @property
    def is_of_organization(self) -> bool:
        return self.kind in (self.Kind.ORG_MANAGER, self.Kind.ORG_OPERATOR)

    @property
    def is_used_up(self) -> bool:
        return self.max_uses is not None and self.uses >= self.max_uses


class Guardianship(Recorded):
    """监护: who acts for a ward by law, on which basis and paper (Civil Code arts. 27, 28, 31, 32), over `[from, to)`."""

    class Basis(models.TextChoices):
        PARENT = "parent", "父母"
        SPOUSE = "spouse", "配偶"
        RELATIVE = "relative", "其他近亲属"
        COURT = "court", "法院指定"
        CIVIL_AFFAIRS = "civil_affairs", "民政部门担任"
        COMMITTEE = "committee", "村（居）委会担任"

    ward = models.ForeignKey(
        "identity.Person", verbose_name="被监护人", on_delete=models.PROTECT, related_name="guardianships"
    )
    guardian = models.ForeignKey(
        "identity.Person", verbose_name="监护人", on_delete=models.PROTECT, related_name="wards"
    )
    basis = models.CharField("依据", max_length=16, choices=Basis)
    document = models.CharField("证明文件", max_length=120)  # birth certificate, household book, the court's number
    evidence_digest = models.CharField("证明文件摘要", max_length=64, blank=True)
    valid_from = models.DateField("开始日")
    valid_to = models.DateField("结束日", null=True, blank=True)  # a minor's: the eighteenth birthday
    revoked_at = models.DateTimeField("终止时间", null=True, blank=True)

    class Meta:
        verbose_name = "监护"
        verbose_name_plural = "监护"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(ward=models.F("guardian")), name="guardian_of_another_person")
        ]
        indexes: ClassVar = [models.Index(fields=["guardian", "ward"], name="guardianship_lookup")]

    def __str__(self) -> str:
        return f"{self.guardian_id} → {self.ward_id}"


class WardOpinion(Recorded):
    """What a ward of eight years or more says about an application their guardian makes for them."""

    guardianship = models.ForeignKey(Guardianship, on_delete=models.PROTECT, related_name="opinions")
    reference = models.CharField("所属", max_length=80, unique=True)  # draft:<uuid>
    text = EncryptedTextField("本人意见")

    class Meta:
        verbose_name = "被监护人意见"
        verbose_name_plural = "被监护人意见"

    def __str__(self) -> str:
        return self.reference


class Consent(Recorded):
    """授权: a person lets named sources be asked for one purpose until a day, unless withdrawn before."""

    person = models.ForeignKey(
        "identity.Person", verbose_name="授权人", on_delete=models.PROTECT, related_name="consents"
    )
    purpose = models.CharField("目的", max_length=80)
    sources = models.JSONField("来源")
    reference = models.CharField("所属", max_length=80, blank=True, db_index=True)  # draft:<uuid>
    text_digest = models.CharField("授权书摘要", max_length=64)
    method = models.CharField("签署方式", max_length=16)  # self, agent, paper
    signed_by = models.ForeignKey("identity.Person", verbose_name="签署人", on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField("签署时间")
    valid_until = models.DateTimeField("有效至")
    revoked_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = "授权"
        verbose_name_plural = "授权"
        indexes: ClassVar = [models.Index(fields=["person", "purpose"], name="consent_lookup")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.purpose}"

    def is_alive(self, at: datetime) -> bool:
        return self.revoked_at is None and self.signed_at <= at < self.valid_until
