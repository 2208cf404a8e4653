"""What this room hears: cases that move and end, visits that are over, bad reviews that were answered or closed."""

from datetime import datetime
from typing import Any

from django.conf import settings

from onedoor.platform.cases.models import Action, Case
from onedoor.platform.cases.notifications import readers_of
from onedoor.platform.cases.states import MOVES, TERMINAL, Kind, State
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.feedback import operations
from onedoor.platform.feedback.models import BadReview, Complaint, Phase
from onedoor.platform.feedback.operations.tickets import REFUSED
from onedoor.platform.feedback.rules import TICKET_ACTS
from onedoor.platform.identity.models import Organization, Person, ServicePoint
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.messages import operations as messages

MACHINE = Actor.system("好差评")
ENDS = [kind for kind, move in MOVES.items() if move.to in TERMINAL]
SERVED = (State.COMPLETED, State.NOT_ACCEPTED, State.RETURNED, State.NO_NEED, State.TERMINATED)
STEPS = (Kind.ACCEPT, Kind.COMPLETE_STEP)


def listen() -> None:
    """Register for everything that asks for a rating or follows from one."""
    for kind in ENDS:
        outbox.listen(f"cases.{kind}", "feedback.case_ended", case_ended)
    for kind in STEPS:
        outbox.listen(f"cases.{kind}", "feedback.step_done", step_done)
    for kind in REFUSED:
        outbox.listen(f"cases.{kind}", "feedback.refused_again", refused_again)
    outbox.listen("feedback.ticket_opened", "feedback.tell_ticket_opened", tell_ticket_opened)
    outbox.listen("feedback.complaint_moved", "feedback.tell_ticket_moved", tell_ticket_moved)
    outbox.listen("appointments.served", "feedback.visit_over", visit_over)
    outbox.listen("feedback.review_answered", "feedback.tell_answered", tell_answered)
    outbox.listen("feedback.review_closed", "feedback.tell_closed", tell_closed)


def case_ended(payload: dict[str, Any], *, at: datetime) -> None:
    """Ask for a rating of the whole, and let go what was said of its steps: nobody in the office could see it until now."""
    case = Case.objects.select_related("applicant").get(pk=payload["case_id"])
    if not case.is_ended:
        return
    operations.release_ratings(case=case, actor=MACHINE, at=at)
    if case.state not in SERVED or case.relation == Case.Relation.REVOKE or case.applicant.deceased_on is not None:
        return
    organ = case.deciding_organization_id if case.decided_at else case.receiving_organization_id
    invited = operations.invite(
        reference=case.target, phase=Phase.FINAL, about=_about(case, organ), actor=MACHINE, at=at
    )
    if invited is not None:
        _ask(case, invited, at)


def step_done(payload: dict[str, Any], *, at: datetime) -> None:
    """Let a step that an officer has done be rated while the case goes on; the page of the case offers it, no message."""
    action = Action.objects.select_related("case").get(pk=payload["action_id"])
    if action.organization_id is None:
        return
    case = action.case
    step = case.item_version.item.step(action.step)
    title = f"{case.item_version.title} · {step.title if step else action.get_kind_display()}"
    operations.invite(
        reference=case.target,
        phase=Phase.PROCESS,
        step=action.step or action.kind,
        about={**_about(case, action.organization_id), "title": title},
        actor=MACHINE,
        at=at,
    )


def visit_over(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for `appointments.served`: one rating for each visit at a window (R-EVA-1)."""
    point = ServicePoint.objects.select_related("organization").get(pk=payload["service_point"])
    person = Person.objects.filter(pk=payload["person_id"], deceased_on__isnull=True).first()
    organ: Organization = point.organization
    code = payload.get("item_code") or ""
    item = ItemVersion.objects.filter(code=code).order_by("-version").first()
    invited = operations.invite(
        reference=f"visit:{point.pk}:{payload['at'][:10]}:{payload['ticket']}",
        phase=Phase.FINAL,
        about={
            "person": person,
            "organization_id": organ.pk,
            "division": organ.division_id,
            "line": item.line if item else "",
            "item_code": code,
            "title": item.title if item else point.name,
            "hands": payload.get("logins", []),  # an event from before it told them has none
            "window": f"{point.name} {payload.get('window') or ''}".strip()[:80],
        },
        actor=MACHINE,
        at=at,
    )
    if invited is None or person is None:
        return
    words = {"title": invited.invitation.title, "day": invited.invitation.last_day}
    link, source = f"/r/{invited.code}/", f"invitation:{invited.invitation.pk}"
    _send(person.pk, "invited", words, link, "", source, at)


def _about(case: Case, organization_id: int) -> dict[str, object]:
    return {
        "case": case,
        "person_id": case.applicant_id,
        "organization_id": organization_id,
        "division": case.division,
        "line": case.line,
        "item_code": case.item_code,
        "title": case.item_version.title,
    }


def _ask(case: Case, invited: operations.Invited, at: datetime) -> None:
    told: dict[str, Any] = {"title": case.item_version.title, "day": invited.invitation.last_day}
    by_code = told | {"code": invited.code, "url": f"{settings.ONEDOOR_PUBLIC_URL}/r/{invited.code}/"}
    link, source = f"/cases/{case.number}/rate/", f"invitation:{invited.invitation.pk}"
    for person_id in readers_of(case, on=day_of(at)):
        if person_id == case.applicant_id:
            _send(person_id, "invited", by_code, link, case.number, source, at, template="feedback.invited_by_code")
        else:
            _send(person_id, "invited", told, link, case.number, source, at)


def refused_again(payload: dict[str, Any], *, at: datetime) -> None:
    """Open a ticket where this was the second refusal of a matter within the days of the place (platform rules 19)."""
    case = Case.objects.select_related("item_version", "receiving_organization", "deciding_organization")
    operations.open_after_refusals(case=case.get(pk=payload["case_id"]), actor=MACHINE, at=at)


def tell_ticket_opened(payload: dict[str, Any], *, at: datetime) -> None:
    row = Complaint.objects.select_related("case").get(pk=payload["complaint_id"])
    what = "ticket_by_itself" if row.by_itself else "ticket_opened"
    _tell_ticket(row, what, {"day": row.accept_due}, row.target, at)


def tell_ticket_moved(payload: dict[str, Any], *, at: datetime) -> None:
    """Tell whose a ticket is of each step; whoever is told nothing by their log-in reads it by the code."""
    row = Complaint.objects.select_related("case").get(pk=payload["complaint_id"])
    if row.kind != Complaint.Kind.TICKET or payload["act"] == "file_by_itself":
        return
    step = row.steps.filter(act=payload["act"]).latest("pk")
    _tell_ticket(row, "ticket_moved", {"act": TICKET_ACTS[payload["act"]]}, f"{row.target}:{step.pk}", at)


def _tell_ticket(row: Complaint, what: str, values: dict[str, Any], source: str, at: datetime) -> None:
    told = readers_of(row.case, on=day_of(at)) if row.case is not None else {row.person_id}
    values = {"title": row.title or "您反映的事", "number": row.number, **values}
    for person_id in sorted(filter(None, told)):
        _send(person_id, what, values, f"/unsolved/{row.number}/", "", f"{source}:{what}", at)


def tell_answered(payload: dict[str, Any], *, at: datetime) -> None:
    """Tell a reviewer who gave a name that there is an answer; an anonymous one reads it with the receipt."""
    _tell(payload, "answered", at)


def tell_closed(payload: dict[str, Any], *, at: datetime) -> None:
    _tell(payload, "closed", at)


def _tell(payload: dict[str, Any], what: str, at: datetime) -> None:
    review = BadReview.objects.select_related("evaluation__case").get(pk=payload["review_id"])
    said = review.evaluation
    if said.person_id is None:
        return
    number = said.case.number if said.case else ""
    link = f"/cases/{number}/rate/" if number else "/me/"
    _send(said.person_id, what, {}, link, number, f"{review.target}:{what}", at)


def _send(
    person_id: int,
    what: str,
    values: dict[str, Any],
    link: str,
    number: str,
    source: str,
    at: datetime,
    *,
    template: str = "",
) -> None:
    messages.send_message(
        recipient_id=person_id,
        event=f"feedback.{what}",
        template=template,
        values=values,
        link=link,
        case_number=number,
        source=source,
        actor=MACHINE,
        at=at,
    )
