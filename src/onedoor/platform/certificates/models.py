"""Certificates, whom they belong to, what happened to them, and the templates they were issued with."""

from typing import ClassVar

from django.db import models

from onedoor.platform.certificates.kinds import kind as find_kind
from onedoor.platform.kernel.fields import EncryptedJSONField


class CertificateTemplate(models.Model):
    """
    One version of what all certificates of a kind have in common: its GB/T 36903 metadata, info items and layout.

    A certificate stays with the version it was issued with, whatever the program says later. Never changed.
    """

    kind = models.CharField("证照种类", max_length=80)
    version = models.PositiveSmallIntegerField("模板版本")
    content = models.JSONField("类型元数据")  # kinds.template_content
    layout = models.TextField("版式")  # typst source
    digest = models.CharField("摘要", max_length=64)
    first_used_at = models.DateTimeField("启用时间")

    class Meta:
        verbose_name = "证照模板"
        verbose_name_plural = "证照模板"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "version"], name="certificate_template_version"),
            models.UniqueConstraint(fields=["kind", "digest"], name="certificate_template_content"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class Certificate(models.Model):
    """
    One version of one certificate, electronic and on paper under the same number.

    Everything but `status` and `print_count` is fixed and signed at issue; a change is a new version that succeeds
    this one.
    """

    class Status(models.TextChoices):
        """Codes of the national certificate interface."""

        VALID = "01", "有效"
        SUSPENDED = "02", "暂扣"
        REVOKED = "03", "撤销"
        CANCELLED = "04", "注销"
        LAPSED = "05", "失效"
        TRANSFERRED = "06", "转出"
        WITHDRAWN = "07", "吊销"
        VOID = "99", "作废"

    identifier = models.CharField("电子证照标识", max_length=120, unique=True)  # GB/T 36904-2018
    token = models.CharField("核验码", max_length=32, unique=True)  # in the QR code; random, says nothing by itself
    kind = models.CharField("证照种类", max_length=80)
    template = models.ForeignKey(
        CertificateTemplate, verbose_name="模板", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # empty on rows older than the first template
    type_code = models.CharField("证照类型代码", max_length=21)
    serial = models.CharField("流水号", max_length=40)
    version = models.PositiveSmallIntegerField("版本号")
    number = models.CharField("证照编号", max_length=60)
    division = models.CharField("行政区划", max_length=12)
    issuer = models.ForeignKey(
        "identity.Organization", verbose_name="颁发机构", on_delete=models.PROTECT, related_name="certificates"
    )
    issuer_name = models.CharField("颁发机构名称", max_length=200)
    issuer_code = models.CharField("颁发机构代码", max_length=18)
    issued_on = models.DateField("颁发日期")
    valid_from = models.DateField("有效期起始")
    last_valid_on = models.DateField("有效期截止", null=True, blank=True)  # as printed: the last valid day; empty 长期
    status = models.CharField("状态", max_length=2, choices=Status)
    face = EncryptedJSONField("照面信息")
    case_number = models.CharField("办件编号", max_length=50)
    subject = models.CharField("办件内对象", max_length=60, blank=True)  # tells apart several of one kind from one case
    succeeds = models.OneToOneField(
        "self", verbose_name="前一版本", null=True, blank=True, on_delete=models.PROTECT, related_name="succeeded_by"
    )
    payload_digest = models.CharField("签名内容摘要", max_length=64)
    signature = models.TextField("签名")
    signature_algorithm = models.CharField("签名算法", max_length=20)
    key_id = models.CharField("签名密钥", max_length=40)
    print_count = models.PositiveIntegerField("打印次数", default=0)

    class Meta:
        verbose_name = "证照"
        verbose_name_plural = "证照"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["type_code", "issuer_code", "serial", "version"], name="certificate_serial_once"
            ),
            models.UniqueConstraint(fields=["kind", "number", "version"], name="certificate_number_once"),
            models.UniqueConstraint(
                fields=["kind", "case_number", "subject"],
                name="certificate_once_per_case",
                condition=models.Q(version=1),
            ),
            models.CheckConstraint(
                condition=models.Q(version=1, succeeds__isnull=True) | models.Q(version__gt=1, succeeds__isnull=False),
                name="certificate_version_succeeds",
            ),
            models.CheckConstraint(
                condition=models.Q(last_valid_on__isnull=True) | models.Q(last_valid_on__gte=models.F("valid_from")),
                name="certificate_period_forward",
            ),
            models.CheckConstraint(condition=~models.Q(case_number=""), name="certificate_from_case"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division", "id"], name="certificate_by_place"),
            models.Index(fields=["case_number"], name="certificate_by_case"),
            models.Index(fields=["last_valid_on"], name="certificate_to_lapse", condition=models.Q(status="01")),
        ]

    def __str__(self) -> str:
        return self.identifier

    @property
    def title(self) -> str:
        return find_kind(self.kind).title

    @property
    def target(self) -> str:
        """How audit and file grants name this certificate."""
        return f"certificate:{self.pk}"


class CertificateHolder(models.Model):
    """One holder of a certificate: a person, or an organization by its credit code. Spouses are two rows."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="holders")
    seq = models.PositiveSmallIntegerField("序号")
    person = models.ForeignKey(
        "identity.Person",
        verbose_name="持证人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="certificates_held",
    )
    organization_code = models.CharField("持证单位代码", max_length=18, blank=True)
    name = models.CharField("持证主体", max_length=200)

    class Meta:
        verbose_name = "持证主体"
        verbose_name_plural = "持证主体"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["certificate", "seq"], name="certificate_holder_place"),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, organization_code="")
                | (models.Q(person__isnull=True) & ~models.Q(organization_code="")),
                name="certificate_holder_one_kind",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organization_code"], name="certificate_by_organization")]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.seq}"


class CertificateEvent(models.Model):
    """What happened to a certificate. Never changed, never deleted."""

    class Operation(models.TextChoices):
        ISSUE = "issue", "颁发"
        REISSUE = "reissue", "换发"
        CHANGE = "change", "变更"
        RENEW = "renew", "延续"
        CORRECT = "correct", "更正"
        PRINT = "print", "打印"
        SUSPEND = "suspend", "暂扣"
        RESUME = "resume", "恢复"
        REVOKE = "revoke", "撤销"
        CANCEL = "cancel", "注销"
        WITHDRAW = "withdraw", "吊销"
        VOID = "void", "作废"
        LAPSE = "lapse", "到期失效"

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="events")
    operation = models.CharField("操作", max_length=10, choices=Operation)
    from_status = models.CharField("原状态", max_length=2, choices=Certificate.Status, blank=True)
    to_status = models.CharField("新状态", max_length=2, choices=Certificate.Status)
    at = models.DateTimeField("时间")
    actor_name = models.CharField("操作人", max_length=80, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    document_number = models.CharField("决定文号", max_length=60, blank=True)

    class Meta:
        verbose_name = "证照事件"
        verbose_name_plural = "证照事件"
        indexes: ClassVar = [models.Index(fields=["certificate", "id"], name="certificate_event_order")]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.operation}"


class CertificateUse(models.Model):
    """That a certificate stood in for a paper of somebody's matter; `target` names it ("case:12")."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="uses")
    target = models.CharField("用于", max_length=80)
    purpose = models.CharField("用途", max_length=200)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "用证记录"
        verbose_name_plural = "用证记录"
        constraints: ClassVar = [
            # The target first: a case asks which certificates it took.
            models.UniqueConstraint(fields=["target", "certificate"], name="certificate_used_once"),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.target}"


class ShowCode(models.Model):
    """A code by which a holder shows a certificate once, for one minute, for a named purpose (亮证)."""

    code = models.CharField("亮证码", max_length=32, unique=True)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="show_codes")
    person = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField("用途", max_length=100)
    fields = models.JSONField("出示的信息项", default=list)  # codes of face lines the holder chose to show
    made_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("失效时间")
    seen_at = models.DateTimeField("查看时间", null=True, blank=True)
    seen_by = models.CharField("查看方", max_length=200, blank=True)

    class Meta:
        verbose_name = "亮证码"
        verbose_name_plural = "亮证码"
        indexes: ClassVar = [models.Index(fields=["person", "id"], name="show_code_by_person")]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.pk}"


class ImportedCertificate(models.Model):
    """
    A certificate of before this platform, or of another issuer, as its archive has it.

    It carries no signature of ours: it can be checked only after a person has compared it with the archive.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待人工确认"
        QUARANTINED = "quarantined", "已隔离"
        CONFIRMED = "confirmed", "已确认"
        REJECTED = "rejected", "不予采用"

    batch = models.UUIDField("批次")
    line = models.PositiveIntegerField("行号")
    source = models.CharField("来源", max_length=200)
    division = models.CharField("行政区划", max_length=12)
    title = models.CharField("证照名称", max_length=100)
    identifier = models.CharField("电子证照标识", max_length=120, blank=True)  # as it came, sound or not
    number = models.CharField("证照编号", max_length=60)
    issuer_name = models.CharField("颁发机构名称", max_length=200)
    issued_on = models.DateField("颁发日期", null=True, blank=True)
    last_valid_on = models.DateField("有效期截止", null=True, blank=True)
    holders = EncryptedJSONField("持证主体")
    state = models.CharField("状态", max_length=12, choices=State)
    problem = models.CharField("问题", max_length=200, blank=True)
    imported_at = models.DateTimeField("导入时间")
    imported_login = models.ForeignKey(
        "identity.Login", verbose_name="导入人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    settled_by = models.CharField("处理人", max_length=80, blank=True)
    note = models.CharField("处理说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "导入的证照"
        verbose_name_plural = "导入的证照"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "line"], name="imported_line_once"),
            models.UniqueConstraint(
                fields=["identifier"],
                name="imported_identifier_once",
                condition=models.Q(state__in=["waiting", "confirmed"]) & ~models.Q(identifier=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division", "id"], name="imported_by_place"),
            models.Index(fields=["number"], name="imported_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.line}"
