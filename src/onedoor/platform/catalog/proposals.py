"""Proposed figures of law as officers see them: what would change, what it was compared with, who may do what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from onedoor.platform.catalog.impact import Impact, impact_of
from onedoor.platform.catalog.models import ParameterProposal
from onedoor.platform.catalog.states import ProposalState
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import definitions, parameters
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound
from onedoor.platform.kernel.scopes import within_reach

FIGURES = ("parameters.edit", "catalog.review")  # who keeps figures of law, and who reviews them
APPROVE, SEND_BACK, WITHDRAW = "approve", "send_back", "withdraw"
DEEDS = {APPROVE: "审核通过", SEND_BACK: "退回", WITHDRAW: "撤回"}
Seen = tuple[dict[str, Any] | None, date | None]


class ProposalNotFound(NotFound):
    code, message = "parameters.proposal_not_found", "没有找到这件提议，请回到参数表重新选择。"


@dataclass(frozen=True)
class ProposalView:
    """A proposal with everything its page shows."""

    proposal: ParameterProposal
    definition: definitions.Definition | None  # None: the code no longer reads this figure
    place: str
    has_changed: bool  # the table is no longer what the proposer saw
    possible: Sequence[str]
    impact: Impact | None = None  # of an open proposal: what it would touch

    @property
    def before(self) -> str:
        """Return in words what held when it was proposed: the row, else the default, else that nothing does."""
        if self.proposal.before is not None:
            return parameters.told(self.proposal.before["value"])
        default = self.definition.default if self.definition else None
        return "没有登记" if default is None else f"没有登记，按 {parameters.told(default)} 采用"

    @property
    def after(self) -> str:
        return parameters.told(self.proposal.value)


def seen_by(proposal: ParameterProposal) -> Seen:
    """Return what a proposal is compared with, as the table is now: the figure it replaces, and when the next begins."""
    chain = identity.chain(proposal.division)
    row = parameters.holding(proposal.key, chain=chain, on=proposal.valid_from)
    before = None
    if row is not None:
        before = {
            "value": row.value,
            "division": row.division,
            "document": row.document,
            "valid_from": row.valid_from.isoformat(),
        }
    until = parameters.next_start(key=proposal.key, division=proposal.division, after=proposal.valid_from)
    return before, until


def open_proposals(*, actor: Actor) -> list[ParameterProposal]:
    """
    Return what waits for a review within the post's reach, the oldest first; one query.

    :raises NotAllowed: the post neither keeps nor reviews figures.
    """
    return list(_within(actor).filter(state=ProposalState.OPEN).order_by("pk"))


def proposals_of(*, key: str, actor: Actor, most: int = 50) -> list[ParameterProposal]:
    """Return what was proposed for one figure within the post's reach, the newest first; one query."""
    return list(_within(actor).filter(key=key).order_by("-pk")[:most])


def read_proposal(*, proposal_id: int, actor: Actor) -> ProposalView:
    """
    Return a proposal with what it would change.

    :raises ProposalNotFound: none within the post's reach.
    """
    proposal = _within(actor).filter(pk=proposal_id).first()
    if proposal is None:
        raise ProposalNotFound
    place = identity.find_division(proposal.division)
    is_open = proposal.state == ProposalState.OPEN
    return ProposalView(
        proposal=proposal,
        definition=definitions.find(proposal.key),
        place=place.full_name if place else proposal.division,
        has_changed=is_open and (proposal.before, proposal.until) != seen_by(proposal),
        possible=_possible(proposal, actor) if is_open else (),
        impact=impact_of(proposal) if is_open else None,
    )


def _within(actor: Actor) -> QuerySet[ParameterProposal]:
    actor.require_one_of(*FIGURES)
    return ParameterProposal.objects.filter(within_reach(actor, by_line=False))


def _possible(proposal: ParameterProposal, actor: Actor) -> tuple[str, ...]:
    if proposal.login_id == actor.login_id:
        return (WITHDRAW,) if actor.may("parameters.edit", division=proposal.division) else ()
    return (APPROVE, SEND_BACK) if actor.may("catalog.review", division=proposal.division) else ()
