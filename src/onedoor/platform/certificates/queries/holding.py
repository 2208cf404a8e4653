"""Certificates that stand in for a paper: does this person hold a valid one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from onedoor.platform.certificates.models import Certificate, CertificateUse
from onedoor.platform.certificates.queries.standing import standing, with_standing
from onedoor.platform.certificates.signing import is_as_signed, with_signed_parts
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of


@dataclass(frozen=True)
class EndedUse:
    """A certificate that stood in for a paper and holds no longer."""

    title: str
    number: str
    word: str


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


def uses_of(*, certificate_id: int) -> list[str]:
    """Return what this certificate was taken for ("case:12"), for rooms told of its end."""
    return list(
        CertificateUse.objects.filter(certificate_id=certificate_id).order_by("id").values_list("target", flat=True)
    )


def use_log(*, certificate_id: int, actor: Actor, most: int = 50) -> list[CertificateUse]:
    """Return the newest matters a certificate of the actor's own was taken for in place of a paper."""
    held = CertificateUse.objects.filter(
        certificate_id=certificate_id, certificate__holders__person_id=actor.require_person()
    )
    return list(held.order_by("-id")[:most])


def ended_uses(*, target: str, at: datetime) -> list[EndedUse]:
    """Return the certificates this matter took for its papers that no longer hold, for rooms that already hold it."""
    used: Any = with_standing(Certificate.objects.filter(uses__target=target)).order_by("id")
    ended = []
    for certificate in used.defer("face", "signature"):
        word, in_force = standing(certificate, on=day_of(at), replaced=certificate.replaced)
        if not in_force:
            ended.append(EndedUse(certificate.title, certificate.number, word))
    return ended
