"""Take a call: write the order down, answer it at once, refuse it with a reason, merge it, explain it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.models import Case
from onedoor.platform.channels import life, rules, tasks
from onedoor.platform.channels.figures import hotline_figures
from onedoor.platform.channels.models import DutyOfficer, HotlineLine, WorkOrder
from onedoor.platform.channels.states import CATEGORIES, CHANNELS, URGENCIES
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel import numbers, outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.digit_codes import digest_of, new_code
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.standards.contacts import parse_mobile


class NoDutyOfficer(OneDoorError):
    code, http_status, message = (
        "channels.no_duty_officer",
        409,
        "这个地方现在没有登记值班人员，特急工单没有人响应。请先电话报告值班领导，并请热线管理员登记值班人员。",
    )


class CannotMerge(OneDoorError):
    code, http_status, message = (
        "channels.cannot_merge",
        409,
        "不能并入这张工单：没有这个工单号，或者它已经结束，或者就是这一张。请核对工单号。",
    )


@dataclass(frozen=True)
class Call:
    """What a caller said, as the agent writes it down."""

    category: str
    content: str
    division: str
    urgency: str = "normal"
    emergency: str = ""
    topic: str = ""
    channel: str = "phone"
    hotline_id: int | None = None
    caller_name: str = ""
    caller_phone: str = ""
    person_id: int | None = None  # only after the caller was verified (`queries.look_up_caller`)
    consents: bool = False
    about_id: int | None = None
    case_number: str = ""


@dataclass(frozen=True)
class FiledOrder:
    order: WorkOrder
    code: str  # told to the caller once


@transaction.atomic
def file_order(*, call: Call, actor: Actor, at: datetime) -> FiledOrder:
    """
    Write down a call as a work order, and call out who is on duty where it is an emergency.

    :raises InvalidInput: something is missing or not known.
    :raises NoDutyOfficer: an emergency, and nobody is on duty for its place.
    """
    actor.require("channels.take", division=call.division)
    told, problems = _looked_through(call, actor)
    if problems:
        raise InvalidInput(problems)
    day, code = day_of(at), new_code()
    order = WorkOrder(
        number=f"GD{day:%Y%m%d}{numbers.next_number(f'channels:{day:%Y%m%d}'):06d}",
        category=call.category,
        urgency="emergency" if call.emergency else call.urgency,
        emergency=call.emergency,
        topic=call.topic.strip(),
        division=call.division,
        content=call.content.strip(),
        channel=call.channel,
        caller_name=call.caller_name.strip(),
        consents=call.consents,
        code_digest=digest_of(code, purpose=life.ORDER_CODE),
        taken_by=actor.login_id,
        received_at=at,
        recorded_at=at,
        recorded_by=actor.name,
        **told,
        **WorkOrder.by_phone.values(told["caller_phone"]),
        state="",
    )
    officer = _on_duty(order, at) if call.emergency else None
    life.append(order, "file", actor=actor, at=at, text=order.content, category=order.category)
    if officer is not None:
        tasks.call_out.enqueue(order_id=order.pk, officer_id=officer.pk)
    outbox.publish("channels.order_filed", key=order.target, order_id=order.pk, category=order.category)
    audit.record("channels.file", actor=actor, at=at, target=order.target, division=order.division)
    return FiledOrder(order, code)


def _looked_through(call: Call, actor: Actor) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what is stored beside the words themselves, and what is wrong with the call."""
    chosen: tuple[tuple[str, Mapping[str, str], str], ...] = (
        ("category", CATEGORIES, "请选择诉求类别。"),
        ("urgency", URGENCIES, "请选择紧急程度。"),
        ("channel", CHANNELS, "请选择从哪里来。"),
        ("emergency", {"": "", **rules.EMERGENCIES}, "请选择紧急情形。"),
    )
    problems = {name: says for name, known, says in chosen if getattr(call, name) not in known}
    if call.category == "report":  # platform rules 8.2: a confidential queue of its own, followed by code alone
        problems["category"] = (
            "举报不作工单派到单位，走保密通道：请在“投诉举报”页面替来电人登记，可以匿名，再把查询码告诉来电人。"
        )
    if call.urgency == "emergency" and not call.emergency:
        problems["emergency"] = "特急工单请选择是哪种紧急情形；其他急事选“紧急”。"
    if len(call.content.strip()) < life.SHORTEST:
        problems["content"] = f"请把诉求写清楚，不少于 {life.SHORTEST} 个字。"
    if len(call.content) > 4000:
        problems["content"] = "诉求太长，请概括到 4000 字以内。"
    if len(call.topic) > 80 or len(call.caller_name) > 80:
        problems["topic"] = "事项和姓名都请写在 80 个字以内。"
    told: dict[str, Any] = {"caller_phone": _phone(call.caller_phone, problems)}
    about = Organization.objects.filter(pk=call.about_id).first() if call.about_id else None
    if call.about_id and about is None:
        problems["about"] = "没有找到被投诉的单位，请从列表中选择。"
    case = Case.objects.filter(number=call.case_number.strip()).first() if call.case_number.strip() else None
    if call.case_number.strip() and (case is None or not actor.reaches(case.division)):
        problems["case_number"] = "没有找到这个办件号，请核对；没有办件号的留空。"
    line = HotlineLine.objects.filter(pk=call.hotline_id).first() if call.hotline_id else None
    return told | {"about": about, "related_case": case, "hotline": line, "subject_person_id": call.person_id}, problems


def _phone(text: str, problems: dict[str, str]) -> str:
    """Return a phone as it is kept; a caller may keep theirs to themselves, or call from a landline."""
    plain = "".join(text.split()).replace("-", "")
    if not plain:
        return ""
    if plain.isascii() and plain.isdigit() and plain.startswith("0") and 10 <= len(plain) <= 12:
        return plain
    try:
        return parse_mobile(plain)
    except ValueError:
        problems["caller_phone"] = "请填写 11 位手机号，或者带区号的固定电话；不愿留的留空。"
        return ""


def _on_duty(order: WorkOrder, at: datetime) -> DutyOfficer:
    """:raises NoDutyOfficer: nobody is on duty for the order's place or one above it."""
    chain = identity.chain(order.division)
    rows = DutyOfficer.objects.filter(division__in=chain, begins_at__lte=at, ends_at__gt=at).order_by("-pk")
    nearest = sorted(rows, key=lambda one: chain.index(one.division))
    if not nearest:
        raise NoDutyOfficer
    figures = hotline_figures(division=order.division, on=day_of(at))
    order.respond_due = at + timedelta(minutes=figures.duty_minutes)
    return nearest[0]


@transaction.atomic
def answer_directly(*, order_id: int, answer: str, actor: Actor, at: datetime) -> WorkOrder:
    """Answer a call at once, from what the items and the law say; the order is over."""
    order = life.lock_at_desk(order_id, actor)
    actor.require("channels.take", division=order.division)
    life.require_text(answer, "text", "怎样答复的")
    order.closed_at = at
    life.append(order, "answer", actor=actor, at=at, text=answer)
    audit.record("channels.answer", actor=actor, at=at, target=order.target, division=order.division)
    return order


@transaction.atomic
def refuse_order(*, order_id: int, reason: str, text: str, actor: Actor, at: datetime) -> WorkOrder:
    """
    Do not take an order, for a reason of the list, and say where else to go.

    :raises InvalidInput: no reason of the list, or nothing is said.
    """
    order = life.lock_at_desk(order_id, actor)
    actor.require("channels.take", division=order.division)
    if reason not in rules.NOT_ACCEPTED:
        raise InvalidInput({"reason": "请选择不予受理的理由。"})
    life.require_text(text, "text", "怎样告知的、可以到哪里去")
    order.closed_at, order.counts = at, False
    life.append(order, "refuse", actor=actor, at=at, text=text, reason=reason)
    audit.record("channels.refuse", actor=actor, at=at, target=order.target, division=order.division, reason=reason)
    return order


@transaction.atomic
def merge_order(*, order_id: int, into: str, actor: Actor, at: datetime) -> WorkOrder:
    """
    Merge a repeated demand into the order that is handled; it leaves the score base.

    :raises CannotMerge: the other one is not there, is over, or lies outside this desk's places.
    """
    order = life.lock_at_desk(order_id, actor)
    actor.require("channels.take", division=order.division)
    found = WorkOrder.objects.filter(number=into.strip()).exclude(pk=order.pk).first()
    if found is None or not life.at_desk(found, actor):
        raise CannotMerge
    other = life.lock(found.pk)
    if other.closed_at is not None or other.merged_into_id is not None:
        raise CannotMerge
    order.merged_into, order.counts, order.closed_at = other, False, at
    life.append(order, "merge", actor=actor, at=at, into=other.number)
    life.append(other, "take_in", actor=actor, at=at, number=order.number)
    audit.record("channels.merge", actor=actor, at=at, target=order.target, division=order.division, into=other.pk)
    return order


@transaction.atomic
def explain_order(*, order_id: int, text: str, actor: Actor, at: datetime) -> WorkOrder:
    """End an order whose demand the law does not grant, after explaining it; it leaves the score base."""
    order = life.lock_at_desk(order_id, actor)
    actor.require("channels.review", division=order.division)
    life.require_text(text, "text", "依据和怎样解释的")
    order.closed_at, order.counts = at, False
    life.append(order, "explain", actor=actor, at=at, text=text)
    audit.record("channels.explain", actor=actor, at=at, target=order.target, division=order.division)
    return order
