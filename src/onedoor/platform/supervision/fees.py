"""What supervision hears of fees: whatever was charged outside the published list, or not what it says (P05)."""

from datetime import datetime
from typing import Any

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.payments.models import Order
from onedoor.platform.supervision.operations import raise_event
from onedoor.platform.supervision.rules import mischarged

MACHINE = Actor.system("电子监察")


def watch_fees(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for amounts that are not the standard: one lamp for each order and occasion, red."""
    order = Order.objects.select_related("case__receiving_organization", "case__deciding_organization").get(
        pk=payload["order_id"]
    )
    lit = mischarged(payload["charged"], payload["standard"], today=day_of(at))
    if lit is None:
        return
    facts = {"order": order.number, "project": order.project} | {
        name: payload[name] for name in ("charged", "standard")
    }
    subject = f"fee:{order.number}:{payload['subject']}"[:80]
    raise_event(case=order.case, lit=lit, subject=subject, facts=facts, actor=MACHINE, at=at)
