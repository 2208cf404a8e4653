"""That a certificate is taken for a paper of somebody's matter."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.certificates.models import Certificate, CertificateUse
from onedoor.platform.kernel.actors import Actor


@transaction.atomic
def use_certificate(*, certificate_id: int, target: str, purpose: str, actor: Actor, at: datetime) -> None:
    """
    Note that `target` ("case:12") takes this certificate for one of its papers; a second time changes nothing.

    Called by the room that has checked who acts and found the certificate by `queries.held_certificate`; it is the
    one told when the certificate ends (`certificates.ended`).
    """
    certificate = Certificate.objects.get(pk=certificate_id)
    CertificateUse.objects.get_or_create(
        certificate=certificate, target=target, defaults={"purpose": purpose, "at": at}
    )
    audit.record(
        "certificates.use",
        actor=actor,
        at=at,
        target=certificate.target,
        division=certificate.division,
        used_for=target,
    )


@transaction.atomic
def take_back_uses(*, target: str, actor: Actor, at: datetime) -> None:
    """Let go of the certificates `target` has taken: its submission was undone, and their holders see no use of them."""
    for use in CertificateUse.objects.filter(target=target).select_related("certificate"):
        certificate = use.certificate
        use.delete()
        audit.record(
            "certificates.take_back_use",
            actor=actor,
            at=at,
            target=certificate.target,
            division=certificate.division,
            used_for=target,
        )
