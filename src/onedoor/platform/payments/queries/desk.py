"""What officers see: the fees of a case, refunds that wait, and the days to be gone through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from onedoor.platform.cases.access import CaseNotFound
from onedoor.platform.cases.models import Case
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.scopes import within_reach
from onedoor.platform.payments import giving_back, rules
from onedoor.platform.payments.models import Order, Payment, Reconciliation, ReconciliationRow, Refund
from onedoor.platform.payments.operations.charging import fee_of
from onedoor.platform.payments.operations.reconciling import ReconciliationNotFound
from onedoor.platform.payments.operations.refunding import RefundNotFound
from onedoor.platform.payments.queries.own import OrderView, _orders, _view
from onedoor.platform.payments.states import OPEN, STANDING, Outcome, RefundState, Sort, State, Way

PAGE, DAYS = 50, 62
DESK = ("payments.collect", "payments.approve_refund")


@dataclass(frozen=True)
class EventView:
    title: str
    at: datetime
    actor_name: str


@dataclass(frozen=True)
class Refundable:
    """A payment of which something may be given back, and how much."""

    payment_id: int
    way: str
    trade: str
    left: Decimal
    surplus: bool


@dataclass(frozen=True)
class StaffOrder:
    order: OrderView
    events: Sequence[EventView]
    may_collect: bool
    refundable: Sequence[Refundable]

    @property
    def may_ask_refund(self) -> bool:
        return bool(self.refundable)


@dataclass(frozen=True)
class CaseFees:
    """The fees of a case at the desk; `project` may be charged now, "" where there is nothing to charge."""

    case_number: str
    case_id: int
    item: str
    project: str
    orders: Sequence[StaffOrder]


@dataclass(frozen=True)
class OpenRefund:
    id: int
    number: str
    order_number: str
    case_number: str
    title: str
    amount: Decimal
    reason: str
    way: str
    state: str
    state_title: str
    asked_name: str
    asked_at: datetime
    decided_name: str
    opinion: str
    may_decide: bool
    may_pay_out: bool


@dataclass(frozen=True)
class ListedDay:
    id: int
    day: date
    organization: str
    matched: int
    differences: int
    open_differences: int
    closed_by: str


@dataclass(frozen=True)
class RowView:
    id: int
    sort_title: str
    number: str
    our_number: str  # where it is another one
    trade: str
    theirs: Decimal | None
    ours: Decimal | None
    outcome: str
    outcome_title: str
    advice: str
    may_take_up: bool
    settled_by: str
    note: str
    is_superseded: bool  # it was settled, and looks otherwise since


@dataclass(frozen=True)
class Finance:
    """A day of one unit: what both sides have, the differences first, and what the counter took in besides."""

    listed: ListedDay
    rows: Sequence[RowView]
    paid: Decimal
    refunded: Decimal
    counter: Sequence[tuple[str, int, Decimal]]
    compared_at: datetime
    closed_at: datetime | None
    closed_by: str  # who has closed it, the last time
    note: str
    may_close: bool


def sees_fees(case: Case, *, actor: Actor) -> bool:
    """Tell whether this officer has to do with the fees of a case whose page is open, and there are any."""
    may = [actor.may(one, division=case.handled_in, line=case.line) for one in DESK]
    return any(may) and (case.item_version.item.fee.charged or bool(getattr(case, "has_payment_orders", False)))


def read_case_fees(*, number: str, actor: Actor) -> CaseFees:
    """
    Return the fees of a case for an officer who may take them, or approve their refund.

    :raises CaseNotFound: there is none, or this post does not reach it.
    """
    actor.require_one_of(*DESK)
    cases = Case.objects.select_related("declared", "item_version", "receiving_organization")
    case = cases.filter(within_reach(actor), number=number).first()
    if case is None or not any(actor.may(one, division=case.handled_in, line=case.line) for one in DESK):
        raise CaseNotFound
    collects = actor.may("payments.collect", division=case.handled_in, line=case.line)
    fee = fee_of(case)
    orders = list(_orders().filter(case=case).prefetch_related("events").order_by("pk"))
    charged = any(one.project == fee.project and one.state in STANDING for one in orders)
    return CaseFees(
        case_number=case.number,
        case_id=case.pk,
        item=case.item_version.title,
        project=fee.project if fee.charged and collects and not charged else "",
        orders=[_staff_order(one, collects) for one in orders],
    )


def _staff_order(order: Order, collects: bool) -> StaffOrder:
    events = sorted(order.events.all(), key=lambda one: one.pk)
    return StaffOrder(
        order=_view(order),
        events=[EventView(one.get_kind_display(), one.at, one.actor_name) for one in events],
        may_collect=collects and order.state in (*OPEN, State.EXPIRED),
        refundable=_refundable(order) if collects else [],
    )


def _refundable(order: Order) -> list[Refundable]:
    payments = sorted(order.payments.all(), key=lambda one: (one.surplus, one.pk))
    return [
        Refundable(one.pk, one.get_way_display(), one.trade, giving_back.left(one), one.surplus)
        for one in payments
        if giving_back.may_ask(order, one)
    ]


def list_refunds(*, actor: Actor, state: str = RefundState.ASKED, before: int = 0) -> list[OpenRefund]:
    """Return the refunds in reach, of one state, the latest first."""
    found = _refunds(actor).filter(state=state)
    if before:
        found = found.filter(pk__lt=before)
    return [_refund(one, actor) for one in found.order_by("-pk")[:PAGE]]


def get_refund(*, refund_id: int, actor: Actor) -> OpenRefund:
    """:raises RefundNotFound: there is none, or not in this reach."""
    found = _refunds(actor).filter(pk=refund_id).first()
    if found is None:
        raise RefundNotFound
    return _refund(found, actor)


def _refunds(actor: Actor) -> QuerySet[Refund]:
    actor.require_one_of("payments.collect", "payments.approve_refund")
    rows = Refund.objects.select_related("order__case", "payment")
    return rows.filter(within_reach(actor, prefix="order__"))


def _refund(one: Refund, actor: Actor) -> OpenRefund:
    place = {"division": one.order.division, "line": one.order.line}
    decides = actor.may("payments.approve_refund", **place) and one.asked_by != actor.login_id
    pays_out = actor.may("payments.collect", **place) and one.payment.way != Way.GATEWAY
    return OpenRefund(
        id=one.pk,
        number=one.number,
        order_number=one.order.number,
        case_number=one.order.case.number,
        title=one.order.title,
        amount=one.amount,
        reason=one.reason,
        way=one.payment.get_way_display(),
        state=one.state,
        state_title=one.get_state_display(),
        asked_name=one.asked_name,
        asked_at=one.asked_at,
        decided_name=one.decided_name,
        opinion=one.opinion,
        may_decide=decides and one.state == RefundState.ASKED,
        may_pay_out=pays_out and one.state == RefundState.APPROVED,
    )


def list_reconciliations(*, actor: Actor) -> list[ListedDay]:
    """Return the days that have been compared for the units in reach, the latest first."""
    return [_listed(one) for one in _days(actor).order_by("-day", "organization")[:DAYS]]


def get_reconciliation(*, reconciliation_id: int, actor: Actor) -> Finance:
    """:raises ReconciliationNotFound: there is none, or not in this reach."""
    found = _days(actor).filter(pk=reconciliation_id).first()
    if found is None:
        raise ReconciliationNotFound
    rows = sorted(
        found.rows.select_related("order"), key=lambda row: (row.outcome == Outcome.MATCHED, row.trade, row.pk)
    )
    listed = _listed(found)
    return Finance(
        listed=listed,
        rows=[_row(row, found) for row in rows],
        paid=_total(rows, Sort.PAYMENT),
        refunded=_total(rows, Sort.REFUND),
        counter=_counter(found),
        compared_at=found.compared_at,
        closed_at=found.closed_at,
        closed_by=found.closed_by,
        note=found.note,
        may_close=found.closed_at is None and not listed.open_differences,
    )


def _days(actor: Actor) -> QuerySet[Reconciliation]:
    actor.require_one_of("payments.reconcile")
    standing = Q(rows__superseded_at=None)
    differs = ~Q(rows__outcome=Outcome.MATCHED) & Q(rows__isnull=False) & standing
    return (
        Reconciliation.objects.filter(within_reach(actor, by_line=False))
        .select_related("organization")
        .annotate(
            matched=Count("rows", filter=Q(rows__outcome=Outcome.MATCHED) & standing),
            differences=Count("rows", filter=differs),
            open_differences=Count("rows", filter=differs & Q(rows__settled_at=None)),
        )
    )


def _listed(one: Any) -> ListedDay:
    """`one` comes from `_days`, with its counts."""
    return ListedDay(
        id=one.pk,
        day=one.day,
        organization=one.organization.name if one.organization else "平台所报单位在本系统没有登记",
        matched=one.matched,
        differences=one.differences,
        open_differences=one.open_differences,
        closed_by=one.closed_by if one.closed_at else "",
    )


def _row(row: ReconciliationRow, day: Reconciliation) -> RowView:
    takes = row.outcome == Outcome.ONLY_THEIRS and row.sort == Sort.PAYMENT and row.order is not None
    return RowView(
        id=row.pk,
        sort_title=row.get_sort_display(),
        number=row.number,
        our_number=row.our_number if row.our_number != row.number else "",
        trade=row.trade,
        theirs=row.theirs,
        ours=row.ours,
        outcome=row.outcome,
        outcome_title=row.get_outcome_display(),
        advice=rules.advice(row.sort, row.outcome),
        may_take_up=bool(
            takes
            and day.closed_at is None
            and row.settled_at is None
            and row.order is not None
            and row.theirs == row.order.amount
        ),
        settled_by=row.settled_by,
        note=row.note,
        is_superseded=row.superseded_at is not None,
    )


def _total(rows: Sequence[ReconciliationRow], sort: Sort) -> Decimal:
    standing = [row.theirs for row in rows if row.sort == sort and row.superseded_at is None]
    return sum((one for one in standing if one is not None), Decimal("0.00"))


def _counter(day: Reconciliation) -> list[tuple[str, int, Decimal]]:
    """Return by way what the unit took at its counters that day, to be laid beside the cash book."""
    taken = Payment.objects.filter(settled_on=day.day, order__organization=day.organization).exclude(way=Way.GATEWAY)
    counted = taken.order_by().values("way").annotate(number=Count("pk"), amount=Sum("amount")).order_by("way")
    return [(str(Way(row["way"]).label), row["number"], row["amount"]) for row in counted]
