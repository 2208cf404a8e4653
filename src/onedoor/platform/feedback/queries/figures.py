"""The figures of a month by organ: for everybody, with small numbers left out, and for whoever supervises, to the rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from onedoor.platform.feedback import figures, rules
from onedoor.platform.feedback.models import BadReview, Evaluation, Invitation, Phase
from onedoor.platform.feedback.rules import MonthFigures, Row
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Organization, Post
from onedoor.platform.kernel.actors import Actor, CodeRange
from onedoor.platform.kernel.errors import NotAllowed, NotFound
from onedoor.platform.kernel.scopes import within_reach

FIELDS = ("kind", "month", "organ", "evaluated", "level", "counts", "channel", "phase", "result", "in_time")
MOST_WORDS, MONTHS, PAGE = 20, 12, 100


class MonthNotFound(NotFound):
    code, message = "feedback.month_not_found", "这个月的数字还没有公开，或者月份写错了。请从列表中选择。"


@dataclass(frozen=True)
class Said:
    """What a reviewer let be published, with what tells of a person left out, and the answer."""

    organ: str
    level: int
    text: str
    answer: str


@dataclass(frozen=True)
class PublicMonth:
    """A finished month: organs with enough ratings one by one, how many are left out, the sum of those shown."""

    month: str
    figures: list[MonthFigures]
    total: MonthFigures | None
    withheld: int
    least: int
    rows: list[Row]
    said: list[Said]


@dataclass(frozen=True)
class RatingRow:
    """One rating behind a figure, for whoever supervises: no person, no case, the words without what tells of one."""

    id: int
    organ: str
    submitted_on: date
    level: int
    channel: str
    phase: str
    title: str
    text: str
    is_followup: bool
    review_state: str
    category: str


def months_published(on: date) -> list[str]:
    """Return the months whose figures are public, the newest first: finished ones, so that nobody compares two days."""
    year, month = on.year, on.month
    found = []
    for _ in range(MONTHS):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        found.append(f"{year}-{month:02d}")
    return found


def public_month(*, month: str, place: str, on: date) -> PublicMonth:
    """
    Return the figures of a finished month for the organs of a place and below, computed from the rows that are given too.

    :raises MonthNotFound: it is not over, or too long ago.
    """
    if month not in months_published(on):
        raise MonthNotFound
    ranges = identity.reach_of(place, on=on)
    rows = month_rows(month, _within(ranges), on)
    least = figures.days(figures.SMALL, division=identity.NATION, on=on)
    small = rules.too_few(rows, least)
    shown = [row for row in rows if row.organ not in small]
    by_organ = rules.month_figures(shown)
    return PublicMonth(
        month=month,
        figures=by_organ,
        total=rules.sum_of(by_organ),
        withheld=len(small),
        least=least,
        rows=shown,
        said=_said(month, {one.organ for one in by_organ}),
    )


def rating_figures(*, actor: Actor, month: str, on: date) -> list[MonthFigures]:
    """
    Return the figures of a month for the organs within a supervisor's reach, small numbers too, the worst first.

    :raises NotAllowed: the post may not watch.
    :raises MonthNotFound: there is no such month.
    """
    _require_watcher(actor)
    _require_month(month, on)
    found = rules.month_figures(month_rows(month, within_reach(actor), on))
    return sorted(found, key=lambda one: (one.satisfaction is None, one.satisfaction or 0.0, one.organ))


def ratings_behind(
    *, actor: Actor, month: str, on: date, organ: int = 0, bad: bool = False, policy: bool = False, before: int = 0
) -> list[RatingRow]:
    """
    Return the ratings a figure counts, newest first; `bad` the bad ones only, `policy` the pool of what is said of policy.

    :raises NotAllowed: the post may not watch.
    :raises MonthNotFound: there is no such month.
    """
    _require_watcher(actor)
    _require_month(month, on)
    rows = Evaluation.objects.filter(within_reach(actor), _in(month, "submitted_on"), held_for=None)
    if organ:
        rows = rows.filter(organization=organ)
    if bad:
        rows = rows.filter(level__in=rules.BAD)
    if policy:
        rows = rows.filter(bad_review__category=BadReview.Category.POLICY)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("organization", "bad_review", "person").order_by("-pk")[:PAGE])
    officers = _officers({row.organization_id for row in found})
    return [_rating_row(row, officers) for row in found]


def month_rows(month: str, scope: Q, on: date) -> list[Row]:
    """Return the facts of a month within a scope, in an order that tells nothing of when each came in."""

    invited = Invitation.objects.filter(scope, _in(month, "invited_on"), phase=Phase.FINAL)
    ratings = Evaluation.objects.filter(scope, _in(month, "submitted_on"), first=None, held_for=None)
    bad = BadReview.objects.filter(scope, _in(month, "begun_on")).select_related("evaluation")
    rows = [
        Row("invitation", month, organ, "", evaluated=outcome == Invitation.Outcome.EVALUATED)
        for organ, outcome in invited.values_list("organization_id", "outcome")
    ]
    for organ, level, channel, phase, result in ratings.values_list(
        "organization_id", "level", "channel", "phase", "bad_review__result"
    ):
        counts = result != BadReview.State.INVALID_AFTER_APPEAL
        rows.append(Row("rating", month, organ, "", level=level, counts=counts, channel=channel, phase=phase))
    rows += [
        Row("bad_review", month, one.organization_id, "", result=one.result, in_time=_in_time(one, on)) for one in bad
    ]
    organs = dict(Organization.objects.filter(pk__in={row.organ for row in rows}).values_list("pk", "name"))
    named = [Row(**{**vars(row), "organ_name": organs[row.organ]}) for row in rows]
    return sorted(named, key=lambda row: tuple(str(getattr(row, name)) for name in ("organ", *FIELDS)))


def _in_time(review: BadReview, on: date) -> bool:
    """Tell whether everything that was due has been done by its day so far."""
    due = review.complex_due if review.is_complex else review.simple_due
    return (review.contacted_on or on) <= review.contact_due and (review.settled_on or on) <= due


def _in(month: str, field: str) -> Q:
    year, number = (int(part) for part in month.split("-"))
    following = date(year + number // 12, number % 12 + 1, 1)
    return Q(**{f"{field}__gte": date(year, number, 1), f"{field}__lt": following})


def _within(ranges: Iterable[CodeRange]) -> Q:
    place = Q(pk__in=[])
    for start, end in ranges:
        place |= Q(division__gte=start, division__lt=end)
    return place


def _said(month: str, organs: set[int]) -> list[Said]:
    rows = Evaluation.objects.filter(_in(month, "submitted_on"), organization__in=organs, may_publish=True, first=None)
    done = rows.filter(bad_review__closed_on__isnull=False).select_related("organization", "bad_review", "person")
    found = [row for row in done.order_by("organization_id", "level", "pk") if row.text]
    told, officers = [], _officers({row.organization_id for row in found[:MOST_WORDS]})
    for row in found[:MOST_WORDS]:
        names = _names(row, officers)
        answer = rules.masked(row.bad_review.answer, names)
        told.append(Said(row.organization.name, row.level, rules.masked(row.text, names), answer))
    return told


def _officers(organs: set[int]) -> dict[int, set[str]]:
    """Return the names of everybody who has or had a post at each of these organs; one question."""
    found: dict[int, set[str]] = {organ: set() for organ in organs}
    for organ, name in Post.objects.filter(organization_id__in=organs).values_list("organization_id", "login__name"):
        found[organ].add(name)
    return found


def _names(row: Evaluation, officers: Mapping[int, set[str]]) -> set[str]:
    """Return the names that may stand in a text: the reviewer's, and those of the organ's officers."""
    return {*officers[row.organization_id], *([row.person.name] if row.person else [])}


def _rating_row(row: Evaluation, officers: Mapping[int, set[str]]) -> RatingRow:
    review: BadReview | None = getattr(row, "bad_review", None)
    return RatingRow(
        id=row.pk,
        organ=row.organization.name,
        submitted_on=row.submitted_on,
        level=row.level,
        channel=rules.CHANNELS[row.channel],
        phase=row.get_phase_display(),
        title=row.title,
        text=rules.masked(row.text, _names(row, officers)),
        is_followup=row.first_id is not None,
        review_state=review.get_state_display() if review else "",
        category=review.get_category_display() if review and review.category else "",
    )


def _require_watcher(actor: Actor) -> None:
    if actor.kind != "system" and "feedback.watch" not in actor.permissions:
        raise NotAllowed


def _require_month(month: str, on: date) -> None:
    """The running month too: whoever supervises need not wait for its end."""
    if month not in (f"{on:%Y-%m}", *months_published(on)):
        raise MonthNotFound
