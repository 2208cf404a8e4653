"""What issuing and reissuing share: an order becomes a signed version, stored with its holders and told to the world."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from onedoor.platform.certificates.kinds import HOLDER_NUMBERS, CertificateKind
from onedoor.platform.certificates.models import (
    Certificate,
    CertificateEvent,
    CertificateHolder,
    CertificateTemplate,
)
from onedoor.platform.certificates.operations.history import Operation, Status
from onedoor.platform.certificates.signing import sign_certificate
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.standards.certificate_ids import certificate_id


@dataclass(frozen=True)
class Holder:
    """
    A person by id, or an organization by its unified social credit code; `name` as it stands on the face.

    `number` is the person's document number, where the face shows it; another holder sees it masked.
    """

    name: str
    person_id: int | None = None
    organization_code: str = ""
    number: str = ""


@dataclass(frozen=True)
class Issuer:
    """The organ in whose name the certificate stands, with name and unified social credit code of that day."""

    organization_id: int
    name: str
    code: str


@dataclass(frozen=True)
class Order:
    """One certificate to be made; the fields as in `issue_certificate`."""

    holders: Sequence[Holder]
    division: str
    case_number: str
    face: Mapping[str, Any]
    valid_from: date
    last_valid_on: date | None
    number: str = ""
    subject: str = ""


def refuse_unfit(kind: CertificateKind, order: Order) -> None:
    """:raises InvalidInput: the face lacks a field, the holders do not fit the kind, or the period does not."""
    problems = {f"face.{line.code}": f"请填写“{line.label}”。" for line in kind.face if line.code not in order.face}
    wrong = [holder for holder in order.holders if (holder.person_id is not None) != (kind.holder == "person")]
    if wrong or not order.holders or (len(order.holders) > 1 and not kind.many_holders):
        problems["holders"] = "持证主体与证照种类不符，请核对。"
    if order.last_valid_on is not None and order.last_valid_on < order.valid_from:
        problems["last_valid_on"] = "有效期截止日不能早于起始日，请核对。"
    if order.last_valid_on is not None and kind.validity == "long_term":
        problems["last_valid_on"] = "这种证照长期有效，不填有效期截止日。"
    if problems:
        raise InvalidInput(problems)


def template_of(kind: CertificateKind, *, at: datetime) -> CertificateTemplate:
    """Return the template version that says what the kind says now; a changed kind becomes the next version."""
    content, layout = kind.template_content(), kind.layout()
    digest = sm3(canonical_json([content, layout])).hex()
    found = CertificateTemplate.objects.filter(kind=kind.code, digest=digest).first()
    if found is not None:
        return found
    latest = CertificateTemplate.objects.filter(kind=kind.code).order_by("-version").first()
    version = latest.version + 1 if latest else 1
    template, _ = CertificateTemplate.objects.get_or_create(
        kind=kind.code,
        digest=digest,
        defaults={"version": version, "content": content, "layout": layout, "first_used_at": at},
    )
    return template


def serial_of(number: str) -> str:
    """Return the number in the alphabet of the identifier, or random letters where it is not written in it."""
    serial = re.sub(r"[-/]", "", number).upper()
    # GB/T 36904 serials hold letters and digits only; old numbers such as （1988）朝婚字第123号 do not fit
    return serial if re.fullmatch(r"[0-9A-Z]{1,40}", serial) else secrets.token_hex(10).upper()


def new_version(
    order: Order,
    *,
    kind: CertificateKind,
    template: CertificateTemplate,
    number: str,
    serial: str,
    succeeds: Certificate | None = None,
) -> Certificate:
    """Return a version that is not signed or stored yet."""
    face = dict(order.face)
    if any(holder.number for holder in order.holders):
        face[HOLDER_NUMBERS] = [holder.number for holder in order.holders]
    return Certificate(
        kind=kind.code,
        template=template,
        type_code=kind.type_code if succeeds is None else succeeds.type_code,
        serial=serial,
        version=succeeds.version + 1 if succeeds else 1,
        number=number,
        division=order.division,
        valid_from=order.valid_from,
        last_valid_on=order.last_valid_on,
        face=face,
        case_number=order.case_number,
        subject=order.subject,
        succeeds=succeeds,
    )


def store_versions(
    certificates: Sequence[Certificate],
    orders: Sequence[Order],
    *,
    issuer: Issuer,
    operation: Operation,
    actor: Actor,
    at: datetime,
    **grounds: str,
) -> None:
    """Give new versions their issuer, identifiers and signatures, store them with their holders and tell the world."""
    rows: list[CertificateHolder] = []
    for certificate, order in zip(certificates, orders, strict=True):
        holders = [
            CertificateHolder(
                seq=seq, person_id=holder.person_id, organization_code=holder.organization_code, name=holder.name
            )
            for seq, holder in enumerate(order.holders, start=1)
        ]
        _complete(certificate, holders, issuer, at)
        rows += holders
    Certificate.objects.bulk_create(certificates)
    owners = [certificate for certificate, order in zip(certificates, orders, strict=True) for _ in order.holders]
    for row, certificate in zip(rows, owners, strict=True):
        row.certificate = certificate
    CertificateHolder.objects.bulk_create(rows)
    CertificateEvent.objects.bulk_create(
        CertificateEvent(
            certificate=certificate,
            operation=operation,
            from_status="",
            to_status=certificate.status,
            at=at,
            actor_name=actor.name,
            **grounds,
        )
        for certificate in certificates
    )
    outbox.publish_each("certificates.issued", ((row.target, _told(row)) for row in certificates))


def _complete(certificate: Certificate, holders: Sequence[CertificateHolder], issuer: Issuer, at: datetime) -> None:
    certificate.issuer_id = issuer.organization_id
    certificate.issuer_name, certificate.issuer_code = issuer.name, issuer.code
    certificate.issued_on = day_of(at)
    certificate.status = Status.VALID
    certificate.token = secrets.token_urlsafe(16)  # 128 random bits: nobody walks through other people's certificates
    certificate.identifier = certificate_id(certificate.type_code, issuer.code, certificate.serial, certificate.version)
    previous = certificate.succeeds.identifier if certificate.succeeds else None
    sign_certificate(certificate, holders=holders, previous=previous)


def _told(certificate: Certificate) -> dict[str, Any]:
    return {
        "certificate_id": certificate.pk,
        "kind": certificate.kind,
        "case_number": certificate.case_number,
        "succeeds": certificate.succeeds_id,
    }
