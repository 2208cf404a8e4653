"""The writes of the certificates room; callers import them from here."""

from onedoor.platform.certificates.operations.changing import CHANGES, ChangeNeedsCase, holders_of, reissue_certificate
from onedoor.platform.certificates.operations.ending import (
    end_certificate,
    lapse_certificates,
    record_own_print,
    record_print,
    resume_certificate,
    suspend_certificate,
    void_certificate,
)
from onedoor.platform.certificates.operations.history import CertificateNotAlive
from onedoor.platform.certificates.operations.importing import (
    ImportedSettled,
    ImporterUnknown,
    ImportReport,
    ImportRow,
    ImportTooLong,
    OwnImport,
    import_certificates,
    settle_imported,
)
from onedoor.platform.certificates.operations.issuing import (
    CertificateAlreadyIssued,
    KindDiscontinued,
    issue_certificate,
    issue_certificates,
)
from onedoor.platform.certificates.operations.showing import (
    ShowCodeExpired,
    ShowCodeUsed,
    make_show_code,
    see_shown,
)
from onedoor.platform.certificates.operations.using import take_back_uses, use_certificate
from onedoor.platform.certificates.operations.versions import Holder, Issuer, Order

__all__ = [
    "CHANGES",
    "CertificateAlreadyIssued",
    "CertificateNotAlive",
    "ChangeNeedsCase",
    "Holder",
    "ImportReport",
    "ImportRow",
    "ImportTooLong",
    "OwnImport",
    "ImportedSettled",
    "ImporterUnknown",
    "Issuer",
    "KindDiscontinued",
    "Order",
    "ShowCodeExpired",
    "ShowCodeUsed",
    "end_certificate",
    "holders_of",
    "import_certificates",
    "issue_certificate",
    "issue_certificates",
    "lapse_certificates",
    "make_show_code",
    "record_own_print",
    "record_print",
    "reissue_certificate",
    "resume_certificate",
    "see_shown",
    "settle_imported",
    "suspend_certificate",
    "take_back_uses",
    "use_certificate",
    "void_certificate",
]
