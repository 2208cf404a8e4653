"""Declared against found: raise, explain, settle. Nothing here denies anybody anything by itself (R-SHR-5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, heard, life
from onedoor.platform.cases.models import Case, Conflict, Explanation
from onedoor.platform.cases.states import Kind
from onedoor.platform.exchange import operations as exchange
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.kernel.prepared import prepared

SHORTEST_EXPLANATION, SHORTEST_REASON = 4, 10


class ConflictNotFound(NotFound):
    code, message = "cases.conflict_not_found", "没有找到这项不一致的情况，请从办件页面打开。"


class ConflictOver(OneDoorError):
    code, http_status, message = "cases.conflict_over", 409, "这项不一致的情况{state}，不用再处理。请刷新页面查看。"


class ExplainFirst(OneDoorError):
    code, http_status, message = (
        "cases.explain_first",
        409,
        "当事人可以说明到 {until}；在这之前没有收到说明的，不能以查得为准。",
    )


@dataclass(frozen=True)
class Finding:
    """What a source says about one fact of a case, beside what was declared, both in words."""

    fact: str
    label: str
    declared: str
    found: str
    differs: bool
    source: str
    source_words: str
    receipt: UUID | None = None
    as_of: date | None = None


@transaction.atomic
def report_findings(*, case_id: int, findings: Sequence[Finding], actor: Actor, at: datetime) -> list[Conflict]:
    """
    Compare: what differs is to be verified, and the applicant has the days of the place to explain it.

    Reported again, the same value changes nothing; another value supersedes what was open. A decided case stays as it is.
    """
    case = life.lock(case_id)
    actor.require("cases.report_findings", division=case.handled_in)
    if case.decided_at is not None or case.is_ended:
        return []
    due = heard.heard_until(heard.TO_EXPLAIN, case=case, at=at)
    fresh = [one for one in findings if _is_news(case, one)]
    raised = [
        Conflict.objects.create(
            case=case,
            fact=one.fact,
            label=one.label,
            declared=one.declared,
            found=one.found,
            source=one.source,
            source_words=one.source_words,
            receipt=one.receipt,
            as_of=one.as_of,
            raised_at=at,
            explain_due_on=due.day,
            provisional=due.provisional,
        )
        for one in fresh
    ]
    if raised:
        facts = {"conflicts": [one.pk for one in raised], "due_on": due.day.isoformat()}
        life.append(case, Kind.RAISE_CONFLICT, actor=actor, at=at, facts=facts)
        receipts = {one.receipt for one in raised if one.receipt is not None}
        exchange.note_conflicts(receipts=receipts, actor=actor, at=at)
        audit.record(
            "cases.raise_conflict",
            actor=actor,
            at=at,
            target=case.target,
            division=case.division,
            facts=[one.fact for one in raised],
        )
    return raised


def _is_news(case: Case, finding: Finding) -> bool:
    """Tell whether a finding has to be raised, and close what it supersedes."""
    last = case.conflicts.select_for_update().filter(fact=finding.fact).order_by("-pk").first()
    stands = last is not None and last.state != Conflict.State.SUPERSEDED
    if stands and last is not None and finding.differs and str(last.found) == finding.found:
        return False
    if last is not None and last.is_open:
        last.state = Conflict.State.SUPERSEDED
        last.save(update_fields=["state"])
    return finding.differs


@transaction.atomic
def explain_conflict(*, conflict_id: int, text: str, actor: Actor, at: datetime) -> Conflict:
    """
    Say what speaks for what was declared; also after the day, as long as nobody has settled it.

    :raises ConflictNotFound: it is not on a case of the actor's.
    :raises ConflictOver: it is settled, or newer data have superseded it.
    :raises InvalidInput: nothing is said.
    """
    conflict, case = _locked(conflict_id)
    access.require_applicant_act(case, actor=actor, on=day_of(at))
    if not conflict.is_open:
        raise ConflictOver(state=conflict.get_state_display())
    if len(text.strip()) < SHORTEST_EXPLANATION:
        raise InvalidInput({"text": "请写明实际情况，例如：三轮车 2019 年已经报废，有报废证明。"})
    Explanation.objects.create(conflict=conflict, text=text.strip(), at=at, person_id=actor.require_person())
    conflict.state = Conflict.State.EXPLAINED
    conflict.save(update_fields=["state"])
    life.append(case, Kind.EXPLAIN, actor=actor, at=at, note=text.strip(), facts={"conflict": conflict.pk})
    audit.record(
        "cases.explain_conflict", actor=actor, at=at, target=case.target, division=case.division, conflict=conflict.pk
    )
    return conflict


@transaction.atomic
def settle_conflict(*, conflict_id: int, settled: str, reason: str, actor: Actor, at: datetime) -> Conflict:
    """
    Settle as declared or as found, with what was checked. Where the source was wrong, it is asked to look into it.

    :raises ExplainFirst: as found, while the applicant may still explain and has not (A33).
    :raises ConflictOver: it is settled, or newer data have superseded it.
    :raises InvalidInput: no choice, or a reason too short to tell what was checked.
    """
    conflict, case = _locked(conflict_id)
    actor.require("cases.settle", division=case.handled_in, line=case.line)
    if not conflict.is_open:
        raise ConflictOver(state=conflict.get_state_display())
    problems = {}
    if settled not in Conflict.Settled.values:
        problems["settled"] = "请选择以哪一个为准。"
    if len(reason.strip()) < SHORTEST_REASON:
        problems["reason"] = f"请写明核实经过和依据，不少于 {SHORTEST_REASON} 个字。"
    if problems:
        raise InvalidInput(problems)
    unheard = conflict.state == Conflict.State.TO_VERIFY and day_of(at) <= conflict.explain_due_on
    if settled == Conflict.Settled.FOUND and unheard:
        raise ExplainFirst(until=conflict.explain_due_on.isoformat())
    conflict.state, conflict.settled, conflict.reason = Conflict.State.SETTLED, settled, reason.strip()
    conflict.settled_at, conflict.settled_by = at, actor.name
    conflict.save()
    facts = {"conflict": conflict.pk, "settled": settled}
    life.append(case, Kind.SETTLE_CONFLICT, actor=actor, at=at, note=reason.strip(), facts=facts)
    if settled == Conflict.Settled.DECLARED and conflict.receipt is not None:
        exchange.report_error(receipt=conflict.receipt, text=f"{conflict.label}：{reason.strip()}", actor=actor, at=at)
    audit.record(
        "cases.settle_conflict",
        actor=actor,
        at=at,
        target=case.target,
        division=case.division,
        conflict=conflict.pk,
        settled=settled,
    )
    return conflict


UNSETTLED = (Conflict.State.TO_VERIFY, Conflict.State.EXPLAINED)


def open_conflicts(case: Case) -> int:
    """Return how many of a case nobody has looked into yet."""
    return len(_unsettled.all(case_id=case.pk)) if access.may_have(case, "conflicts") else 0


@prepared
def _unsettled(*, case_id: int) -> QuerySet[Conflict, tuple[int]]:
    return Conflict.objects.filter(case_id=case_id, state__in=UNSETTLED).values_list("pk")


def _locked(conflict_id: int) -> tuple[Conflict, Case]:
    """:raises ConflictNotFound: there is none."""
    found = Conflict.objects.filter(pk=conflict_id).values_list("case_id", flat=True).first()
    if found is None:
        raise ConflictNotFound
    case = life.lock(found)
    return Conflict.objects.select_for_update().get(pk=conflict_id), case
