"""办不成事反映: a person's own tickets."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from onedoor.platform.cases import access
from onedoor.platform.cases.models import Case
from onedoor.platform.feedback import figures
from onedoor.platform.feedback.models import Complaint
from onedoor.platform.feedback.operations.complaints import ComplaintNotFound, is_own
from onedoor.platform.feedback.operations.tickets import refused_by
from onedoor.platform.feedback.queries.complaints import Tracked, tracked
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor

MOST = 50


@dataclass(frozen=True)
class RefusedCase:
    """The case a ticket is about to be opened for."""

    number: str
    title: str
    organization: str


def days_to_take(*, division: str, on: date) -> int:
    """Return within how many working days a senior officer takes a ticket in a place; public."""
    return figures.days(figures.TAKE, division=division or identity.NATION, on=on)


def case_for_ticket(*, number: str, actor: Actor, on: date) -> RefusedCase:
    """:raises CaseNotFound: there is none, or it is not for this person; both look alike."""
    rows = Case.objects.select_related("item_version", "deciding_organization", "receiving_organization")
    case = rows.filter(number=number).first()
    if case is None:
        raise access.CaseNotFound
    access.require_applicant_side(case, actor=actor, scope="view", on=on)
    return RefusedCase(case.number, case.item_version.title, refused_by(case).name)


def own_tickets(*, actor: Actor, on: date, open_only: bool = False) -> list[Tracked]:
    """Return a person's own tickets and those of cases they look after, the newest first."""
    person = actor.require_person()
    own = Q(person=person)
    for principal, items in identity.followed_by(agent_id=person, on=on):
        looked_after = identity.of_items("case__item_code", items)
        own |= Q(case__agent=person, case__applicant=principal) & looked_after
    rows = Complaint.objects.filter(own, kind=Complaint.Kind.TICKET)
    if open_only:
        rows = rows.filter(closed_on=None)
    return [tracked(row) for row in rows.select_related("organization", "case").order_by("-pk")[:MOST]]


def get_own_ticket(*, number: str, actor: Actor, on: date) -> Tracked:
    """:raises ComplaintNotFound: there is none, or it is not this person's; both look alike."""
    rows = Complaint.objects.filter(number=number, kind=Complaint.Kind.TICKET)
    row = rows.select_related("organization", "case").first()
    if row is None or not is_own(row, actor, on):
        raise ComplaintNotFound
    return tracked(row)
