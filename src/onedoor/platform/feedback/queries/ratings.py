"""What there is to rate for whoever was served, and what became of what they said."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from onedoor.platform.cases import access
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.cases.models import Case
from onedoor.platform.feedback import figures, rules
from onedoor.platform.feedback.models import BadReview, Evaluation, Invitation, Phase
from onedoor.platform.feedback.operations.rating import InvitationNotFound
from onedoor.platform.kernel import digit_codes
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of


@dataclass(frozen=True)
class Offer:
    """One thing that may be rated, or was: `standing` is open, evaluated or over. Silence stays silence."""

    title: str
    phase: str
    step: str
    last_day: date
    standing: str


@dataclass(frozen=True)
class Asked:
    """What a rating page asks: of what, about which aspects, in which order the five levels stand."""

    title: str
    organization: str
    window: str
    onsite: bool
    last_day: date
    levels: list[tuple[int, str]]
    indicators: list[tuple[str, str]]
    may_be_named: bool
    standing: str


@dataclass(frozen=True)
class Followed:
    """What became of a bad rating, for whoever gave it."""

    level: int
    level_title: str
    text: str
    submitted_on: date
    state_title: str
    answer: str
    due_on: date
    closed_on: date | None
    may_follow_up: bool
    followup: str
    asked: Asked


def offers_of(case: Case, *, actor: Actor, on: date) -> list[Offer]:
    """
    Return what the applicant's side may rate of a case, the whole first. The caller has fetched it through a checked door;
    whoever looks through an officer sees none of it.
    """
    if actor.person_id is None or actor.is_assisted:
        return []
    rows = list(access.rows_of(case, "invitations"))
    order = sorted(rows, key=lambda row: (row.phase != Phase.FINAL, row.pk))
    return [Offer(row.title, row.phase, row.step, row.last_day, _standing(row, on)) for row in order]


def offers_by_number(*, number: str, actor: Actor, at: datetime) -> list[Offer]:
    """:raises CaseNotFound: it is not the actor's own, nor of somebody they act for."""
    case = Case.objects.filter(number=number).first()
    if case is None:
        raise access.CaseNotFound
    access.require_applicant_side(case, actor=actor, scope="view", on=day_of(at))
    return offers_of(case, actor=actor, on=day_of(at))


def cases_to_rate(*, actor: Actor, on: date, most: int = 20) -> list[tuple[str, str, date]]:
    """Return what waits for the actor's rating: the number of the case, its title and the last day; the earliest first."""
    if actor.person_id is None or actor.is_assisted:
        return []
    mine = Q(case__applicant_id=actor.person_id) | Q(case__agent_id=actor.person_id)
    rows = Invitation.objects.filter(mine, phase=Phase.FINAL, outcome=Invitation.Outcome.NOT_EVALUATED)
    found = rows.filter(last_day__gte=on).order_by("last_day", "pk")
    return list(found.values_list("case__number", "title", "last_day")[:most])


def asked_of_case(*, number: str, phase: str, step: str, actor: Actor, on: date) -> Asked:
    """:raises CaseNotFound, InvitationNotFound: it is not the actor's, or there is nothing to rate."""
    case = Case.objects.filter(number=number).first()
    if case is None:
        raise access.CaseNotFound
    access.require_applicant_side(case, actor=actor, scope="view", on=on)
    row = Invitation.objects.filter(case=case, phase=phase, step=step).select_related("organization").first()
    if row is None:
        raise InvitationNotFound
    return _asked(row, on)


def asked_by_code(*, code: str, on: date) -> Asked:
    """:raises InvitationNotFound: no rating that waits is opened by this code."""
    digest = digit_codes.digest_of(code, purpose="feedback.rating")
    rows = Invitation.objects.filter(~Q(code_digest=""), code_digest=digest).select_related("organization")
    row = rows.first()
    if row is None:
        raise InvitationNotFound
    return _asked(row, on)


def followed_by_receipt(*, receipt: str, on: date) -> Followed:
    """:raises InvitationNotFound: no rating belongs to this receipt."""
    digest = digit_codes.digest_of(receipt, purpose="feedback.receipt")
    rows = Evaluation.objects.filter(~Q(receipt_digest=""), receipt_digest=digest, first=None)
    return _followed(rows.select_related("organization", "bad_review", "followup").first(), on)


def followed_of_case(*, number: str, actor: Actor, on: date) -> Followed | None:
    """Return what became of the bad rating the actor gave of a case under their name; None where there is none."""
    if actor.person_id is None or actor.is_assisted:
        return None
    rows = Evaluation.objects.filter(case__number=number, person_id=actor.person_id, first=None, level__in=rules.BAD)
    row = rows.select_related("organization", "bad_review", "followup").order_by("-phase", "pk").first()
    return None if row is None else _followed(row, on)


def visits_to_rate(*, actor: Actor, on: date) -> list[Invitation]:
    """Return today's visits at the clerk's organ for which no rating screen has been opened; not whether any was rated."""
    actor.require_one_of("feedback.screen")
    rows = Invitation.objects.filter(organization_id=actor.organization_id or 0, case__isnull=True, invited_on=on)
    return list(rows.filter(screen_opened=False).order_by("-pk")[:50])


def _standing(row: Invitation, on: date) -> str:
    if row.outcome == Invitation.Outcome.EVALUATED:
        return "evaluated"
    return "over" if on > row.last_day else "open"


def _asked(row: Invitation, on: date) -> Asked:
    onsite = row.case_id is None
    return Asked(
        title=row.title,
        organization=row.organization.name,
        window=row.window,
        onsite=onsite,
        last_day=row.last_day,
        levels=[(level, rules.LEVELS[level]) for level in rules.in_neutral_order(row.pk)],
        indicators=list((rules.OFFLINE if onsite else rules.ONLINE).items()),
        may_be_named=row.person_id is not None,
        standing=_standing(row, on),
    )


def _followed(row: Evaluation | None, on: date) -> Followed:
    if row is None:
        raise InvitationNotFound
    review: BadReview | None = getattr(row, "bad_review", None)
    later: Evaluation | None = getattr(row, "followup", None)
    closed = review.closed_on if review else None
    window = figures.days(figures.WINDOW, division=row.division, on=on)
    last = work_calendar(row.division).add_working_days(closed, window).day if closed else None
    return Followed(
        level=row.level,
        level_title=rules.LEVELS[row.level],
        text=row.text,
        submitted_on=row.submitted_on,
        state_title=review.get_state_display() if review else "办件办结以后转人核实",
        answer=review.answer if review else "",
        due_on=(review.complex_due if review.is_complex else review.simple_due) if review else row.submitted_on,
        closed_on=closed,
        may_follow_up=later is None and last is not None and on <= last,
        followup=rules.LEVELS[later.level] if later else "",
        asked=Asked(
            title=row.title,
            organization=row.organization.name,
            window=row.window,
            onsite=row.onsite,
            last_day=last or on,
            levels=[(level, rules.LEVELS[level]) for level in rules.in_neutral_order(row.pk)],
            indicators=list((rules.OFFLINE if row.onsite else rules.ONLINE).items()),
            may_be_named=False,
            standing="open",
        ),
    )
