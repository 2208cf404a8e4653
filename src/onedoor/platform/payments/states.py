"""The words of a payment order's life, of a refund and of a day's reconciliation."""

from django.db import models


class State(models.TextChoices):
    DUE = "due", "缴款单准备中"  # not at the payment platform yet
    PAYING = "paying", "待缴款"  # it stands at the platform: money may come at any moment
    PAID = "paid", "已缴款"
    REFUNDING = "refunding", "退付办理中"
    REFUNDED = "refunded", "已退付"
    EXEMPT = "exempt", "免缴"
    CANCELLED = "cancelled", "已取消"
    EXPIRED = "expired", "已过期"


OPEN = (State.DUE, State.PAYING)
STANDING = (*OPEN, State.PAID, State.REFUNDING, State.EXEMPT)  # of these a case has one for each project


class Way(models.TextChoices):
    GATEWAY = "gateway", "网上缴款"
    CASH = "cash", "窗口现金"
    POS = "pos", "窗口刷卡"


class RefundState(models.TextChoices):
    ASKED = "asked", "待审批"
    APPROVED = "approved", "已批准，等待退付"
    DENIED = "denied", "不同意退付"
    DONE = "done", "已退付"


class Outcome(models.TextChoices):
    MATCHED = "matched", "一致"
    ONLY_THEIRS = "only_theirs", "平台有、本单位没有"
    ONLY_OURS = "only_ours", "本单位有、平台没有"
    AMOUNT_DIFFERS = "amount_differs", "金额不一致"
    NUMBER_DIFFERS = "number_differs", "记在另一张单上"


class Sort(models.TextChoices):
    """Which way the money went."""

    PAYMENT = "payment", "缴款"
    REFUND = "refund", "退付"
