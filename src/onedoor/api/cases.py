"""Cases: follow them, accept and decide them."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from onedoor.api.problems import Problem
from onedoor.platform.cases import operations, queries
from onedoor.platform.cases.queries import Case, CaseDocument
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor

router = Router(tags=["cases"])


class CaseOut(Schema):
    number: str
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


def _case(request: HttpRequest, number: str) -> Case:
    return queries.get_visible_case(number=number, actor=_actor(request), at=clock.now(), on=clock.today())


def _out(case: Case) -> dict[str, object]:
    return {
        "number": case.number,
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
def accept(request: HttpRequest, number: str) -> dict[str, object]:
    case = _case(request, number)
    return _paper(operations.accept_case(case_id=case.pk, actor=_actor(request), at=clock.now()))


@router.post("/{number}/decision", response={200: DocumentOut, **REFUSALS}, summary="决定办件")
def decide(request: HttpRequest, number: str, decision: Decision) -> dict[str, object]:
    case = _case(request, number)
    ruling = Ruling(**decision.dict())
    return _paper(operations.decide_case(case_id=case.pk, ruling=ruling, actor=_actor(request), at=clock.now()))


def _paper(paper: CaseDocument) -> dict[str, object]:
    return {"number": paper.number, "title": paper.title, "state": paper.case.state}
