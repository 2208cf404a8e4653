"""Payment orders, the money that came, the receipts given for it, and what is given back."""

from typing import ClassVar

from django.db import models

from onedoor.platform.payments.states import OPEN, STANDING, RefundState, State, Way


class Order(models.Model):
    """
    What is to be paid for a case by one line of the published list; the amount is fixed when it is made.

    `judgement` is the calculation word for word, with the digest of the answers it rests on. `theirs_open` says that the platform may still take money for it.
    """

    number = models.CharField("缴款单号", max_length=40, unique=True)
    case = models.ForeignKey("cases.Case", verbose_name="办件", on_delete=models.PROTECT, related_name="payment_orders")
    project = models.CharField("收费项目编码", max_length=40)
    title = models.CharField("收费项目", max_length=100)
    document = models.CharField("收费依据", max_length=200)
    amount = models.DecimalField("应缴金额", max_digits=12, decimal_places=2)
    judgement = models.JSONField("计算过程")
    payer = models.ForeignKey("identity.Person", verbose_name="缴款人", on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(
        "identity.Organization", verbose_name="执收单位", on_delete=models.PROTECT, related_name="+"
    )
    division = models.CharField("行政区划", max_length=12)
    line = models.CharField("业务条线", max_length=40)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DUE)
    due_on = models.DateField("最迟缴款日")
    created_at = models.DateTimeField("开单时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    reminded_at = models.DateTimeField("提醒时间", null=True, blank=True)
    checked_by = models.CharField("核对所依清单版本", max_length=16, blank=True, default="")  # `figures.Lists.version`
    mischarged_at = models.DateTimeField("发现金额不符", null=True, blank=True)
    # The conversation with the platform, which the worker has.
    pay_url = models.CharField("缴款地址", max_length=300, blank=True, default="")
    theirs_open = models.BooleanField("平台可缴", default=False)
    ask_at = models.DateTimeField("下次联系平台", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("联系失败次数", default=0)

    class Meta:
        verbose_name = "缴款单"
        verbose_name_plural = "缴款单"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "project"], name="order_standing_once", condition=models.Q(state__in=STANDING)
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="order_amount_no_debt"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["payer", "id"], name="order_by_payer"),
            models.Index(fields=["division", "created_at"], name="order_by_place"),
            models.Index(fields=["created_at"], name="order_by_day"),
            models.Index(fields=["ask_at"], name="order_to_ask", condition=models.Q(ask_at__isnull=False)),
            models.Index(fields=["due_on"], name="order_unpaid", condition=models.Q(state__in=OPEN)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def target(self) -> str:
        """How the audit record names this order."""
        return f"payment_order:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class OrderEvent(models.Model):
    """One thing that happened to an order. Never changed, never deleted."""

    class Kind(models.TextChoices):
        CREATE = "create", "开出缴款单"
        PREPARE = "prepare", "缴款单送达缴款平台"
        REMIND = "remind", "提醒缴款"
        PAY = "pay", "收到缴款"
        SURPLUS = "surplus", "收到重复缴款"
        AMOUNT_DIFFERS = "amount_differs", "平台所报金额与应缴不符"
        CANCEL = "cancel", "取消"
        EXPIRE = "expire", "过期"
        ASK_REFUND = "ask_refund", "提出退付"
        APPROVE_REFUND = "approve_refund", "批准退付"
        DENY_REFUND = "deny_refund", "不同意退付"
        REFUND = "refund", "退付完成"

    order = models.ForeignKey(Order, verbose_name="缴款单", on_delete=models.PROTECT, related_name="events")
    kind = models.CharField("事件", max_length=16, choices=Kind)
    at = models.DateTimeField("时间")
    actor_name = models.CharField("操作人", max_length=80, blank=True)
    login_id = models.BigIntegerField("登录号", null=True)
    facts = models.JSONField("事实", default=dict)  # numbers, amounts, codes; never words about people

    class Meta:
        verbose_name = "缴款单记录"
        verbose_name_plural = "缴款单记录"
        indexes: ClassVar = [models.Index(fields=["order", "id"], name="order_event_by_order")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"


class Payment(models.Model):
    """
    Money that came for an order. The first one pays it; any other is a surplus, which goes back.

    `trade` is what the platform, or the bank slip of the counter, calls it; the same one is never counted twice.
    """

    order = models.ForeignKey(Order, verbose_name="缴款单", on_delete=models.PROTECT, related_name="payments")
    way = models.CharField("缴款方式", max_length=8, choices=Way)
    trade = models.CharField("交易流水号", max_length=64, unique=True)
    amount = models.DecimalField("金额", max_digits=12, decimal_places=2)
    surplus = models.BooleanField("重复缴款", default=False)
    paid_at = models.DateTimeField("入账时间")
    settled_on = models.DateField("清算日")  # the day in whose statement the platform has it
    taken_by = models.BigIntegerField("收款人登录号", null=True)

    class Meta:
        verbose_name = "缴款"
        verbose_name_plural = "缴款"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], name="order_paid_once", condition=models.Q(surplus=False)),
        ]
        indexes: ClassVar = [models.Index(fields=["settled_on"], name="payment_by_day")]

    def __str__(self) -> str:
        return self.trade


class Receipt(models.Model):
    """
    An electronic fiscal receipt (财政电子票据), signed and never changed; what is given back has a reversal (红字票据).

    A receipt is reversed as a whole; where only a part is given back, another one over what is left replaces it.
    """

    payment = models.ForeignKey(Payment, verbose_name="缴款", on_delete=models.PROTECT, related_name="receipts")
    reverses = models.OneToOneField(
        "self", verbose_name="冲红的票据", null=True, blank=True, on_delete=models.PROTECT, related_name="reversal"
    )
    replaces = models.OneToOneField(
        "self", verbose_name="换开前的票据", null=True, blank=True, on_delete=models.PROTECT, related_name="replacement"
    )
    code = models.CharField("票据代码", max_length=8)
    number = models.CharField("票据号码", max_length=10)
    check_code = models.CharField("校验码", max_length=6)
    content = models.JSONField("内容")
    digest = models.CharField("摘要", max_length=64)
    signature = models.TextField("签名")
    issued_at = models.DateTimeField("开票时间")

    class Meta:
        verbose_name = "电子票据"
        verbose_name_plural = "电子票据"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "number"], name="receipt_number_once"),
            models.UniqueConstraint(
                fields=["payment"],
                name="receipt_once",
                condition=models.Q(reverses__isnull=True, replaces__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class Refund(models.Model):
    """
    Money given back, all of a payment or a part: one officer asks with a reason, another one approves, the worker has
    the platform do it. Of a payment one refund at a time is on its way.
    """

    number = models.CharField("退付单号", max_length=40, unique=True)
    order = models.ForeignKey(Order, verbose_name="缴款单", on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, verbose_name="缴款", on_delete=models.PROTECT, related_name="refunds")
    amount = models.DecimalField("退付金额", max_digits=12, decimal_places=2)
    reason = models.CharField("退付理由", max_length=300)
    state = models.CharField("状态", max_length=10, choices=RefundState, default=RefundState.ASKED)
    asked_by = models.BigIntegerField("提出人登录号", null=True)  # None: the machine, for what came twice
    asked_name = models.CharField("提出人", max_length=80)
    asked_at = models.DateTimeField("提出时间")
    decided_by = models.BigIntegerField("审批人登录号", null=True, blank=True)
    decided_name = models.CharField("审批人", max_length=80, blank=True, default="")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    opinion = models.CharField("审批意见", max_length=300, blank=True, default="")
    trade = models.CharField("退付流水号", max_length=64, blank=True, default="")
    refunded_at = models.DateTimeField("退付时间", null=True, blank=True)
    settled_on = models.DateField("清算日", null=True, blank=True)
    ask_at = models.DateTimeField("下次联系平台", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("联系失败次数", default=0)

    class Meta:
        verbose_name = "退付"
        verbose_name_plural = "退付"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["payment"],
                name="refund_once",
                condition=models.Q(state__in=(RefundState.ASKED, RefundState.APPROVED)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["ask_at"], name="refund_to_ask", condition=models.Q(ask_at__isnull=False)),
            models.Index(fields=["settled_on"], name="refund_by_day"),
        ]

    def __str__(self) -> str:
        return self.number
