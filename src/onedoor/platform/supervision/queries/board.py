"""What the supervisor's board counts: now, day by day over two weeks, and place by place below the reach."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Model, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from onedoor.platform.cases import remaining
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.cases.models import Case, Clock, Material
from onedoor.platform.cases.remaining import Left
from onedoor.platform.cases.states import TERMINAL
from onedoor.platform.files.models import QUARANTINED
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Division
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.scopes import within_reach
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.queries.reach import in_place, in_reach

WEEK = 7
ENDED = sorted(TERMINAL)
CARDS = ("yellow", "red")
SHOWN = {
    "open": "在办",
    "due": "到期或逾期",
    "received": "七天内收件",
    "completed": "七天内办结",
    "cards": "未了结的黄牌、红牌",
    "voided": "作废",
    "quarantined": "有材料未通过安全检查",
}


@dataclass(frozen=True)
class Flow:
    """Something counted by the day: the seven days up to today and the seven before them, oldest first."""

    days: tuple[int, ...]
    days_before: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.days)

    @property
    def total_before(self) -> int:
        return sum(self.days_before)


@dataclass(frozen=True)
class PlaceFigures:
    """What stands in one place and everything below it."""

    code: str
    name: str
    open_cases: int
    due: int
    cards: int

    @property
    def share_due(self) -> float:
        """Cases due today or overdue among those open, 0 to 1."""
        return self.due / self.open_cases if self.open_cases else 0.0


@dataclass(frozen=True)
class Board:
    """The board of one place: `places` are the divisions right below it, in the order of their codes."""

    title: str
    code: str  # empty: the whole reach
    above: list[Division]  # the way down to this place, as far as it lies in the reach
    open_cases: int
    due: int
    received: Flow
    completed: Flow
    cards: Flow
    cards_standing: int
    voided: int
    quarantined: int
    places: list[PlaceFigures]


def board(*, actor: Actor, on: date, within: str = "") -> Board:
    """
    Return the figures of the actor's reach, or of one place within it. The number of queries depends on neither.

    :raises NotAllowed: the post may not supervise.
    """
    scope, of_case = _scope(actor, within, on), _scope(actor, within, on, prefix="case__")
    cases = Case.objects.filter(scope).exclude(state="submitted")
    due = Clock.objects.filter(of_case, state="running", kind="promised", due_on__lte=on)
    raised = SupervisionEvent.objects.filter(scope, case__isnull=False, lamp__in=CARDS).exclude(state="dismissed")
    now = _by_place(cases.exclude(state__in=ENDED), "division")
    late, carded = _by_place(due, "case__division"), _by_place(raised.exclude(state="closed"), "division", "case")
    tree = {row.code: row for row in _divisions(actor, within, on)}
    top = _top(tree, within)
    return Board(
        title=tree[top].full_name if top else "辖区",
        code=within,
        above=_above(actor, within),
        open_cases=sum(now.values()),
        due=sum(late.values()),
        received=_flow(cases, "received_at", on),
        completed=_flow(cases.filter(state="completed"), "completed_at", on),
        cards=_flow(raised, "raised_at", on),
        cards_standing=sum(carded.values()),
        voided=cases.filter(state="voided").count(),
        quarantined=cases.filter(_quarantined()).count(),
        places=_places(tree, top, now, late, carded, on),
    )


def running_clocks(*, actor: Actor, at: datetime, within: str = "", most: int = 50) -> list[tuple[Clock, Left]]:
    """Return the promises that run in reach, of cases and of steps, with what is left of each, the nearest first."""
    clocks = Clock.objects.filter(
        _scope(actor, within, day_of(at), prefix="case__"),
        state__in=["running", "paused"],
        kind__in=["receive", "promised", "step", "issue"],
    )
    rows = clocks.select_related("case__receiving_organization").order_by("due_on")[:most]
    return [(one, remaining.of_clock(one, at=at, calendar=work_calendar(one.case.division))) for one in rows]


def events(*, actor: Actor, on: date, within: str = "", most: int = 100) -> list[SupervisionEvent]:
    """Return the supervision events in reach, newest first."""
    found = SupervisionEvent.objects.filter(_scope(actor, within, on))
    return list(found.select_related("case").order_by("-raised_at", "-id")[:most])


def cases_behind(
    *, shown: str, actor: Actor, on: date, within: str = "", before: int = 0, most: int = 50
) -> list[Case]:
    """
    Return the cases a figure of the board counts, newest first; `before` is the id of the last case of the page before.

    :raises KeyError: there is no such figure.
    """
    week = datetime.combine(on - timedelta(days=WEEK - 1), time.min, timezone.get_default_timezone())
    carded = SupervisionEvent.objects.filter(lamp__in=CARDS).exclude(state__in=["dismissed", "closed"])
    due = Clock.objects.filter(state="running", kind="promised", due_on__lte=on)
    condition = {
        "open": ~Q(state__in=ENDED),
        "due": Q(pk__in=due.values("case_id")),
        "received": Q(received_at__gte=week),
        "completed": Q(state="completed", completed_at__gte=week),
        "cards": Q(pk__in=carded.values("case_id")),
        "voided": Q(state="voided"),
        "quarantined": _quarantined(),
    }[shown]
    found = Case.objects.filter(_scope(actor, within, on), condition).exclude(state="submitted")
    if before:
        found = found.filter(pk__lt=before)
    return list(found.select_related("applicant", "receiving_organization").order_by("-id")[:most])


def _quarantined() -> Q:
    """Cases that still wait for another paper in place of one that has not passed the scanner."""
    locked = Material.objects.filter(file__scan__in=QUARANTINED, replaced_at=None, case__isnull=False)
    return Q(decided_at=None, pk__in=locked.values("case_id")) & ~Q(state__in=ENDED)


def _scope(actor: Actor, within: str, on: date, *, prefix: str = "") -> Q:
    """:raises NotAllowed: the post may not supervise."""
    return in_reach(actor, "supervision.view", prefix) & in_place(within, on=on, prefix=prefix)


def _by_place(rows: QuerySet[Any], field: str, counted: str = "pk") -> Counter[str]:
    """Count by division; several cards of one case are one case."""
    return Counter(dict(rows.order_by().values_list(field).annotate(number=Count(counted, distinct=counted != "pk"))))


def _flow(rows: QuerySet[Any, Model], moment: str, on: date) -> Flow:
    days = [on - timedelta(days=number) for number in range(2 * WEEK - 1, -1, -1)]
    zone = timezone.get_default_timezone()
    begun, ended = (datetime.combine(day, time.min, zone) for day in (days[0], on + timedelta(days=1)))
    counted = dict(
        rows.filter(**{f"{moment}__gte": begun, f"{moment}__lt": ended})
        .order_by()
        .annotate(day=TruncDate(moment, tzinfo=zone))
        .values_list("day")
        .annotate(number=Count("pk"))
    )
    numbers = tuple(counted.get(day, 0) for day in days)
    return Flow(days=numbers[WEEK:], days_before=numbers[:WEEK])


def _divisions(actor: Actor, within: str, on: date) -> Iterable[Division]:
    """Return the divisions of the reach, as far as they lie in the place looked at."""
    reach = within_reach(actor, field="code", by_line=False) & in_place(within, on=on, field="code")
    found = Division.objects.filter(reach)
    return found.only("code", "name", "full_name", "level", "parent_id", "in_force_to").order_by("code")


def _top(tree: Mapping[str, Division], within: str) -> str:
    """Return the one division all others lie below, or nothing where a reach has several."""
    if within in tree:
        return within
    tops = [code for code, row in tree.items() if row.parent_id not in tree]
    return tops[0] if len(tops) == 1 else ""


def _above(actor: Actor, within: str) -> list[Division]:
    codes = identity.chain(within)[1:] if within else []
    known = {one.code: one for one in identity.divisions_with([code for code in codes if actor.reaches(code)])}
    return [known[code] for code in reversed(codes) if code in known]


def _places(
    tree: Mapping[str, Division],
    top: str,
    now: Counter[str],
    late: Counter[str],
    carded: Counter[str],
    on: date,
) -> list[PlaceFigures]:
    """Sum what stands in every unit into the units right below the top; what stands at the top itself comes first."""
    shown = {code: row for code, row in tree.items() if (row.parent_id == top if top else row.parent_id not in tree)}
    sums: dict[str, list[int]] = {}
    for place, counted in enumerate((now, late, carded)):
        for code, number in counted.items():
            sums.setdefault(_holder(code, tree, shown) or top, [0, 0, 0])[place] += number
    found = []
    for code in ([top] if top in sums else []) + list(shown):
        row = tree[code]
        if code not in sums and row.in_force_to is not None and row.in_force_to <= on:
            continue  # abolished, and nothing of it is left
        found.append(PlaceFigures(code, row.name if code != top else f"{row.name}本级", *sums.get(code, [0, 0, 0])))
    return found


def _holder(code: str, tree: Mapping[str, Division], shown: Mapping[str, Division]) -> str:
    while code not in shown:
        row = tree.get(code)
        if row is None or row.parent_id is None:
            return ""
        code = row.parent_id
    return code
