"""Certificates, whom they belong to, and what happened to them."""

from typing import ClassVar

from django.db import models

from onedoor.platform.certificates.kinds import kind as find_kind
from onedoor.platform.kernel.fields import EncryptedJSONField


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

    identifier = models.CharField("电子证照标识", max_length=120, unique=True)  # GB/T 36904-2018
    token = models.CharField("核验码", max_length=32, unique=True)  # in the QR code; random, says nothing by itself
    kind = models.CharField("证照种类", max_length=80)
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
        REISSUE = "reissue", "换发新版"
        PRINT = "print", "打印"
        SUSPEND = "suspend", "暂扣"
        RESUME = "resume", "恢复"
        REVOKE = "revoke", "撤销"
        CANCEL = "cancel", "注销"
        WITHDRAW = "withdraw", "吊销"
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
