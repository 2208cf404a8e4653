"""The life of a case as people follow it: timeline and clocks. The caller has fetched the case through a checked door."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import prefetch_related_objects

from onedoor.platform.cases import access, remaining
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.cases.models import Case, CaseDocument, CaseStep, Clock, Pause
from onedoor.platform.cases.operations.special import last_day
from onedoor.platform.cases.queries.matter import holder_of
from onedoor.platform.cases.remaining import Left
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.catalog.items import SpecialProcedure
from onedoor.platform.identity import queries as identity


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the timeline: what happened, who did it for which organ, with the documents it made."""

    at: datetime
    title: str
    by: str
    note: str
    kind: str
    step: str
    documents: tuple[CaseDocument, ...]
    linked: str = ""  # the number of the other case, where this entry ties two together
    step_title: str = ""  # the step that was done, where that is all the title says


@dataclass(frozen=True)
class ClockView:
    """A running limit in words: 上门核实 还剩 3 个工作日."""

    kind: str
    label: str
    due_on: date
    due_at: datetime | None  # of a limit in hours
    left: Left
    paused: bool
    provisional: bool


@dataclass(frozen=True)
class Standing:
    """One case in a person's list: who has it now and its nearest limit, if one runs."""

    case: Case
    holder: str
    clock: ClockView | None


DOCUMENTS = ("document", "receipt", "tolerance_notice")  # facts that name a document of the case


def timeline(case: Case, *, for_citizen: bool, after: int = 0) -> list[TimelineEntry]:
    """
    Return what happened, newest first, or what happened since the action at the position `after`. Three queries,
    and a fourth where an officer has looked at a document of somebody helped at the window.

    Citizens see organs, not officers' names (R-CASE-6).
    """
    documents = {document.number: document for document in case.documents.all()}
    titles = {step.code: step.title for step in case.item_version.item.steps}
    entries = []
    actions = list(case.actions.filter(seq__gt=after).select_related("note").order_by("-seq"))
    looks = identity.checks_told(
        {action.facts["identity_check"] for action in actions if "identity_check" in action.facts}
    )
    for action in actions:
        named = [documents[value] for key, value in action.facts.items() if key in DOCUMENTS]
        note = getattr(action, "note", None)
        by = action.organization_name or action.actor_name or ("申请人" if action.actor_kind == "citizen" else "")
        if not for_citizen and action.actor_kind == "officer":
            by = f"{action.organization_name} {action.actor_name}"
        look = looks.get(action.facts.get("identity_check"))
        entries.append(
            TimelineEntry(
                at=action.at,
                title=_title(action.kind, titles.get(action.step, ""), action.facts.get("relation", "")),
                by=f"{by}，{look}" if look else by,
                note=note.text if note and (not for_citizen or action.kind in _TOLD) else "",
                kind=action.kind,
                step=action.step,
                documents=tuple(named),
                linked=action.facts.get("linked", ""),
                step_title=titles.get(action.step, "") if action.kind == Kind.COMPLETE_STEP else "",
            )
        )
    return entries


# Opinions inside the organ are not for the applicant's page; what concerns them arrives as a document.
_TOLD: Iterable[str] = (
    Kind.ASK_SUPPLEMENT,
    Kind.REFUSE,
    Kind.EXTEND,
    Kind.DENY,
    Kind.DISPENSE,
    Kind.BEGIN_SPECIAL,
    Kind.END_SPECIAL,
    Kind.TERMINATE,
    Kind.CORRECT,
    Kind.TRANSFER,
    Kind.INFORM_HEARING,
    Kind.PROPOSE_REVOCATION,
    Kind.STATE_DEFENCE,
    Kind.EXPLAIN,
    Kind.REVOKE,
    Kind.DROP_REVOCATION,
)


def _title(kind: str, step_title: str, relation: str) -> str:
    if kind == Kind.LINK and relation in Case.Relation.values:
        return f"{Case.Relation(relation).label}：另立办件"
    if kind == Kind.COMPLETE_STEP and step_title:
        return f"{step_title}完成"
    return Kind(kind).label


@dataclass(frozen=True)
class Milestone:
    """One stretch of the road a case travels: done, here, or ahead."""

    title: str
    standing: str  # done, here, ahead


def road(case: Case) -> list[Milestone]:
    """Return the whole road of a case from its submission to its end, with where it is now. One query."""
    if case.relation == Case.Relation.REVOKE:
        return _road_of_revocation(case)
    rows = {row.code: row for row in case.steps.all()}
    found = [Milestone("提交", "here" if case.state == State.SUBMITTED else "done")]
    stops = [("accept", "受理"), *((step.code, step.title) for step in case.item_version.item.steps)]
    for code, title in stops:
        row = rows.get(code)
        standing = "ahead" if row is None or case.is_ended or row.outcome == CaseStep.PASSED_OVER else "here"
        done = row is not None and row.ended_at is not None and row.outcome != CaseStep.PASSED_OVER
        found.append(Milestone(title, "done" if done else standing))
    return found


def _road_of_revocation(case: Case) -> list[Milestone]:
    heard = case.state == State.REVIEWING
    decided = "done" if case.is_ended else "ahead"
    return [
        Milestone("事先告知", "done"),
        Milestone("陈述申辩", "here" if heard else "done"),
        Milestone("决定", decided if heard or case.is_ended else "done"),
        Milestone("送达", "here" if case.state == State.DELIVERING else decided),
    ]


def clocks_of(case: Case, *, at: datetime) -> list[ClockView]:
    """Return the limits that still run, of the case and of its open steps, the nearest first."""
    running = [clock for clock in case.clocks.all() if clock.state != Clock.State.STOPPED]
    calendar = work_calendar(case.division)
    return [
        ClockView(
            kind=clock.kind,
            label=clock.title(case.item_version.item),
            due_on=clock.due_on,
            due_at=clock.due_at,
            left=remaining.of_clock(clock, at=at, calendar=calendar),
            paused=clock.state == Clock.State.PAUSED,
            provisional=clock.provisional,
        )
        for clock in sorted(running, key=lambda clock: (clock.due_on, clock.pk))
    ]


def standings_of(cases: Sequence[Case], *, at: datetime) -> list[Standing]:
    """Return where each of a person's cases stands, what is not yet ended first. One query, however many they are."""
    prefetch_related_objects(cases, "clocks")
    found = [Standing(case, holder_of(case), next(iter(clocks_of(case, at=at)), None)) for case in cases]
    return sorted(found, key=lambda one: one.case.is_ended)


def pauses_of(case: Case) -> list[Pause]:
    """Return the times a case stood still, oldest first: why, on which ground, until when, with the paper that ended it."""
    return list(access.rows_of(case, "pauses").select_related("proof").order_by("id"))


def proof_wanted(case: Case) -> str:
    """Return the name of the paper that ends the special procedure a case is in; empty when it is in none."""
    running = next((one for one in pauses_of(case) if one.to_at is None), None)
    definition = case.item_version.item.special_procedure(running.procedure) if running else None
    return definition.proof if definition is not None else ""


def special_procedures_of(case: Case, *, at: datetime) -> list[tuple[SpecialProcedure, date]]:
    """Return the special procedures of a case's item, each with the last day it may have if it began now."""
    return [(one, last_day(case, one, at=at)) for one in case.item_version.item.special_procedures]


def working_days_left(on: date, due: date) -> int:
    """Return how many working days are left until a day, negative when it has passed."""
    return remaining.working_days_left(on, due, work_calendar())
