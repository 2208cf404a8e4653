from typing import ClassVar

from django.db import models

from onedoor.platform.cases.models.drafts import Draft
from onedoor.platform.kernel.fields import EncryptedTextField


class Signatory(models.Model):
    """
    共同签字人: somebody who signs an application besides its applicant, on their own account or before an officer.

    What they sign is a digest of its answers and papers; once that is another one, they are asked again. It goes with a
    draft that is thrown away and stays with one that has become a case; every act on it stands in the audit record.
    """

    class State(models.TextChoices):
        NAMED = "named", "还没有请"
        ASKED = "asked", "等待签字"
        SIGNED = "signed", "已签字"
        REFUSED = "refused", "没有同意"
        LAPSED = "lapsed", "到期没有签"

    class Way(models.TextChoices):
        ACCOUNT = "account", "本人账号"
        GUARDIAN = "guardian", "监护人账号"
        WINDOW = "window", "窗口当面"
        GUARDIAN_AT_WINDOW = "guardian_window", "监护人在窗口当面"

    draft = models.ForeignKey(Draft, verbose_name="草稿", on_delete=models.CASCADE, related_name="signatories")
    role = models.CharField("身份", max_length=40)  # of the item's `signers`
    person = models.ForeignKey("identity.Person", verbose_name="签字人", on_delete=models.PROTECT, related_name="+")
    phone = EncryptedTextField("手机")  # for who has no account to be told by
    state = models.CharField("状态", max_length=10, choices=State, default=State.NAMED)
    asked_at = models.DateTimeField("请签时间", null=True, blank=True)
    due_on = models.DateField("签字截止日", null=True, blank=True)  # the last day; empty until it is their turn
    changed_at = models.DateTimeField("签后改动时间", null=True, blank=True)  # what they had signed is not so any more
    digest = models.CharField("所签内容摘要", max_length=64, blank=True, default="")
    signed_at = models.DateTimeField("签字时间", null=True, blank=True)
    level = models.PositiveSmallIntegerField("实名等级", null=True, blank=True)
    way = models.CharField("签字方式", max_length=20, choices=Way, blank=True, default="")
    signed_by = models.ForeignKey(
        "identity.Person", verbose_name="实际签字人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = EncryptedTextField("不同意的理由", blank=True, default="")

    class Meta:
        verbose_name = "共同签字人"
        verbose_name_plural = "共同签字人"
        constraints: ClassVar = [models.UniqueConstraint(fields=["draft", "person"], name="signatory_once")]
        indexes: ClassVar = [
            models.Index(fields=["due_on"], name="signatory_due", condition=models.Q(state="asked")),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.role}"

    def forget_signature(self) -> None:
        """Take what was signed or said back; the caller saves."""
        self.digest, self.signed_at, self.level, self.way, self.signed_by, self.reason = "", None, None, "", None, ""
