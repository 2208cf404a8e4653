"""The receiving desk: ask once for what is missing, accept, refuse; and the applicant's answers to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, clocks, documents, life, steps
from onedoor.platform.cases.models import Action, Case, CaseDocument, Clock
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.catalog import scenarios
from onedoor.platform.catalog.strict import Limit
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

SHORTEST_REASON = 10  # characters (R-CASE-5): a bare "不符合" tells nobody what to do


@dataclass(frozen=True)
class Defect:
    """One thing missing or wrong, and how the applicant mends it."""

    material: str  # material code
    problem: str
    how_to_fix: str
    basis: str


class SecondNotice(OneDoorError):
    code, http_status, message = (
        "cases.second_notice",
        409,
        "“{titles}”在上一次告知时就应提出。补正只能一次性告知，确需再次告知的，请由监察人员批准。",
    )


class AcceptedAlready(OneDoorError):
    code, http_status, message = "cases.accepted_already", 409, "本件已受理，这个事项受理后不能再要求补正材料。"


class MaterialNotInItem(OneDoorError):
    code, http_status, message = "cases.material_not_in_item", 422, "事项清单里没有这份材料，不能要求申请人提供。"


class SupplementIncomplete(OneDoorError):
    code, http_status, message = "cases.supplement_incomplete", 422, "还没有补齐：{titles}。请补充后再提交。"


@transaction.atomic
def request_supplement(*, case_id: int, defects: Sequence[Defect], actor: Actor, at: datetime) -> CaseDocument:
    """
    Tell the applicant once and completely what is missing; the receiving clock stops, the applicant's starts.

    A further round may only name papers handed in with the round before (R-CASE-1), unless a supervisor asks for it.

    :raises SecondNotice: an old defect is brought up in a later round.
    :raises MaterialNotInItem: a paper is asked for that the item does not list (R-CASE-4).
    """
    case = life.lock(case_id)
    _require_may_ask(case, actor)
    life.check_move(case, Kind.ASK_SUPPLEMENT)
    _check_defects(case, defects, actor)
    item = case.item_version.item
    limit = Limit(days=item.supplement_days, unit="day")
    clocks.stop(case, Clock.Kind.RECEIVE, on=day_of(at))
    if case.accepted_at is not None:
        last = day_of(at) + timedelta(days=item.supplement_days)
        words = {"reason": "受理后补充材料", "basis": defects[0].basis}
        clocks.pause(case, **words, planned_end=last, approved_by=actor.name, on=day_of(at))
    clock = clocks.start(case, Clock.Kind.APPLICANT, limit, on=day_of(at))
    clocks.set_urgency(case)
    rows = [(item.material(defect.material).title, defect.problem) for defect in defects]  # type: ignore[union-attr]
    letter = documents.Letter(
        paragraphs=[f"经审查，您申请办理“{item.title}”的材料需要补正。以下为需要补正的全部内容，现一次性告知。"],
        rows=rows,
        points=[f"{defect.how_to_fix}（依据：{defect.basis}）" for defect in defects],
        remedies=[f"请在 {clock.due_on.isoformat()} 前补齐；补齐后从补齐之日起重新计算收件审查时限。"],
    )
    document = documents.issue(
        case, CaseDocument.Kind.SUPPLEMENT, letter, organization=case.receiving_organization, at=at
    )
    life.append(
        case,
        Kind.ASK_SUPPLEMENT,
        actor=actor,
        at=at,
        note="；".join(f"{title}：{problem}" for title, problem in rows),
        facts={
            "materials": [defect.material for defect in defects],
            "document": document.number,
            "due_on": clock.due_on.isoformat(),
            "round": case.supplement_round + 1,
        },
    )
    audit.record("cases.request_supplement", actor=actor, at=at, target=case.target, division=case.division)
    return document


def _require_may_ask(case: Case, actor: Actor) -> None:
    """
    Before acceptance the clerk asks; afterwards a reviewer, and only where the item allows it (R-CLK-4).

    A supervisor may order it in the clerk's place (R-CASE-1).

    :raises NotAllowed, AcceptedAlready: why not.
    """
    if actor.may("supervision.order", division=case.division, line=case.line):
        return
    if case.accepted_at is None:
        actor.require("cases.supplement", division=case.division, line=case.line)
        return
    if not actor.may("cases.supplement", division=case.division, line=case.line):
        actor.require("cases.review", division=case.division, line=case.line)
    if not case.item_version.item.post_accept_supplement:
        raise AcceptedAlready


def _check_defects(case: Case, defects: Sequence[Defect], actor: Actor) -> None:
    item = case.item_version.item
    problems = {} if defects else {"defects": "请至少列出一项需要补正的材料。"}
    for place, defect in enumerate(defects):
        if item.material(defect.material) is None:
            raise MaterialNotInItem
        if len(defect.problem) < 4 or len(defect.how_to_fix) < 4 or not defect.basis:
            problems[f"defects.{place}"] = "请写明问题、补正办法和依据，让申请人看得懂、做得到。"
    if problems:
        raise InvalidInput(problems)
    if case.supplement_round == 0 or actor.may("supervision.order", division=case.division):
        return
    # A later round may only concern what was handed in with the round before it.
    fresh = set(case.materials.filter(round=case.supplement_round).values_list("code", flat=True))
    old = [item.material(defect.material) for defect in defects if defect.material not in fresh]
    if old:
        raise SecondNotice(titles="、".join(paper.title for paper in old if paper))


def asked_materials(case: Case) -> list[str]:
    """Return the codes of the papers the latest supplement notice asks for."""
    last = Action.objects.filter(case=case, kind=Kind.ASK_SUPPLEMENT).order_by("-seq").first()
    return list(last.facts["materials"]) if last else []


@transaction.atomic
def supply_supplement(*, case_id: int, actor: Actor, at: datetime) -> Case:
    """
    Hand the missing papers in (they were attached one by one before); the receiving clock starts afresh.

    :raises SupplementIncomplete: something asked for is still missing.
    """
    case = life.lock(case_id)
    access.require_applicant_side(case, actor=actor, scope="submit", on=day_of(at))
    life.check_move(case, Kind.SUPPLY)
    given = set(case.materials.filter(round=case.supplement_round).values_list("code", flat=True))
    missing = [code for code in asked_materials(case) if code not in given]
    if missing:
        item = case.item_version.item
        raise SupplementIncomplete(titles="、".join(item.material(code).title for code in missing))  # type: ignore[union-attr]
    end_supplement(case, actor=actor, at=at)
    audit.record("cases.supply_supplement", actor=actor, at=at, target=case.target, division=case.division)
    return case


def end_supplement(case: Case, *, actor: Actor, at: datetime, note: str = "") -> None:
    """Go on where the papers were asked for: a new look at what came in, or the review that was paused."""
    clocks.stop(case, Clock.Kind.APPLICANT, on=day_of(at))
    facts = {"round": case.supplement_round}
    if case.accepted_at is None:
        clocks.start(case, Clock.Kind.RECEIVE, case.item_version.item.limits.receive, on=day_of(at))
        clocks.set_urgency(case)
        life.append(case, Kind.SUPPLY, actor=actor, at=at, note=note, facts=facts)
        return
    clocks.resume(case, on=day_of(at))
    target = steps.state_of_open_steps(case)
    life.append(case, Kind.SUPPLY, actor=actor, at=at, to=target, note=note, facts=facts)


@transaction.atomic
def accept_case(*, case_id: int, actor: Actor, at: datetime) -> CaseDocument:
    """Accept a case: the decision clocks start and the first steps of its item open."""
    case = life.lock(case_id)
    actor.require("cases.accept", division=case.division, line=case.line)
    life.check_move(case, Kind.ACCEPT)
    steps.end(steps.require_open(case, "accept"), outcome="accepted", performers=[actor], at=at)
    document = begin_review(case, Kind.ACCEPT, actor=actor, at=at)
    audit.record("cases.accept", actor=actor, at=at, target=case.target, division=case.division)
    return document


def begin_review(case: Case, kind: Kind, *, actor: Actor, at: datetime, since: datetime | None = None) -> CaseDocument:
    """Start the decision clocks from the day of acceptance and open the steps; `since` is set for deemed acceptance."""
    item = case.item_version.item
    on = day_of(since or at)
    clocks.stop(case, Clock.Kind.RECEIVE, on=day_of(at))
    promise = scenarios.outcome(item, case.declared.content).promised
    promised = clocks.start(case, Clock.Kind.PROMISED, promise, on=on)
    statutory = clocks.start(case, Clock.Kind.STATUTORY, item.limits.statutory, on=on)
    letter = documents.Letter(
        paragraphs=[f"您申请办理的“{item.title}”，经审查符合受理条件，现予受理。"],
        rows=[
            ("办件编号", case.number),
            ("受理日期", on.isoformat()),
            ("承诺办结日", promised.due_on.isoformat()),
            ("法定办结日", statutory.due_on.isoformat()),
        ],
        points=["办理过程中的暂停、延长都会告知您，您可以随时查看进度。"],
    )
    document = documents.issue(
        case, CaseDocument.Kind.ACCEPTANCE, letter, organization=case.receiving_organization, at=at
    )
    life.append(
        case,
        kind,
        actor=actor,
        at=at,
        to=State.DECIDING if steps.state_after(case, "accept") == State.DECIDING else State.ACCEPTED,
        facts={
            "document": document.number,
            "promised_due": promised.due_on.isoformat(),
            "statutory_due": statutory.due_on.isoformat(),
            "accepted_at": (since or at).isoformat(),
        },
    )
    steps.open_ready(case, at=at)
    return document


@transaction.atomic
def refuse_acceptance(
    *, case_id: int, reason: str, basis: str, competent_organ: str, actor: Actor, at: datetime
) -> CaseDocument:
    """
    Refuse acceptance with a reason, its legal basis and, where another organ is competent, its name.

    :raises InvalidInput: reason or basis is missing (A08).
    """
    case = life.lock(case_id)
    actor.require("cases.refuse", division=case.division, line=case.line)
    life.check_move(case, Kind.REFUSE)
    problems = {}
    if len(reason.strip()) < SHORTEST_REASON:
        problems["reason"] = f"请写明不予受理的理由，不少于 {SHORTEST_REASON} 个字。"
    if not basis.strip():
        problems["basis"] = "请填写不予受理的法律依据（法律名称和条款）。"
    if problems:
        raise InvalidInput(problems)
    points = [f"本事项应由{competent_organ}办理，请向该机关申请。"] if competent_organ else []
    letter = documents.Letter(
        paragraphs=[f"您申请办理的“{case.item_version.title}”，经审查不予受理。", f"理由：{reason}", f"依据：{basis}"],
        points=points,
        remedies=documents.REMEDIES,
    )
    document = documents.issue(case, CaseDocument.Kind.REFUSAL, letter, organization=case.receiving_organization, at=at)
    steps.require_open(case, "accept")
    steps.end_all(case, outcome="refused", performers=[actor], at=at)
    life.append(case, Kind.REFUSE, actor=actor, at=at, note=reason, facts={"basis": basis, "document": document.number})
    audit.record("cases.refuse_acceptance", actor=actor, at=at, target=case.target, division=case.division)
    return document


@transaction.atomic
def withdraw_case(*, case_id: int, actor: Actor, at: datetime) -> Case:
    """Let the applicant give the application up before it is decided."""
    case = life.lock(case_id)
    access.require_applicant_side(case, actor=actor, scope="submit", on=day_of(at))
    life.check_move(case, Kind.WITHDRAW)
    steps.end_all(case, outcome="withdrawn", performers=[], at=at)
    letter = documents.Letter(
        paragraphs=[f"您已撤回“{case.item_version.title}”申请。撤回不影响您以后再次申请，草稿内容仍为您保留。"]
    )
    document = documents.issue(
        case, CaseDocument.Kind.WITHDRAWAL, letter, organization=case.receiving_organization, at=at
    )
    life.append(case, Kind.WITHDRAW, actor=actor, at=at, facts={"document": document.number})
    audit.record("cases.withdraw", actor=actor, at=at, target=case.target, division=case.division)
    return case
