"""Send an order to a unit: by the catalogue, never past it to the grassroots; objections; escalation; emergencies."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.channels import life, rules
from onedoor.platform.channels.figures import hotline_figures
from onedoor.platform.channels.models import DispatchRule, WorkOrder
from onedoor.platform.channels.queries.choices import organs_within
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError


class ObjectionTooLate(OneDoorError):
    code, http_status, message = (
        "channels.objection_too_late",
        409,
        "退单期限（{until}）已过，或者派单已经审定，不能再退。请办理；确实办不了的，请与热线联系。",
    )


@transaction.atomic
def dispatch_order(
    *, order_id: int, organization_id: int, joint: Sequence[int] = (), note: str = "", actor: Actor, at: datetime
) -> WorkOrder:
    """
    Send an order to a unit, or after an escalation name the unit for good.

    Where the catalogue gives the topic to a department, an order for a township or a committee is blocked and goes to
    that department; the history says so (A19).

    :raises InvalidInput: the unit is not there, or lies outside the places of this desk.
    """
    order = life.lock_at_desk(order_id, actor)
    escalated = order.state == "escalated"
    actor.require("channels.review" if escalated else "channels.take", division=order.division)
    life.require_move(order, "assign" if escalated else "dispatch")
    if escalated:
        order.settled = True
    _send(order, organization_id, "assign" if escalated else "dispatch", note, actor, at)
    others = _organs(joint, actor).exclude(pk=order.main_organization_id or 0)
    order.joint_organizations.set(others)
    return order


def _send(order: WorkOrder, organization_id: int, act: str, note: str, actor: Actor, at: datetime) -> None:
    """Set the unit and its clocks, and write the history."""
    asked = _organs([organization_id], actor).first()
    if asked is None:
        raise InvalidInput({"organization": "请从列表中选择承办单位。"})
    on = day_of(at)
    rule = rule_for(division=order.division, topic=order.topic, on=on)
    named = rule.organization_id if rule is not None and rule.department_only else None
    words = f"{rule.topic}：{rule.organization.name}（{rule.document}）" if rule is not None else ""
    goes = rules.target(asked=asked.pk, asked_kind=asked.kind, named=named, rule=words)
    if goes.blocked:
        life.append(order, "reroute", actor=actor, at=at, asked=asked.name, trace=life.written(goes.trace))
    organ = Organization.objects.get(pk=goes.organization_id)
    figures = hotline_figures(division=order.division, on=on)
    due = rules.deadlines(
        category=order.category,
        urgency=order.urgency,
        at=at,
        figures=figures,
        calendar=work_calendar(order.division),
    )
    order.main_organization, order.dispatched_at = organ, at
    order.sign_due, order.object_until, order.due_on = due.sign_due, due.object_until, due.due_on
    order.extended_to = None
    life.append(order, act, actor=actor, at=at, text=note, to=organ.name, trace=life.written(due.trace))
    told = {"order_id": order.pk, "organization_id": organ.pk}
    outbox.publish("channels.order_dispatched", key=order.target, **told)
    audit.record(
        "channels.dispatch",
        actor=actor,
        at=at,
        target=order.target,
        division=order.division,
        organization=organ.pk,
        rerouted=goes.blocked,
    )


def _organs(ids: Sequence[int], actor: Actor) -> QuerySet[Organization]:
    return organs_within(actor).filter(pk__in=list(ids))


def rule_for(*, division: str, topic: str, on: date) -> DispatchRule | None:
    """Return the catalogue's row for a topic in a place, of the nearest place that has one."""
    if not topic:
        return None
    chain = identity.chain(division)
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    rows = DispatchRule.objects.filter(lasting, division__in=chain, topic=topic, valid_from__lte=on)
    return min(rows.select_related("organization"), key=lambda row: chain.index(row.division), default=None)


@transaction.atomic
def respond_to_emergency(*, order_id: int, note: str, actor: Actor, at: datetime) -> WorkOrder:
    """Note that somebody on duty has taken an emergency in hand; the desk or the unit may write it down."""
    order = life.lock(order_id)
    if not life.at_desk(order, actor) and not life.at_unit(order, actor):
        raise life.OrderNotFound
    actor.require_one_of(*life.DESK, "channels.handle")
    if order.respond_due is None or order.responded_at is not None:
        raise life.OrderNotNow(state=order.get_state_display(), act="值班响应")
    life.require_text(note, "text", "谁响应、采取了什么措施")
    order.responded_at = at
    life.append(order, "respond", actor=actor, at=at, text=note)
    audit.record("channels.respond", actor=actor, at=at, target=order.target, division=order.division)
    return order


@transaction.atomic
def object_to_order(*, order_id: int, reason: str, better: str, actor: Actor, at: datetime) -> WorkOrder:
    """
    Send an order back as not the unit's own, with the reason and who should handle it.

    :raises ObjectionTooLate: the day to object has passed, or the dispatch was looked at and confirmed.
    """
    actor.require_one_of("channels.handle")
    order = life.lock_at_unit(order_id, actor)
    life.require_move(order, "object")
    if order.settled or (order.object_until is not None and day_of(at) > order.object_until):
        raise ObjectionTooLate(until=order.object_until)
    life.require_text(reason, "text", "退单的理由和依据")
    life.append(order, "object", actor=actor, at=at, text=reason, better=better.strip()[:200])
    audit.record("channels.object", actor=actor, at=at, target=order.target, division=order.division)
    return order


@transaction.atomic
def decide_objection(
    *, order_id: int, upheld: bool, organization_id: int | None, note: str, actor: Actor, at: datetime
) -> WorkOrder:
    """
    Decide an objection: confirm the dispatch, which then stands, or send the order to another unit.

    A transfer too many is no transfer: the order is escalated, and somebody who reviews names the unit (R-HOT-2).

    :raises InvalidInput: nothing is said, or no other unit is named.
    """
    order = life.lock_at_desk(order_id, actor)
    actor.require("channels.review", division=order.division)
    life.require_text(note, "text", "审定的理由")
    life.require_move(order, "confirm")
    before = order.main_organization_id
    if not upheld:
        order.settled = True
        life.append(order, "confirm", actor=actor, at=at, text=note)
    else:
        if organization_id is None or organization_id == before:
            raise InvalidInput({"organization": "退单成立的，请选择改派给哪个单位。"})
        order.transfers += 1
        figures = hotline_figures(division=order.division, on=day_of(at))
        if rules.needs_escalation(transfers=order.transfers, figures=figures):
            life.append(order, "escalate", actor=actor, at=at, text=note, transfers=order.transfers)
        else:
            _send(order, organization_id, "redispatch", note, actor, at)
    audit.record(
        "channels.decide_objection", actor=actor, at=at, target=order.target, division=order.division, upheld=upheld
    )
    return order
