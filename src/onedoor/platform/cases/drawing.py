"""Notices and decisions as PDF, and the address where anybody checks one."""

from typing import Any

from django.conf import settings

from onedoor.platform.cases.documents import require_as_issued
from onedoor.platform.cases.models import CaseDocument
from onedoor.platform.certificates.faces import qr_svg
from onedoor.platform.files import pdf_signatures, rendering


def check_url(document: CaseDocument) -> str:
    """Return the public address where anybody checks this document; it holds no personal data."""
    return f"{settings.ONEDOOR_PUBLIC_URL}/check/{document.digest[:32]}/"


def document_qr(document: CaseDocument) -> str:
    """Return the QR code of the document's check page as SVG."""
    return qr_svg(check_url(document))


def document_pdf(document: CaseDocument) -> bytes:
    """
    Draw a notice or decision and sign the file; the same document always gives the same page.

    :raises DocumentChanged: it is not what was signed; nothing gets the organ's seal then.
    """
    require_as_issued(document)
    content: dict[str, Any] = dict(document.content)
    content["qr_svg"] = document_qr(document)
    return pdf_signatures.sign_pdf(rendering.render_document(content), reason=document.title)
