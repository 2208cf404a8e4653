"""Issue the next version of a certificate: changed, renewed, corrected or reissued; the chain of versions is kept."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.certificates.kinds import HOLDER_NUMBERS
from onedoor.platform.certificates.kinds import kind as find_kind
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.certificates.operations.history import (
    Operation,
    Status,
    locked,
    move,
    require_status,
    tell_ended,
)
from onedoor.platform.certificates.operations.versions import (
    Holder,
    Issuer,
    Order,
    new_version,
    refuse_unfit,
    store_versions,
    template_of,
)
from onedoor.platform.certificates.queries.lists import plain_face
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

CHANGES = {
    "change": Operation.CHANGE,  # 变更: what it states has changed, a name for instance
    "renew": Operation.RENEW,  # 延续: a further period
    "correct": Operation.CORRECT,  # 更正: it never was right
    "reissue": Operation.REISSUE,  # 补发、换发: lost or damaged
}


class CertificateSuspended(OneDoorError):
    code, http_status = "certificates.suspended", 409
    message = "这张证照正在暂扣，不能变更或者换发。请先恢复它；不应再使用的，请依法注销或者撤销。"


class ChangeNeedsCase(OneDoorError):
    code, http_status = "certificates.change_needs_case", 409
    message = "证照上的内容不能由经办人直接改。内容不变的可以补发；要变更、延续或者更正，请持证人提出相应申请，准予后自动换发。"


@transaction.atomic
def reissue_certificate(
    *,
    certificate_id: int,
    reason: str,
    case_number: str,
    actor: Actor,
    at: datetime,
    change: str = "reissue",
    basis: str = "",
    document_number: str = "",
    face: Mapping[str, Any] | None = None,
    holders: Sequence[Holder] | None = None,
    issuer: Issuer | None = None,
    valid_from: date | None = None,
    last_valid_on: date | None = None,
    number: str = "",
) -> Certificate:
    """
    Issue the next version of a living certificate; the old one lapses and stays linked. `change` is one of CHANGES.

    An officer reissues what is lost or damaged, with every word as it was; what it says changes only with a granted case,
    whose service asks for the new version.

    What is not given stays as it was, the period only when neither of its ends is given. A kind whose national type
    code changed keeps the code of the first version, a kind whose template changed takes the new template.

    :raises ChangeNeedsCase: an officer wants another content.
    :raises CertificateSuspended: it is first resumed, or ended.
    :raises CertificateNotAlive: it was ended or already has a newer version.
    :raises InvalidInput: no reason, no case, or the new version does not fit its kind.
    """
    old = locked(certificate_id)
    kind = find_kind(old.kind)
    actor.require("cases.certify", division=old.division, line=kind.line)
    if old.status == Status.SUSPENDED:  # a new version would be valid, and the suspension gone without a word
        raise CertificateSuspended
    require_status(old, Status.VALID)
    if actor.kind == "officer" and (change != "reissue" or any((face, holders, issuer, valid_from, last_valid_on))):
        raise ChangeNeedsCase
    problems = {
        name: sentence
        for name, sound, sentence in (
            ("change", change in CHANGES, "请选择办理种类。"),
            ("reason", reason.strip(), "请写明理由。"),
            ("case_number", case_number.strip(), "请填写所依据的办件编号。"),
        )
        if not sound
    }
    if problems:
        raise InvalidInput(problems)
    order = _next_order(old, case_number, face, holders, valid_from, last_valid_on, on=day_of(at))
    refuse_unfit(kind, order)
    grounds = {"reason": reason.strip(), "basis": basis.strip(), "document_number": document_number.strip()}
    move(old, CHANGES[change], Status.LAPSED, actor=actor, at=at, **grounds)
    template = template_of(kind, at=at)
    new = new_version(order, kind=kind, template=template, number=number or old.number, serial=old.serial, succeeds=old)
    organ = issuer or Issuer(old.issuer_id, old.issuer_name, old.issuer_code)
    store_versions([new], [order], issuer=organ, operation=Operation.ISSUE, actor=actor, at=at)
    tell_ended(old, CHANGES[change], succeeded_by=new.pk)
    audit.record(
        "certificates.reissue",
        actor=actor,
        at=at,
        target=new.target,
        division=new.division,
        case_number=case_number,
        succeeds=old.pk,
        operation=CHANGES[change].value,
    )
    return new


def _next_order(
    old: Certificate,
    case_number: str,
    face: Mapping[str, Any] | None,
    holders: Sequence[Holder] | None,
    valid_from: date | None,
    last_valid_on: date | None,
    *,
    on: date,
) -> Order:
    """Return the order of the next version: what is given, and for the rest what the old version says."""
    if valid_from is None and last_valid_on is None:
        valid_from, last_valid_on = old.valid_from, old.last_valid_on
    return Order(
        holders=holders if holders is not None else holders_of(old),
        division=old.division,
        case_number=case_number,
        face=face if face is not None else plain_face(old),
        valid_from=valid_from or on,
        last_valid_on=last_valid_on,
        subject=old.subject,
    )


def holders_of(certificate: Certificate) -> list[Holder]:
    """Return the holders as an order names them, with the document numbers of the face."""
    rows = list(certificate.holders.order_by("seq"))
    numbers = certificate.face.get(HOLDER_NUMBERS) or [""] * len(rows)
    return [
        Holder(row.name, row.person_id, row.organization_code, number)
        for row, number in zip(rows, numbers, strict=True)
    ]
