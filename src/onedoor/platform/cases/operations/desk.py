"""The receiving desk: ask once for what is missing, accept, refuse; and the applicant's answers to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from django.db import transaction
from django.db.models import QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, clocks, documents, grounds, life, papers, steps
from onedoor.platform.cases.models import Action, Case, CaseAnswers, CaseDocument, Clock, Delivery, Material, Pause
from onedoor.platform.cases.operations import quality, tolerance
from onedoor.platform.cases.operations.arrivals import supplement_until
from onedoor.platform.cases.operations.delivery import drop_service, serve_notice, way_of
from onedoor.platform.cases.operations.hearings import refuse_while_right_runs
from onedoor.platform.cases.operations.promises import refuse_replaced
from onedoor.platform.cases.owing import owed
from onedoor.platform.cases.proofs import proofs_of
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.catalog import scenarios
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.kernel.prepared import prepared

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Defect:
    """One thing missing or wrong, and how the applicant mends it; `code` is one of `grounds.DEFECT`."""

    material: str  # material code
    problem: str
    how_to_fix: str
    basis: str
    code: str = "other"


class SecondNotice(OneDoorError):
    code, http_status, message = (
        "cases.second_notice",
        409,
        "“{titles}”在上一次告知时就应提出。补正只能一次性告知，确需再次告知的，请由监察人员批准。",
    )


class OverrideByAsker(OneDoorError):
    code, http_status, message = (
        "cases.override_by_asker",
        403,
        "上一次补正告知是您发出的，再次告知须由另一人批准。",
    )


class AcceptedAlready(OneDoorError):
    code, http_status, message = "cases.accepted_already", 409, "本件已受理，这个事项受理后不能再要求补正材料。"


class MaterialNotInItem(OneDoorError):
    code, http_status, message = "cases.material_not_in_item", 422, "事项清单里没有这份材料，不能要求申请人提供。"


class OriginalsUnchecked(OneDoorError):
    code, http_status, message = (
        "cases.originals_unchecked",
        409,
        "沿用的“{titles}”还没有核对原件。请先核对；申请人没有带原件来的，请一次性告知补正。",
    )


class SupplementIncomplete(OneDoorError):
    code, http_status, message = "cases.supplement_incomplete", 422, "还没有补齐：{titles}。请补充后再提交。"


@transaction.atomic
def request_supplement(
    *,
    case_id: int,
    defects: Sequence[Defect],
    actor: Actor,
    at: datetime,
    override: str = "",
    doubts: Mapping[str, str] = NOTHING,
    signed_by: str = "",
) -> CaseDocument:
    """
    Tell the applicant once and completely what is missing. The applicant's clock starts with the day the notice reaches
    them (`serve_notice`): at once where they stand at the desk, and `signed_by` is who signs. The receiving clock stops
    with that day, or when the notice is posted or put up: a notice nobody sends is no word within the limit (R-CASE-2).

    A further round may only name papers handed in with the round before (R-CASE-1), unless a supervisor orders it,
    who did not ask before and says in `override` why the old defect was overlooked. A paper that a certificate or data
    prove is asked for only with what is wrong with them, by material code in `doubts`; each opens a ticket (A13).

    :raises SecondNotice: an old defect is brought up in a later round.
    :raises OverrideByAsker: the supervisor is who asked the round before.
    :raises InvalidInput: no defect, one without words, or an override without its reason.
    :raises MaterialNotInItem: a paper is asked for that the item does not list (R-CASE-4).
    :raises AlreadyProved: a certificate or data prove the paper, and nobody doubts them (A13).
    :raises CommitmentReplaces: a commitment stands for the paper.
    """
    case = life.lock(case_id)
    _require_may_ask(case, actor)
    life.check_move(case, Kind.ASK_SUPPLEMENT)
    refuse_while_right_runs(case)
    overridden = _check_defects(case, defects, override, actor, at)
    refuse_replaced(case, {defect.material for defect in defects})
    proofs = proofs_of(case, [defect.material for defect in defects], at=at)
    quality.check_doubts(proofs, doubts)
    tickets = quality.open_tickets(case, proofs.values(), doubts, actor=actor, at=at)
    if signed_by.strip():
        actor.require("cases.deliver", division=case.receiving_organization.division_id, line=case.line)
    if case.accepted_at is not None:
        last = day_of(at) + timedelta(days=case.item_version.item.supplement_days)
        who = {"approved_by": actor.name, "login_id": actor.login_id}
        what = {"kind": Pause.Kind.SUPPLEMENT, "reason": Pause.Kind.SUPPLEMENT.label, "basis": defects[0].basis}
        clocks.pause(case, **what, **who, planned_end=last, at=at)
    more = {"tickets": [ticket.pk for ticket in tickets]} if tickets else {}
    document = _tell_defects(case, defects, overridden, more, signed_by=signed_by.strip(), actor=actor, at=at)
    audit.record("cases.request_supplement", actor=actor, at=at, target=case.target, division=case.division)
    return document


def _tell_defects(
    case: Case,
    defects: Sequence[Defect],
    overridden: list[str],
    more: Mapping[str, object],
    *,
    signed_by: str,
    actor: Actor,
    at: datetime,
) -> CaseDocument:
    """Issue the notice, append the action, and let the notice reach the applicant."""
    item = case.item_version.item
    way = str(Delivery.Method.DIRECT) if signed_by else way_of(case, at=at)
    due_on = ""  # not known before it has arrived
    if signed_by or way == Delivery.Method.ELECTRONIC:
        due_on = supplement_until(case, at=at).day.isoformat()
    until = f"请在 {due_on} 前补齐" if due_on else f"请在收到本告知书之日起 {item.supplement_days} 日内补齐"
    rows = [
        (item.material(defect.material).title, f"{grounds.DEFECT[defect.code]}：{defect.problem}")  # type: ignore[union-attr]
        for defect in defects
    ]
    letter = documents.Letter(
        paragraphs=[f"经审查，您申请办理“{item.title}”的材料需要补正。以下为需要补正的全部内容，现一次性告知。"],
        rows=rows,
        points=[f"{defect.how_to_fix}（依据：{defect.basis}）" for defect in defects],
        remedies=[f"{until}；补齐后从补齐之日起重新计算收件审查时限。"],
    )
    document = documents.issue(
        case, CaseDocument.Kind.SUPPLEMENT, letter, organization=case.receiving_organization, at=at
    )
    facts = {
        "materials": [defect.material for defect in defects],
        "codes": [defect.code for defect in defects],
        "overridden": bool(overridden),
        **more,
        "document": document.number,
        "delivery": way,
        **({"due_on": due_on} if due_on else {}),
        "round": case.supplement_round + 1,
    }
    note = "；".join([f"{title}：{problem}" for title, problem in rows] + overridden)
    told = life.append(case, Kind.ASK_SUPPLEMENT, actor=actor, at=at, note=note, facts=facts)
    serve_notice(case, document, told, signed_by=signed_by, actor=actor, at=at)
    return document


def _require_may_ask(case: Case, actor: Actor) -> None:
    """
    Before acceptance the clerk asks; afterwards a reviewer, and only where the item allows it (R-CLK-4).

    A supervisor may order it in the clerk's place (R-CASE-1).

    :raises NotAllowed, AcceptedAlready: why not.
    """
    if actor.may("supervision.order", division=case.handled_in, line=case.line):
        return
    if case.accepted_at is None:
        actor.require("cases.supplement", division=case.handled_in, line=case.line)
        return
    if not actor.may("cases.supplement", division=case.handled_in, line=case.line):
        actor.require("cases.review", division=case.handled_in, line=case.line)
    if not case.item_version.item.post_accept_supplement:
        raise AcceptedAlready


def _check_defects(case: Case, defects: Sequence[Defect], override: str, actor: Actor, at: datetime) -> list[str]:
    """Return, for the history, why a supervisor lets an old defect through; empty when there is none."""
    item = case.item_version.item
    problems = {} if defects else {"defects": "请至少列出一项需要补正的材料。"}
    for place, defect in enumerate(defects):
        if item.material(defect.material) is None:
            raise MaterialNotInItem
        if len(defect.problem) < 4 or len(defect.how_to_fix) < 4 or not defect.basis:
            problems[f"defects.{place}"] = "请写明问题、补正办法和依据，让申请人看得懂、做得到。"
        if len(defect.problem) + len(defect.how_to_fix) < grounds.SHORTEST_REASON or defect.code not in grounds.DEFECT:
            problems[f"defects.{place}"] = "请选择问题类别，并写明问题和补正办法，合计不少于 10 个字。"
    if problems:
        raise InvalidInput(problems)
    if case.supplement_round == 0:
        return []
    # A later round may only concern what was handed in with the round before it, or what has fallen away since.
    found = list(case.materials.order_by("id"))
    fresh = {paper.code for paper in found if paper.round == case.supplement_round}
    fresh |= {one.definition.code for one in owed(case, found, at=at)}
    old = [item.material(defect.material) for defect in defects if defect.material not in fresh]
    if not old:
        return []
    if not actor.may("supervision.order", division=case.handled_in, line=case.line):
        raise SecondNotice(titles="、".join(paper.title for paper in old if paper))
    asked = Action.objects.filter(case=case, kind=Kind.ASK_SUPPLEMENT).order_by("-seq").first()
    if asked is not None and asked.login_id == actor.login_id:
        raise OverrideByAsker
    if len(override.strip()) < grounds.SHORTEST_REASON:
        words = f"请写明为什么上一次没有告知、这次必须补，不少于 {grounds.SHORTEST_REASON} 个字。"
        raise InvalidInput({"override": words})
    return [f"经监察人员批准再次告知：{override.strip()}"]


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
    access.require_applicant_act(case, actor=actor, on=day_of(at))
    life.check_move(case, Kind.SUPPLY)
    given = set(case.materials.filter(round=case.supplement_round).values_list("code", flat=True))
    missing = [code for code in asked_materials(case) if code not in given]
    if missing:
        item = case.item_version.item
        raise SupplementIncomplete(titles="、".join(item.material(code).title for code in missing))  # type: ignore[union-attr]
    tolerance.fulfil(case, sorted(given), at=at)
    end_supplement(case, actor=actor, at=at)
    audit.record("cases.supply_supplement", actor=actor, at=at, target=case.target, division=case.division)
    return case


def end_supplement(case: Case, *, actor: Actor, at: datetime, note: str = "") -> None:
    """Go on where the papers were asked for: a new look at what came in, or the review that was paused."""
    clocks.stop(case, Clock.Kind.APPLICANT, at=at)
    drop_service(case, at=at)
    facts = {"round": case.supplement_round}
    if case.accepted_at is None:
        clocks.stop(case, Clock.Kind.RECEIVE, at=at)  # it still runs where the notice was never sent
        clocks.start(case, Clock.Kind.RECEIVE, case.item_version.item.limits.receive, at=at)
        clocks.set_urgency(case)
        life.append(case, Kind.SUPPLY, actor=actor, at=at, note=note, facts=facts)
        return
    clocks.resume(case, at=at)
    target = steps.state_of_open_steps(case)
    life.append(case, Kind.SUPPLY, actor=actor, at=at, to=target, note=note, facts=facts)


@transaction.atomic
def accept_case(*, case_id: int, actor: Actor, at: datetime, tolerated_until: date | None = None) -> CaseDocument:
    """
    Accept a case: the decision clocks start and the first steps of its item open. Papers promised for later are due on
    `tolerated_until`, or on the last day that can be promised.

    :raises PromiseTooLate, PromiseOver: that day is too late (A35), or over.
    :raises PapersQuarantined, PapersInCheck: see `require_safe`.
    :raises OriginalsUnchecked: a paper was taken over from an earlier case that nobody has compared with its original.
    """
    case = life.lock(case_id, "receiving_organization", "applicant")
    actor.require("cases.accept", division=case.handled_in, line=case.line)
    life.check_move(case, Kind.ACCEPT)
    found = _papers.all(case_id=case.pk)
    papers.require_safe(found)
    unseen = papers.originals_to_check(found)
    if unseen:
        raise OriginalsUnchecked(titles="、".join(dict.fromkeys(paper.title for paper in unseen)))
    steps.end(steps.require_open(case, "accept"), outcome="accepted", performers=[actor], at=at)
    document = begin_review(case, Kind.ACCEPT, actor=actor, at=at, tolerated_until=tolerated_until)
    audit.record("cases.accept", actor=actor, at=at, target=case.target, division=case.division)
    return document


@prepared
def _papers(*, case_id: int) -> QuerySet[Material]:
    return Material.objects.filter(case_id=case_id).select_related("file").defer("file__key")


def begin_review(
    case: Case,
    kind: Kind,
    *,
    actor: Actor,
    at: datetime,
    since: datetime | None = None,
    tolerated_until: date | None = None,
) -> CaseDocument:
    """Start the decision clocks from the day of acceptance and open the steps; `since` is set for deemed acceptance."""
    item = case.item_version.item
    start = since or at
    clocks.stop(case, Clock.Kind.RECEIVE, at=at)
    case.declared = _declared.one(case_id=case.pk)
    promise = scenarios.outcome(item, case.declared.content).promised
    limits = {Clock.Kind.PROMISED: promise, Clock.Kind.STATUTORY: item.limits.statutory}
    promised, statutory = clocks.start_several(case, limits, at=start)
    letter = documents.Letter(
        paragraphs=[f"您申请办理的“{item.title}”，经审查符合受理条件，现予受理。"],
        rows=[
            ("办件编号", case.number),
            ("受理日期", day_of(start).isoformat()),
            ("承诺办结日", clocks.spoken(promised)),
            ("法定办结日", clocks.spoken(statutory)),
        ],
        points=[
            "办理过程中的暂停、延长都会告知您，您可以随时查看进度。",
            *([f"到法定办结日没有决定的，依据{item.silence.basis}，视为准予。"] if item.silence.basis else []),
        ],
    )
    document = documents.issue(
        case, CaseDocument.Kind.ACCEPTANCE, letter, organization=case.receiving_organization, at=at
    )
    later = tolerance.open_promised(case, promised_on=promised.due_on, due_on=tolerated_until, at=at)
    now = steps.Standing(ended=frozenset({steps.ACCEPT.code}), waiting=frozenset())  # nothing else has been open yet
    life.append(
        case,
        kind,
        actor=actor,
        at=at,
        to=State.DECIDING if steps.state_after(case, "accept", now) == State.DECIDING else State.ACCEPTED,
        facts={
            "document": document.number,
            "promised_due": clocks.spoken(promised),
            "statutory_due": clocks.spoken(statutory),
            "accepted_at": start.isoformat(),
            **later,
        },
    )
    steps.open_ready(case, at=at, now=now)
    return document


@prepared
def _declared(*, case_id: int) -> QuerySet[CaseAnswers]:
    return CaseAnswers.objects.filter(case_id=case_id)


@transaction.atomic
def refuse_acceptance(
    *,
    case_id: int,
    reason_code: str,
    reason: str,
    how_to_fix: str,
    basis: str,
    competent_organ: str,
    actor: Actor,
    at: datetime,
) -> CaseDocument:
    """
    Refuse acceptance with a structured reason, its legal basis, what the applicant can do instead and, where another
    organ is competent, its name.

    :raises InvalidInput: reason code (`grounds.REFUSAL`), reason, advice, basis or the competent organ is missing (A08).
    """
    case = life.lock(case_id)
    actor.require("cases.refuse", division=case.handled_in, line=case.line)
    life.check_move(case, Kind.REFUSE)
    words = {"reason": reason, "how_to_fix": how_to_fix, "basis": basis}
    problems = grounds.faults(grounds.REFUSAL, code=reason_code, **words)
    if reason_code == "not_competent" and not competent_organ.strip():
        problems["competent_organ"] = "请写明应由哪个机关办理。"
    if problems:
        raise InvalidInput(problems)
    advice = [f"本事项应由{competent_organ.strip()}办理，请向该机关申请。"] if competent_organ.strip() else []
    letter = documents.Letter(
        paragraphs=[f"您申请办理的“{case.item_version.title}”，经审查不予受理。"],
        parts=[("理由", [f"{grounds.REFUSAL[reason_code]}。{reason.strip()}"])],
        points=[f"依据：{basis.strip()}"],
        advice=[*advice, how_to_fix.strip()],
        remedies=documents.REMEDIES,
    )
    document = documents.issue(case, CaseDocument.Kind.REFUSAL, letter, organization=case.receiving_organization, at=at)
    steps.require_open(case, "accept")
    steps.end_all(case, outcome="refused", performers=[actor], at=at)
    facts = {"reason_code": reason_code, "basis": basis.strip(), "document": document.number}
    life.append(case, Kind.REFUSE, actor=actor, at=at, note=reason.strip(), facts=facts)
    audit.record("cases.refuse_acceptance", actor=actor, at=at, target=case.target, division=case.division)
    return document


@transaction.atomic
def withdraw_case(*, case_id: int, actor: Actor, at: datetime) -> Case:
    """Let the applicant give the application up before it is decided."""
    case = life.lock(case_id)
    access.require_applicant_act(case, actor=actor, on=day_of(at))
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
