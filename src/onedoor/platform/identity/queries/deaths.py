"""Statements of deaths: those that wait for a second officer, one with its history, what each room did about it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import DeathEffect, DeathStatement, Delegation, Guardianship
from onedoor.platform.identity.queries.death_offices import MOST_ABOVE
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound
from onedoor.platform.kernel.scopes import within_reach
from onedoor.standards.masks import mask_citizen_id, mask_name

Paper = DeathStatement.Paper
PAPERS_OF_DEATH: tuple[str, ...] = (Paper.MEDICAL, Paper.HOUSEHOLD, Paper.COURT, Paper.CREMATION)
PAPERS_OF_CORRECTION: tuple[str, ...] = (*(Paper.RESTORED, Paper.COURT_REVOKED, Paper.TAKEN_BACK, Paper.OTHER_PERSON),)
PAPER_CHOICES = [(paper, str(Paper(paper).label)) for paper in PAPERS_OF_DEATH]
CORRECTION_CHOICES = [(paper, str(Paper(paper).label)) for paper in PAPERS_OF_CORRECTION]
MOST_SETTLED = 200  # settled ones on one page


class DeathNotFound(NotFound):
    code, message = "identity.death_not_found", "没有找到这项死亡登记，或它不归本单位办理，请刷新页面。"


@dataclass(frozen=True)
class ListedDeath:
    """One line of the list; the name is masked."""

    id: int
    kind: str
    title: str
    name: str
    paper: str
    organization: str
    stated_by: str
    stated_at: datetime
    standing: str  # waiting, confirmed, rejected, withdrawn by whoever stated it
    is_own: bool  # stated by the officer who looks


@dataclass(frozen=True)
class DeathView:
    """One statement as the second officer compares it with the paper; the number of the person is masked."""

    id: int
    kind: str
    title: str
    name: str
    id_number: str
    born_on: date | None
    paper: str
    paper_number: str
    issued_by: str
    died_on: date | None
    judged_on: date | None
    reason: str
    organization: str
    stated_by: str
    stated_at: datetime
    standing: str
    settled_by: str
    settled_at: datetime | None
    note: str
    is_own: bool
    told: list[str]  # what the rooms that have heard of it did
    history: list[ListedDeath]  # the other statements about the same person, the latest first


def _standing(row: DeathStatement) -> str:
    settlement = getattr(row, "settlement", None)
    if settlement is None:
        return "waiting"
    if settlement.confirmed:
        return "confirmed"
    return "withdrawn" if settlement.settled_by_id == row.stated_by_id else "rejected"


def deaths_within(actor: Actor) -> QuerySet[DeathStatement]:
    """
    Return the statements an officer may see: of the own organization and those below it, within reach.

    What one has stated oneself stays in sight wherever one works now, to take it back.
    """
    actor.require_one_of("identity.deaths", "identity.window")
    line = Q()
    for above in range(MOST_ABOVE):
        line |= Q(**{"organization" + "__parent" * above: actor.organization_id or 0})
    here = within_reach(actor, by_line=False) & line
    rows = DeathStatement.objects.filter(here | Q(stated_by=actor.login_id or 0))
    return rows.select_related("person", "organization", "stated_by", "settlement__settled_by")


def list_deaths(*, actor: Actor, before: int = 0) -> list[ListedDeath]:
    """
    Return the statements of the officer's organization and those below it: all that wait, the oldest first, then the
    latest settled ones. With `before`, the last settled one seen, the settled ones before it alone.
    """
    settled = deaths_within(actor).filter(settlement__isnull=False)
    if before:
        return [_listed(row, actor) for row in settled.filter(pk__lt=before).order_by("-pk")[:MOST_SETTLED]]
    waiting = deaths_within(actor).filter(settlement__isnull=True).order_by("pk")
    return [_listed(row, actor) for row in (*waiting, *settled.order_by("-pk")[:MOST_SETTLED])]


def _listed(row: DeathStatement, actor: Actor) -> ListedDeath:
    return ListedDeath(
        id=row.pk,
        kind=row.kind,
        title=row.get_kind_display(),
        name=mask_name(row.person.name),
        paper=row.get_paper_display(),
        organization=row.organization.name,
        stated_by=row.stated_by.name,
        stated_at=row.stated_at,
        standing=_standing(row),
        is_own=row.stated_by_id == actor.login_id,
    )


def deaths_waiting(*, actor: Actor) -> int:
    """Return how many statements wait for the officer: of the organization or below it, stated by somebody else."""
    return int(deaths_within(actor).filter(settlement__isnull=True).exclude(stated_by_id=actor.login_id).count())


def get_death(*, statement_id: int, actor: Actor, at: datetime) -> DeathView:
    """
    Return a statement with everything the paper has to agree with, as `deaths_within`; the look is recorded.

    :raises DeathNotFound: there is none, or it is none of the officer's.
    """
    row = deaths_within(actor).filter(pk=statement_id).first()
    if row is None:
        raise DeathNotFound
    audit.record_look("identity.view_death", actor=actor, at=at, target=row.target, division=row.division)
    settlement = getattr(row, "settlement", None)
    others = deaths_within(actor).filter(person=row.person).exclude(pk=row.pk).order_by("-pk")
    return DeathView(
        id=row.pk,
        kind=row.kind,
        title=row.get_kind_display(),
        name=row.person.name,
        id_number=mask_citizen_id(str(row.person.id_number)),
        born_on=row.person.born_on,
        paper=row.get_paper_display(),
        paper_number=row.paper_number,
        issued_by=row.issued_by,
        died_on=row.died_on,
        judged_on=row.judged_on,
        reason=str(row.reason),
        organization=row.organization.name,
        stated_by=row.stated_by.name,
        stated_at=row.stated_at,
        standing=_standing(row),
        settled_by=settlement.settled_by.name if settlement else "",
        settled_at=settlement.settled_at if settlement else None,
        note=str(settlement.note) if settlement else "",
        is_own=row.stated_by_id == actor.login_id,
        told=[one for effect in row.effects.order_by("pk") for one in effect.facts.get("told", [])],
        history=[_listed(other, actor) for other in others],
    )


def effect_of(*, statement_id: int, room: str) -> dict[str, Any] | None:
    """Return what a room has done about a statement, None when it has not yet heard of it."""
    found = DeathEffect.objects.filter(statement_id=statement_id, room=room).first()
    return dict(found.facts) if found else None


def standing_death(person_id: int, *, besides: int = 0) -> DeathStatement | None:
    """
    Return the confirmed death of a person that no confirmed correction follows; None where there is none.

    `besides` is the correction that is just being confirmed.
    """
    confirmed = DeathStatement.objects.filter(person_id=person_id, settlement__confirmed=True).exclude(pk=besides)
    last = confirmed.order_by("-settlement__pk").first()
    return last if last is not None and last.kind == DeathStatement.Kind.DEATH else None


def bound_by_death(*, statement_id: int) -> set[int]:
    """Return the others whose delegation or guardianship ended with a death, or holds again with its correction."""
    facts = effect_of(statement_id=statement_id, room="identity") or {}
    person = DeathStatement.objects.values_list("person_id", flat=True).get(pk=statement_id)
    pairs = [
        *Delegation.objects.filter(pk__in=facts.get("delegations", [])).values_list("principal_id", "agent_id"),
        *Guardianship.objects.filter(pk__in=facts.get("guardianships", [])).values_list("ward_id", "guardian_id"),
    ]
    return {one for pair in pairs for one in pair} - {person}
