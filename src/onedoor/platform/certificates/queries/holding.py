"""Certificates that stand in for a paper: does this person hold a valid one."""

from datetime import datetime
from typing import Any

from django.db.models import F

from onedoor.platform.certificates.models import Certificate
from onedoor.platform.certificates.queries.standing import standing, with_standing
from onedoor.platform.certificates.signing import is_as_signed, with_signed_parts
from onedoor.platform.kernel.clock import day_of


def held_certificate(*, person_id: int, kind: str, at: datetime) -> Certificate | None:
    """
    Return the certificate of this kind the person holds and that is in force and as signed at `at`, the one that
    lasts longest; None when there is none.

    For rooms that already act on the person's behalf (R-CERT-1: what is in the store is not asked for); what they
    take it for is noted by `operations.use_certificate`.
    """
    held = Certificate.objects.filter(kind=kind, holders__person_id=person_id, status=Certificate.Status.VALID)
    found: Any = with_signed_parts(with_standing(held)).order_by(F("last_valid_on").desc(nulls_first=True), "-id")
    sound = (
        certificate
        for certificate in found
        if standing(certificate, on=day_of(at), replaced=certificate.replaced)[1] and is_as_signed(certificate)
    )
    return next(sound, None)
