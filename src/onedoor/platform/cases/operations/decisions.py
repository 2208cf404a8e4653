"""Decide a case: the rule is asked once more, its whole calculation is stored, the decision is issued in writing."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, clocks, documents, grounds, handlers, life, steps
from onedoor.platform.cases.models import (
    Case,
    CaseDocument,
    CaseStep,
    Clock,
    Hearing,
    ProposedDecision,
    StoredJudgement,
)
from onedoor.platform.cases.operations.conflicts import open_conflicts
from onedoor.platform.cases.operations.delivery import hand_over, way_of
from onedoor.platform.cases.operations.desk import accept_case
from onedoor.platform.cases.operations.drafts import CHANGES
from onedoor.platform.cases.operations.steps import open_next
from onedoor.platform.cases.owing import check_decidable
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.prepared import prepared
from onedoor.standards.judgement import Judgement


class AgainstRule(OneDoorError):
    code, http_status, message = (
        "cases.decision_against_rule",
        409,
        "按现有材料和规则不符合条件，不能准予。如认为事实有误，请退回核实后再决定。",
    )


class HearingNotOver(OneDoorError):
    code, http_status, message = (
        "cases.hearing_not_over",
        409,
        "听证程序还没有结束，等申请人放弃、逾期未申请或者笔录签署以后才能决定。",
    )


class ConflictsOpen(OneDoorError):
    code, http_status, message = (
        "cases.conflicts_open",
        409,
        "还有 {number} 项查得与申报不一致的情况没有核实。核实后再决定；不能因为不一致直接不予批准。",
    )


class NeedsSecondApprover(OneDoorError):
    code, http_status, message = (
        "cases.needs_second_approver",
        409,
        "本件有近亲属备案，须先拟定决定，由本单位另一名审批人员复核后生效。",
    )


class SameApprover(OneDoorError):
    code, http_status, message = "cases.same_approver", 403, "决定是您拟定的，须由本单位另一名审批人员复核。"


class LinkFallen(OneDoorError):
    code, http_status, message = (
        "cases.link_fallen",
        409,
        "本件要{relation}的原决定（办件编号 {number}）已经撤销、注销或者作废，不能再准予。请核实后不予批准并说明理由。",
    )


class NotImmediate(OneDoorError):
    code, http_status, message = "cases.not_immediate", 409, "这个事项不是即办件，请先受理，再按步骤办理。"


@transaction.atomic
def decide_case(*, case_id: int, ruling: Ruling, actor: Actor, at: datetime) -> CaseDocument:
    """
    Grant or deny a case. Its rule is computed now and stored with inputs, articles and parameters; a grant moves the
    register and issues the certificate in the same transaction.

    :raises RoleSeparation: the officer received, surveyed or reviewed this case (A09).
    :raises AgainstRule: a grant although the rule says no.
    :raises InvalidInput: a denial without reason code, reason, advice or legal basis.
    :raises HearingNotOver: the applicant may still be heard.
    :raises ConflictsOpen: what a source says otherwise than declared has not been looked into (R-SHR-5).
    :raises NeedsSecondApprover: the case touches relatives of the staff (R-ORG-3).
    """
    case, row = _may_decide(case_id, ruling, actor, at)
    if access.rows_of(case, "relatives"):
        raise NeedsSecondApprover
    return _take_effect(case, row, ruling, actor=actor, at=at)


@transaction.atomic
def decide_at_once(*, case_id: int, ruling: Ruling, actor: Actor, at: datetime) -> CaseDocument:
    """
    Accept and decide an immediate item 即办件 in one session; both stay events of their own, in this order.

    :raises NotImmediate: the item is none, or other steps come before its decision.
    """
    case = life.lock(case_id)
    actor.require("cases.accept", division=case.handled_in, line=case.line)
    item = case.item_version.item
    definition = item.step("decide")
    if item.national.case_type != "1" or definition is None or not set(definition.after) <= {"accept"}:
        raise NotImmediate
    accept_case(case_id=case_id, actor=actor, at=at)
    return decide_case(case_id=case_id, ruling=ruling, actor=actor, at=at)


@transaction.atomic
def propose_decision(*, case_id: int, ruling: Ruling, actor: Actor, at: datetime) -> ProposedDecision:
    """
    Propose the decision of a case that touches relatives; nothing takes effect before another approver confirms it.

    :raises RoleSeparation, RelativeHandles, AgainstRule, InvalidInput, HearingNotOver: as for `decide_case`.
    """
    case, row = _may_decide(case_id, ruling, actor, at)
    _judge(case, ruling, at)
    proposal = ProposedDecision.objects.create(
        case=case, ruling=asdict(ruling), login_id=actor.require_login(), proposed_at=at
    )
    steps.end(row, outcome="proposed", performers=[actor], at=at)
    steps.open_common(case, steps.CONFIRM, at=at, organ=case.deciding_organization)
    clocks.set_urgency(case)
    life.append(
        case, Kind.PROPOSE, actor=actor, at=at, step="decide", note=ruling.reason, facts={"granted": ruling.granted}
    )
    audit.record("cases.propose_decision", actor=actor, at=at, target=case.target, division=case.division)
    return proposal


@transaction.atomic
def confirm_decision(*, case_id: int, agreed: bool, note: str, actor: Actor, at: datetime) -> CaseDocument | None:
    """
    Confirm a proposed decision, which then takes effect, or oppose it: the step of deciding opens again.

    :raises SameApprover: the officer proposed it.
    :raises HearingNotOver, ConflictsOpen: something has come up since the proposal; as for `decide_case`.
    :raises InvalidInput: opposed without saying why.
    """
    case = life.lock(case_id)
    row = steps.require_open(case, steps.CONFIRM.code)
    actor.require("cases.decide", division=row.division, line=case.line)
    proposal = ProposedDecision.objects.get(case=case, settled_at__isnull=True)
    if proposal.login_id == actor.login_id:
        raise SameApprover
    definition = case.item_version.item.step("decide") or steps.CONFIRM
    steps.check_separation(case, definition, actor)
    proposal.settled_at = at
    proposal.save(update_fields=["settled_at"])
    document = None
    if agreed:
        ruling = Ruling(**proposal.ruling)
        _require_settled(case, granted=ruling.granted, at=at)  # the world may have moved on since the proposal
        document = _take_effect(case, row, ruling, actor=actor, at=at)
    else:
        grounds.check_reason(note, "复核")
        steps.end(row, outcome="opposed", performers=[actor], at=at)
        life.append(case, Kind.OPPOSE, actor=actor, at=at, step=row.code, note=note.strip())
        steps.open_common(case, definition, at=at, organ=case.deciding_organization)
        clocks.set_urgency(case)
    audit.record(
        "cases.confirm_decision", actor=actor, at=at, target=case.target, division=case.division, agreed=agreed
    )
    return document


def _may_decide(case_id: int, ruling: Ruling, actor: Actor, at: datetime) -> tuple[Case, CaseStep]:
    case = life.lock(case_id, "receiving_organization", "deciding_organization__division", "applicant")
    access.look_for_rare(case, "relatives", "conflicts", "tolerances", "pauses")
    row = steps.require_open(case, "decide")
    definition = case.item_version.item.step("decide")
    if definition is None:
        raise steps.StepNotOpen(title=row.title)
    actor.require("cases.decide", division=row.division, line=case.line)
    steps.check_separation(case, definition, actor)
    life.check_move(case, Kind.GRANT)
    ruling.check()
    _require_settled(case, granted=ruling.granted, at=at)
    return case, row


def _require_settled(case: Case, *, granted: bool, at: datetime) -> None:
    """:raises HearingNotOver, ConflictsOpen, LinkFallen, …: something is open that a decision may not pass over."""
    if granted and case.continues is not None and case.relation in CHANGES and not still_stands(case.continues):
        raise LinkFallen(relation=case.get_relation_display(), number=case.continues.number)
    hearing = _hearings.first(case_id=case.pk)  # asked once, after the lock; the decision's words need it again
    Hearing._meta.get_field("case").remote_field.set_cached_value(case, hearing)
    if hearing is not None and hearing.state in HEARING_OPEN:
        raise HearingNotOver
    check_decidable(case, granted=granted, at=at)
    number = open_conflicts(case)
    if number:
        raise ConflictsOpen(number=number)


@prepared
def _hearings(*, case_id: int) -> QuerySet[Hearing]:
    return Hearing.objects.filter(case_id=case_id)


def still_stands(case: Case) -> bool:
    """Tell whether what a case granted has neither been revoked nor cancelled since, nor the case voided."""
    if case.result != "granted" or case.state == State.VOIDED:
        return False
    later = set(case.continued_by.values_list("relation", "result"))
    return later.isdisjoint(Case.TAKES_BACK)


HEARING_OPEN = frozenset(
    {Hearing.State.RIGHT_INFORMED, Hearing.State.REQUESTED, Hearing.State.SCHEDULED, Hearing.State.HELD}
)


def _judge(case: Case, ruling: Ruling, at: datetime) -> Judgement:
    """:raises AgainstRule: a grant although the rule says no."""
    judgement = handlers.judge(case, day_of(at))
    if ruling.granted and not judgement.value["eligible"]:
        raise AgainstRule
    return judgement


def _take_effect(case: Case, row: CaseStep, ruling: Ruling, *, actor: Actor, at: datetime) -> CaseDocument:
    """Store the judgement, issue and deliver the decision, let the service act on it and open what follows."""
    handler = handlers.for_item(case.item_code)
    judgement = _judge(case, ruling, at)
    stored = store_judgement(case, judgement, at=at)
    document = _write_decision(case, judgement, ruling, at)
    steps.end(row, outcome="granted" if ruling.granted else "denied", performers=[actor], at=at)
    clocks.stop(case, at=at)
    now = steps.standing(case)
    if now.waiting:
        clocks.set_urgency(case)
    told = life.append(
        case,
        Kind.GRANT if ruling.granted else Kind.DENY,
        actor=actor,
        at=at,
        step="decide",
        to=state_when_granted(case, now) if ruling.granted else None,
        note=ruling.reason,
        facts={
            "judgement": stored.pk,
            "digest": stored.digest,
            "document": document.number,
            "reason_code": ruling.reason_code,
            "delivery": way_of(case, at=at),
        },
    )
    hand_over(case, document, told, at=at)
    follow_up = handler.on_granted if ruling.granted else handler.on_denied
    follow_up(case, judgement, actor=actor, at=at)
    open_next(case, at=at)
    if ruling.granted:
        start_issuing(case, at=at)
    audit.record(
        "cases.decide",
        actor=actor,
        at=at,
        target=case.target,
        division=case.division,
        before=told.previous_hash,
        after=told.hash,
        granted=ruling.granted,
        digest=document.digest,  # by which the decision is found in the sealed record
    )
    return document


def start_issuing(case: Case, *, at: datetime) -> None:
    """Start the limit for what a grant still has to hand over: the certificate (Licensing Law art. 44)."""
    item = case.item_version.item
    if item.result.kind == "certificate" and not case.is_ended:
        clocks.start(case, Clock.Kind.ISSUE, item.limits.issue, at=at)
        clocks.set_urgency(case)


def state_when_granted(case: Case, now: steps.Standing) -> State:
    """A grant whose certificate is still to be made is 制证中."""
    following = steps.state_after(case, "decide", now)
    return following if following != case.state else State.GRANTED


def store_judgement(case: Case, judgement: Judgement, *, at: datetime) -> StoredJudgement:
    """Keep what the rule said, word for word, for whoever asks years later."""
    content = judgement.as_data()
    return StoredJudgement.objects.create(
        case=case, rule=case.item_code, content=content, digest=sm3(canonical_json(content)).hex(), at=at
    )


def _write_decision(case: Case, judgement: Judgement, ruling: Ruling, at: datetime) -> CaseDocument:
    """Issue the decision: what is decided, facts, reasons, articles, how to mend it, remedies, the calculation."""
    words = handlers.for_item(case.item_code).wording(case, judgement, ruling.granted)
    reasons = [ruling.reason] if ruling.reason else []
    if not ruling.granted:
        reasons = [f"{grounds.DENIAL[ruling.reason_code]}。{ruling.reason}"]
    parts = [
        ("查明的事实", words.facts),
        ("理由" if not ruling.granted else "说明", reasons),
        ("听证", _heard(case)),
    ]
    letter = documents.Letter(
        paragraphs=[words.decision],
        parts=parts,
        rows=list(words.lines),
        points=[f"依据：{basis}" for basis in dict.fromkeys([*words.basis, *ruling.basis])],
        advice=[ruling.how_to_fix] if ruling.how_to_fix else [],
        remedies=documents.REMEDIES,
        trace=judgement.as_data()["trace"],
    )
    kind = CaseDocument.Kind.GRANT if ruling.granted else CaseDocument.Kind.DENIAL
    return documents.issue(case, kind, letter, organization=case.deciding_organization, at=at)


def _heard(case: Case) -> list[str]:
    """Name the signed record of the hearing, on which the decision has to rest, and close the hearing."""
    hearing = getattr(case, "hearing", None)
    if hearing is None or hearing.state != Hearing.State.RECORD_SIGNED:
        return []
    hearing.state = Hearing.State.CLOSED
    hearing.save(update_fields=["state"])
    return [f"本决定依据听证笔录（{hearing.record_number}）作出。"]
