"""A new figure of law takes two people: one proposes it on a document, another approves it or sends it back."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.catalog.models import ParameterProposal
from onedoor.platform.catalog.operations.parameters import definition_of, problems_of
from onedoor.platform.catalog.proposals import ProposalNotFound, seen_by
from onedoor.platform.catalog.relations import refuse_contradictions
from onedoor.platform.catalog.states import ProposalState
from onedoor.platform.kernel import calendars, outbox, parameters
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.kernel.models import ParameterRow

SHORTEST_REASON = 5
LONGEST = {"document": 200, "reason": 200, "opinion": 1000}


class InThePast(OneDoorError):
    code, http_status, message = (
        "parameters.in_the_past",
        422,
        "生效日 {day} 已经过去。确属更正以前登记的错误的，请勾选“更正”并写明理由。",
    )


class AlreadyProposed(OneDoorError):
    code, http_status, message = (
        "parameters.already_proposed",
        409,
        "这个参数在该地区已有一件待审核的提议。请先审核，或由提出人撤回，再提出新的数值。",
    )


class ProposalSettled(OneDoorError):
    code, http_status, message = "parameters.proposal_settled", 409, "这件提议{state}，不能再办理。请刷新页面查看。"


class OwnProposal(OneDoorError):
    code, http_status, message = (
        "parameters.own_proposal",
        403,
        "提出人不能审核自己提出的数值，请由另一位审核人员审核；不再需要的，可以撤回。",
    )


class NotProposer(OneDoorError):
    code, http_status, message = (
        "parameters.not_proposer",
        403,
        "只有提出人可以撤回。您认为不妥的，请写明意见后退回。",
    )


class TableChanged(OneDoorError):
    code, http_status, message = (
        "parameters.table_changed",
        409,
        "提出以后，参数表里这个参数的数值有了变化，不能按原来的比较审核。请退回，由提出人核对后重新提出。",
    )


class DayPassed(OneDoorError):
    code, http_status, message = (
        "parameters.day_passed",
        409,
        "等待审核时，生效日 {day} 已经过去。请退回，由提出人另定生效日，或作为更正写明理由。",
    )


@transaction.atomic
def propose_parameter(
    *,
    key: str,
    division: str,
    value: Any,
    document: str,
    valid_from: date,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> ParameterProposal:
    """
    Propose that a figure hold from a day on, or that one entered wrongly be corrected (`reason`). Nothing holds yet.

    :raises NotAllowed: the actor may not edit parameters of this division.
    :raises UnknownParameter: no such key.
    :raises InThePast: an earlier day without the reason of a correction.
    :raises InvalidInput: no document, an unknown place or one that may not set it, a value it may not be, or nothing new.
    :raises Contradiction: law relates it to another figure of the place, or of one below, and it does not fit.
    :raises AlreadyProposed: the place has an open proposal for this figure.
    """
    actor.require("parameters.edit", division=division)
    login_id = actor.require_login()
    if key.startswith(calendars.PREFIX):
        raise InvalidInput({"value": "放假安排会改变办件的时限，请在“工作日历”页面导入。"})
    document, reason = document.strip(), reason.strip()
    problems = problems_of(definition_of(key), division, value) | _wording_problems(document, reason)
    if problems:
        raise InvalidInput(problems)
    refuse_contradictions(key, division, value, on=valid_from)
    if valid_from < day_of(at) and not reason:
        raise InThePast(day=valid_from.isoformat())
    if _is_nothing_new(parameters.row_starting(key=key, division=division, valid_from=valid_from), value, document):
        raise InvalidInput({"value": "与现有的数值、文号和生效日完全相同，没有变化。"})
    proposal = ParameterProposal(key=key, division=division, value=value, document=document, valid_from=valid_from)
    proposal.reason, proposal.login_id = reason, login_id
    proposal.recorded_at, proposal.recorded_by = at, actor.name
    proposal.before, proposal.until = seen_by(proposal)
    try:
        with transaction.atomic():
            proposal.save()
    except IntegrityError as error:  # the database keeps it one, whoever comes at the same moment
        raise AlreadyProposed from error
    audit.record("catalog.propose_parameter", actor=actor, at=at, reason=document, **_told(proposal))
    return proposal


def _wording_problems(document: str, reason: str) -> dict[str, str]:
    problems = {}
    if not document:
        problems["document"] = "请写明规定这个数值的文件名称和文号。"
    if reason and len(reason) < SHORTEST_REASON:
        problems["reason"] = f"请写明更正的理由（不少于 {SHORTEST_REASON} 个字）。"
    for name, text in (("document", document), ("reason", reason)):
        if len(text) > LONGEST[name]:
            problems[name] = f"请缩短到 {LONGEST[name]} 个字以内。"
    return problems


def _is_nothing_new(row: ParameterRow | None, value: Any, document: str) -> bool:
    return row is not None and (row.value, row.document, row.confirmed) == (value, document, True)


@transaction.atomic
def approve_proposal(*, proposal_id: int, opinion: str, actor: Actor, at: datetime) -> ParameterRow:
    """
    Let the proposed figure hold from its day on; the row it takes the place of is kept.

    What was decided under the old figure is not touched: each decision keeps the figures it used.

    :raises ProposalNotFound, ProposalSettled, NotAllowed: not there, not open any more, not the actor's to review.
    :raises OwnProposal: the reviewer has proposed it.
    :raises TableChanged: what it was compared with has changed since.
    :raises DayPassed: its day has passed while it waited.
    :raises Contradiction: it no longer fits beside another figure of the place, or of one below.
    :raises InvalidInput: no opinion, or the figure may no longer be what was proposed.
    """
    proposal = _lock_for_review(proposal_id, actor)
    text = _opinion(opinion)
    if proposal.valid_from < day_of(at) and not proposal.reason:
        raise DayPassed(day=proposal.valid_from.isoformat())
    problems = problems_of(definition_of(proposal.key), proposal.division, proposal.value)
    if problems:
        raise InvalidInput({"": "".join(problems.values())})
    refuse_contradictions(proposal.key, proposal.division, proposal.value, on=proposal.valid_from)
    if (proposal.before, proposal.until) != seen_by(proposal):
        raise TableChanged
    row, changed = parameters.write_parameter(
        key=proposal.key,
        division=proposal.division,
        value=proposal.value,
        document=proposal.document,
        valid_from=proposal.valid_from,
        reason=proposal.reason,
        recorded_by=proposal.recorded_by,
        at=at,
    )
    if not changed:
        raise TableChanged
    proposal.row = row
    _settle(proposal, ProposalState.APPROVED, text, actor=actor, at=at)
    audit.record("catalog.approve_parameter", actor=actor, at=at, reason=proposal.document, **_told(proposal))
    outbox.publish(
        "catalog.parameter_enacted",
        key=f"parameter:{row.key}:{row.division}",
        row=row.pk,
        parameter=row.key,
        division=row.division,
        valid_from=row.valid_from.isoformat(),
        correction=bool(row.reason),
    )
    return row


@transaction.atomic
def send_back_proposal(*, proposal_id: int, opinion: str, actor: Actor, at: datetime) -> None:
    """
    End a proposal with what is wrong; who proposed it may propose anew.

    :raises ProposalNotFound, ProposalSettled, NotAllowed, OwnProposal: as `approve_proposal`.
    :raises InvalidInput: no opinion.
    """
    proposal = _lock_for_review(proposal_id, actor)
    _settle(proposal, ProposalState.SENT_BACK, _opinion(opinion), actor=actor, at=at)
    audit.record("catalog.send_back_parameter", actor=actor, at=at, **_told(proposal))


@transaction.atomic
def withdraw_proposal(*, proposal_id: int, actor: Actor, at: datetime) -> None:
    """
    Take back what one has proposed oneself.

    :raises ProposalNotFound, ProposalSettled, NotAllowed: not there, not open any more, not the actor's place.
    :raises NotProposer: somebody else has proposed it.
    """
    proposal = _lock(proposal_id, "parameters.edit", actor)
    if proposal.login_id != actor.require_login():
        raise NotProposer
    _settle(proposal, ProposalState.WITHDRAWN, "", actor=actor, at=at)
    audit.record("catalog.withdraw_parameter", actor=actor, at=at, **_told(proposal))


def _lock(proposal_id: int, permission: str, actor: Actor) -> ParameterProposal:
    proposal = ParameterProposal.objects.select_for_update().filter(pk=proposal_id).first()
    if proposal is None:
        raise ProposalNotFound
    actor.require(permission, division=proposal.division)
    if proposal.state != ProposalState.OPEN:
        raise ProposalSettled(state=ProposalState(proposal.state).label)
    return proposal


def _lock_for_review(proposal_id: int, actor: Actor) -> ParameterProposal:
    proposal = _lock(proposal_id, "catalog.review", actor)
    if proposal.login_id == actor.require_login():
        raise OwnProposal
    return proposal


def _opinion(text: str) -> str:
    """:raises InvalidInput: too short to be an opinion, or too long to be kept."""
    if not SHORTEST_REASON <= len(text.strip()) <= LONGEST["opinion"]:
        raise InvalidInput({"opinion": f"请写明审核意见（{SHORTEST_REASON} 至 {LONGEST['opinion']} 个字）。"})
    return text.strip()


def _settle(proposal: ParameterProposal, state: ProposalState, opinion: str, *, actor: Actor, at: datetime) -> None:
    proposal.state, proposal.opinion = state, opinion
    proposal.settled_at, proposal.settled_by, proposal.settled_login_id = at, actor.name, actor.login_id
    proposal.save(update_fields=["state", "opinion", "row", "settled_at", "settled_by", "settled_login_id"])


def _told(proposal: ParameterProposal) -> dict[str, Any]:
    """Return what the audit record holds of a proposal."""
    return {
        "target": f"parameter_proposal:{proposal.pk}",
        "division": proposal.division,
        "key": proposal.key,
        "valid_from": proposal.valid_from.isoformat(),
        "correction": bool(proposal.reason),
    }
