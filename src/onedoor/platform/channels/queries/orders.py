"""Work orders as each side sees them: the desk, the unit, the caller with a code."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.cases.remaining import Left, of_days, of_hours, working_days_left
from onedoor.platform.channels import life, rules
from onedoor.platform.channels.evidence import files_of
from onedoor.platform.channels.models import OrderAct, WorkOrder
from onedoor.platform.channels.states import AT_THE_UNIT, ENDED, MOVES, leads_to
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.scopes import within_reach

PAGE = 50
AT_DESK = {
    "channels.take": ("answer", "refuse", "dispatch", "merge", "revisit", "close"),
    "channels.review": (
        *("confirm", "assign", "grant_extension", "return", "close", "explain"),
        "respond",
    ),
}
AT_UNIT = ("respond", "sign", "object", "contact", "ask_extension", "reply", "close")
AT_JOINT = ("assist",)
SECRET = ("file", "contact", "revisit", "say")  # whose words may tell who called


@dataclass(frozen=True)
class ListedOrder:
    """One line of the list; never who called."""

    id: int
    number: str
    topic: str
    category_title: str
    urgency: str
    urgency_title: str
    state: str
    state_title: str
    organization: str
    left: Left | None
    received_at: datetime


@dataclass(frozen=True)
class ActView:
    act: str
    title: str
    text: str
    facts: dict[str, Any]
    actor_name: str
    organization: str
    at: datetime


@dataclass(frozen=True)
class ProofView:
    id: int
    name: str


@dataclass(frozen=True)
class OrderView:
    """An order as its page shows it; who called is left out for the unit complained of."""

    listed: ListedOrder
    content: str
    emergency: str
    channel: str
    hotline: str
    caller_name: str
    caller_phone: str
    hidden: bool
    about: str
    case_number: str
    joint: list[str]
    dispatched_at: datetime | None
    sign_due: datetime | None
    object_until: date | None
    due_on: date | None
    extended_to: date | None
    extension: str
    extension_title: str
    extension_days: int
    respond_due: datetime | None
    responded_at: datetime | None
    revisit_due: date | None
    closed_at: datetime | None
    transfers: int
    reworks: int
    merged_into: str
    merged_here: list[str]
    counts: bool
    unit_resolved: str
    responded: str
    resolved: str
    satisfied: str
    history: list[ActView]
    proofs: list[ProofView]
    acts: list[str]


@dataclass(frozen=True)
class FollowedOrder:
    """What a caller sees with number and code."""

    number: str
    topic: str
    state: str
    state_title: str
    organization: str
    received_at: datetime
    due_on: date | None
    answer: str
    answered_at: datetime | None
    may_say: bool
    said: dict[str, str]


def visible(actor: Actor) -> Q:
    """Return which orders an officer may see: a desk those of its places, a unit those sent to it."""
    found = Q(pk__in=[])
    if actor.permissions & set(life.DESK):
        found |= within_reach(actor, by_line=False)
    if "channels.handle" in actor.permissions and actor.organization_id is not None:
        mine = Q(main_organization=actor.organization_id) | Q(joint_organizations=actor.organization_id)
        found |= mine
    return found


def list_orders(*, actor: Actor, at: datetime, ended: bool = False, before: int = 0) -> list[ListedOrder]:
    """Return the orders an officer has to do with: open ones by what is due first, ended ones the newest first."""
    actor.require_one_of(*life.DESK, "channels.handle")
    rows = WorkOrder.objects.filter(visible(actor)).select_related("main_organization").distinct()
    if ended:
        rows = rows.filter(state__in=ENDED)
        rows = rows.filter(pk__lt=before) if before else rows
        return [_listed(row, at) for row in rows.order_by("-pk")[:PAGE]]
    open_ones = rows.exclude(state__in=ENDED).order_by("pk")[: 4 * PAGE]
    ordered = sorted(open_ones, key=lambda one: (one.urgency != "emergency", str(one.last_day or ""), one.pk))
    return [_listed(row, at) for row in ordered]


def get_order(*, order_id: int, actor: Actor, at: datetime) -> OrderView:
    """
    Return one order for its page; the look is recorded, with what it showed of a person.

    :raises OrderNotFound: there is none, or it is not for this officer; both look alike.
    """
    actor.require_one_of(*life.DESK, "channels.handle")
    found = WorkOrder.objects.filter(visible(actor), pk=order_id).select_related(
        "main_organization", "about", "related_case", "merged_into", "hotline"
    )
    order = found.first()
    if order is None:
        raise life.OrderNotFound
    joint = list(order.joint_organizations.order_by("pk"))
    hidden = not life.at_desk(order, actor) and rules.identity_is_hidden(
        consents=order.consents, about=order.about_id, organs=[actor.organization_id or 0]
    )
    shown = [] if hidden else ["caller_name", "caller_phone"]
    audit.record_look("channels.look", actor=actor, at=at, target=order.target, division=order.division, fields=shown)
    names = ("dispatched_at", "sign_due", "object_until", "due_on", "extended_to", "extension", "extension_days")
    more = ("respond_due", "responded_at", "revisit_due", "closed_at", "transfers", "reworks", "counts")
    same = {name: getattr(order, name) for name in (*names, *more, "responded", "resolved", "satisfied")}
    return OrderView(
        listed=_listed(order, at),
        content=_veiled(order.content, order) if hidden else order.content,
        emergency=rules.EMERGENCIES.get(order.emergency, ""),
        channel=order.get_channel_display(),
        hotline=str(order.hotline) if order.hotline else "",
        caller_name="" if hidden else order.caller_name,
        caller_phone="" if hidden else order.caller_phone,
        hidden=hidden,
        about=order.about.name if order.about else "",
        case_number=order.related_case.number if order.related_case and not hidden else "",
        joint=[one.name for one in joint],
        extension_title=order.get_extension_display() if order.extension else "",
        merged_into=order.merged_into.number if order.merged_into else "",
        merged_here=list(order.merged_here.order_by("pk").values_list("number", flat=True)),
        unit_resolved=order.unit_resolved,
        history=[_act(row, order, hidden) for row in OrderAct.objects.filter(order=order).order_by("pk")],
        proofs=[ProofView(number, name) for number, name in files_of(order)],
        acts=_acts_of(order, actor, at),
        **same,
    )


def _veiled(text: str, order: WorkOrder) -> str:
    """Return a text as the unit complained of reads it: without the name and the telephone of whoever called (R-HOT-3)."""
    for secret in (order.caller_name, order.caller_phone):
        if len(secret) > 1:
            text = text.replace(secret, "＊＊")
    return text


def _act(row: OrderAct, order: WorkOrder, hidden: bool) -> ActView:
    text = row.text if not hidden else "" if row.act in SECRET else _veiled(row.text, order)
    return ActView(row.act, MOVES[row.act].title, text, row.facts, row.actor_name, row.organization_name, row.at)


def _acts_of(order: WorkOrder, actor: Actor, at: datetime) -> list[str]:
    """Return what this officer can do now, in the order of the page."""
    able: list[str] = []
    for permission, acts in AT_DESK.items():
        if actor.may(permission, division=order.division):
            able += acts
    if life.at_unit(order, actor):
        able += AT_UNIT
    if life.at_joint(order, actor):
        able += AT_JOINT
    possible = [act for act in dict.fromkeys(able) if leads_to(act, order.state) is not None]
    return [act for act in possible if _offered(order, act, actor, at)]


def _offered(order: WorkOrder, act: str, actor: Actor, at: datetime) -> bool:
    on = day_of(at)
    if act == "object":
        return not order.settled and (order.object_until is None or on <= order.object_until)
    if act == "ask_extension":
        return order.extension == "" and order.due_on is not None and on <= order.due_on
    if act == "grant_extension":
        return order.extension == WorkOrder.Extension.REQUESTED
    if act == "respond":
        return order.respond_due is not None and order.responded_at is None
    if act == "return":
        return order.resolved != WorkOrder.Answer.YES
    if act == "close":
        reviewer = actor.may("channels.review", division=order.division)
        desk = life.at_desk(order, actor)
        return rules.closing_obstacle(resolved=order.resolved, by_desk=desk, by_reviewer=reviewer) == ""
    return True


def follow_order(*, number: str, code: str) -> FollowedOrder:
    """
    Return an order to whoever holds its number and code; of one merged into another, what became of that one.

    :raises OrderNotFound: number and code do not belong together.
    """
    own = life.by_code(number=number, code=code)
    order = own.merged_into or own
    told = (
        OrderAct.objects.filter(order=order, act__in=("reply", "answer", "refuse", "explain")).order_by("-pk").first()
    )
    return FollowedOrder(
        number=own.number,
        topic=own.topic,
        state=order.state,
        state_title=order.get_state_display(),
        organization=order.main_organization.name if order.main_organization else "",
        received_at=own.received_at,
        due_on=order.extended_to or order.due_on,
        answer=told.text if told else "",
        answered_at=told.at if told else None,
        may_say=own.merged_into_id is None and leads_to("say", own.state) is not None,
        said={name: getattr(own, f"get_{name}_display")() for name in ("responded", "resolved", "satisfied")},
    )


def _listed(order: WorkOrder, at: datetime) -> ListedOrder:
    return ListedOrder(
        id=order.pk,
        number=order.number,
        topic=order.topic,
        category_title=order.get_category_display(),
        urgency=order.urgency,
        urgency_title=order.get_urgency_display(),
        state=order.state,
        state_title=order.get_state_display(),
        organization=order.main_organization.name if order.main_organization else "",
        left=_left(order, at),
        received_at=order.received_at,
    )


def _left(order: WorkOrder, at: datetime) -> Left | None:
    """Return what is left of the clock that runs now: duty officer, signature, reply, revisit."""
    if order.respond_due is not None and order.responded_at is None and order.state not in ENDED:
        return of_hours(order.respond_due, at=at)
    if order.state == "dispatched" and order.sign_due is not None:
        return of_hours(order.sign_due, at=at)
    last = order.last_day if order.state in AT_THE_UNIT else order.revisit_due if order.state == "replied" else None
    if not isinstance(last, date):
        return None
    return of_days(working_days_left(day_of(at), last, work_calendar(order.division)))
