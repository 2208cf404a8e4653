"""Decide a case: the rule is asked once more, its whole calculation is stored, the decision is issued in writing."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import clocks, documents, handlers, life, steps
from onedoor.platform.cases.models import Case, CaseDocument, StoredJudgement
from onedoor.platform.cases.operations.desk import SHORTEST_REASON
from onedoor.platform.cases.operations.steps import open_next
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.standards.judgement import Judgement


class AgainstRule(OneDoorError):
    code, http_status, message = (
        "cases.decision_against_rule",
        409,
        "按现有材料和规则不符合条件，不能准予。如认为事实有误，请退回核实后再决定。",
    )


@transaction.atomic
def decide_case(*, case_id: int, granted: bool, reason: str, actor: Actor, at: datetime) -> CaseDocument:
    """
    Grant or deny a case. Its rule is computed now and stored with inputs, articles and parameters; a grant moves the
    register and issues the certificate in the same transaction.

    :raises RoleSeparation: the officer received, surveyed or reviewed this case (A09).
    :raises AgainstRule: a grant although the rule says no.
    :raises InvalidInput: a denial without a reason.
    """
    case = life.lock(case_id)
    row = steps.require_open(case, "decide")
    definition = case.item_version.item.step("decide")
    if definition is None:
        raise steps.StepNotOpen(title=row.title)
    actor.require("cases.decide", division=row.division, line=case.line)
    steps.check_separation(case, definition, [actor.login_id])
    life.check_move(case, Kind.GRANT)
    if not granted and len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput({"reason": f"请写明不予批准的理由，不少于 {SHORTEST_REASON} 个字。"})
    handler = handlers.for_item(case.item_code)
    judgement = handler.judge(case, day_of(at))
    if granted and not judgement.value["eligible"]:
        raise AgainstRule
    stored = store_judgement(case, judgement, at=at)
    document = _write_decision(case, judgement, granted, reason, at)
    steps.end(row, outcome="granted" if granted else "denied", performers=[actor], at=at)
    clocks.stop(case, on=day_of(at))
    decided = life.append(
        case,
        Kind.GRANT if granted else Kind.DENY,
        actor=actor,
        at=at,
        step="decide",
        to=_state_when_granted(case) if granted else None,
        note=reason,
        facts={"judgement": stored.pk, "digest": stored.digest, "document": document.number},
    )
    follow_up = handler.on_granted if granted else handler.on_denied
    follow_up(case, judgement, actor=actor, at=at)
    open_next(case, at=at)
    audit.record(
        "cases.decide",
        actor=actor,
        at=at,
        target=case.target,
        division=case.division,
        before=decided.previous_hash,
        after=decided.hash,
        granted=granted,
        digest=document.digest,  # by which the decision is found in the sealed record
    )
    return document


def _state_when_granted(case: Case) -> State:
    """A grant whose certificate is still to be made is 制证中."""
    following = steps.state_after(case, "decide")
    return following if following != case.state else State.GRANTED


def store_judgement(case: Case, judgement: Judgement, *, at: datetime) -> StoredJudgement:
    """Keep what the rule said, word for word, for whoever asks years later."""
    content = judgement.as_data()
    return StoredJudgement.objects.create(
        case=case, rule=case.item_code, content=content, digest=sm3(canonical_json(content)).hex(), at=at
    )


def _write_decision(case: Case, judgement: Judgement, granted: bool, reason: str, at: datetime) -> CaseDocument:
    ruling = handlers.for_item(case.item_code).ruling(case, judgement, granted)
    paragraphs = [ruling.decision, *ruling.facts]
    if reason.strip():
        paragraphs.append(f"说明：{reason.strip()}")
    letter = documents.Letter(
        paragraphs=paragraphs,
        rows=list(ruling.lines),
        points=[f"依据：{basis}" for basis in ruling.basis],
        remedies=documents.REMEDIES,
        trace=judgement.as_data()["trace"],
    )
    kind = CaseDocument.Kind.GRANT if granted else CaseDocument.Kind.DENIAL
    return documents.issue(case, kind, letter, organization=case.deciding_organization, at=at)
