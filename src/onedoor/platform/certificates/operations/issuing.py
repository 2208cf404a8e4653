"""Issue and reissue certificates, in the transaction of the decision they stand for."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.certificates.kinds import CertificateKind
from onedoor.platform.certificates.kinds import kind as find_kind
from onedoor.platform.certificates.models import Certificate, CertificateHolder
from onedoor.platform.certificates.operations.history import (
    ALIVE,
    Operation,
    Status,
    append,
    locked,
    move,
    require_status,
)
from onedoor.platform.certificates.signing import sign_certificate
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.kernel.numbers import next_number
from onedoor.standards.certificate_ids import certificate_id


@dataclass(frozen=True)
class Holder:
    """A person by id, or an organization by its unified social credit code; `name` as it stands on the face."""

    name: str
    person_id: int | None = None
    organization_code: str = ""


@dataclass(frozen=True)
class Issuer:
    """The organ in whose name the certificate stands, with name and unified social credit code of that day."""

    organization_id: int
    name: str
    code: str


class CertificateAlreadyIssued(OneDoorError):
    code, http_status, message = (
        "certificates.already_issued",
        409,
        "该办件的证照已颁发（编号 {number}），无需重复制证。",
    )


@transaction.atomic
def issue_certificate(
    *,
    kind: str,
    holders: Sequence[Holder],
    issuer: Issuer,
    division: str,
    case_number: str,
    face: Mapping[str, Any],
    valid_from: date,
    last_valid_on: date | None,
    actor: Actor,
    at: datetime,
    number: str = "",
    subject: str = "",
) -> Certificate:
    """
    Issue version 001 of a certificate as the result of a granted case, in the caller's transaction.

    `number` is the printed number where the service draws its own; otherwise one is drawn here. `face` holds a JSON
    value for every field of the kind. `last_valid_on` is the last valid day, None for 长期.

    :raises CertificateAlreadyIssued: this case already has one of this kind (and `subject`).
    :raises InvalidInput: the face lacks a field, the holders do not fit the kind, or the period ends before it begins.
    """
    actor.require("cases.certify", division=division, line=find_kind(kind).line)
    _refuse_unfit(find_kind(kind), holders, face, valid_from, last_valid_on)
    earlier = Certificate.objects.filter(kind=kind, case_number=case_number, subject=subject, version=1).first()
    if earlier is not None:
        raise CertificateAlreadyIssued(number=earlier.number)
    number = number or _next_number(find_kind(kind), division=division, on=day_of(at))
    certificate = Certificate(
        kind=kind,
        type_code=find_kind(kind).type_code,
        serial=_serial(number),
        version=1,
        number=number,
        division=division,
        valid_from=valid_from,
        last_valid_on=last_valid_on,
        face=dict(face),
        case_number=case_number,
        subject=subject,
    )
    _complete(certificate, holders=holders, issuer=issuer, actor=actor, at=at)
    audit.record(
        "certificates.issue", actor=actor, at=at, target=certificate.target, division=division, case_number=case_number
    )
    return certificate


@transaction.atomic
def reissue_certificate(
    *,
    certificate_id: int,
    reason: str,
    case_number: str,
    actor: Actor,
    at: datetime,
    face: Mapping[str, Any] | None = None,
    holders: Sequence[Holder] | None = None,
    issuer: Issuer | None = None,
    valid_from: date | None = None,
    last_valid_on: date | None = None,
    number: str = "",
) -> Certificate:
    """
    Issue the next version of a living certificate (a changed name, a renewal); the old one lapses and stays linked.

    What is not given stays as it was, the period only when neither of its ends is given.

    :raises CertificateNotAlive: it was ended or already has a newer version.
    :raises InvalidInput: the face lacks a field, the holders do not fit the kind, or the period ends before it begins.
    """
    old = locked(certificate_id)
    kind = find_kind(old.kind)
    actor.require("cases.certify", division=old.division, line=kind.line)
    require_status(old, *ALIVE)
    holders = holders if holders is not None else _holders_of(old)
    if valid_from is None and last_valid_on is None:
        valid_from, last_valid_on = old.valid_from, old.last_valid_on
    face = face if face is not None else old.face
    valid_from = valid_from or day_of(at)
    _refuse_unfit(kind, holders, face, valid_from, last_valid_on)
    move(old, Operation.REISSUE, Status.LAPSED, actor=actor, at=at, reason=reason)
    new = Certificate(
        kind=old.kind,
        type_code=old.type_code,
        serial=old.serial,
        version=old.version + 1,
        number=number or old.number,
        division=old.division,
        valid_from=valid_from,
        last_valid_on=last_valid_on,
        face=dict(face),
        case_number=case_number,
        subject=old.subject,
        succeeds=old,
    )
    same_issuer = Issuer(old.issuer_id, old.issuer_name, old.issuer_code)
    _complete(new, holders=holders, issuer=issuer or same_issuer, actor=actor, at=at)
    audit.record(
        "certificates.reissue",
        actor=actor,
        at=at,
        target=new.target,
        division=new.division,
        case_number=case_number,
        succeeds=old.pk,
    )
    return new


def _refuse_unfit(
    kind: CertificateKind,
    holders: Sequence[Holder],
    face: Mapping[str, Any],
    valid_from: date,
    last_valid_on: date | None,
) -> None:
    problems = {f"face.{line.code}": f"请填写“{line.label}”。" for line in kind.face if line.code not in face}
    wrong = [holder for holder in holders if (holder.person_id is not None) != (kind.holder == "person")]
    if wrong or not holders or (len(holders) > 1 and not kind.many_holders):
        problems["holders"] = "持证主体与证照种类不符，请核对。"
    if last_valid_on is not None and last_valid_on < valid_from:
        problems["last_valid_on"] = "有效期截止日不能早于起始日，请核对。"
    if problems:
        raise InvalidInput(problems)


def _next_number(kind: CertificateKind, *, division: str, on: date) -> str:
    running = next_number(f"certificate:{kind.code}:{division[:6]}:{on.year}")
    return f"{kind.number_prefix}{division[:6]}-{on.year}-{running:06d}"


def _serial(number: str) -> str:
    """Return the number in the alphabet of the identifier, or random letters where it is not written in it."""
    serial = re.sub(r"[-/]", "", number).upper()
    # GB/T 36904 serials hold letters and digits only; old numbers such as （1988）朝婚字第123号 do not fit
    return serial if re.fullmatch(r"[0-9A-Z]{1,40}", serial) else secrets.token_hex(10).upper()


def _complete(
    certificate: Certificate, *, holders: Sequence[Holder], issuer: Issuer, actor: Actor, at: datetime
) -> None:
    """Give a new version its issuer, identifier and signature, store it with its holders and tell the world."""
    certificate.issuer_id = issuer.organization_id
    certificate.issuer_name, certificate.issuer_code = issuer.name, issuer.code
    certificate.issued_on = day_of(at)
    certificate.status = Status.VALID
    certificate.token = secrets.token_urlsafe(16)  # 128 random bits: nobody walks through other people's certificates
    certificate.identifier = certificate_id(certificate.type_code, issuer.code, certificate.serial, certificate.version)
    rows = [
        CertificateHolder(
            seq=seq, person_id=holder.person_id, organization_code=holder.organization_code, name=holder.name
        )
        for seq, holder in enumerate(holders, start=1)
    ]
    sign_certificate(certificate, holders=rows)
    certificate.save(force_insert=True)
    for row in rows:
        row.certificate = certificate
    CertificateHolder.objects.bulk_create(rows)
    append(certificate, Operation.ISSUE, "", actor=actor, at=at)
    outbox.publish(
        "certificates.issued",
        key=certificate.target,
        certificate_id=certificate.pk,
        kind=certificate.kind,
        case_number=certificate.case_number,
        succeeds=certificate.succeeds_id,
    )


def _holders_of(certificate: Certificate) -> list[Holder]:
    return [Holder(row.name, row.person_id, row.organization_code) for row in certificate.holders.order_by("seq")]
