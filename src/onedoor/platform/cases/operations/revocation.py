"""Revoke 撤销, cancel 注销 or withdraw 吊销 of the organ's own motion what a case granted: told first, heard, then decided by another."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, clocks, documents, grounds, handlers, heard, life, steps
from onedoor.platform.cases.models import Case, CaseAnswers, CaseDocument, Delivery, Revocation
from onedoor.platform.cases.operations import arrivals
from onedoor.platform.cases.operations.delivery import close_or_wait, drop_service, hand_over, serve_notice, way_of
from onedoor.platform.cases.operations.submission import link_to_earlier, new_number
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

DECISIONS = {
    "revoke": CaseDocument.Kind.REVOCATION,
    "cancel": CaseDocument.Kind.CANCELLATION,
    "withdraw": CaseDocument.Kind.PENALTY,
}


class NotRevocable(OneDoorError):
    code, http_status, message = (
        "cases.not_revocable",
        409,
        "只有已经准予并办结的办件可以撤销、注销或者吊销，而且同一件不能同时有两个撤销程序。",
    )


class HearFirst(OneDoorError):
    code, http_status, message = (
        "cases.hear_first",
        409,
        "当事人可以陈述申辩到 {until}；在这之前，收到陈述申辩才能决定。",
    )


class ProposerDecides(OneDoorError):
    code, http_status, message = "cases.proposer_decides", 403, "撤销是您提出的，依规定须由另一人决定。"


@transaction.atomic
def propose_revocation(*, case_id: int, ending: str, reason: str, basis: str, actor: Actor, at: datetime) -> Case:
    """
    Tell a person that the organ means to revoke, cancel or withdraw what their case granted; a linked case begins, in which they
    have the days of their place to be heard, from the day the notice has reached them (`serve_notice`).

    :raises NotRevocable: nothing was granted, nothing can be revoked, or it is under way already.
    :raises InvalidInput: ending, facts or basis is missing.
    """
    earlier = life.lock(case_id)
    if not actor.may("cases.review", division=earlier.handled_in, line=earlier.line):
        actor.require("cases.decide", division=earlier.deciding_organization.division_id, line=earlier.line)
    _check_revocable(earlier)
    if ending not in Revocation.Ending.values:
        raise InvalidInput({"ending": "请选择撤销、注销或者吊销。"})
    grounds.check_reason(reason, basis)
    case = _begin(earlier, actor=actor, at=at)
    way = way_of(case, at=at)
    due = {}
    if way == Delivery.Method.ELECTRONIC:
        due = {"due_on": arrivals.defence_until(case, at=at).day.isoformat()}
    days = heard.days(heard.TO_BE_HEARD, case=case, on=day_of(at))
    proceeding = Revocation.objects.create(
        case=case,
        ending=ending,
        reason=reason.strip(),
        basis=basis.strip(),
        login_id=actor.require_login(),
    )
    verb = proceeding.get_ending_display()
    letter = documents.Letter(
        paragraphs=[f"我单位拟{verb}“{case.item_version.title}”（办件编号 {earlier.number}）的准予决定。"],
        parts=[("事实和理由", [reason.strip()])],
        rows=[("陈述申辩期限", f"到 {due['due_on']} 止" if due else f"收到本告知书之日起 {days} 个工作日内")],
        points=[f"依据：{basis.strip()}", "您可以在截止日前通过本平台或者到窗口陈述和申辩，我们会认真听取。"],
    )
    organ = case.deciding_organization
    document = documents.issue(case, CaseDocument.Kind.INTENT, letter, organization=organ, at=at)
    facts = {"document": document.number, "linked": earlier.number, "relation": case.relation, "ending": ending}
    facts |= {"delivery": way, **due}
    told = life.append(case, Kind.PROPOSE_REVOCATION, actor=actor, at=at, note=reason.strip(), facts=facts)
    steps.open_common(case, steps.REVOKE, at=at, organ=organ)
    serve_notice(case, document, told, actor=actor, at=at)
    clocks.set_urgency(case)
    link_to_earlier(case=case, actor=actor, at=at)
    audit.record("cases.propose_revocation", actor=actor, at=at, target=case.target, division=case.division)
    return case


def may_revoke(case: Case) -> bool:
    """Tell whether what this case granted could be revoked: granted, ended, and no proceeding under way."""
    if case.state != State.COMPLETED or case.result != "granted":
        return False
    if handlers.for_item(case.item_code).on_revoked is None:
        return False
    return not case.continued_by.filter(relation=Case.Relation.REVOKE).exclude(state=State.TERMINATED).exists()


def _check_revocable(case: Case) -> None:
    if not may_revoke(case):
        raise NotRevocable


def _begin(earlier: Case, *, actor: Actor, at: datetime) -> Case:
    number, query_code = new_number(earlier.item_version.item, earlier.deciding_organization, at=at)
    case = Case.objects.create(
        number=number,
        query_code=query_code,
        item_version=earlier.item_version,
        item_code=earlier.item_code,
        line=earlier.line,
        division=earlier.division,
        receiving_organization=earlier.receiving_organization,
        deciding_organization=earlier.deciding_organization,
        applicant=earlier.applicant,
        relation=Case.Relation.REVOKE,
        continues=earlier,
        delivery=earlier.delivery,
        channel=actor.channel,
        state=State.REVIEWING,
        submitted_at=at,
        undo_until=at,
    )
    CaseAnswers.objects.create(case=case, content={}, digest=sm3(canonical_json({})).hex())
    return case


@transaction.atomic
def state_defence(*, case_id: int, statement: str, actor: Actor, at: datetime) -> Revocation:
    """
    Let the person say what speaks against the revocation, once, as long as it is not decided.

    :raises InvalidInput: nothing is said.
    """
    case = life.lock(case_id)
    access.require_applicant_act(case, actor=actor, on=day_of(at))
    life.check_move(case, Kind.STATE_DEFENCE)
    proceeding = Revocation.objects.get(case=case)
    if len(statement.strip()) < grounds.SHORTEST_REASON:
        raise InvalidInput({"statement": f"请写明您的意见和理由，不少于 {grounds.SHORTEST_REASON} 个字。"})
    if proceeding.stated_at is not None:
        raise life.MoveNotPossible(state="已收到您的陈述申辩", kind=Kind.STATE_DEFENCE.label)
    proceeding.statement, proceeding.stated_at = statement.strip(), at
    proceeding.save(update_fields=["statement", "stated_at"])
    drop_service(case, at=at)
    life.append(case, Kind.STATE_DEFENCE, actor=actor, at=at, note=statement.strip())
    audit.record("cases.state_defence", actor=actor, at=at, target=case.target, division=case.division)
    return proceeding


@transaction.atomic
def decide_revocation(*, case_id: int, upheld: bool, reason: str, actor: Actor, at: datetime) -> CaseDocument:
    """
    Revoke (or cancel), or let the earlier decision stand. A revocation ends certificate and register entry at once.

    :raises ProposerDecides: the same officer proposed it.
    :raises HearFirst: the person has not been heard and the time for it still runs.
    :raises InvalidInput: no reason.
    """
    case = life.lock(case_id)
    row = steps.require_open(case, steps.REVOKE.code)
    actor.require("cases.decide", division=row.division, line=case.line)
    life.check_move(case, Kind.REVOKE)
    proceeding = Revocation.objects.get(case=case)
    if proceeding.login_id == actor.login_id:
        raise ProposerDecides
    until = proceeding.heard_until
    if proceeding.stated_at is None and (until is None or day_of(at) <= until):
        raise HearFirst(until=until.isoformat() if until else "告知书送达后的期限届满")
    grounds.check_reason(reason, proceeding.basis)
    decide = _revoke if upheld else _drop
    document = decide(case, proceeding, reason.strip(), actor, at)
    audit.record(
        "cases.decide_revocation", actor=actor, at=at, target=case.target, division=case.division, upheld=upheld
    )
    return document


def _revoke(case: Case, proceeding: Revocation, reason: str, actor: Actor, at: datetime) -> CaseDocument:
    earlier = case.continues
    end_everything = handlers.for_item(case.item_code).on_revoked
    if earlier is None or end_everything is None:
        raise NotRevocable
    verb = proceeding.get_ending_display()
    heard = "当事人的陈述申辩已经听取。" if proceeding.stated_at else "当事人在规定期限内没有陈述申辩。"
    letter = documents.Letter(
        paragraphs=[
            f"决定{verb}“{case.item_version.title}”（办件编号 {earlier.number}）的准予决定，有关证照同时失效。"
        ],
        parts=[("查明的事实", [proceeding.reason]), ("陈述申辩", [heard]), ("理由", [reason])],
        points=[f"依据：{proceeding.basis}"],
        remedies=documents.REMEDIES,
    )
    document = documents.issue(
        case, DECISIONS[proceeding.ending], letter, organization=case.deciding_organization, at=at
    )
    steps.end_all(case, outcome="revoked", performers=[actor], at=at)
    facts = {"document": document.number, "ending": proceeding.ending, "delivery": way_of(case, at=at)}
    told = life.append(case, Kind.REVOKE, actor=actor, at=at, note=reason, facts=facts)
    end_everything(
        earlier,
        ending=proceeding.ending,
        reason=reason,
        basis=proceeding.basis,
        document_number=document.number,
        actor=actor,
        at=at,
    )
    hand_over(case, document, told, at=at)
    close_or_wait(case, at=at)
    return document


def _drop(case: Case, proceeding: Revocation, reason: str, actor: Actor, at: datetime) -> CaseDocument:
    verb = proceeding.get_ending_display()
    letter = documents.Letter(
        paragraphs=[f"经审查，决定不予{verb}“{case.item_version.title}”的准予决定，原决定继续有效。"],
        parts=[("理由", [reason])],
    )
    organ = case.deciding_organization
    document = documents.issue(case, CaseDocument.Kind.TERMINATION, letter, organization=organ, at=at)
    steps.end_all(case, outcome="dropped", performers=[actor], at=at)
    life.append(case, Kind.DROP_REVOCATION, actor=actor, at=at, note=reason, facts={"document": document.number})
    return document
