"""
The figures of a month by organ: for everybody, with small numbers left out, and for whoever supervises, to the rows.

They are counted in the database, in as many questions for one rating as for a million; the rows are read only when they
are asked for, and give the same figures to whoever counts again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from onedoor.platform.feedback import figures, rules
from onedoor.platform.feedback.models import BadReview, Complaint, Evaluation, Invitation, Phase
from onedoor.platform.feedback.rules import MonthFigures, Row, TicketFigures
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
    said: list[Said]
    tickets: TicketFigures | None  # None where there are too few of them


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
    Return the figures of a finished month for the organs of a place and below (`public_rows` gives what they are made of).

    :raises MonthNotFound: it is not over, or too long ago.
    """
    scope, least = _published(month, place, on), _least(on)
    found = month_figures(month, scope, on)
    small = _too_few(month, scope, {one.organ for one in found}, least)
    by_organ = [one for one in found if one.organ not in small]
    return PublicMonth(
        month=month,
        figures=by_organ,
        total=rules.sum_of(by_organ),
        withheld=len(small),
        least=least,
        said=_said(month, {one.organ for one in by_organ}),
        tickets=_tickets(month, scope, least),
    )


def public_rows(*, month: str, place: str, on: date) -> list[Row]:
    """
    Return the rows that the public figures of a month count; organs with few ratings are left out of both.

    :raises MonthNotFound: it is not over, or too long ago.
    """
    scope = _published(month, place, on)
    rows = month_rows(month, scope, on)
    small = _too_few(month, scope, {row.organ for row in rows}, _least(on))
    return [row for row in rows if row.organ not in small]


def rating_figures(*, actor: Actor, month: str, on: date) -> list[MonthFigures]:
    """
    Return the figures of a month for the organs within a supervisor's reach, small numbers too, the worst first.

    :raises NotAllowed: the post may not watch.
    :raises MonthNotFound: there is no such month.
    """
    _require_watcher(actor)
    _require_month(month, on)
    found = month_figures(month, within_reach(actor), on)
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


def month_figures(month: str, scope: Q, on: date) -> list[MonthFigures]:
    """Return the figures of each organ within a scope, counted by the database: four questions however much there is."""
    asked = _final(month, scope).values("organization_id")
    ratings = _firsts(month, scope).values("organization_id")
    counts = ~Q(bad_review__result=BadReview.State.INVALID_AFTER_APPEAL)
    levels = {f"level_{one}": Count("pk", filter=counts & Q(level=one)) for one in rules.LEVELS}
    evaluated = Count("pk", filter=Q(outcome=Invitation.Outcome.EVALUATED))
    settled = Count("pk", filter=Q(result__in=rules.SETTLED))
    bad = BadReview.objects.filter(scope, _in(month, "begun_on")).values("organization_id")
    found: dict[int, dict[str, int]] = {}
    counted: tuple[Iterable[Any], ...] = (
        asked.annotate(invited=Count("pk"), evaluated=evaluated),
        ratings.annotate(**levels),
        bad.annotate(bad=Count("pk"), settled=settled, in_time=Count("pk", filter=_handled_in_time(on))),
    )
    for row in chain.from_iterable(counted):
        found.setdefault(row["organization_id"], {}).update(row)
    names = dict(Organization.objects.filter(pk__in=found).values_list("pk", "name"))
    return [_figures(organ, names[organ], numbers) for organ, numbers in sorted(found.items())]


def _figures(organ: int, name: str, counted: Mapping[str, int]) -> MonthFigures:
    by_level = tuple(counted.get(f"level_{one}", 0) for one in rules.LEVELS)
    return MonthFigures(
        organ=organ,
        name=name,
        ratings=sum(by_level),
        satisfied=sum(number for level, number in zip(rules.LEVELS, by_level, strict=True) if level not in rules.BAD),
        by_level=by_level,
        **{one: counted.get(one, 0) for one in ("invited", "evaluated", "bad", "settled", "in_time")},
    )


def month_rows(month: str, scope: Q, on: date) -> list[Row]:
    """Return the facts of a month within a scope, in an order that tells nothing of when each came in."""
    invited, ratings = _final(month, scope), _firsts(month, scope)
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


def _handled_in_time(on: date) -> Q:
    """`_in_time` as a condition of the database."""
    contacted = Q(contacted_on__lte=F("contact_due")) | Q(contacted_on=None, contact_due__gte=on)
    simple = Q(settled_on__lte=F("simple_due")) | Q(settled_on=None, simple_due__gte=on)
    slow = Q(settled_on__lte=F("complex_due")) | Q(settled_on=None, complex_due__gte=on)
    return contacted & (Q(is_complex=False) & simple | Q(is_complex=True) & slow)


def _final(month: str, scope: Q) -> QuerySet[Invitation]:
    return Invitation.objects.filter(scope, _in(month, "invited_on"), phase=Phase.FINAL)


def _firsts(month: str, scope: Q) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(scope, _in(month, "submitted_on"), first=None, held_for=None)


def _published(month: str, place: str, on: date) -> Q:
    """:raises MonthNotFound: the month is not over, or too long ago."""
    if month not in months_published(on):
        raise MonthNotFound
    return _within(identity.reach_of(place, on=on))


def _least(on: date) -> int:
    return figures.days(figures.SMALL, division=identity.NATION, on=on)


def _too_few(month: str, scope: Q, organs: set[int], least: int) -> set[int]:
    """Return the organs whose numbers of a month are too small to be shown: who rated could be guessed."""
    rows = _firsts(month, scope).values("organization_id").annotate(given=Count("pk")).filter(given__gte=least)
    return organs - set(rows.values_list("organization_id", flat=True))


def _tickets(month: str, scope: Q, least: int) -> TicketFigures | None:
    rows = Complaint.objects.filter(scope, _in(month, "filed_on"), kind=Complaint.Kind.TICKET)
    counted = rows.aggregate(
        opened=Count("pk"),
        by_itself=Count("pk", filter=Q(by_itself=True)),
        in_time=Count("pk", filter=Q(taken_on__lte=F("accept_due"))),
        dropped=Count("pk", filter=Q(outcome="", closed_on__isnull=False)),
        **{one: Count("pk", filter=Q(outcome=one)) for one in rules.TICKET_OUTCOMES},
    )
    return TicketFigures(**counted) if counted["opened"] >= least else None


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
