"""End certificates as decided, void, suspend, resume, print and lapse them."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.certificates.kinds import kind as find_kind
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.certificates.operations.history import (
    ALIVE,
    Operation,
    Status,
    append,
    locked,
    move,
    require_status,
    tell_ended,
)
from onedoor.platform.identity.queries import NATION
from onedoor.platform.kernel.actors import PROVED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed

SHORTEST_FAULT = 5  # characters that say what is wrong with the certificate
ENDINGS = {
    "revoke": (Operation.REVOKE, Status.REVOKED),  # 撤销: should never have been granted
    "cancel": (Operation.CANCEL, Status.CANCELLED),  # 注销: the holder no longer qualifies, died, or gave it back
    "withdraw": (Operation.WITHDRAW, Status.WITHDRAWN),  # 吊销: a penalty
}


@transaction.atomic
def end_certificate(
    *,
    certificate_id: int,
    ending: str,
    reason: str,
    basis: str,
    document_number: str,
    actor: Actor,
    at: datetime,
) -> Certificate:
    """
    End a certificate for good, as a decided case says: "revoke" (撤销), "cancel" (注销) or "withdraw" (吊销).

    No officer does this by a form of their own: the holder is told first and heard, and somebody else decides
    (Licensing Law arts. 36, 69, 70; Penalties Law arts. 44, 45). The machine carries the decision out;
    `document_number` is that of the decision, `basis` its article.

    :raises CertificateNotAlive: it was ended or already has a newer version.
    :raises InvalidInput: ending, reason, basis or decision is missing.
    """
    actor.require("certificates.machine", division=NATION)
    certificate = locked(certificate_id)
    problems = {
        name: sentence
        for name, value, sentence in (
            ("ending", ending if ending in ENDINGS else "", "请选择撤销、注销或者吊销。"),
            ("reason", reason.strip(), "请写明理由。"),
            ("basis", basis.strip(), "请写明所依据的法律条款。"),
            ("document_number", document_number.strip(), "请填写决定书的文号。"),
        )
        if not value
    }
    if problems:
        raise InvalidInput(problems)
    operation, status = ENDINGS[ending]
    require_status(certificate, *ALIVE)
    grounds = {"reason": reason.strip(), "basis": basis.strip(), "document_number": document_number.strip()}
    event = move(certificate, operation, status, actor=actor, at=at, **grounds)
    tell_ended(certificate, operation)
    audit.record(
        "certificates.end",
        actor=actor,
        at=at,
        target=certificate.target,
        division=certificate.division,
        operation=event.operation,
        document_number=event.document_number,
    )
    return certificate


@transaction.atomic
def void_certificate(*, certificate_id: int, reason: str, basis: str, actor: Actor, at: datetime) -> Certificate:
    """
    Declare a certificate void (作废): it was made by mistake, the decision behind it stands and can be certified anew.

    :raises CertificateNotAlive: it was ended or already has a newer version.
    :raises InvalidInput: reason or basis is missing.
    """
    certificate = locked(certificate_id)
    actor.require("certificates.stop", division=certificate.division, line=find_kind(certificate.kind).line)
    problems = {} if basis.strip() else {"basis": "请写明所依据的规定。"}
    if len(reason.strip()) < SHORTEST_FAULT:
        problems["reason"] = f"请写明制证错在哪里（不少于 {SHORTEST_FAULT} 个字）。"
    if problems:
        raise InvalidInput(problems)
    require_status(certificate, *ALIVE)
    move(certificate, Operation.VOID, Status.VOID, actor=actor, at=at, reason=reason.strip(), basis=basis.strip())
    tell_ended(certificate, Operation.VOID)
    audit.record("certificates.void", actor=actor, at=at, target=certificate.target, division=certificate.division)
    return certificate


@transaction.atomic
def suspend_certificate(*, certificate_id: int, reason: str, basis: str, actor: Actor, at: datetime) -> Certificate:
    """
    Suspend a valid certificate (暂扣) until it is resumed or ended.

    :raises CertificateNotAlive: it is not valid.
    :raises InvalidInput: no reason.
    """
    certificate = locked(certificate_id)
    actor.require("certificates.stop", division=certificate.division, line=find_kind(certificate.kind).line)
    _require_reason(reason)
    require_status(certificate, Status.VALID)
    move(certificate, Operation.SUSPEND, Status.SUSPENDED, actor=actor, at=at, reason=reason, basis=basis)
    audit.record("certificates.suspend", actor=actor, at=at, target=certificate.target, division=certificate.division)
    return certificate


@transaction.atomic
def resume_certificate(*, certificate_id: int, reason: str, basis: str, actor: Actor, at: datetime) -> Certificate:
    """
    Make a suspended certificate valid again.

    :raises CertificateNotAlive: it is not suspended.
    :raises InvalidInput: no reason.
    """
    certificate = locked(certificate_id)
    actor.require("certificates.stop", division=certificate.division, line=find_kind(certificate.kind).line)
    _require_reason(reason)
    require_status(certificate, Status.SUSPENDED)
    move(certificate, Operation.RESUME, Status.VALID, actor=actor, at=at, reason=reason, basis=basis)
    audit.record("certificates.resume", actor=actor, at=at, target=certificate.target, division=certificate.division)
    return certificate


@transaction.atomic
def record_print(*, certificate_id: int, actor: Actor, at: datetime, reason: str = "") -> int:
    """
    Count one more paper copy and return which copy it is; the paper carries the same number.

    :raises CertificateNotAlive: it was ended; only what still holds is printed.
    :raises InvalidInput: a further copy without a reason.
    """
    certificate = locked(certificate_id)
    actor.require("cases.certify", division=certificate.division, line=find_kind(certificate.kind).line)
    require_status(certificate, *ALIVE)
    if certificate.print_count and not reason.strip():
        raise InvalidInput({"reason": f"这张证照已打印 {certificate.print_count} 份，再打印请写明原因。"})
    return _count_copy(certificate, reason, actor=actor, at=at)


@transaction.atomic
def record_own_print(*, certificate_id: int, actor: Actor, at: datetime) -> int:
    """
    Count the copy a holder prints at a machine of a hall, and return which one it is.

    :raises NotAtMachine, AssuranceTooLow: it is no machine, or nobody has proved twice who they are.
    :raises CertificateNotAlive: it was ended.
    :raises NotAllowed: it is somebody else's.
    """
    actor.require_machine()
    actor.require_level(PROVED)
    certificate = locked(certificate_id)
    if not certificate.holders.filter(person_id=actor.require_person()).exists():
        raise NotAllowed
    require_status(certificate, *ALIVE)
    return _count_copy(certificate, "本人在自助终端打印", actor=actor, at=at)


def _count_copy(certificate: Certificate, reason: str, *, actor: Actor, at: datetime) -> int:
    certificate.print_count += 1
    certificate.save(update_fields=["print_count"])
    append(certificate, Operation.PRINT, certificate.status, actor=actor, at=at, reason=reason.strip())
    audit.record(
        "certificates.print",
        actor=actor,
        at=at,
        target=certificate.target,
        division=certificate.division,
        copy=certificate.print_count,
    )
    return certificate.print_count


@transaction.atomic
def lapse_certificates(*, actor: Actor, at: datetime, most: int = 500) -> int:
    """
    Mark up to `most` valid certificates whose last day has passed as lapsed and return how many.

    For the machine: checks answer by the date itself and never wait for this.
    """
    due = Certificate.objects.select_for_update().filter(status=Status.VALID, last_valid_on__lt=day_of(at))
    lapsed = list(due.order_by("id")[:most])
    for certificate in lapsed:
        actor.require("cases.certify", division=certificate.division, line="")
        move(certificate, Operation.LAPSE, Status.LAPSED, actor=actor, at=at)
        tell_ended(certificate, Operation.LAPSE)
        audit.record("certificates.lapse", actor=actor, at=at, target=certificate.target, division=certificate.division)
    return len(lapsed)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput({"reason": "请写明理由。"})
