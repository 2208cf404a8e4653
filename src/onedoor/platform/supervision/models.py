"""Supervision events: raised by the machine, never edited, never deleted; the database itself refuses it."""

from typing import ClassVar

from django.db import models


class SupervisionEvent(models.Model):
    """One lamp or card for a case."""

    class Lamp(models.TextChoices):
        NOTICE = "notice", "提醒"
        YELLOW = "yellow", "黄牌"
        RED = "red", "红牌"

    class State(models.TextChoices):
        RAISED = "raised", "已发出"
        EXPLAINED = "explained", "已说明"
        DISMISSED = "dismissed", "已撤销"
        CLOSED = "closed", "已办结"

    rule = models.CharField("规则", max_length=10)
    lamp = models.CharField("灯", max_length=8, choices=Lamp)
    case = models.ForeignKey(
        "cases.Case",
        verbose_name="办件",
        null=True,  # an event about an officer's or an organ's conduct has none
        blank=True,
        on_delete=models.PROTECT,
        related_name="supervision_events",
    )
    division = models.CharField("行政区划", max_length=12)
    line = models.CharField("业务条线", max_length=40)
    organization_name = models.CharField("责任单位", max_length=200)
    subject = models.CharField("事由标识", max_length=80)  # with rule and case it makes raising safe to repeat
    facts = models.JSONField("事实")
    raised_at = models.DateTimeField("发出时间")
    state = models.CharField("状态", max_length=10, choices=State, default=State.RAISED)

    class Meta:
        verbose_name = "监察事件"
        verbose_name_plural = "监察事件"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "case", "subject"], name="supervision_raised_once"),
            models.UniqueConstraint(
                fields=["rule", "subject"], name="supervision_conduct_once", condition=models.Q(case__isnull=True)
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["division", "raised_at"], name="supervision_by_place")]

    def __str__(self) -> str:
        return f"{self.rule} {self.lamp} {self.case_id}"
