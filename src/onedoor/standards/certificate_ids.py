"""Identifier of an electronic certificate 电子证照标识 (GB/T 36904-2018)."""

import re
from dataclasses import dataclass

from onedoor.standards.check_digits import mod37_36_check

ROOT = "1.2.156.3005.2"


@dataclass(frozen=True)
class CertificateId:
    type_code: str
    issuer: str
    serial: str
    version: int
    check: str

    @property
    def check_ok(self) -> bool:
        body = f"{self.type_code}{self.issuer}{self.serial}{self.version:03d}"
        return mod37_36_check(body) == self.check


def certificate_id(type_code: str, issuer: str, serial: str, version: int) -> str:
    """Return root, type (21), issuer, serial, version (3 digits) and check character, joined by dots."""
    body = f"{type_code}{issuer}{serial}{version:03d}"
    if not re.fullmatch(r"[0-9A-Z]+", body):
        raise ValueError("type, issuer and serial hold digits and capital letters only")
    return f"{ROOT}.{type_code}.{issuer}.{serial}.{version:03d}.{mod37_36_check(body)}"


def parse_certificate_id(identifier: str) -> CertificateId:
    """
    Return an identifier taken apart; a wrong check character is told by `check_ok`, so that an import can quarantine it.

    :raises ValueError: not of the form.
    """
    found = re.fullmatch(
        re.escape(ROOT) + r"\.([0-9A-Z]{5,21})\.([0-9A-Z]{6,18})\.([0-9A-Z]+)\.(\d{3})\.([0-9A-Z])", identifier
    )
    if found is None:
        raise ValueError("not a certificate identifier")
    return CertificateId(found[1], found[2], found[3], int(found[4]), found[5])
