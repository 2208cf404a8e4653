"""How often and how long cases stand still, by organ and by officer (R-CLK-8): a special procedure can hide delay."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import (
    Avg,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from onedoor.platform.cases.models import Case, Pause
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.supervision.queries.reach import in_place, in_reach

SPANS = (30, 90, 365)  # days back
DAY = timedelta(days=1)
MOST_OFFICERS = 50  # those with the most pauses
# A hearing is the applicant's own right and says nothing about the organ.
BY_THE_ORGAN = ~Q(kind=Pause.Kind.HEARING)


@dataclass(frozen=True)
class OrganPauses:
    """The cases one organ has accepted, and how many of them stood still."""

    organ: int
    name: str
    cases: int
    paused: int
    average: timedelta | None

    @property
    def share(self) -> float:
        return 100 * self.paused / self.cases if self.cases else 0.0

    @property
    def days(self) -> float:
        return self.average / DAY if self.average else 0.0


@dataclass(frozen=True)
class OfficerPauses:
    """How often one officer let cases stand still."""

    officer: int
    name: str
    pauses: int
    paused: int  # cases
    average: timedelta

    @property
    def days(self) -> float:
        return self.average / DAY


@dataclass(frozen=True)
class PauseFigures:
    """The pauses of the cases accepted within a span; `whole` is the sum over the organs."""

    whole: OrganPauses
    organs: list[OrganPauses]
    officers: list[OfficerPauses]


def pauses(*, actor: Actor, at: datetime, within: str = "", span: int = SPANS[1]) -> PauseFigures:
    """
    Return how the cases accepted in the last `span` days stood still. Four queries, however many cases and organs.

    :raises NotAllowed: the post may not supervise.
    """
    cases = _accepted(actor, at, within, span)
    rows = Pause.objects.filter(BY_THE_ORGAN, case__in=cases.order_by().values("pk"))
    number, average = Count("case", distinct=True), Avg(_length(at))
    by_organ = rows.values_list("case__deciding_organization").annotate(number=number, average=average)
    paused = {organ: (stood, length) for organ, stood, length in by_organ}
    accepted = cases.order_by().values_list("deciding_organization", "deciding_organization__name")
    organs = [
        OrganPauses(organ, name, accepted, *paused.get(organ, (0, None)))
        for organ, name, accepted in accepted.annotate(accepted=Count("pk"))
    ]
    by_officer = rows.filter(login_id__isnull=False).values_list("login_id")
    officers = by_officer.annotate(name=Max("approved_by"), pauses=Count("pk"), number=number, average=average)
    whole = rows.aggregate(average=average)["average"]
    return PauseFigures(
        whole=OrganPauses(0, "", sum(one.cases for one in organs), sum(one.paused for one in organs), whole),
        organs=sorted(organs, key=lambda one: (-one.share, -one.cases, one.organ)),
        officers=[OfficerPauses(*row) for row in officers.order_by("-pauses", "login_id")[:MOST_OFFICERS]],
    )


def paused_cases(
    *,
    actor: Actor,
    at: datetime,
    within: str = "",
    span: int = SPANS[1],
    organ: int = 0,
    officer: int = 0,
    all_accepted: bool = False,
    before: int = 0,
    most: int = 50,
) -> list[Case]:
    """
    Return the cases behind a figure of the pauses, newest first, each with its pauses; with `all_accepted` also those
    that never stood still. `before` is the id of the last case of the page before.

    :raises NotAllowed: the post may not supervise.
    """
    found = _accepted(actor, at, within, span)
    stood = Pause.objects.filter(BY_THE_ORGAN, case=OuterRef("pk"))
    if organ:
        found = found.filter(deciding_organization=organ)
    if officer:
        stood = stood.filter(login_id=officer)
    if officer or not all_accepted:
        found = found.filter(Exists(stood))
    if before:
        found = found.filter(pk__lt=before)
    joined = found.select_related("applicant", "deciding_organization", "item_version").prefetch_related("pauses")
    return list(joined.order_by("-id")[:most])


def _accepted(actor: Actor, at: datetime, within: str, span: int) -> QuerySet[Case]:
    on = day_of(at)
    since = datetime.combine(on - timedelta(days=span), time.min, timezone.get_default_timezone())
    reach = in_reach(actor, "supervision.view") & in_place(within, on=on)
    return Case.objects.filter(reach, accepted_at__gte=since).exclude(state="voided")


def _length(at: datetime) -> Any:
    """How long a pause took, or takes so far."""
    until = Coalesce("to_at", Value(at, DateTimeField()))
    return ExpressionWrapper(until - F("from_at"), output_field=DurationField())
