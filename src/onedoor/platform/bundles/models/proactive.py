"""免申即享: the nightly runs, the offers they made, who was left out and why, and who does not want to be checked."""

from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedJSONField, EncryptedTextField


class ProactiveRun(models.Model):
    """One night's run of one rule; it goes on where it was interrupted."""

    entitlement = models.CharField("权益", max_length=80)
    on = models.DateField("日期")
    period = models.CharField("周期", max_length=10)
    cursor = models.BigIntegerField("进度", default=0)
    looked_at = models.PositiveIntegerField("核对人数", default=0)
    spared = models.PositiveIntegerField("本人不愿核对", default=0)
    offered = models.PositiveIntegerField("提议数", default=0)
    left_out = models.PositiveIntegerField("未提议数", default=0)
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "免申即享核对"
        verbose_name_plural = "免申即享核对"
        constraints: ClassVar = [models.UniqueConstraint(fields=["entitlement", "on"], name="proactive_run_once")]

    def __str__(self) -> str:
        return f"{self.entitlement} {self.on}"


class ProactiveOffer(models.Model):
    """What a person may have in a period without asking, with the reasons; one of a kind, however often the rule runs."""

    class State(models.TextChoices):
        OFFERED = "offered", "等您决定"
        ACCEPTED = "accepted", "已接受"
        DECLINED = "declined", "不需要"
        CONTESTED = "contested", "数据有误，核实中"
        SETTLED = "settled", "已核实"
        WITHDRAWN = "withdrawn", "已失效"

    person = models.ForeignKey(
        "identity.Person", verbose_name="本人", on_delete=models.PROTECT, related_name="proactive_offers"
    )
    agent = models.ForeignKey(  # who has answered for them under a mandate
        "identity.Person", verbose_name="代办人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    entitlement = models.CharField("权益", max_length=80)
    item_code = models.CharField("事项", max_length=80)
    line = models.CharField("业务条线", max_length=40)
    division = models.CharField("行政区划", max_length=12)
    period = models.CharField("周期", max_length=10)
    reasons = EncryptedJSONField("理由", default=list)
    facts = EncryptedJSONField("所用信息", default=dict)  # those of the rule, as said to the person
    state = models.CharField("状态", max_length=10, choices=State, default=State.OFFERED)
    offered_at = models.DateTimeField("提议时间")
    expires_at = models.DateTimeField("保留至")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    draft_id = models.UUIDField("草稿", null=True, blank=True)
    contest = EncryptedTextField("哪里不对", blank=True, default="")
    due_on = models.DateField("答复期限", null=True, blank=True)  # of a correction asked for
    answer = EncryptedTextField("核实结果", blank=True, default="")
    answered_by = models.CharField("核实人", max_length=80, blank=True)

    class Meta:
        verbose_name = "免申即享提议"
        verbose_name_plural = "免申即享提议"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "entitlement", "period"], name="proactive_offer_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["division", "state"], name="proactive_offer_by_place"),
            models.Index(fields=["expires_at"], name="proactive_offer_by_end", condition=models.Q(state="offered")),
        ]

    def __str__(self) -> str:
        return f"{self.entitlement} {self.person_id} {self.period}"

    @property
    def target(self) -> str:
        return f"proactive_offer:{self.pk}"


class LeftOut(models.Model):
    """Somebody a run could offer nothing, and why: a fact nobody knows, a death, what they have already, a place without it."""

    class Why(models.TextChoices):
        UNKNOWN = "unknown", "缺少信息"
        DECEASED = "deceased", "已登记死亡"
        RECEIVING = "receiving", "已经享有或者正在申请"
        DIVISION = "division", "当地没有开通或者地区不明"

    person = models.ForeignKey("identity.Person", verbose_name="本人", on_delete=models.PROTECT, related_name="+")
    entitlement = models.CharField("权益", max_length=80)
    line = models.CharField("业务条线", max_length=40)
    division = models.CharField("行政区划", max_length=12, blank=True)
    period = models.CharField("周期", max_length=10)
    why = models.CharField("原因", max_length=10, choices=Why)
    reasons = models.JSONField("理由", default=list)  # codes of the rule, no facts about the person
    on = models.DateField("日期")

    class Meta:
        verbose_name = "未提议"
        verbose_name_plural = "未提议"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "entitlement", "period"], name="proactive_left_out_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["entitlement", "division", "why"], name="proactive_left_out_by_place")
        ]

    def __str__(self) -> str:
        return f"{self.entitlement} {self.person_id} {self.why}"


class ProactiveRefusal(models.Model):
    """Somebody does not want to be checked for what they may have; ended when they want it again."""

    person = models.ForeignKey("identity.Person", verbose_name="本人", on_delete=models.PROTECT, related_name="+")
    refused_at = models.DateTimeField("拒绝时间")
    ended_at = models.DateTimeField("恢复时间", null=True, blank=True)

    class Meta:
        verbose_name = "不愿主动核对"
        verbose_name_plural = "不愿主动核对"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], name="proactive_refusal_once", condition=models.Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id}"
