"""Cases: follow them, accept and decide them."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Header, Router, Schema

from onedoor.api.problems import Problem
from onedoor.platform.cases import operations, queries
from onedoor.platform.cases.queries import Case, CaseDocument
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor

router = Router(tags=["cases"])
SEEN: Any = Header(..., alias="If-Match", description="position：最后看到的办件动作序号")  # type: ignore[type-arg]


class CaseOut(Schema):
    number: str
    position: int  # of its last action; an act names it, and is refused if more has happened since
    item: str
    title: str
    state: str
    result: str
    holder: str
    submitted_at: datetime
    accepted_at: datetime | None
    completed_at: datetime | None


class Decision(Schema):
    granted: bool
    reason: str = ""
    reason_code: str = ""  # with how_to_fix and basis: what a denial has to say
    how_to_fix: str = ""
    basis: list[str] = []


class DocumentOut(Schema):
    number: str
    title: str
    state: str


REFUSALS = {403: Problem, 404: Problem, 409: Problem, 422: Problem}


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def _case(request: HttpRequest, number: str, *, seen: int | None = None) -> Case:
    """Return the case; for an act, held and only if it still stands where the caller has seen it."""
    held = seen is not None
    case = queries.get_visible_case(number=number, actor=_actor(request), at=clock.now(), on=clock.today(), held=held)
    if seen is not None:
        operations.require_unchanged(case, seen=seen)
    return case


def _out(case: Case) -> dict[str, object]:
    return {
        "number": case.number,
        "position": case.last_seq,
        "item": case.item_code,
        "title": case.item_version.title,
        "state": case.state,
        "result": case.result,
        "holder": queries.holder_of(case),
        "submitted_at": case.submitted_at,
        "accepted_at": case.accepted_at,
        "completed_at": case.completed_at,
    }


@router.get("", response={200: list[CaseOut], 401: Problem}, summary="我的办件")
def my_cases(request: HttpRequest) -> list[dict[str, object]]:
    _actor(request).require_person()
    return [_out(case) for case in queries.my_cases(actor=_actor(request), on=clock.today())]


@router.get("/{number}", response={200: CaseOut, 404: Problem}, summary="办件进度")
def get_case(request: HttpRequest, number: str) -> dict[str, object]:
    return _out(_case(request, number))


@router.post("/{number}/acceptance", response={200: DocumentOut, **REFUSALS}, summary="受理办件")
def accept(request: HttpRequest, number: str, seen: int = SEEN) -> dict[str, object]:
    case = _case(request, number, seen=seen)
    return _paper(operations.accept_case(case_id=case.pk, actor=_actor(request), at=clock.now()))


@router.post("/{number}/decision", response={200: DocumentOut, **REFUSALS}, summary="决定办件")
def decide(request: HttpRequest, number: str, decision: Decision, seen: int = SEEN) -> dict[str, object]:
    case = _case(request, number, seen=seen)
    ruling = Ruling(**decision.dict())
    return _paper(operations.decide_case(case_id=case.pk, ruling=ruling, actor=_actor(request), at=clock.now()))


def _paper(paper: CaseDocument) -> dict[str, object]:
    return {"number": paper.number, "title": paper.title, "state": paper.case.state}
