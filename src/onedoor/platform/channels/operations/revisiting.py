"""Ask the caller, on the telephone or by code, and end the order or send it back (A21)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.channels import life, rules
from onedoor.platform.channels.figures import hotline_figures
from onedoor.platform.channels.models import OrderAct, WorkOrder
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError


class NeedsHotline(OneDoorError):
    code, http_status, message = (
        "channels.needs_hotline",
        409,
        "诉求人没有说已经解决，承办单位不能办结。请等热线回访、审核以后办结，或者继续办理。",
    )


class NeedsReview(OneDoorError):
    code, http_status, message = (
        "channels.needs_review",
        409,
        "诉求人没有说已经解决，请热线管理员审核以后办结，或者退回重办。",
    )


class NoMoreRework(OneDoorError):
    code, http_status, message = (
        "channels.no_more_rework",
        409,
        "已经退回重办 {times} 次，不能再退。请热线管理员审核以后办结，或者解释。",
    )


@dataclass(frozen=True)
class Said:
    """What the caller says: whether they were contacted, whether it is resolved, and apart from that whether they are content."""

    responded: str
    resolved: str
    satisfied: str

    def faults(self) -> dict[str, str]:
        asked = (("responded", "有没有联系"), ("resolved", "解决了没有"), ("satisfied", "满意不满意"))
        values = WorkOrder.Answer.values
        return {name: f"请选择{words}。" for name, words in asked if getattr(self, name) not in values}


@transaction.atomic
def revisit_order(*, order_id: int, said: Said, note: str, actor: Actor, at: datetime) -> WorkOrder:
    """
    Write down what the caller said when the hotline called back.

    :raises NeedsReview: the caller has said by their own code that it is not resolved; only who reviews writes otherwise.
    """
    order = life.lock_at_desk(order_id, actor)
    actor.require("channels.take", division=order.division)
    if said.faults():
        raise InvalidInput(said.faults())
    reviewer = actor.may("channels.review", division=order.division)
    if said.resolved == WorkOrder.Answer.YES and not reviewer and _said_no_themselves(order):
        raise NeedsReview
    life.require_text(note, "text", "回访的经过")
    _note(order, said)
    life.append(order, "revisit", actor=actor, at=at, text=note, **vars(said))
    audit.record("channels.revisit", actor=actor, at=at, target=order.target, division=order.division)
    return order


@transaction.atomic
def say_by_code(*, number: str, code: str, said: Said, text: str, actor: Actor, at: datetime) -> WorkOrder:
    """
    Let the caller say it, by the order's number and code.

    :raises OrderNotFound: number and code do not belong together; the answer does not tell which is wrong.
    :raises OrderNotNow: there is no answer yet, or the order is over.
    """
    found = life.by_code(number=number, code=code)
    order = life.lock(found.pk)
    faults = said.faults()
    if "unreached" in vars(said).values():
        faults["resolved"] = "请选择“是”或者“否”。"
    if faults:
        raise InvalidInput(faults)
    if len(text) > 1000:
        raise InvalidInput({"text": "请写在 1000 字以内。"})
    _note(order, said)
    life.append(order, "say", actor=actor, at=at, text=text, organ="", **vars(said))
    audit.record("channels.say", actor=actor, at=at, target=order.target, division=order.division)
    return order


def _said_no_themselves(order: WorkOrder) -> bool:
    last = OrderAct.objects.filter(order=order, act__in=("reply", "say")).order_by("-pk").first()
    return last is not None and last.act == "say" and last.facts.get("resolved") == WorkOrder.Answer.NO


def _note(order: WorkOrder, said: Said) -> None:
    order.responded, order.resolved, order.satisfied = said.responded, said.resolved, said.satisfied


@transaction.atomic
def return_for_rework(*, order_id: int, note: str, actor: Actor, at: datetime) -> WorkOrder:
    """
    Send an order back to the unit because the caller says it is not resolved; its days begin anew.

    :raises NoMoreRework: it was sent back as often as it may.
    """
    order = life.lock_at_desk(order_id, actor)
    actor.require("channels.review", division=order.division)
    life.require_move(order, "return")
    life.require_text(note, "text", "哪里没有解决、要求怎样办")
    figures = hotline_figures(division=order.division, on=day_of(at))
    if order.reworks >= figures.most_reworks:
        raise NoMoreRework(times=order.reworks)
    if order.resolved == WorkOrder.Answer.YES:
        raise life.OrderNotNow(state="诉求人说已经解决", act="退回重办")
    calendar, days = work_calendar(order.division), rules.days_for(order.category, figures)
    order.reworks += 1
    order.due_on, order.extended_to = calendar.add_working_days(day_of(at), days).day, None
    order.raised = []
    life.append(order, "return", actor=actor, at=at, text=note, due_on=order.due_on.isoformat())
    audit.record("channels.return", actor=actor, at=at, target=order.target, division=order.division)
    return order


@transaction.atomic
def close_order(*, order_id: int, note: str = "", actor: Actor, at: datetime) -> WorkOrder:
    """
    End an order the caller has been asked about.

    :raises NeedsHotline: the unit may end only what the caller calls resolved.
    :raises NeedsReview: so may the desk, but for somebody who reviews, with a reason.
    """
    order = life.lock(order_id)
    desk, unit = life.at_desk(order, actor), life.at_unit(order, actor)
    if not desk and not unit:
        raise life.OrderNotFound
    actor.require_one_of(*life.DESK, "channels.handle")
    reviewer = actor.may("channels.review", division=order.division)
    why = rules.closing_obstacle(resolved=order.resolved, by_desk=desk, by_reviewer=reviewer)
    if why:
        raise NeedsHotline if why == "needs_hotline" else NeedsReview
    life.require_move(order, "close")
    if order.resolved != WorkOrder.Answer.YES:
        life.require_text(note, "text", "审核后办结的理由")
    order.closed_at = at
    life.append(order, "close", actor=actor, at=at, text=note)
    outbox.publish("channels.order_closed", key=order.target, order_id=order.pk, resolved=order.resolved)
    audit.record("channels.close", actor=actor, at=at, target=order.target, division=order.division)
    return order
