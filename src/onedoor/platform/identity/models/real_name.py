from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.fields import EncryptedTextField


class BankCheck(models.Model):
    """
    银行卡四要素核验: a bank compares name, identity number, card and reserved phone of somebody who has an account here.

    The card is kept until the answer has come, and no longer; the phone is the account's own, proved by a code.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "核验中"
        PASSED = "passed", "核验通过"
        FAILED = "failed", "不一致"
        UNANSWERED = "unanswered", "银行没有答复"

    person = models.ForeignKey("identity.Person", verbose_name="人员", on_delete=models.PROTECT, related_name="+")
    card = EncryptedTextField("银行卡号", blank=True, default="")
    card_end = models.CharField("卡号末四位", max_length=4)
    phone = EncryptedTextField("手机", blank=True, default="")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField("提交时间")
    tries = models.PositiveSmallIntegerField("已问次数", default=0)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = "银行卡核验"
        verbose_name_plural = "银行卡核验"
        indexes: ClassVar = [
            models.Index(fields=["person", "asked_at"], name="bank_check_by_person"),
            models.Index(fields=["asked_at"], name="bank_check_waiting", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"

    @property
    def target(self) -> str:
        return f"bank_check:{self.pk}"
