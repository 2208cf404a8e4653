"""The writes of the certificates room; callers import them from here."""

from onedoor.platform.certificates.operations.ending import (
    lapse_certificates,
    record_print,
    resume_certificate,
    revoke_certificate,
    suspend_certificate,
)
from onedoor.platform.certificates.operations.history import CertificateNotAlive
from onedoor.platform.certificates.operations.issuing import (
    CertificateAlreadyIssued,
    Holder,
    Issuer,
    issue_certificate,
    reissue_certificate,
)

__all__ = [
    "CertificateAlreadyIssued",
    "CertificateNotAlive",
    "Holder",
    "Issuer",
    "issue_certificate",
    "lapse_certificates",
    "record_print",
    "reissue_certificate",
    "resume_certificate",
    "revoke_certificate",
    "suspend_certificate",
]
