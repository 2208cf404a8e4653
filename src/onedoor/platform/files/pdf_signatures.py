"""Sign PDF files so that they stay PDF/A, and tell whether a signed file is still what was signed."""

import io
from dataclasses import dataclass
from typing import Any

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from onedoor.platform.kernel.crypto.document_signer import document_signer

FIELD = "OneDoorSignature"


@dataclass(frozen=True)
class PdfCheck:
    """What a file's signature says: is there one, is the file untouched since, does it come from a trusted root."""

    signed: bool
    intact: bool
    trusted: bool


class _Pdf17Writer(IncrementalPdfFileWriter):
    """
    Appends to a file without declaring it PDF 2.0.

    pyHanko does so for every ECDSA signature (ISO 32002); PDF/A-2 is PDF 1.7, and readers check ECDSA in either.
    """

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Leave the version as it is."""

    def register_extension(self, ext: Any) -> None:
        """Declare nothing."""


def sign_pdf(pdf: bytes, *, reason: str) -> bytes:
    """
    Append a detached CMS signature by the node's document signer, without a visible field.

    Not PAdES: its subfilter belongs to PDF 2.0, and PDF/A-2 is PDF 1.7.

    :raises MissingKeys: the keys directory has no document signer.
    """
    node = document_signer()
    chain = SimpleCertificateStore()
    chain.register(Certificate.load(node.root))
    signer = signers.SimpleSigner(
        signing_cert=Certificate.load(node.certificate),
        signing_key=PrivateKeyInfo.load(node.key),
        cert_registry=chain,
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED, reason=reason
    )
    out: Any = signers.sign_pdf(_Pdf17Writer(io.BytesIO(pdf)), metadata, signer=signer)
    return bytes(out.getbuffer())


def check_pdf(pdf: bytes, *, root: bytes) -> PdfCheck:
    """Check a file's signature against a root certificate (DER); works without any network."""
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    except PdfError:  # damaged beyond reading
        return PdfCheck(signed=False, intact=False, trusted=False)
    if not signatures:
        return PdfCheck(signed=False, intact=False, trusted=False)
    context = ValidationContext(trust_roots=[Certificate.load(root)], allow_fetching=False)
    status = validate_pdf_signature(signatures[-1], context)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE  # nothing was appended after the signature
    return PdfCheck(signed=True, intact=status.intact and status.valid and whole, trusted=status.trusted)


def read_keywords(pdf: bytes) -> str:
    """Return the keywords of a file's description, where a certificate or receipt keeps its signed statement; "" if none."""
    try:
        info = PdfFileReader(io.BytesIO(pdf)).trailer["/Info"]
    except (PdfError, KeyError):
        return ""
    return str(info.get("/Keywords", ""))
