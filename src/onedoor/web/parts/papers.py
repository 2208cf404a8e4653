"""Documents and certificates as PDF, and the QR codes on them."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from onedoor.platform.cases.queries import CaseDocument
from onedoor.platform.certificates.faces import face_pdf, qr_svg
from onedoor.platform.files import pdf_signatures, rendering


def check_url(document: CaseDocument) -> str:
    """Return the public address where anybody checks this document; it holds no personal data."""
    return f"{settings.ONEDOOR_PUBLIC_URL}{reverse('check', args=[document.digest[:32]])}"


def document_qr(document: CaseDocument) -> str:
    """Return the QR code of the document's check page as SVG."""
    return qr_svg(check_url(document))


def document_pdf(document: CaseDocument) -> bytes:
    """Draw a notice or decision and sign the file; the same document always gives the same page."""
    content: dict[str, Any] = dict(document.content)
    content["qr_svg"] = document_qr(document)
    return pdf_signatures.sign_pdf(rendering.render_document(content), reason=document.title)


def certificate_pdf(certificate: Any, *, viewer: int | None = None) -> bytes:
    """Draw and sign a certificate's face; for a citizen (`viewer`) with other holders' numbers masked."""
    return face_pdf(certificate, viewer=viewer)


def pdf_response(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response
