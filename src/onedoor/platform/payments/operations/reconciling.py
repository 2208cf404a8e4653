"""Lay a day's statement beside our rows, unit by unit; a person settles every difference and closes the day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import sm3
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.payments import days, life, rules
from onedoor.platform.payments.gateway import Line
from onedoor.platform.payments.models import Payment, Reconciliation, ReconciliationRow, Refund
from onedoor.platform.payments.operations.paying import take_money
from onedoor.platform.payments.rules import Movement
from onedoor.platform.payments.states import Outcome, RefundState, Sort, Way

SHORTEST_NOTE, LONGEST_NOTE = 5, 300


class ReconciliationNotFound(NotFound):
    code, message = "payments.reconciliation_not_found", "没有找到这一天的对账，或不在您的管辖范围内。"


class ReconciliationClosed(OneDoorError):
    code, http_status, message = "payments.reconciliation_closed", 409, "这一天的对账已经核对完成，不能再改。"


class NotSettled(OneDoorError):
    code, http_status, message = (
        "payments.not_settled",
        409,
        "还有 {count} 笔差异没有写处理说明，先逐笔处理再完成核对。",
    )


class NothingToTakeUp(OneDoorError):
    code, http_status, message = (
        "payments.nothing_to_take_up",
        409,
        "这一笔不能补记：单号不是本单位开出的缴款单，或者金额和应缴的不一致。请平台核对后退回缴款人。",
    )


@transaction.atomic
def record_day(*, day: date, lines: Sequence[Line], file: bytes, actor: Actor, at: datetime) -> int:
    """
    Compare a statement with our rows and keep the result for each unit; return how many differences there are.

    The same day may be compared again: what was settled stays as it was said, and what looks otherwise since stands
    beside it (`days`).
    """
    actor.require("payments.settle", division=identity.NATION)
    days.hold(day)
    theirs: dict[str, list[Movement]] = defaultdict(list)
    for line in lines:
        theirs[line.unit].append(line.movement)
    ours = _ours(day)
    before = list(Reconciliation.objects.filter(day=day).values_list("organization", flat=True))
    named = Organization.objects.filter(Q(uscc__in=[*theirs, *ours]) | Q(pk__in=[one for one in before if one]))
    units = {one.uscc: one for one in named}
    strange = [one for uscc, found in theirs.items() if uscc not in units for one in found]
    digest = sm3(file).hex()
    differences = 0
    for uscc, organization in sorted(units.items()):
        rows = rules.compare(theirs.get(uscc, []), ours.get(uscc, []))
        differences += days.keep(day, organization, rows, digest=digest, at=at)
    if strange or not units or None in before:
        differences += days.keep(day, None, rules.compare(strange, []), digest=digest, at=at)
    target = f"reconciliation:{day.isoformat()}"
    audit.record("payments.reconcile", actor=actor, at=at, target=target, differences=differences)
    return differences


def _ours(day: date) -> dict[str, list[Movement]]:
    """Return what went over the platform on a day as we have it, by unit; what the counter takes stands in its cash book."""
    found: dict[str, list[Movement]] = defaultdict(list)
    paid = Payment.objects.filter(settled_on=day, way=Way.GATEWAY).order_by("pk")
    for uscc, number, trade, amount in paid.values_list(
        "order__organization__uscc", "order__number", "trade", "amount"
    ):
        found[uscc].append(Movement(Sort.PAYMENT, number, trade, amount))
    back = Refund.objects.filter(settled_on=day, state=RefundState.DONE, payment__way=Way.GATEWAY).order_by("pk")
    for uscc, number, trade, amount in back.values_list("order__organization__uscc", "number", "trade", "amount"):
        found[uscc].append(Movement(Sort.REFUND, number, trade, amount))
    return found


@transaction.atomic
def settle_row(*, row_id: int, note: str, actor: Actor, at: datetime) -> ReconciliationRow:
    """
    Write down what was done about a difference.

    :raises ReconciliationClosed: the day is closed.
    """
    row = _hold_row(row_id, actor)
    return _settle(row, note, actor=actor, at=at)


@transaction.atomic
def take_up_row(*, row_id: int, note: str, actor: Actor, at: datetime) -> ReconciliationRow:
    """
    Count money the platform has and we have not, for an order of ours: its notice was lost.

    :raises NothingToTakeUp: it is no payment for an order of ours, or not of its amount.
    """
    number = ReconciliationRow.objects.filter(pk=row_id).values_list("order__number", flat=True).first()
    if number:
        life.lock(number)  # before the day, as whoever takes money does, so that nobody waits for the other in a circle
    row = _hold_row(row_id, actor)
    takeable = row.outcome == Outcome.ONLY_THEIRS and row.sort == Sort.PAYMENT and row.settled_at is None
    if not takeable or row.order is None or row.theirs != row.order.amount:
        raise NothingToTakeUp
    row.our_number, row.ours = row.number, row.theirs
    _settle(row, note or "平台已收、通知未到，补记入账。", actor=actor, at=at)
    take_money(
        number=row.order.number,
        trade=row.trade,
        amount=row.order.amount,
        paid_on=row.reconciliation.day,
        actor=life.MACHINE,
        at=at,
    )
    return row


def _settle(row: ReconciliationRow, note: str, *, actor: Actor, at: datetime) -> ReconciliationRow:
    row.note, row.settled_by, row.settled_at = _told(note), actor.name, at
    row.save()
    target = f"reconciliation:{row.reconciliation_id}"
    audit.record(
        "payments.settle_row", actor=actor, at=at, target=target, division=row.reconciliation.division, row=row.pk
    )
    return row


@transaction.atomic
def close_day(*, reconciliation_id: int, note: str, actor: Actor, at: datetime) -> Reconciliation:
    """
    Say that a day is in order, as the person who has looked at it.

    :raises NotSettled: a difference has not been looked at.
    :raises ReconciliationClosed: it is closed already.
    """
    kept = _hold(reconciliation_id, actor)
    open_rows = kept.rows.exclude(outcome=Outcome.MATCHED).filter(settled_at=None, superseded_at=None).count()
    if open_rows:
        raise NotSettled(count=open_rows)
    kept.note, kept.closed_by, kept.closed_at = _told(note), actor.name, at
    kept.save(update_fields=["note", "closed_by", "closed_at"])
    audit.record("payments.close_day", actor=actor, at=at, target=f"reconciliation:{kept.pk}", division=kept.division)
    return kept


def _hold(reconciliation_id: int, actor: Actor) -> Reconciliation:
    kept = Reconciliation.objects.select_for_update().filter(pk=reconciliation_id).first()
    if kept is None:
        raise ReconciliationNotFound
    actor.require("payments.reconcile", division=kept.division)
    if kept.closed_at is not None:
        raise ReconciliationClosed
    return kept


def _hold_row(row_id: int, actor: Actor) -> ReconciliationRow:
    found = ReconciliationRow.objects.filter(pk=row_id).values_list("reconciliation", flat=True).first()
    if found is None:
        raise ReconciliationNotFound
    _hold(found, actor)
    row = ReconciliationRow.objects.select_related("reconciliation", "order").get(pk=row_id)
    if row.outcome == Outcome.MATCHED or row.superseded_at is not None:
        raise ReconciliationNotFound
    return row


def _told(note: str) -> str:
    told = " ".join(note.split())
    if not SHORTEST_NOTE <= len(told) <= LONGEST_NOTE:
        raise InvalidInput({"note": f"请写明怎样处理的，{SHORTEST_NOTE} 至 {LONGEST_NOTE} 个字。"})
    return told
