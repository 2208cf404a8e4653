"""Datasets: what other organs may ask for, and its use under a grant."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from onedoor.api.keys import unkeyed
from onedoor.api.problems import Problem
from onedoor.platform.exchange import operations, queries
from onedoor.platform.kernel import clock

router = Router(tags=["datasets"])


class FieldOut(Schema):
    code: str
    title: str
    title_en: str
    legal_class: str
    sharing: str


class DatasetOut(Schema):
    code: str
    title: str
    title_en: str
    legal_basis: str
    fields: list[FieldOut]


class UseIn(Schema):
    business: str = ""  # the asking organ's own case number; without one nothing is given
    id_numbers: list[str]


class RowOut(Schema):
    as_of: date
    stale: bool
    values: dict[str, Any]


class PersonOut(Schema):
    position: int  # in the order of the numbers asked, each once, from 0
    rows: list[RowOut]


class UseOut(Schema):
    receipt: str
    at: datetime
    digest: str
    people: list[PersonOut]


REFUSALS = {403: Problem, 404: Problem, 409: Problem, 422: Problem}


@router.get("/datasets", response={200: list[DatasetOut], 403: Problem}, summary="数据目录")
def list_datasets(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "title": one.title,
            "title_en": one.title_en,
            "legal_basis": one.legal_basis,
            "fields": [{"code": code, **vars(field)} for code, field in one.fields.items()],
        }
        for one in queries.datasets_to_ask(actor=request.actor)  # type: ignore[attr-defined]
    ]


@router.post("/sharing/{number}/uses", response={200: UseOut, **REFUSALS}, summary="按共享授权查询")
@unkeyed("every call gives data out and leaves a record of its own")
def use(request: HttpRequest, number: str, asked: UseIn) -> dict[str, Any]:
    answer, people = operations.use_grant(
        number=number,
        business=asked.business,
        id_numbers=asked.id_numbers,
        actor=request.actor,  # type: ignore[attr-defined]
        at=clock.now(),
    )
    return {
        "receipt": answer.receipt,
        "at": answer.at,
        "digest": answer.digest,
        "people": [
            {"position": place, "rows": [_row(one) for one in answer.rows.get(person, [])] if person else []}
            for place, (_, person) in enumerate(people)
        ],
    }


def _row(found: operations.Found) -> dict[str, Any]:
    values = {field: operations.as_text(value) for field, value in found.values.items()}
    return {"as_of": found.as_of, "stale": found.stale, "values": values}
