"""The reads of the certificates room; callers import them from here."""

from onedoor.platform.certificates.queries.checking import (
    BatchLine,
    CertificateCheck,
    MistypedIdentifier,
    TooManyChecks,
    TooManyReferences,
    check_url,
    verify,
    verify_batch,
)
from onedoor.platform.certificates.queries.holding import held_certificate
from onedoor.platform.certificates.queries.lists import (
    CertificateNotFound,
    CertificateRow,
    certificates_of_case,
    get_visible_certificate,
    list_certificates,
    list_events,
    list_own_certificates,
)

__all__ = [
    "BatchLine",
    "CertificateCheck",
    "CertificateNotFound",
    "CertificateRow",
    "MistypedIdentifier",
    "TooManyChecks",
    "TooManyReferences",
    "certificates_of_case",
    "check_url",
    "get_visible_certificate",
    "held_certificate",
    "list_certificates",
    "list_events",
    "list_own_certificates",
    "verify",
    "verify_batch",
]
