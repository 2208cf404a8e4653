"""What waits for an officer: the list, narrowed and sorted as wanted, the queues kept for later, and how much waits in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from onedoor.platform.cases import remaining
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.cases.models import CaseStep, Clock, Queue
from onedoor.platform.cases.queues import DUE, SOON, Sieve
from onedoor.platform.cases.remaining import Left
from onedoor.platform.cases.states import State
from onedoor.platform.cases.steps import DELIVERY
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.scopes import within_reach
from onedoor.standards.masks import mask_name

PAGE = 100
MOST_PLACES = 100  # offered to choose from
# What a line shows, as plain values: no list needs a hundred cases, applicants and definitions put together.
SHOWN = (
    *("pk", "code", "title", "opened_at", "urgent_on", "urgent_at"),
    *("case__number", "case__state", "case__division", "case__item_code", "case__item_version__title"),
    *("case__applicant__name", "case__applicant__deceased_on"),
)
# Where the limit that makes a step urgent is one in hours: its moment.
URGENT_AT = Subquery(
    Clock.objects.filter(
        Q(step="") | Q(step=OuterRef("code")),
        case=OuterRef("case"),
        state=Clock.State.RUNNING,
        due_on=OuterRef("urgent_on"),
        due_at__isnull=False,
    )
    .order_by("due_at")
    .values("due_at")[:1]
)
LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)


class WorkItem(NamedTuple):
    """One line of a worklist."""

    number: str  # of the case
    state: str
    item: str
    title: str
    step: str
    step_title: str
    opened_at: datetime
    due_on: date | None
    left: Left | None  # None while no limit runs
    waits_for_applicant: bool
    to_deliver: bool  # a document waits for an officer to bring it
    applicant: str  # masked: a list is no place for full names
    applicant_died: bool
    place: str  # where the line stands in the list, for the next page


def worklist(
    *, actor: Actor, at: datetime, sieve: Sieve | None = None, after: str = "", most: int = PAGE
) -> list[WorkItem]:
    """
    Return the steps waiting for the actor's post that a sieve lets through, the most urgent or the oldest first.

    `after` is the `place` of the last line of the page before. One query, however long the list is.
    """
    sieve = sieve or Sieve()
    waiting = _waiting(actor).filter(_condition(sieve, on=day_of(at)))
    first = "opened_at" if sieve.order == "opened" else "urgent_on"
    if after:
        began, number = _read_moment(after) if sieve.order == "opened" else read_place(after)
        # The first condition says nothing new; by it the database goes to the place in the index without reading up to it.
        beyond = Q(**{f"{first}__gt": began}) | Q(**{first: began, "pk__gt": number})
        waiting = waiting.filter(beyond, **{f"{first}__gte": began})
    # The page is found among all that waits before anything of another table is read.
    page = CaseStep.objects.filter(pk__in=waiting.order_by(first, "id").values("pk")[:most])
    rows = page.annotate(urgent_at=URGENT_AT).order_by(first, "id").values_list(*SHOWN, named=True)

    @cache
    def days_left(due_on: date, division: str) -> Left:
        """Many lines share a day."""
        return remaining.of_days(remaining.working_days_left(day_of(at), due_on, work_calendar(division)))

    def left(row: Any) -> Left | None:
        if row.urgent_at is not None:
            return remaining.of_hours(row.urgent_at, at=at)
        return None if row.urgent_on == date.max else days_left(row.urgent_on, row.case__division)

    return [_work_item(row, left(row), first) for row in rows]


def _waiting(actor: Actor) -> QuerySet[CaseStep]:
    waiting = CaseStep.objects.filter(within_reach(actor), ended_at__isnull=True)
    return waiting.filter(permission__in=sorted(actor.permissions - {""}))  # a step without one is nobody's


def _condition(sieve: Sieve, *, on: date) -> Q:
    """Return what a sieve lets through, as a condition on steps."""
    found = Q()
    if sieve.duty:
        found &= Q(code=sieve.duty)
    if sieve.item:
        found &= Q(item_code=sieve.item)
    if sieve.within:
        place = Q(pk__in=[])
        for start, end in identity.reach_of(sieve.within, on=on):
            place |= Q(division__gte=start, division__lt=end)
        found &= place
    if sieve.due == "over":
        found &= Q(urgent_on__lt=on)
    elif sieve.due == "soon":
        found &= Q(urgent_on__gte=on, urgent_on__lte=on + timedelta(days=SOON))
    return found


def read_place(text: str) -> tuple[date, int]:
    """Read a place such as "2026-12-01.17"; nonsense is the beginning of the list."""
    day, _, number = text.partition(".")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return date.min, 0


def _read_moment(text: str) -> tuple[datetime, int]:
    """Read a place in the list that is sorted by waiting: a moment with its zone, and a number."""
    moment, _, number = text.rpartition(".")
    try:
        began, place = datetime.fromisoformat(moment), int(number)
        # A moment at the end of all years with a zone may lie beyond them, or before, in universal time.
        return (began.astimezone(UTC), place) if began.tzinfo else (LONG_AGO, 0)
    except (ValueError, OverflowError):
        return LONG_AGO, 0


def _work_item(row: Any, left: Left | None, first: str) -> WorkItem:
    """`row` has the values that are SHOWN, `first` is what the list is sorted by."""
    return WorkItem(
        number=row.case__number,
        state=row.case__state,
        item=row.case__item_code,
        title=row.case__item_version__title,
        step=row.code,
        step_title=row.title,
        opened_at=row.opened_at,
        due_on=None if row.urgent_on == date.max else row.urgent_on,
        left=left,
        waits_for_applicant=row.case__state == State.SUPPLEMENT_WAIT and row.code != DELIVERY.code,
        to_deliver=row.code == DELIVERY.code,
        applicant=mask_name(row.case__applicant__name),
        applicant_died=row.case__applicant__deceased_on is not None,
        place=f"{getattr(row, first).isoformat()}.{row.pk}",
    )


def duty_counts(*, actor: Actor) -> list[tuple[str, str, int]]:
    """Return (step code, title, number waiting) for the rail of the workbench."""
    counted = _waiting(actor).values("code", "title").annotate(number=Count("*")).order_by("code")
    return [(row["code"], row["title"], row["number"]) for row in counted]


@dataclass(frozen=True)
class QueueCount:
    """A kept queue with how much waits in it for the post in use."""

    queue: Queue
    sieve: Sieve
    number: int
    is_own: bool


def queues(*, actor: Actor, on: date) -> list[QueueCount]:
    """Return the officer's own queues and those their organization shares, with their counts. Two queries, however many."""
    login = actor.require_login()
    kept = Queue.objects.filter(
        Q(login_id=login, post_id=actor.post_id) | Q(shared=True, organization=actor.organization_id)
    )
    rows = list(kept.order_by("shared", "title", "id"))
    sieves = [Sieve.read(row.sieve) for row in rows]
    counts = {f"queue_{place}": Count("pk", filter=_condition(sieve, on=on)) for place, sieve in enumerate(sieves)}
    numbers: Mapping[str, int] = _waiting(actor).aggregate(**counts) if counts else {}
    return [
        QueueCount(row, sieve, numbers[f"queue_{place}"], is_own=row.login_id == login)
        for place, (row, sieve) in enumerate(zip(rows, sieves, strict=True))
    ]


def choices(*, actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """Return what the list can be narrowed by: steps, items and places with something waiting, times. Four queries."""
    waiting = _waiting(actor)
    codes = list(waiting.values_list("item_code", flat=True).distinct())
    titles = ItemVersion.objects.filter(code__in=codes).order_by("version").values_list("code", "title")
    places = identity.divisions_with(list(waiting.values_list("division", flat=True).distinct()[:MOST_PLACES]))
    return {
        "item": sorted(dict(titles).items()),
        "within": [(place.code, place.name) for place in sorted(places, key=lambda place: place.code)],
        "due": list(DUE.items()),
    }
