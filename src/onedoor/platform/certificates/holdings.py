"""What the certificate room holds about people, and what of it they are given."""

from collections.abc import Callable, Iterator
from datetime import datetime

from onedoor.platform.certificates import faces
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.kernel.holdings import Holding, Piece

HOLDINGS = (
    Holding(
        "certificates.Certificate",
        (
            *("identifier", "kind", "version", "number", "issuer_name", "issued_on", "valid_from", "last_valid_on"),
            *("status", "face", "case_number"),
        ),
        by=("holders__person",),
    ),
    Holding("certificates.CertificateHolder", ("certificate__number", "name"), by=("person",)),
    Holding(
        "certificates.ShowCode",
        ("certificate__number", "purpose", "fields", "made_at", "expires_at", "seen_at"),
        by=("person",),
    ),
    Holding(
        "certificates.CertificateUse",
        ("certificate__number", "target", "purpose", "at"),
        by=("certificate__holders__person",),
    ),
)


def files_of(person_id: int, at: datetime) -> Iterator[Piece]:
    """Yield the certificates a person holds, as they are drawn for their holder."""
    held = Certificate.objects.filter(holders__person_id=person_id).distinct().order_by("pk")
    for one in held:
        yield Piece("证照", f"{one.title}-{one.number}.pdf", _drawn(one, person_id))


def _drawn(certificate: Certificate, person_id: int) -> Callable[[], bytes]:
    return lambda: faces.face_pdf(certificate, viewer=person_id)
