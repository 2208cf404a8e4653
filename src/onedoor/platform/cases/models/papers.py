from datetime import date
from typing import ClassVar

from django.db import models

from onedoor.platform.cases.models.case import Case
from onedoor.platform.cases.models.drafts import Draft
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.kernel.fields import EncryptedJSONField, EncryptedTextField
from onedoor.platform.kernel.prepared_writes import PreparedWrites


class Material(PreparedWrites):
    """
    A paper of the application, or what stands in its place: where it comes from, since when, how long it holds, who
    has seen the original.

    A row says how one paper came in and is never rewritten; another paper for the same thing replaces it. Only the
    look at the original is noted on it.
    """

    class Source(models.TextChoices):
        UPLOAD = "upload", "本人上传"
        SELF_MADE = "self_made", "本人自制"
        DATA = "data", "部门数据"
        REGISTER = "register", "登记簿记载"
        CERTIFICATE = "certificate", "电子证照"
        COMMITMENT = "commitment", "告知承诺"

    class Grade(models.TextChoices):
        A = "A", "电子证照或数据，不用核对"
        B = "B", "窗口核对过原件"
        C = "C", "本人上传，没有核对原件"
        D = "D", "本人自制"

    draft = models.ForeignKey(Draft, null=True, blank=True, on_delete=models.SET_NULL, related_name="materials")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="materials")
    code = models.CharField("材料", max_length=40)
    # What paper it is wherever it is asked for: the catalogue's code, or "item:code" where the catalogue has none.
    kind = models.CharField("材料目录", max_length=130, blank=True, default="")
    title = models.CharField("名称", max_length=200)
    source = models.CharField("来源", max_length=12, choices=Source)
    file = models.ForeignKey(
        "files.StoredFile", verbose_name="文件", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proof = models.CharField("依据", max_length=200, blank=True)  # which query, certificate or commitment answers
    as_of = models.DateField("数据日期", null=True, blank=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)  # the last valid day; empty: not limited
    round = models.PositiveSmallIntegerField("轮次", default=0)  # 0 with the application, n with the n-th supplement
    given_at = models.DateTimeField("提交时间")
    checked_at = models.DateTimeField("核对原件时间", null=True, blank=True)
    checked_by = models.CharField("核对人", max_length=80, blank=True, default="")
    checked_organization = models.CharField("核对单位", max_length=200, blank=True, default="")
    certificate = models.ForeignKey(
        "certificates.Certificate",
        verbose_name="证照",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # The proof that the paper was not needed: the certificate's identifier, version and status at that moment.
    evidence = models.JSONField("免交凭据", default=dict, blank=True)
    reused_from = models.ForeignKey(
        "self", verbose_name="沿用自", null=True, blank=True, on_delete=models.PROTECT, related_name="reuses"
    )
    replaced_at = models.DateTimeField("被替换时间", null=True, blank=True)  # another paper stands for it since then

    class Meta:
        verbose_name = "材料"
        verbose_name_plural = "材料"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(source="certificate", certificate__isnull=False)
                | (~models.Q(source="certificate") & models.Q(certificate__isnull=True)),
                name="material_certificate_named",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def grade(self) -> "Material.Grade":
        """How far it may be relied on elsewhere."""
        if self.source in (self.Source.CERTIFICATE, self.Source.DATA, self.Source.REGISTER):
            return self.Grade.A
        if self.source in (self.Source.SELF_MADE, self.Source.COMMITMENT):
            return self.Grade.D
        return self.Grade.B if self.checked_at else self.Grade.C

    def holds(self, on: date) -> bool:
        """Tell whether it is still valid on a day."""
        return self.valid_until is None or on <= self.valid_until

    @property
    def source_words(self) -> str:
        """Where it comes from, as people read it."""
        return "窗口核对的原件" if self.checked_at else self.Source(self.source).label

    @property
    def status_then(self) -> str:
        """How the certificate that answered stood at that moment, in a word."""
        status = self.evidence.get("status")
        return Certificate.Status(status).label if status else ""

    @property
    def validity_words(self) -> str:
        if self.valid_until is not None:
            return f"有效期至 {self.valid_until.isoformat()}"
        if self.source == self.Source.COMMITMENT:
            return ""
        return "长期有效" if self.grade in (self.Grade.A, self.Grade.B) else "没有注明有效期"


class CaseDocument(PreparedWrites):
    """A notice or decision sent to the applicant. Its content never changes; the PDF is drawn from it."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "收件凭证"
        SUPPLEMENT = "supplement", "一次性补正告知书"
        ACCEPTANCE = "acceptance", "受理通知书"
        TOLERANCE = "tolerance", "容缺受理通知书"
        REFUSAL = "refusal", "不予受理通知书"
        RETURN = "return", "退件通知书"
        NOTICE = "notice", "公示"
        EXTENSION = "extension", "延期通知书"
        GRANT = "grant", "确认决定书"
        SILENT_GRANT = "silent_grant", "视为准予决定书"
        LIMIT_MISSED = "limit_missed", "逾期未决定告知书"
        DENIAL = "denial", "不予确认决定书"
        WITHDRAWAL = "withdrawal", "撤回确认书"
        NO_NEED = "no_need", "无需办理告知书"
        SPECIAL = "special", "特别程序告知书"
        TERMINATION = "termination", "终止办理通知书"
        TRANSFER = "transfer", "转报告知书"
        HEARING_RIGHT = "hearing_right", "听证权利告知书"
        HEARING_NOTICE = "hearing_notice", "听证通知书"
        HEARING_RECORD = "hearing_record", "听证笔录"
        INTENT = "intent", "事先告知书"
        REVOCATION = "revocation", "撤销决定书"
        CANCELLATION = "cancellation", "注销决定书"
        PENALTY = "penalty", "吊销决定书"
        BREACH = "breach", "承诺不实告知书"
        SERVICE = "service", "送达回证"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField("文书", max_length=20, choices=Kind)
    template = models.CharField("版式", max_length=20, default="document.1")  # a template that changes gets a new name
    number = models.CharField("文号", max_length=80, unique=True)
    title = models.CharField("标题", max_length=120)
    content = EncryptedJSONField("内容")
    digest = models.CharField("摘要", max_length=64)
    signature = models.TextField("签名")
    issued_at = models.DateTimeField("制发时间")

    class Meta:
        verbose_name = "文书"
        verbose_name_plural = "文书"
        indexes: ClassVar = [models.Index(fields=["case", "id"], name="document_by_case")]

    def __str__(self) -> str:
        return self.number


class Delivery(PreparedWrites):
    """
    How one decision, or a notice whose limit runs from receipt, reaches its recipient. `sent_at` begins it (posted, put up in public), `delivered_at` completes it:
    an electronic one with its arrival in the inbox, a public one after its thirty days.
    """

    class Method(models.TextChoices):
        ELECTRONIC = "electronic", "电子送达"
        DIRECT = "direct", "直接送达"
        LEAVING = "leaving", "留置送达"
        ENTRUSTED = "entrusted", "委托送达"
        POST = "post", "邮寄送达"
        PUBLIC = "public", "公告送达"

    document = models.OneToOneField(CaseDocument, on_delete=models.PROTECT, related_name="delivery")
    method = models.CharField("方式", max_length=10, choices=Method)
    reference = EncryptedTextField("单号或地点", blank=True, default="")
    receiver = EncryptedTextField("签收人", blank=True, default="")
    sent_at = models.DateTimeField("送出时间")
    due_on = models.DateField("视为送达日", null=True, blank=True)  # the last day of a public delivery
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)

    class Meta:
        verbose_name = "送达"
        verbose_name_plural = "送达"
        indexes: ClassVar = [
            models.Index(fields=["due_on"], name="delivery_waiting", condition=models.Q(delivered_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.method}"


class StoredJudgement(PreparedWrites):
    """What the rule said at one moment: inputs, calculation, parameters with their documents. Never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="judgements")
    rule = models.CharField("规则", max_length=80)
    content = EncryptedJSONField("计算过程")
    digest = models.CharField("摘要", max_length=64)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "规则计算"
        verbose_name_plural = "规则计算"

    def __str__(self) -> str:
        return f"{self.case_id} {self.rule}"
