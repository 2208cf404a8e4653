"""What exactly is signed on a certificate, and whether a stored certificate still is what was signed."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from onedoor.platform.certificates.kinds import kind as find_kind
from onedoor.platform.certificates.models import Certificate, CertificateHolder
from onedoor.platform.kernel.crypto import (
    Signature,
    TamperedValue,
    UnknownAlgorithm,
    UnknownKey,
    canonical_json,
    sign,
    suite_for,
    verify,
)
from onedoor.platform.kernel.fields import EncryptedJSONField

SIGNERS = {"sm": "issuer", "intl": "credential"}  # which of the node's keys signs in which suite


def sign_certificate(certificate: Certificate, *, holders: Sequence[CertificateHolder], previous: str | None) -> None:
    """
    Fill in digest, signature, algorithm and key of a certificate that is about to be stored.

    `previous` is the identifier of the version it succeeds.
    """
    content = signed_content(certificate, holders=holders, face=certificate.face, previous=previous)
    payload = canonical_json(content)
    suite_name = find_kind(certificate.kind).suite or settings.ONEDOOR_CERTIFICATE_SUITE
    signature = sign(payload, signer=SIGNERS[suite_name])
    certificate.payload_digest = suite_for(signature.algorithm).digest(payload).hex()
    certificate.signature = signature.value
    certificate.signature_algorithm = signature.algorithm
    certificate.key_id = signature.key_id


def with_signed_parts(found: QuerySet[Certificate]) -> QuerySet[Any]:
    """
    Return the certificates with all that `is_as_signed` reads, in two queries whatever their number.

    The face comes as stored, not decrypted: one that somebody changed must give an answer too.
    """
    return (
        found.defer("face", "succeeds__face")
        .select_related("succeeds")
        .annotate(sealed_face=Cast("face", TextField()))
        .prefetch_related("holders")
    )


def is_as_signed(certificate: Any) -> bool:
    """Tell whether every fixed value in the database is still the one that was signed; see `with_signed_parts`."""
    field: Any = Certificate._meta.get_field("face")
    assert isinstance(field, EncryptedJSONField)
    holders = sorted(certificate.holders.all(), key=lambda row: row.seq)
    signature = Signature(certificate.signature_algorithm, certificate.key_id, certificate.signature)
    previous = certificate.succeeds.identifier if certificate.succeeds else None
    try:
        face = field.unseal(certificate.sealed_face)
        payload = canonical_json(signed_content(certificate, holders=holders, face=face, previous=previous))
        digest = suite_for(signature.algorithm).digest(payload).hex()
        return digest == certificate.payload_digest and verify(payload, signature)
    except (TamperedValue, UnknownAlgorithm, UnknownKey):  # face, algorithm or key is not that of the issue
        return False


def signed_content(
    certificate: Certificate, *, holders: Sequence[CertificateHolder], face: dict[str, Any], previous: str | None
) -> dict[str, Any]:
    """Return the signed values by the English names of GB/T 36903's metadata; status is not among them, it changes."""
    last = certificate.last_valid_on
    return {
        "cert_identifier": certificate.identifier,
        "cert_type_code": certificate.type_code,
        "kind": certificate.kind,
        "cert_number": certificate.number,
        "cert_version": certificate.version,
        "issuer_name": certificate.issuer_name,
        "issuer_code": certificate.issuer_code,
        "issue_date": certificate.issued_on.isoformat(),
        "valid_from": certificate.valid_from.isoformat(),
        "valid_to": last.isoformat() if last else None,
        "area_code": certificate.division,
        "holders": [[holder.name, holder.person_id, holder.organization_code] for holder in holders],
        "case_number": certificate.case_number,
        "related_cert_identifier": previous,
        "face": face,
    }
