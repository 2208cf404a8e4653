"""
What is kept of a day's comparison, and how it follows what comes to light later: another file, money booked afterwards.

What a person has settled stays as it was said as long as it still looks the same; otherwise it stands beside what is
there now, and a day somebody had closed is open again.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.numbers import next_number
from onedoor.platform.payments import life, rules
from onedoor.platform.payments.models import Order, Reconciliation, ReconciliationRow
from onedoor.platform.payments.rules import Compared, Movement
from onedoor.platform.payments.states import Outcome, Sort, Way


def keep(day: date, unit: Organization | None, rows: Sequence[Compared], *, digest: str, at: datetime) -> int:
    """Write down how a day of one unit looks now, and return how many differences there are."""
    kept = _day(day, unit, digest=digest, at=at)
    standing = list(kept.rows.filter(superseded_at=None))
    told = {(row.sort, row.trade): row for row in rows}
    known = {(row.sort, row.trade) for row in standing if not _is_over(row, told.get((row.sort, row.trade)), at)}
    fresh = [row for key, row in told.items() if key not in known]
    _write(kept, fresh)
    kept.digest, kept.compared_at = digest, at
    kept.save(update_fields=["digest", "compared_at"])
    _open_again(kept, fresh, at)
    return sum(row.outcome != Outcome.MATCHED for row in rows)


def hold(day: date) -> None:
    """
    Hold a day until the transaction ends. Who compares it and who books money for it afterwards meet here, or else
    neither would see what the other is writing. Whoever holds an order has it already and takes none after this.
    """
    next_number(f"payments.day:{day.isoformat()}")


def enter(ours: Movement, *, way: Way | str, unit: Organization, day: date, at: datetime) -> None:
    """
    Lay money that is booked now for a day that has been compared beside what the platform has said of it.

    What the counter takes is in no statement: for it a closed day is only open again, because its sums are others now.
    The caller holds the order.
    """
    if day < day_of(at):
        hold(day)
    if not Reconciliation.objects.filter(day=day).exists():
        return  # the night's comparison will find it
    kept = _day(day, unit, digest="", at=at)
    if way != Way.GATEWAY:
        _reopen(kept, at)
        return
    row = kept.rows.filter(superseded_at=None, sort=ours.sort, trade=ours.trade).first()
    theirs = None
    if row is not None and row.theirs is not None:
        theirs = Movement(row.sort, row.number, row.trade, row.theirs)
    now = rules.beside(theirs, ours)
    if row is None or _is_over(row, now, at):
        _write(kept, [now])
        _open_again(kept, [now], at)


def _day(day: date, unit: Organization | None, *, digest: str, at: datetime) -> Reconciliation:
    place = unit.division_id if unit else identity.NATION
    first = {"division": place, "digest": digest, "compared_at": at}
    kept, _ = Reconciliation.objects.select_for_update().get_or_create(day=day, organization=unit, defaults=first)
    return kept


def _is_over(row: ReconciliationRow, now: Compared | None, at: datetime) -> bool:
    """Tell whether a row gives way to what is there now; one that was settled is kept beside it."""
    names = ("number", "our_number", "theirs", "ours")
    same = now is not None and all(getattr(row, name) == getattr(now, name) for name in names)
    if same and now is not None and (row.outcome == now.outcome or row.settled_at is not None):
        return False
    if row.settled_at is None:
        row.delete()
    else:
        row.superseded_at = at
        row.save(update_fields=["superseded_at"])
    return True


def _write(kept: Reconciliation, rows: Sequence[Compared]) -> None:
    numbers = {number for row in rows for number in (row.number, row.our_number)}
    orders = {one.number: one for one in Order.objects.filter(number__in=numbers)}
    ReconciliationRow.objects.bulk_create(
        ReconciliationRow(
            reconciliation=kept, order=orders.get(row.our_number) or orders.get(row.number), **asdict(row)
        )
        for row in rows
    )
    for row in rows:
        order = orders.get(row.number)
        if row.outcome == Outcome.AMOUNT_DIFFERS and row.sort == Sort.PAYMENT and order is not None:
            told = {"charged": str(row.theirs), "standard": str(order.amount), "subject": row.trade[:40]}
            life.tell(order, "mischarged", **told)


def _open_again(kept: Reconciliation, rows: Sequence[Compared], at: datetime) -> None:
    if any(row.outcome != Outcome.MATCHED for row in rows):
        _reopen(kept, at)


def _reopen(kept: Reconciliation, at: datetime) -> None:
    """Open a day again that somebody had closed; what was said then stays until it is closed anew."""
    if kept.closed_at is None:
        return
    kept.closed_at = None
    kept.save(update_fields=["closed_at"])
    target = f"reconciliation:{kept.pk}"
    audit.record("payments.reopen_day", actor=life.MACHINE, at=at, target=target, division=kept.division)
