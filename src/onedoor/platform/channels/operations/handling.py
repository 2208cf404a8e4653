"""What the unit does: sign, ask for more time, contact the caller, reply with proof of both."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.channels import life, rules
from onedoor.platform.channels.figures import hotline_figures
from onedoor.platform.channels.models import WorkOrder
from onedoor.platform.channels.states import RESOLVED, WAYS
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError


class ExtensionNotPossible(OneDoorError):
    code, http_status, message = ("channels.extension_not_possible", 409, "{why}")


WHY_NOT = {
    "once": "这张工单已经延期或者申请过一次，不能再延。请按期答复，办不完的写明进展。",
    "expired": "答复期限已过，不能再延。请尽快答复。",
    "days": "延期的天数超出规定，最多 {most} 个工作日。",
}


@transaction.atomic
def sign_order(*, order_id: int, actor: Actor, at: datetime) -> WorkOrder:
    """Sign for an order; from then on it is the unit's to handle."""
    actor.require_one_of("channels.handle")
    order = life.lock_at_unit(order_id, actor)
    life.append(order, "sign", actor=actor, at=at)
    audit.record("channels.sign", actor=actor, at=at, target=order.target, division=order.division)
    return order


@transaction.atomic
def ask_extension(*, order_id: int, days: int, reason: str, actor: Actor, at: datetime) -> WorkOrder:
    """
    Ask for more time, once and before the order is due.

    :raises ExtensionNotPossible: it was had before, the day has passed, or it is more than the place allows.
    """
    actor.require_one_of("channels.handle")
    order = life.lock_at_unit(order_id, actor)
    life.require_move(order, "ask_extension")
    life.require_text(reason, "text", "为什么需要延期")
    _check_extension(order, days, at, had_one=order.extension != "")
    order.extension, order.extension_days = WorkOrder.Extension.REQUESTED, days
    life.append(order, "ask_extension", actor=actor, at=at, text=reason, days=days)
    audit.record("channels.ask_extension", actor=actor, at=at, target=order.target, division=order.division, days=days)
    return order


def _check_extension(order: WorkOrder, days: int, at: datetime, *, had_one: bool) -> None:
    assert order.due_on is not None
    figures = hotline_figures(division=order.division, on=day_of(at))
    why = rules.extension_obstacle(on=day_of(at), due_on=order.due_on, days=days, had_one=had_one, figures=figures)
    if why:
        raise ExtensionNotPossible(why=WHY_NOT[why].format(most=figures.extension_days))


@transaction.atomic
def decide_extension(*, order_id: int, granted: bool, note: str, actor: Actor, at: datetime) -> WorkOrder:
    """
    Grant or refuse the time asked for; it is granted before the order is due, or not at all (A20).

    :raises ExtensionNotPossible: the order was due meanwhile.
    """
    order = life.lock_at_desk(order_id, actor)
    actor.require("channels.review", division=order.division)
    act = "grant_extension" if granted else "refuse_extension"
    life.require_move(order, act)
    if order.extension != WorkOrder.Extension.REQUESTED:
        raise life.OrderNotNow(state="没有待批的延期申请", act="审批延期")
    trace: list[dict[str, str]] = []
    if granted:
        _check_extension(order, order.extension_days, at, had_one=False)
        assert order.due_on is not None
        calendar = work_calendar(order.division)
        day, lines = rules.extended(due_on=order.due_on, days=order.extension_days, calendar=calendar)
        order.extended_to, trace = day, life.written(lines)
    elif len(note.strip()) < life.SHORTEST:
        raise InvalidInput({"text": f"不同意的请写明理由，不少于 {life.SHORTEST} 个字。"})
    order.extension = WorkOrder.Extension.GRANTED if granted else WorkOrder.Extension.REFUSED
    life.append(order, act, actor=actor, at=at, text=note, trace=trace)
    audit.record(
        "channels.decide_extension", actor=actor, at=at, target=order.target, division=order.division, granted=granted
    )
    return order


@transaction.atomic
def contact_caller(*, order_id: int, way: str, note: str, actor: Actor, at: datetime) -> WorkOrder:
    """Write down a contact with the caller; from the first one on the order is being handled."""
    actor.require_one_of("channels.handle")
    order = life.lock_at_unit(order_id, actor)
    problems = _faults_of_contact(way, note)
    if problems:
        raise InvalidInput(problems)
    life.append(order, "contact", actor=actor, at=at, text=note, way=way)
    audit.record("channels.contact", actor=actor, at=at, target=order.target, division=order.division)
    return order


@transaction.atomic
def write_joint_part(*, order_id: int, text: str, actor: Actor, at: datetime) -> WorkOrder:
    """
    Write down what a joint organ has done for its part; the main organ answers the caller with it.

    :raises OrderNotFound: the actor's organ does not handle it along with another one.
    """
    actor.require_one_of("channels.handle")
    order = life.lock(order_id)
    if not life.at_joint(order, actor):
        raise life.OrderNotFound
    life.require_text(text, "text", "本单位办了什么、结果怎样")
    life.append(order, "assist", actor=actor, at=at, text=text)
    audit.record("channels.assist", actor=actor, at=at, target=order.target, division=order.division)
    return order


def _faults_of_contact(way: str, note: str) -> dict[str, str]:
    problems = {}
    if way not in WAYS:
        problems["way"] = "请选择是怎样联系的。"
    if len(note.strip()) < life.SHORTEST:
        problems["contact"] = f"请写明联系的时间和经过，不少于 {life.SHORTEST} 个字。"
    return problems


@transaction.atomic
def reply_to_order(
    *,
    order_id: int,
    answer: str,
    resolved: str,
    way: str,
    contact: str,
    evidence_digest: str,
    actor: Actor,
    at: datetime,
) -> WorkOrder:
    """
    Reply: what was done, how the caller was contacted, and a paper or picture that proves it (R-HOT-1).

    `evidence_digest` is the digest of that file, which the caller of this keeps under `work_order:<id>`.

    :raises InvalidInput: the contact, the proof, the answer or the word whether it is resolved is missing.
    """
    actor.require_one_of("channels.handle")
    order = life.lock_at_unit(order_id, actor)
    life.require_move(order, "reply")
    problems = _faults_of_contact(way, contact)
    if len(answer.strip()) < life.SHORTEST:
        problems["answer"] = f"请写明办理结果，不少于 {life.SHORTEST} 个字。"
    if resolved not in RESOLVED:
        problems["unit_resolved"] = "请选择问题解决了没有。"
    if not evidence_digest:
        problems["evidence"] = "请附上办理的凭证（照片或者 PDF），没有凭证不能答复。"
    if problems:
        raise InvalidInput(problems)
    figures = hotline_figures(division=order.division, on=day_of(at))
    order.revisit_due = work_calendar(order.division).add_working_days(day_of(at), figures.revisit_days).day
    order.replied_at, order.unit_resolved = at, resolved
    order.responded = order.resolved = order.satisfied = ""
    life.append(order, "contact", actor=actor, at=at, text=contact, way=way)
    life.append(order, "reply", actor=actor, at=at, text=answer, resolved=resolved, evidence=evidence_digest)
    outbox.publish("channels.order_replied", key=order.target, order_id=order.pk)
    audit.record("channels.reply", actor=actor, at=at, target=order.target, division=order.division)
    return order
