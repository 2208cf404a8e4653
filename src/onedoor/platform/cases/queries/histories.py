"""What was done in cases, step by step, for a step table to be tried out on before it is published."""

from datetime import date, datetime, time

from django.utils.timezone import make_aware

from onedoor.platform.cases.models import Action, Case
from onedoor.platform.cases.states import Kind
from onedoor.platform.catalog.steps import ACCEPT, DECIDE, CaseHistory, DoneStep
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.scopes import within_reach

MOST = 5000
STEP_OF = {Kind.ACCEPT: ACCEPT, Kind.DEEM_ACCEPTED: ACCEPT, Kind.GRANT: DECIDE, Kind.DENY: DECIDE}


def histories_of_last_month(*, item_code: str, actor: Actor, on: date) -> tuple[date, list[CaseHistory]]:
    """Return the first day of last month and the steps of every case of an item decided in it, within the actor's reach."""
    first, last = month_before(on)
    since, until = (make_aware(datetime.combine(day, time.min)) for day in (first, last))
    return first, step_histories(item_code=item_code, since=since, until=until, actor=actor)


def step_histories(*, item_code: str, since: datetime, until: datetime, actor: Actor) -> list[CaseHistory]:
    """
    Return the steps of every case of an item decided in `[since, until)` within the actor's reach, in order of the cases.

    Numbers and steps only, nothing about people; two queries, at most 5,000 cases, the newest.
    """
    decided = Case.objects.filter(item_code=item_code, decided_at__gte=since, decided_at__lt=until)
    # A grant by silence has left steps out, so it says nothing about a step table.
    decided = decided.exclude(pk__in=Action.objects.filter(kind=Kind.GRANT_BY_SILENCE).values("case_id"))
    if actor.kind != "system":
        decided = decided.filter(within_reach(actor))
    cases = {case.pk: case for case in decided.only("number", "result", "completed_at").order_by("-pk")[:MOST]}
    done: dict[int, list[DoneStep]] = {pk: [] for pk in cases}
    kinds = [*STEP_OF, Kind.COMPLETE_STEP]
    actions = Action.objects.filter(case__in=list(cases), kind__in=kinds).order_by("case_id", "seq")
    for action in actions.only("case_id", "kind", "step", "facts", "login_id"):
        code = STEP_OF.get(Kind(action.kind), action.step)
        logins = action.facts.get("performers") or [action.login_id]
        done[action.case_id].append(DoneStep(code, tuple(login for login in logins if login is not None)))
    return [
        CaseHistory(case.number, tuple(done[pk]), granted=case.result == "granted" and case.completed_at is not None)
        for pk, case in sorted(cases.items())
    ]


def month_before(on: date) -> tuple[date, date]:
    """Return the first day of last month and of this one: the half-open period a table is tried on."""
    first = on.replace(day=1)
    last = first.replace(year=first.year - 1, month=12) if first.month == 1 else first.replace(month=first.month - 1)
    return last, first
