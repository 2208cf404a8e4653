"""Issue certificates, one or thousands in a batch, in the transaction of the decisions they stand for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.certificates.kinds import CertificateKind
from onedoor.platform.certificates.kinds import kind as find_kind
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.certificates.operations.history import Operation
from onedoor.platform.certificates.operations.versions import (
    Holder,
    Issuer,
    Order,
    new_version,
    refuse_unfit,
    serial_of,
    store_versions,
    template_of,
)
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.numbers import reserve_numbers


class CertificateAlreadyIssued(OneDoorError):
    code, http_status, message = (
        "certificates.already_issued",
        409,
        "该办件的证照已颁发（编号 {number}），无需重复制证。",
    )


class KindDiscontinued(OneDoorError):
    code, http_status = "certificates.discontinued", 409
    message = "“{title}”已停止颁发，请改用现行的证照种类。"


@transaction.atomic
def issue_certificate(
    *,
    kind: str,
    holders: Sequence[Holder],
    issuer: Issuer,
    division: str,
    case_number: str,
    face: Mapping[str, Any],
    valid_from: date,
    last_valid_on: date | None,
    actor: Actor,
    at: datetime,
    number: str = "",
    subject: str = "",
) -> Certificate:
    """
    Issue version 001 of a certificate as the result of a granted case, in the caller's transaction.

    `number` is the printed number where the service draws its own; otherwise one is drawn here. `face` holds a JSON
    value for every field of the kind. `last_valid_on` is the last valid day, None for 长期.

    :raises CertificateAlreadyIssued, KindDiscontinued, InvalidInput: see `issue_certificates`.
    """
    order = Order(
        holders=holders,
        division=division,
        case_number=case_number,
        face=face,
        valid_from=valid_from,
        last_valid_on=last_valid_on,
        number=number,
        subject=subject,
    )
    return issue_certificates(kind=kind, issuer=issuer, orders=[order], actor=actor, at=at)[0]


@transaction.atomic
def issue_certificates(
    *, kind: str, issuer: Issuer, orders: Sequence[Order], actor: Actor, at: datetime
) -> list[Certificate]:
    """
    Issue version 001 for each order, all or none, in a fixed number of statements whatever their number.

    :raises CertificateAlreadyIssued: a case already has one of this kind (and `subject`).
    :raises KindDiscontinued: the kind is no longer issued.
    :raises InvalidInput: a face lacks a field, holders do not fit the kind, or a period does not.
    """
    definition = find_kind(kind)
    for division in {order.division for order in orders}:
        actor.require("cases.certify", division=division, line=definition.line)
    if definition.status == "discontinued":
        raise KindDiscontinued(title=definition.title)
    for order in orders:
        refuse_unfit(definition, order)
    _refuse_issued(kind, orders)
    numbers = _numbers(definition, orders, on=day_of(at))
    template = template_of(definition, at=at)
    certificates = [
        new_version(order, kind=definition, template=template, number=number, serial=serial_of(number))
        for order, number in zip(orders, numbers, strict=True)
    ]
    store_versions(certificates, orders, issuer=issuer, operation=Operation.ISSUE, actor=actor, at=at)
    audit.record_each(
        "certificates.issue",
        actor=actor,
        at=at,
        entries=((row.target, row.division, {"case_number": row.case_number}) for row in certificates),
    )
    return certificates


def _refuse_issued(kind: str, orders: Sequence[Order]) -> None:
    wanted: set[tuple[str, str]] = set()
    for order in orders:
        place = (order.case_number, order.subject)
        if place in wanted:
            raise CertificateAlreadyIssued(number=order.number or order.case_number)
        wanted.add(place)
    cases = {order.case_number for order in orders}
    earlier = Certificate.objects.filter(kind=kind, case_number__in=cases, version=1)
    for case_number, subject, number in earlier.values_list("case_number", "subject", "number"):
        if (case_number, subject) in wanted:
            raise CertificateAlreadyIssued(number=number)


def _numbers(kind: CertificateKind, orders: Sequence[Order], *, on: date) -> list[str]:
    """Return the number of each order, drawing a block for each place that brings none of its own."""
    missing: dict[str, int] = defaultdict(int)
    for order in orders:
        if not order.number:
            missing[order.division[:6]] += 1
    # places in one order, so that two batches never wait for each other's counters
    blocks = {
        place: iter(reserve_numbers(f"certificate:{kind.code}:{place}:{on.year}", count))
        for place, count in sorted(missing.items())
    }
    return [
        order.number or f"{kind.number_prefix}{order.division[:6]}-{on.year}-{next(blocks[order.division[:6]]):06d}"
        for order in orders
    ]
