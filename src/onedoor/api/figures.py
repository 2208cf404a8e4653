"""Figures of law: what holds, what is proposed, and how another person reviews it."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from onedoor.api.doors import caller, officer, who
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told, whole
from onedoor.platform.catalog import deeds, desk, operations, proposals
from onedoor.platform.kernel import clock, definitions, parameters

room = Room("catalog")
NOTHING: dict[str, Any] = {"readers": [], "own_places": 0}  # what a settled proposal would still touch
KEEPS, READS = officer("parameters.edit"), officer(*proposals.FIGURES)


class FigureOut(Told):
    """一条参数。A figure of law."""

    key: str
    division: str
    value: Any
    document: str
    valid_from: date
    valid_to: date | None
    confirmed: bool
    reason: str


class FigureIn(Told):
    """新的参数值；更正的写明理由。A new value; a correction says why."""

    division: Line
    value: Any
    document: Line
    valid_from: Day
    reason: Line = ""


class SeenOut(Told):
    """提出时参数表里的数值。What the table held when a figure was proposed."""

    value: Any
    division: str
    document: str
    valid_from: date


class ReaderOut(Told):
    """采用这个参数的事项。An item that reads the figure."""

    item: str
    title: str
    cases: int


class ProposalOut(Told):
    """提出的参数值：审核通过后才采用。A proposed figure; nothing of it holds before another person has approved it."""

    id: int
    key: str
    division: str
    value: Any
    document: str
    valid_from: date
    reason: str
    state: str
    recorded_by: str
    recorded_at: datetime
    opinion: str
    settled_by: str
    settled_at: datetime | None


class ProposalWholeOut(ProposalOut):
    """提议和它要改变的。A proposal with what it would change."""

    before: SeenOut | None
    until: date | None
    has_changed: bool
    possible: list[str]
    readers: list[ReaderOut]
    own_places: int


class SettleIn(Told):
    """审核通过、退回或撤回。Approve, send_back or withdraw."""

    deed: Line
    opinion: Text = ""


@room.read("/parameters", READS, "参数表", Page[FigureOut])
def list_parameters(request: HttpRequest) -> dict[str, Any]:
    """List every figure in force within reach, those of the whole country included."""
    return whole(desk.list_parameters(actor=caller(request), on=clock.today()))


@room.read("/parameters/{key}", READS, "一个参数的沿革", Page[FigureOut])
def get_parameter(request: HttpRequest, key: Line) -> dict[str, Any]:
    """Read every row of a figure, the corrected ones included."""
    return whole(_rows_of(request, key))


def _rows_of(request: HttpRequest, key: str) -> list[Any]:
    """:raises UnknownParameter: there is no such figure."""
    rows = desk.parameter_history(key=key, actor=caller(request))
    if definitions.find(key) is None:
        raise operations.UnknownParameter
    return rows


@room.write("/parameters/{key}/proposals", KEEPS, "提出参数值", ProposalWholeOut)
def propose_parameter(request: HttpRequest, key: Line, sent: FigureIn) -> dict[str, Any]:
    """Propose a new value from a day on, on a document, or a correction with a reason; another person has to approve."""
    definition = definitions.find(key)
    if definition is None:
        raise operations.UnknownParameter
    value = definitions.typed_value(parameters.told(sent.value), definition)
    made = operations.propose_parameter(key=key, value=value, **sent.dict(exclude={"value"}), **who(request))
    return get_proposal(request, made.pk)


@room.read("/parameter-proposals", READS, "待审核的参数值", Page[ProposalOut])
def list_proposals(request: HttpRequest) -> dict[str, Any]:
    """List the proposed figures within reach that wait for a review."""
    return whole(proposals.open_proposals(actor=caller(request)), _proposal)


@room.read("/parameter-proposals/{proposal_id}", READS, "一件参数提议", ProposalWholeOut)
def get_proposal(request: HttpRequest, proposal_id: Id) -> dict[str, Any]:
    """Read a proposed figure beside what it would take the place of."""
    view = proposals.read_proposal(proposal_id=proposal_id, actor=caller(request))
    told = {"before": view.proposal.before, "until": view.proposal.until, "has_changed": view.has_changed}
    touched = asdict(view.impact) if view.impact else NOTHING
    return _proposal(view.proposal) | told | touched | {"possible": list(view.possible)}


@room.write("/parameter-proposals/{proposal_id}/deeds", READS, "审核或撤回参数提议", ProposalWholeOut)
def settle_proposal(request: HttpRequest, proposal_id: Id, sent: SettleIn) -> dict[str, Any]:
    """Approve a proposed figure or send it back, as another person; or withdraw one's own."""
    proposals.read_proposal(proposal_id=proposal_id, actor=caller(request))
    deeds.settle(sent.deed, proposal_id=proposal_id, opinion=sent.opinion, **who(request))
    return get_proposal(request, proposal_id)


def _proposal(row: Any) -> dict[str, Any]:
    return {"id": row.pk} | {name: getattr(row, name) for name in ProposalOut.model_fields if name != "id"}
