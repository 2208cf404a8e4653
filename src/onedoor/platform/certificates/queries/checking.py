"""What anybody may learn by checking a certificate, one at a time or, for officers, in a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.certificates.limits import TooManyChecks, count_check
from onedoor.platform.certificates.models import Certificate, ImportedCertificate
from onedoor.platform.certificates.queries.standing import Status, holder_names, standing, with_standing
from onedoor.platform.certificates.signing import is_as_signed, with_signed_parts
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import NotAllowed, OneDoorError
from onedoor.standards.certificate_ids import parse_certificate_id
from onedoor.standards.masks import mask_name

__all__ = ["TooManyChecks"]

ANYBODY = Actor.anonymous()
CHANGED = "内容与签发时不一致"
MOST_IN_A_BATCH = 1000


class MistypedIdentifier(OneDoorError):
    code, http_status = "certificates.mistyped_identifier", 422
    message = "电子证照标识有误（校验位不符），请对照证照逐位核对后再查。"


class TooManyReferences(OneDoorError):
    code, http_status = "certificates.too_many_references", 422
    message = "一次最多核验 {most} 个，请分几次核验。"


@dataclass(frozen=True)
class CertificateCheck:
    """What anybody who holds a certificate's code may know: enough to trust it or not, nothing more."""

    identifier: str
    title: str
    number: str
    holders: tuple[str, ...]  # persons masked, organizations not
    issuer_name: str
    issued_on: date | None  # empty on imported certificates whose archive does not say
    valid_from: date | None
    last_valid_on: date | None
    status: str  # national code
    word: str  # 有效 已撤销 已过期 …
    in_force: bool  # status, dates and signature all say so
    is_as_signed: bool
    checked_at: datetime
    imported_from: str = (
        ""  # a historic or foreign certificate: compared with this archive by a person, not signed here
    )

    @property
    def is_upcoming(self) -> bool:
        """Genuine, but its first day is still to come."""
        is_valid = self.status == Status.VALID and self.is_as_signed
        return is_valid and self.valid_from is not None and day_of(self.checked_at) < self.valid_from


@dataclass(frozen=True)
class BatchLine:
    """One answer of a batch, without personal data."""

    reference: str
    title: str
    number: str
    word: str
    in_force: bool


def verify(*, token: str, at: datetime, actor: Actor = ANYBODY) -> CertificateCheck | None:
    """
    Check a certificate by the token of its QR code or by its identifier, against the database as it is now.

    Open to everybody; each check is recorded for the holder to see. None: this node knows no such certificate.

    :raises MistypedIdentifier: it looks like an identifier but its check character does not fit.
    :raises TooManyChecks: this network address has checked too often in this minute.
    """
    count_check(actor=actor, at=at)
    token = token.strip()
    if "." in token:
        token = token.upper()
        if not _reads_right(token):
            raise MistypedIdentifier
    certificate = _stored([token]).first()
    if certificate is None:
        return _check_imported(token, at)
    audit.record_look(
        "certificates.verify", actor=actor, at=at, target=certificate.target, division=certificate.division
    )
    return answer(certificate, at)


def verify_batch(*, references: Sequence[str], actor: Actor, at: datetime) -> list[BatchLine]:
    """
    Check up to 1,000 identifiers or tokens in a fixed number of queries; answers stand in the order asked, unknown
    and mistyped ones included. One recorded look.

    :raises NotAllowed: the post does not look at certificates.
    :raises TooManyReferences: more than 1,000.
    """
    if actor.kind != "system" and "certificates.view" not in actor.permissions:
        raise NotAllowed
    if len(references) > MOST_IN_A_BATCH:
        raise TooManyReferences(most=MOST_IN_A_BATCH)
    asked = [_normal(reference) for reference in references]
    known: dict[str, CertificateCheck] = {}
    for certificate in _stored(asked):
        known[certificate.identifier] = known[certificate.token] = answer(certificate, at)
    for row in _confirmed(asked):
        known.setdefault(row.identifier, _imported_answer(row, at))
    audit.record_look("certificates.verify_batch", actor=actor, at=at)
    return [_line(reference, known.get(reference)) for reference in asked]


def check_url(certificate: Certificate) -> str:
    """Return the public page that answers for this certificate, as its QR code carries it."""
    return f"{settings.ONEDOOR_PUBLIC_URL.rstrip('/')}/check/{certificate.token}/"


def _normal(reference: str) -> str:
    reference = reference.strip()
    return reference.upper() if "." in reference else reference


def _reads_right(identifier: str) -> bool:
    try:
        return parse_certificate_id(identifier).check_ok
    except ValueError:
        return False


def _stored(references: Sequence[str]) -> Any:
    asked = Q(identifier__in=[one for one in references if "." in one])
    asked |= Q(token__in=[one for one in references if "." not in one])
    return with_signed_parts(with_standing(Certificate.objects.filter(asked)))


def answer(certificate: Any, at: datetime) -> CertificateCheck:
    """Return the answer for a certificate read by `with_signed_parts` and `with_standing`."""
    sound = is_as_signed(certificate)
    word, in_force = standing(certificate, on=day_of(at), replaced=certificate.replaced)
    return CertificateCheck(
        identifier=certificate.identifier,
        title=certificate.title,
        number=certificate.number,
        holders=holder_names(certificate, masked=True),
        issuer_name=certificate.issuer_name,
        issued_on=certificate.issued_on,
        valid_from=certificate.valid_from,
        last_valid_on=certificate.last_valid_on,
        status=certificate.status,
        word=word if sound else CHANGED,
        in_force=in_force and sound,
        is_as_signed=sound,
        checked_at=at,
    )


def _line(reference: str, found: CertificateCheck | None) -> BatchLine:
    if found is not None:
        return BatchLine(reference, found.title, found.number, found.word, found.in_force)
    mistyped = "." in reference and not _reads_right(reference)
    return BatchLine(reference, "", "", "标识有误（校验位不符）" if mistyped else "查不到", False)


def _confirmed(references: Sequence[str]) -> Any:
    identifiers = [one for one in references if "." in one]
    return ImportedCertificate.objects.filter(
        identifier__in=identifiers, state=ImportedCertificate.State.CONFIRMED
    ).defer("holders")


def _check_imported(token: str, at: datetime) -> CertificateCheck | None:
    row = _confirmed([token]).defer(None).first()
    if row is None:
        return None
    masked = tuple(mask_name(name) for name in row.holders)
    audit.record_look("certificates.verify", actor=ANYBODY, at=at, target=f"imported:{row.pk}", division=row.division)
    return _imported_answer(row, at, holders=masked)


def _imported_answer(row: ImportedCertificate, at: datetime, *, holders: tuple[str, ...] = ()) -> CertificateCheck:
    expired = row.last_valid_on is not None and day_of(at) > row.last_valid_on
    return CertificateCheck(
        identifier=row.identifier,
        title=row.title,
        number=row.number,
        holders=holders,
        issuer_name=row.issuer_name,
        issued_on=row.issued_on,
        valid_from=row.issued_on,
        last_valid_on=row.last_valid_on,
        status=Status.LAPSED if expired else Status.VALID,
        word="已过期" if expired else "有效（历史证照）",
        in_force=not expired,
        is_as_signed=False,
        checked_at=at,
        imported_from=row.source,
    )
