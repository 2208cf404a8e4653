"""告知承诺: sign in place of a proof, take it back before the decision, check it afterwards, and what a breach leads to."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, documents, heard, life, papers
from onedoor.platform.cases.commitments import has_breach
from onedoor.platform.cases.grounds import SHORTEST_REASON
from onedoor.platform.cases.models import Case, CaseDocument, Commitment, CreditRecord, Draft, Material
from onedoor.platform.cases.operations.drafts import MaterialNotFound
from onedoor.platform.cases.operations.expiry import touch
from onedoor.platform.cases.operations.revocation import HearFirst
from onedoor.platform.cases.states import Kind
from onedoor.platform.catalog.items import Material as PaperDefinition
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError


class CommitmentBarred(OneDoorError):
    code, http_status, message = (
        "cases.commitment_barred",
        409,
        "有承诺不实的记录还没有修复，现在不能用承诺代替“{title}”，请提交这份材料。修复办法请咨询受理单位。",
    )


class CommitmentNotFound(NotFound):
    code, message = "cases.commitment_not_found", "没有找到这份承诺，请从办件页面打开。"


class CommitmentOver(OneDoorError):
    code, http_status, message = "cases.commitment_over", 409, "这份承诺{state}，不能再这样处理。请刷新页面查看。"


class CheckerSettles(OneDoorError):
    code, http_status, message = "cases.checker_settles", 403, "承诺是您核查的，是否记入信用记录须由另一人决定。"


@transaction.atomic
def sign_commitment(*, draft_id: UUID, material: str, actor: Actor, at: datetime) -> Commitment:
    """
    Promise in place of a paper of a draft: by the applicant, or for them by an agent with authority to sign, a guardian,
    or at the window on paper (R-COM-1).

    :raises MaterialNotFound: the item does not let this paper be replaced by a commitment.
    :raises CommitmentBarred: the applicant's earlier commitment was untrue and has not been repaired.
    :raises MandateMissing, MandateExpired: the agent may not sign for the applicant.
    """
    draft = access.lock_draft(draft_id, actor=actor, at=at)
    actor.require_level(draft.item_version.item.level_to_act)
    definition = draft.item_version.item.material(material)
    if definition is None or definition.commitment is None:
        raise MaterialNotFound
    if has_breach(draft.applicant_id, division=draft.division, on=day_of(at)):
        raise CommitmentBarred(title=definition.title)
    method = _method(draft, actor, at)
    draft.materials.filter(code=material, file=None).delete()
    commitment = _write(draft, definition, method, at)
    draft.paper_choices = {code: choice for code, choice in draft.paper_choices.items() if code != material}
    touch(draft, at)
    audit.record(
        "cases.sign_commitment",
        actor=actor,
        at=at,
        target=draft.target,
        material=material,
        digest=commitment.digest,
        method=method,
    )
    return commitment


def _method(draft: Draft, actor: Actor, at: datetime) -> str:
    if actor.require_person() == draft.applicant_id:
        return "paper" if actor.is_assisted else "self"
    delegation = identity.require_mandate(
        agent_id=actor.require_person(),
        principal_id=draft.applicant_id,
        item=draft.item_version.code,
        scope="sign",
        on=day_of(at),
    )
    return "guardian" if delegation is None else "agent"


def _write(draft: Draft, definition: PaperDefinition, method: str, at: datetime) -> Commitment:
    policy = definition.commitment
    if policy is None:
        raise MaterialNotFound
    paper = Material.objects.create(
        draft=draft,
        code=definition.code,
        kind=papers.kind_of(draft.item_version.item, definition),
        title=definition.title,
        source=Material.Source.COMMITMENT,
        proof=f"承诺书第 {policy.version} 版",
        as_of=day_of(at),
        given_at=at,
    )
    return Commitment.objects.create(
        paper=paper,
        version=policy.version,
        told=policy.told,
        text=policy.text,
        liability=policy.liability,
        digest=policy.digest,
        signer_id=draft.applicant_id,
        method=method,
        signed_at=at,
        check_kind=policy.check,
    )


@transaction.atomic
def retract_commitment(*, commitment_id: int, actor: Actor, at: datetime) -> Commitment:
    """
    Take a commitment back before the decision; the paper itself is owed then, and nothing is granted before it comes.

    :raises CommitmentNotFound: it is not on a case of the actor's.
    :raises CommitmentOver: it has been checked already, or taken back.
    """
    commitment, case = _locked(commitment_id)
    access.require_applicant_act(case, actor=actor, scope="sign", on=day_of(at))
    life.check_move(case, Kind.RETRACT_PROMISE)
    if commitment.state not in (Commitment.State.SIGNED, Commitment.State.VERIFYING):
        raise CommitmentOver(state=commitment.get_state_display())
    commitment.state = Commitment.State.WITHDRAWN
    commitment.save(update_fields=["state"])
    facts = {"commitment": commitment.pk, "material": commitment.paper.code}
    life.append(case, Kind.RETRACT_PROMISE, actor=actor, at=at, facts=facts)
    audit.record("cases.retract_commitment", actor=actor, at=at, target=case.target, commitment=commitment.pk)
    return commitment


@transaction.atomic
def check_commitment(*, commitment_id: int, outcome: str, finding: str, actor: Actor, at: datetime) -> Commitment:
    """
    Note what the check found: "kept", "broken" or "unverifiable". A breach is told in writing, and the person has five
    working days to be heard before it is put on record.

    :raises CommitmentNotFound, CommitmentOver: there is none to check.
    :raises InvalidInput: the outcome, or what was found, is missing.
    """
    commitment, case = _locked(commitment_id)
    actor.require("cases.review", division=case.handled_in, line=case.line)
    life.check_move(case, Kind.CHECK_PROMISE)
    if commitment.state != Commitment.State.VERIFYING:
        raise CommitmentOver(state=commitment.get_state_display())
    _check_words(outcome, finding)
    commitment.state, commitment.finding = Commitment.State(outcome), finding.strip()
    commitment.checked_at, commitment.checked_by, commitment.checked_login = at, actor.name, actor.login_id
    commitment.save(update_fields=["state", "finding", "checked_at", "checked_by", "checked_login"])
    facts = {"commitment": commitment.pk, "material": commitment.paper.code, "outcome": outcome}
    if outcome == Commitment.State.BROKEN:
        facts |= _tell_breach(commitment, case, at)
    life.append(case, Kind.CHECK_PROMISE, actor=actor, at=at, note=finding.strip(), facts=facts)
    audit.record(
        "cases.check_commitment",
        actor=actor,
        at=at,
        target=case.target,
        division=case.division,
        commitment=commitment.pk,
        outcome=outcome,
    )
    return commitment


OUTCOMES = (Commitment.State.KEPT, Commitment.State.BROKEN, Commitment.State.UNVERIFIABLE)


def _check_words(outcome: str, finding: str) -> None:
    problems = {} if outcome in OUTCOMES else {"outcome": "请选择核查结论。"}
    if len(finding.strip()) < SHORTEST_REASON:
        problems["finding"] = f"请写明怎样核查、查到什么，不少于 {SHORTEST_REASON} 个字。"
    if problems:
        raise InvalidInput(problems)


def _tell_breach(commitment: Commitment, case: Case, at: datetime) -> dict[str, str]:
    limit = heard.heard_until(heard.TO_BE_HEARD, case=case, at=at)
    CreditRecord.objects.create(
        commitment=commitment, person_id=case.applicant_id, case=case, told_at=at, heard_until=limit.day
    )
    letter = documents.Letter(
        paragraphs=[
            f"您办理“{case.item_version.title}”时，以承诺代替“{commitment.paper.title}”。经核查，承诺与实际情况不符。"
        ],
        parts=[("查到的情况", [str(commitment.finding)]), ("承诺内容", [commitment.text])],
        rows=[("陈述申辩截止日", limit.day.isoformat())],
        points=[
            commitment.liability,
            "截止日前您可以在办件页面或者到窗口陈述申辩；听取以后再决定是否记入信用记录、是否撤销已作出的决定。",
        ],
    )
    organ = case.receiving_organization
    document = documents.issue(case, CaseDocument.Kind.BREACH, letter, organization=organ, at=at)
    return {"document": document.number, "due_on": limit.day.isoformat()}


@transaction.atomic
def answer_breach(*, commitment_id: int, statement: str, actor: Actor, at: datetime) -> CreditRecord:
    """
    Say what speaks against the finding, once, before it is put on record.

    :raises CommitmentOver: there is nothing to answer.
    :raises InvalidInput: nothing is said.
    """
    commitment, case = _locked(commitment_id)
    access.require_applicant_act(case, actor=actor, on=day_of(at))
    life.check_move(case, Kind.ANSWER_BREACH)
    record = _open_record(commitment)
    if record.stated_at is not None:
        raise CommitmentOver(state="的陈述申辩已经收到")
    if len(statement.strip()) < SHORTEST_REASON:
        raise InvalidInput({"statement": f"请写明您的意见和理由，不少于 {SHORTEST_REASON} 个字。"})
    record.statement, record.stated_at = statement.strip(), at
    record.save(update_fields=["statement", "stated_at"])
    facts = {"commitment": commitment.pk}
    life.append(case, Kind.ANSWER_BREACH, actor=actor, at=at, note=statement.strip(), facts=facts)
    audit.record("cases.answer_breach", actor=actor, at=at, target=case.target, commitment=commitment.pk)
    return record


@transaction.atomic
def settle_breach(*, commitment_id: int, upheld: bool, reason: str, actor: Actor, at: datetime) -> CreditRecord:
    """
    Put an untrue commitment on record, or let it go after the person was heard; by another officer than who checked.

    :raises CheckerSettles: the same officer checked it.
    :raises HearFirst: the person has not been heard and the time for it still runs.
    :raises InvalidInput: no reason.
    """
    commitment, case = _locked(commitment_id)
    actor.require("cases.decide", division=case.deciding_organization.division_id, line=case.line)
    life.check_move(case, Kind.SETTLE_BREACH)
    record = _open_record(commitment)
    if commitment.checked_login == actor.login_id:
        raise CheckerSettles
    if record.stated_at is None and day_of(at) <= record.heard_until:
        raise HearFirst(until=record.heard_until.isoformat())
    _check_reason(reason)
    record.state = CreditRecord.State.IN_FORCE if upheld else CreditRecord.State.LIFTED
    record.reason, record.settled_at, record.settled_by = reason.strip(), at, actor.name
    record.save(update_fields=["state", "reason", "settled_at", "settled_by"])
    if not upheld:
        commitment.state = Commitment.State.KEPT
        commitment.save(update_fields=["state"])
    facts = {"commitment": commitment.pk, "upheld": upheld}
    life.append(case, Kind.SETTLE_BREACH, actor=actor, at=at, note=reason.strip(), facts=facts)
    audit.record(
        "cases.settle_breach",
        actor=actor,
        at=at,
        target=case.target,
        division=case.division,
        commitment=commitment.pk,
        upheld=upheld,
    )
    return record


@transaction.atomic
def repair_credit(*, commitment_id: int, reason: str, actor: Actor, at: datetime) -> CreditRecord:
    """
    Note that a breach on record has been made good; the person may promise again (信用修复).

    :raises CommitmentOver: there is no record in force.
    :raises InvalidInput: it is not said how.
    """
    commitment, case = _locked(commitment_id)
    actor.require("cases.decide", division=case.deciding_organization.division_id, line=case.line)
    life.check_move(case, Kind.REPAIR_CREDIT)
    record = CreditRecord.objects.select_for_update().filter(commitment=commitment).first()
    if record is None or record.state != CreditRecord.State.IN_FORCE:
        raise CommitmentOver(state="没有需要修复的记录")
    _check_reason(reason)
    record.state, record.repair = CreditRecord.State.REPAIRED, reason.strip()
    record.repaired_at, record.repaired_by = at, actor.name
    record.save(update_fields=["state", "repair", "repaired_at", "repaired_by"])
    facts = {"commitment": commitment.pk}
    life.append(case, Kind.REPAIR_CREDIT, actor=actor, at=at, note=reason.strip(), facts=facts)
    audit.record(
        "cases.repair_credit",
        actor=actor,
        at=at,
        target=case.target,
        division=case.division,
        commitment=commitment.pk,
    )
    return record


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput({"reason": f"请写明理由，不少于 {SHORTEST_REASON} 个字。"})


def _locked(commitment_id: int) -> tuple[Commitment, Case]:
    """:raises CommitmentNotFound: there is none, or its application has not been submitted."""
    commitment = Commitment.objects.select_related("paper").filter(pk=commitment_id).first()
    if commitment is None or commitment.case_id is None:
        raise CommitmentNotFound
    case = life.lock(commitment.case_id)
    return Commitment.objects.select_related("paper").get(pk=commitment_id), case


def _open_record(commitment: Commitment) -> CreditRecord:
    record = CreditRecord.objects.select_for_update().filter(commitment=commitment).first()
    if record is None or record.state != CreditRecord.State.TOLD:
        raise CommitmentOver(state=record.get_state_display() if record else commitment.get_state_display())
    return record
