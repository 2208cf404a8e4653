"""待遇发放: what was paid to me; and what a paying organ reports, each batch once."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from pydantic import Field

from onedoor.api.doors import caller, looked_for, officer, person, who
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Told, whole
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotAllowed
from onedoor.platform.registers import operations, queries
from onedoor.platform.registers.rules import Payment, Year

room = Room("benefits")
Fen = Annotated[int, Field(ge=0, le=10**11)]
Months = Annotated[int, Field(ge=1, le=12)]


class PaymentStepOut(Told):
    """一笔发放的一步。One thing that happened to a payment."""

    kind: str
    words: str
    on: date
    amount: str
    reason: str


class PaymentOut(Told):
    """收到的一笔待遇，现在的情况。A payment made to me, as it stands."""

    title: str
    period: str
    on: date
    amount: str
    kind: str
    words: str
    organization: str
    account: str
    steps: list[PaymentStepOut]


class PaymentYearOut(Told):
    """一年里的发放和到账合计。The payments of a year and what arrived of them."""

    year: int
    total: str
    payments: list[PaymentOut]


class PaymentLineIn(Told):
    """报一笔：发放、暂缓、退回或更正。A payment made, held, come back or put right; amounts in fen."""

    number: Line
    kind: Line
    happened_on: Day
    id_number: Line = ""
    key: Line = ""
    title: Annotated[str, Field(max_length=100)] = ""
    month: Day | None = None
    months: Months = 1
    fen: Fen = 0
    account: Annotated[str, Field(max_length=4)] = ""
    reason: Line = ""


class PaymentBatchIn(Told):
    """一批发放。A batch of what was paid; the same number with the same content counts once."""

    source: Annotated[str, Field(max_length=80)]
    number: Annotated[str, Field(max_length=64, min_length=1)]
    payments: Annotated[list[PaymentLineIn], Field(max_length=operations.MOST)]


class PaymentBatchOut(Told):
    """登记下来的一批。A batch that stands."""

    number: str
    source: str
    count: int


def payment_row(one: Payment) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in ("title", "period", "on", "kind", "words", "account")},
        "amount": str(one.amount),
        "organization": one.organ,
        "steps": [
            {name: getattr(step, name) for name in ("kind", "words", "on", "reason")} | {"amount": str(step.amount)}
            for step in one.steps
        ],
    }


def _year(one: Year) -> dict[str, Any]:
    return {"year": one.year, "total": str(one.total), "payments": [payment_row(row) for row in one.payments]}


@room.read("/me/payments", person, "发给我的待遇", Page[PaymentYearOut])
def my_payments(request: HttpRequest, person: Id = 0) -> dict[str, Any]:
    """List the payments to one, or to a person one acts for, by year with the sum of what arrived."""
    found = queries.own_payments_by_year(actor=caller(request), on=clock.today(), person_id=looked_for(request, person))
    return whole(found, _year)


@room.write("/benefit-payments", officer("registers.record_payments"), "登记待遇发放", PaymentBatchOut)
def record(request: HttpRequest, sent: PaymentBatchIn) -> PaymentBatchOut:
    """Report a batch of payments of one's own organization: all rows or none, and only once."""
    organ = caller(request).organization_id
    if organ is None:
        raise NotAllowed
    known = identity.people_with_numbers([one.id_number for one in sent.payments if one.id_number])
    lines = []
    for place, one in enumerate(sent.payments, start=1):
        if one.id_number and one.id_number not in known:
            raise operations.PaymentLineWrong(line=place, why="没有找到这个身份号码的人")
        given = one.dict(exclude={"id_number"})
        lines.append(operations.PaymentLine(person_id=known.get(one.id_number), **given))
    batch = operations.record_payments(
        source=sent.source, number=sent.number, lines=lines, organization_id=organ, **who(request)
    )
    return PaymentBatchOut.from_orm(batch)
