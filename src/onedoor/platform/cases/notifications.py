"""Tell the applicant and the agent at each step: a listener of the cases' own events."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localtime

from onedoor.platform.cases import documents
from onedoor.platform.cases.models import Action, Case, CaseDocument, Clock, Draft, Tolerance
from onedoor.platform.cases.states import Kind
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.messages import operations as messages
from onedoor.platform.messages import shipped

MACHINE = Actor.system("通知")
LATER = "约定后补的材料请在 {day} 前交来，逾期将退件。"


def listen() -> None:
    """Register for every kind of action people are told about."""
    for kind in Kind:
        if kind != Kind.COMPLETE_STEP and shipped.find(f"cases.{kind}") is not None:
            outbox.listen(f"cases.{kind}", "cases.notify", notify)
    outbox.listen("cases.signature_wanted", "cases.ask_signature", ask_signature)
    outbox.listen("cases.draft_expiring", "cases.warn_draft", warn_draft)
    outbox.listen("cases.tolerance_due", "cases.remind_tolerated", remind_tolerated)
    outbox.listen(f"cases.{Kind.COMPLETE_STEP}", "cases.notify", notify_step)


def notify(payload: dict[str, Any], *, at: datetime) -> None:
    action = _action(payload)
    if action.kind == Kind.DELIVER and action.facts.get("method") == "electronic":
        return  # the message that delivered it has said so
    if action.kind == Kind.RECALCULATE and not _moved(action):
        return  # only limits of steps have moved, nothing the applicant plans with
    tell(action, at=at)


def tell(action: Action, *, at: datetime) -> None:
    """Write the message of an action into the inboxes of applicant and agent; a second time changes nothing."""
    case = action.case
    by_inbox = action.facts.get("delivery", "electronic") == "electronic"
    kind, due_on = Kind(action.kind), action.facts.get("due_on", "")
    values = {
        "item": case.item_version.title,
        "minutes": case.item_version.item.undo_minutes,
        "receiving": case.receiving_organization.name,
        "receive": case.item_version.item.limits.receive.words,
        "deciding": case.deciding_organization.name,
        "delivery": "决定书已送达，请查看" if by_inbox else "决定书将由工作人员送达",
        "hold_until": action.facts.get("hold_until", ""),
        "due": due_on,
        "paper": _delivered(action),
        "content": f"期限到 {due_on} 止；内容" if due_on else "内容和救济途径",
        "promised": action.facts.get("promised_due", ""),
        "statutory": action.facts.get("statutory_due", ""),
        "last_day": action.facts.get("last_day", ""),
        "later": LATER.format(day=action.facts["tolerated_until"]) if "tolerated_until" in action.facts else "",
        "moved": "；".join(f"{Clock.Kind(kind).label}到 {day}" for kind, day in _moved(action).items()),
    }
    # A notice somebody still has to bring: its limit begins with the day it is received.
    unserved = f"cases.{kind}_unserved"
    _tell(action, values, at, template=unserved if not due_on and shipped.find(unserved) else "")


def _delivered(action: Action) -> str:
    """Return what the action has delivered or sent: a notice by its name, any decision as such."""
    kind = action.facts.get("kind")
    return CaseDocument.Kind(kind).label if kind in documents.NOTICES else "决定书"


def _moved(action: Action) -> dict[str, str]:
    """Return the limits of the case itself that have moved; those of its steps are named step:visit."""
    return {name: day for name, day in action.facts.get("moved", {}).items() if ":" not in name}


def notify_step(payload: dict[str, Any], *, at: datetime) -> None:
    action = _action(payload)
    step = action.case.item_version.item.step(action.step)
    if step is not None:
        _tell(action, {"item": action.case.item_version.title, "step": step.title}, at)


def _action(payload: dict[str, Any]) -> Action:
    return Action.objects.select_related("case__receiving_organization", "case__deciding_organization").get(
        pk=payload["action_id"]
    )


def readers_of(case: Case, *, on: date) -> set[int]:
    """Return who is told of a case: the applicant, and the agent as long as they may still look at it."""
    return identity.readers_of(person_id=case.applicant_id, agent_id=case.agent_id, item=case.item_code, on=on)


def _tell(action: Action, values: Mapping[str, Any], at: datetime, *, template: str = "") -> None:
    case = action.case
    for person_id in readers_of(case, on=day_of(at)):
        messages.send_message(
            recipient_id=person_id,
            event=f"cases.{action.kind}",
            template=template,
            values=values,
            link=f"/cases/{case.number}/",
            case_number=case.number,
            source=f"action:{action.pk}",
            actor=MACHINE,
            at=at,
        )


def warn_draft(payload: dict[str, Any], *, at: datetime) -> None:
    """Tell whoever fills a draft in, and the applicant, until when it is kept; one saved again since then is left alone."""
    draft = Draft.objects.filter(pk=payload["draft_id"], warned=payload["days"]).first()
    if draft is None or draft.submitted_as_id is not None:
        return
    last = localtime(draft.expires_at)
    for person_id in {draft.applicant_id, draft.filled_by_id}:
        messages.send_message(
            recipient_id=person_id,
            event="cases.draft_expiring",
            values={"item": draft.item_version.title, "last": f"{last:%Y-%m-%d %H:%M}"},
            link=f"/drafts/{draft.pk}/",
            case_number="",
            source=f"draft:{draft.pk}:{last:%Y%m%d}:{payload['days']}",
            actor=MACHINE,
            at=at,
        )


def remind_tolerated(payload: dict[str, Any], *, at: datetime) -> None:
    """Remind applicant and agent of what was promised for later; what has come meanwhile is left alone."""
    rows = Tolerance.objects.filter(pk__in=payload["tolerances"], state=Tolerance.State.OPEN).select_related("case")
    row = rows.order_by("id").first()
    if row is None:
        return
    case = row.case
    for person_id in readers_of(case, on=day_of(at)):
        messages.send_message(
            recipient_id=person_id,
            event="cases.tolerance_due",
            values={"item": case.item_version.title, "day": row.due_on},
            link=f"/cases/{case.number}/papers/",
            case_number=case.number,
            source=f"tolerance:{case.pk}:{row.due_on}",
            actor=MACHINE,
            at=at,
        )


def ask_signature(payload: dict[str, Any], *, at: datetime) -> None:
    """Tell a person that somebody's application asks for their signature."""
    messages.send_message(
        recipient_id=payload["person_id"],
        event="cases.signature_wanted",
        link="/me/signatures/",
        case_number="",
        source=f"signature:{payload['draft_id']}",
        actor=MACHINE,
        at=at,
    )
