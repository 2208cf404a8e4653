"""How a certificate changes its status: always together with an event that says who, why and on what ground."""

from datetime import datetime

from onedoor.platform.certificates.models import Certificate, CertificateEvent
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError

Status = Certificate.Status
Operation = CertificateEvent.Operation

ALIVE = (Status.VALID, Status.SUSPENDED)  # every other status is final


class CertificateNotAlive(OneDoorError):
    code, http_status = "certificates.not_alive", 409
    message = "该证照已是“{status}”状态，不能再办理此操作，请刷新后核对。"


def locked(certificate_id: int) -> Certificate:
    """Return the certificate with its row locked; two endings at once are decided one after the other."""
    return Certificate.objects.select_for_update().get(pk=certificate_id)


def require_status(certificate: Certificate, *allowed: Status) -> None:
    """:raises CertificateNotAlive: the certificate is in none of these."""
    if certificate.status not in allowed:
        raise CertificateNotAlive(status=Status(certificate.status).label)


def move(
    certificate: Certificate, operation: Operation, status: Status, *, actor: Actor, at: datetime, **grounds: str
) -> CertificateEvent:
    before, certificate.status = certificate.status, status.value
    certificate.save(update_fields=["status"])
    return append(certificate, operation, before, actor=actor, at=at, **grounds)


def append(
    certificate: Certificate, operation: Operation, before: str, *, actor: Actor, at: datetime, **grounds: str
) -> CertificateEvent:
    return CertificateEvent.objects.create(
        certificate=certificate,
        operation=operation,
        from_status=before,
        to_status=certificate.status,
        at=at,
        actor_name=actor.name,
        **grounds,
    )


def tell_ended(certificate: Certificate, operation: Operation, *, succeeded_by: int | None = None) -> None:
    """Tell everybody who relies on this certificate that it holds no longer (`certificates.ended`)."""
    outbox.publish(
        "certificates.ended",
        key=certificate.target,
        certificate_id=certificate.pk,
        kind=certificate.kind,
        case_number=certificate.case_number,
        operation=operation.value,
        status=certificate.status,
        succeeded_by=succeeded_by,
    )
