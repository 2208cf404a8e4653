"""What exactly is signed on a certificate, and whether a stored certificate still is what was signed."""

from collections.abc import Sequence
from typing import Any

from onedoor.platform.certificates.models import Certificate, CertificateHolder
from onedoor.platform.kernel.crypto import (
    Signature,
    TamperedValue,
    canonical_json,
    sign,
    sm3,
    verify,
)


def sign_certificate(certificate: Certificate, *, holders: Sequence[CertificateHolder]) -> None:
    """Fill in digest, signature, algorithm and key of a certificate that is about to be stored."""
    payload = canonical_json(signed_content(certificate, holders=holders))
    signature = sign(payload, signer="issuer")
    certificate.payload_digest = sm3(payload).hex()
    certificate.signature = signature.value
    certificate.signature_algorithm = signature.algorithm
    certificate.key_id = signature.key_id


def is_as_signed(certificate: Certificate) -> bool:
    """Tell whether every fixed value in the database is still the one that was signed."""
    holders = list(certificate.holders.order_by("seq"))
    try:
        payload = canonical_json(signed_content(certificate, holders=holders))
    except TamperedValue:  # somebody changed the encrypted face: then the certificate is not what was signed
        return False
    signature = Signature(certificate.signature_algorithm, certificate.key_id, certificate.signature)
    return sm3(payload).hex() == certificate.payload_digest and verify(payload, signature)


def signed_content(certificate: Certificate, *, holders: Sequence[CertificateHolder]) -> dict[str, Any]:
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
        "related_cert_identifier": certificate.succeeds.identifier if certificate.succeeds else None,
        "face": certificate.face,
    }
