"""The writes of the certificates room; callers import them from here."""

from onedoor.platform.certificates.operations.changing import CHANGES, holders_of, reissue_certificate
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
    KindDiscontinued,
    issue_certificate,
    issue_certificates,
)
from onedoor.platform.certificates.operations.using import use_certificate
from onedoor.platform.certificates.operations.versions import Holder, Issuer, Order

__all__ = [
    "CHANGES",
    "CertificateAlreadyIssued",
    "CertificateNotAlive",
    "Holder",
    "Issuer",
    "KindDiscontinued",
    "Order",
    "holders_of",
    "issue_certificate",
    "issue_certificates",
    "lapse_certificates",
    "record_print",
    "reissue_certificate",
    "resume_certificate",
    "revoke_certificate",
    "suspend_certificate",
    "use_certificate",
]
