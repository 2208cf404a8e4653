"""Bad reviews for the officers who handle or re-check them. A reviewer is named to the handler alone (R-EVA-2)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.cases.remaining import Left, of_days, working_days_left
from onedoor.platform.feedback import routing, rules
from onedoor.platform.feedback.models import BadReview, ReviewAppeal, ReviewRecusal, ReviewStep
from onedoor.platform.feedback.operations.appeals import GROUNDS, parties
from onedoor.platform.feedback.operations.reviews import RESULTS, WAYS, ReviewNotFound
from onedoor.platform.identity.models import Person
from onedoor.platform.identity.queries.death_offices import organs_above
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.scopes import within_reach

PAGE = 50
OPEN_STATES = tuple(state for state in BadReview.State.values if state != BadReview.State.CLOSED)
ACTS = {
    "take": "接手",
    "hand_on": "换人办理",
    "contact": "首次联系",
    "verify": "核实",
    "rectify": "整改",
    "explain_policy": "解释政策",
    "exclude": "复核认定不计入",
    "revisit": "回访",
    "take_up_again": "回访未解决，重新办理",
    "close": "办结",
}


@dataclass(frozen=True)
class ListedReview:
    """One line of the list: what is due, never who said it."""

    id: int
    title: str
    level: int
    stars: int
    state: str
    state_title: str
    category: str
    due_on: date
    left: Left | None
    anonymous: bool
    begun_on: date
    is_mine: bool
    appeal: str


@dataclass(frozen=True)
class StepView:
    act: str
    title: str
    note: str
    actor_name: str
    at: datetime


@dataclass(frozen=True)
class AppealView:
    ground: str
    reason: str
    state: str
    state_title: str
    asked_on: date
    due_on: date
    decides: str  # the organ that decides; empty, nobody above may, or any supervisor of the place
    is_further_up: bool
    nobody: bool
    opinion: str
    decided_by: str


@dataclass(frozen=True)
class ReviewView:
    """
    A bad review as its page shows it. Of an anonymous one there is no person, no case and no hour, and there is no
    way from here to one.
    """

    listed: ListedReview
    organization: str
    window: str
    channel: str
    phase: str
    text: str
    indicators: list[str]
    submitted_on: date
    contact_due: date
    simple_due: date
    complex_due: date
    appeal_until: date
    is_complex: bool
    handler: str
    result: str
    resolved: str
    answer: str
    closed_on: date | None
    steps: list[StepView]
    appeal: AppealView | None
    followup: tuple[int, str] | None
    acts: list[str]
    reviewer: "Reviewer | None" = None


@dataclass(frozen=True)
class Reviewer:
    """Who gave a name with a rating, for the officer who is to contact them."""

    name: str
    phone: str
    case_number: str


def visible(actor: Actor) -> Q:
    """
    Return which bad reviews an officer may have anything to do with: those given to them, those of their organ given to
    nobody yet, and those of organs below whose appeal they decide or which the reviewer says are not resolved. Nobody
    who had a hand in the matter.
    """
    own = Q(pk__in=[])
    if "feedback.handle" in actor.permissions:
        own |= Q(assigned_login=actor.login_id) if actor.login_id is not None else Q()
        own |= Q(assigned_login__isnull=True, handled_by=actor.organization_id or 0)
    if "feedback.recheck" in actor.permissions:
        own |= _from_above(actor)
    recused = Exists(ReviewRecusal.objects.filter(review=OuterRef("pk"), login_id=actor.login_id or 0))
    return within_reach(actor) & own & ~Q(recused)


def _from_above(actor: Actor) -> Q:
    """Return those of other organs, and of organs without a superior here, that wait for somebody who looks from above."""
    to_decide = Q(appeal__isnull=False) | Q(resolved=BadReview.Resolved.NO, state=BadReview.State.REVISITED)
    below = Q(organization__parent=actor.organization_id or 0) | Q(appeal__to=actor.organization_id or 0)
    without_superior = Q(organization__parent__isnull=True)
    if (
        actor.role == "approver"
    ):  # an approver decides for the organs below; without a superior only who supervises does
        without_superior &= Q(pk__in=[])
    not_mine = Q(assigned_login__isnull=True) | ~Q(assigned_login=actor.login_id or 0)
    return to_decide & (below | without_superior) & not_mine


def may_decide(review: BadReview, appeal: ReviewAppeal, actor: Actor) -> bool:
    """Tell whether an officer is somebody else than who handles it and who appealed, of the organ above or a supervisor."""
    if "feedback.recheck" not in actor.permissions or actor.login_id in (appeal.asked_by, review.assigned_login):
        return False
    above = organs_above(review.organization_id)[1:]
    if appeal.to_id is not None and actor.organization_id == appeal.to_id:
        return True
    return actor.organization_id in above if above else actor.role != "approver"


def list_reviews(*, actor: Actor, on: date, closed: bool = False, before: int = 0) -> list[ListedReview]:
    """Return the bad reviews an officer has to do with, the most urgent first; closed ones the newest first."""
    actor.require_one_of("feedback.handle", "feedback.recheck")
    rows = BadReview.objects.filter(visible(actor)).select_related("evaluation", "appeal")
    if not closed:
        open_ones = list(rows.filter(state__in=OPEN_STATES).order_by("contact_due", "pk")[: 4 * PAGE])
        return sorted((_listed(row, actor, on) for row in open_ones), key=lambda one: (one.due_on, one.id))
    done = rows.filter(state=BadReview.State.CLOSED)
    if before:
        done = done.filter(pk__lt=before)
    return [_listed(row, actor, on) for row in done.order_by("-pk")[:PAGE]]


def get_review(*, review_id: int, actor: Actor, at: datetime) -> ReviewView:
    """
    Return one bad review; the look is recorded, with what it showed of a person.

    :raises ReviewNotFound: there is none, or it is not for this officer; both look alike.
    """
    actor.require_one_of("feedback.handle", "feedback.recheck")
    found = BadReview.objects.filter(visible(actor), pk=review_id)
    review = found.select_related("evaluation__followup", "evaluation__case", "organization", "appeal__to").first()
    if review is None:
        raise ReviewNotFound
    on, said = day_of(at), review.evaluation
    appeal = getattr(review, "appeal", None)
    followup = getattr(said, "followup", None)
    reviewer = _reviewer(review, actor)
    shown = ["name", "phone", "case"] if reviewer is not None else []
    audit.record_look("feedback.look", actor=actor, at=at, target=review.target, division=review.division, fields=shown)
    return ReviewView(
        listed=_listed(review, actor, on),
        organization=review.organization.name,
        window=said.window,
        channel=rules.CHANNELS[said.channel],
        phase=said.get_phase_display(),
        text=said.text,
        indicators=[rules.INDICATORS[one] for one in said.indicators],
        submitted_on=said.submitted_on,
        contact_due=review.contact_due,
        simple_due=review.simple_due,
        complex_due=review.complex_due,
        appeal_until=review.appeal_until,
        is_complex=review.is_complex,
        handler=review.assigned_name,
        result=BadReview.State(review.result).label.partition("，")[0] if review.result else "",
        resolved=review.get_resolved_display() if review.resolved else "",
        answer=review.answer,
        closed_on=review.closed_on,
        steps=[
            StepView(step.act, ACTS[step.act], step.note, step.actor_name, step.at)
            for step in ReviewStep.objects.filter(review=review).order_by("pk")
        ],
        appeal=_appeal(appeal, on) if appeal is not None else None,
        followup=(followup.level, followup.text) if followup is not None else None,
        acts=_acts(review, appeal, actor, on),
        reviewer=reviewer,
    )


def _reviewer(review: BadReview, actor: Actor) -> Reviewer | None:
    said = review.evaluation
    if said.anonymous or said.person_id is None or actor.login_id is None or review.assigned_login != actor.login_id:
        return None
    person = Person.objects.get(pk=said.person_id)
    return Reviewer(person.name, str(person.phone), said.case.number if said.case else "")


def _appeal(row: ReviewAppeal, on: date) -> AppealView:
    waits = row.state == ReviewAppeal.State.OPEN
    parent = row.review.organization.parent_id
    return AppealView(
        decides=row.to.name if row.to is not None else "",
        is_further_up=row.to_id is not None and parent is not None and row.to_id != parent,
        nobody=waits and row.to_id is None and not routing.somebody_rechecks(row.review, on=on, but=parties(row)),
        ground=row.get_ground_display(),
        reason=row.reason,
        state=row.state,
        state_title=row.get_state_display(),
        asked_on=row.asked_on,
        due_on=row.due_on,
        opinion=row.opinion,
        decided_by=row.decided_by,
    )


def _acts(review: BadReview, appeal: ReviewAppeal | None, actor: Actor, on: date) -> list[str]:
    """Return what this officer can do now, in the order of the page."""
    waiting = appeal is not None and appeal.state == ReviewAppeal.State.OPEN
    if appeal is not None and waiting and may_decide(review, appeal, actor):
        return ["decide_appeal"]
    if review.assigned_login is None and "feedback.handle" in actor.permissions:
        return ["take"]
    if review.assigned_login != actor.login_id:
        unresolved = review.state == BadReview.State.REVISITED and review.resolved == BadReview.Resolved.NO
        return ["close"] if unresolved else []
    acts = {
        "assigned": ["contact"],
        "contacted": ["verify"],
        "verified": [] if waiting else ["settle"],
        "revisited": [] if review.resolved == BadReview.Resolved.NO else ["close"],
        "closed": [],
    }.get(review.state, ["revisit"])
    may_appeal = appeal is None and on <= review.appeal_until and rules.leads_to("exclude", review.state) is not None
    return [*acts, "appeal"] if may_appeal else acts


def _listed(row: BadReview, actor: Actor, on: date) -> ListedReview:
    said, due = row.evaluation, row.due_on
    appeal = getattr(row, "appeal", None)
    assert isinstance(due, date)
    left = None
    if row.settled_on is None and row.state != BadReview.State.CLOSED:
        left = of_days(working_days_left(on, due, work_calendar(row.division)))
    return ListedReview(
        id=row.pk,
        title=said.title or "（同类办件少，不显示事项）",
        level=said.level,
        stars=rules.stars(said.level),
        state=row.state,
        state_title=row.get_state_display(),
        category=row.get_category_display() if row.category else "",
        due_on=due,
        left=left,
        anonymous=said.anonymous,
        begun_on=row.begun_on,
        is_mine=row.assigned_login == actor.login_id,
        appeal=appeal.get_state_display() if appeal is not None else "",
    )


CATEGORY_CHOICES = [(one.value, str(one.label)) for one in BadReview.Category if one not in GROUNDS]
GROUND_CHOICES = [(one.value, str(one.label)) for one in GROUNDS]
RESOLVED_CHOICES = [(one.value, str(one.label)) for one in BadReview.Resolved]
WAY_CHOICES = [*WAYS.items()]
RESULT_CHOICES = [*RESULTS.items()]
