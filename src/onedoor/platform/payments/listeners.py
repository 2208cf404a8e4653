"""What payments hear of cases, and what the payer hears of payments."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localtime

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.states import Kind
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.messages import operations as messages
from onedoor.platform.payments import life, rules
from onedoor.platform.payments.models import Order, Refund
from onedoor.platform.payments.operations import AlreadyCharged, CaseOver, cancel_order, open_order
from onedoor.platform.payments.operations.charging import fee_of
from onedoor.platform.payments.states import OPEN
from onedoor.standards.money import format_money

# On which event of a case an item's fee falls due.
FALLS_DUE = {
    Kind.ACCEPT: "accept",
    Kind.DEEM_ACCEPTED: "accept",
    Kind.GRANT: "collect",
    Kind.GRANT_BY_SILENCE: "collect",
}
WITHOUT_RESULT = (
    *(Kind.DENY, Kind.WITHDRAW, Kind.RETURN, Kind.RETURN_TOLERATED, Kind.TERMINATE, Kind.TRANSFER),
    *(Kind.VOID, Kind.DISPENSE, Kind.REFUSE),
)
TOLD = ("due", "exempt", "expiring", "expired", "paid", "refunded", "cancelled")


def charge(payload: dict[str, Any], *, at: datetime) -> None:
    """Open the order of an item that costs something; what no published list has is refused, recorded and not charged."""
    case = _cases().get(pk=payload["case_id"])
    fee = fee_of(case)
    kind = case.actions.get(pk=payload["action_id"]).kind
    if not fee.charged or FALLS_DUE[Kind(kind)] != fee.due:
        return
    try:
        open_order(case_id=case.pk, project=fee.project, actor=life.MACHINE, at=at)
    except (AlreadyCharged, CaseOver):
        return
    except OneDoorError as refusal:
        audit.record_refusal(refusal.code, actor=life.MACHINE, at=at, target=case.target)


def let_go(payload: dict[str, Any], *, at: datetime) -> None:
    """Cancel what nobody has paid for a case that has ended without a result."""
    unpaid = Order.objects.filter(case=payload["case_id"], state__in=OPEN)
    for number in unpaid.values_list("number", flat=True):
        cancel_order(number=number, reason="case_over", actor=life.MACHINE, at=at)


def _cases() -> QuerySet[Case]:
    return Case.objects.select_related("declared", "item_version")


def tell(what: str, payload: dict[str, Any], *, at: datetime) -> None:
    """Write to whom the case is about, and to an agent who handles it; the same event twice makes no second message."""
    order = Order.objects.select_related("case__item_version").get(pk=payload["order_id"])
    refund = Refund.objects.filter(pk=payload["refund_id"]).first() if "refund_id" in payload else None
    values = {
        "title": order.case.item_version.title,
        "project": order.title,
        "amount": format_money(refund.amount if refund else order.amount),
        "day": f"{order.due_on:%Y年%-m月%-d日}",
        "consequence": rules.consequence(order.judgement.get("fee_due", "accept")),
        "moment": f"{localtime(at):%-m月%-d日}",
    }
    for person in sorted({one for one in (order.payer_id, order.case.agent_id) if one is not None}):
        messages.send_message(
            recipient_id=person,
            event=f"payments.{what}",
            values=values,
            link=f"/fees/{order.number}/",
            case_number=order.case.number,
            source=f"payments.{what}:{order.number}:{payload.get('refund_id', '')}",
            actor=life.MACHINE,
            at=at,
        )


def _teller(what: str) -> outbox.Listener:
    def told(payload: dict[str, Any], *, at: datetime) -> None:
        tell(what, payload, at=at)

    return told


TELLERS = {what: _teller(what) for what in TOLD}


def listen() -> None:
    for kind in FALLS_DUE:
        outbox.listen(f"cases.{kind}", "payments.charge", charge)
    for kind in WITHOUT_RESULT:
        outbox.listen(f"cases.{kind}", "payments.let_go", let_go)
    for what, teller in TELLERS.items():
        outbox.listen(f"payments.{what}", f"payments.tell_{what}", teller)
