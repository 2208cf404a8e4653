"""免申即享: one's own offers and the answer to them; for officers figures, and names only for a purpose."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from onedoor.api.doors import looked_for, officer, person, who
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Text, Told, whole
from onedoor.platform.bundles import operations, queries
from onedoor.platform.kernel import clock

room = Room("offers")
reviewer = officer("cases.review")


class OfferReasonOut(Told):
    """一条理由。One reason of an offer."""

    text: str
    article: str


class OfferFactOut(Told):
    """用到的一项信息。One fact an offer rests on."""

    label: str
    value: str


class ProactiveOfferOut(Told):
    """一项免申即享提议。What is offered without being asked for, and why."""

    id: int
    title: str
    gives: str
    purpose: str
    state: str
    reasons: list[OfferReasonOut]
    facts: list[OfferFactOut]
    expires_at: datetime
    case_number: str
    draft: UUID | None
    due_on: date | None
    answer: str


class OfferContestIn(Told):
    """哪里不对。What is wrong with what an offer rests on."""

    text: Text


class OfferChecksIn(Told):
    """要不要替我核对。Whether what one may have is checked by itself."""

    allowed: bool


class OfferChecksOut(OfferChecksIn):
    """现在替不替我核对。Whether it is checked at present."""


class LeftOutCountOut(Told):
    """没有提议的一个原因和人数。One reason why nothing was offered, and to how many."""

    why: str
    words: str
    count: int


class OfferCoverageOut(Told):
    """一项权益的提议数和没有提议的人数。What was offered of one entitlement, and who was left out, in figures."""

    code: str
    title: str
    looked_at: int
    spared: int
    offers: dict[str, int]
    left_out: list[LeftOutCountOut]


class LeftOutIn(Told):
    """要看哪一份名单，为什么。Which list of people, and for which purpose."""

    entitlement: Line
    why: Line
    purpose: Line


class LeftOutOut(Told):
    """没有提议的一个人（脱敏）。Somebody who was left out, masked."""

    id: int
    name: str
    division: str
    on: str


class OfferAnswerIn(Told):
    """核实的结果。What came of a request for correction."""

    answer: Text


@room.read("/me/offers", person, "我的免申即享提议", Page[ProactiveOfferOut])
def my_offers(request: HttpRequest, person: Id = 0) -> dict[str, Any]:
    """List one's offers, or those of a person one acts for, those that wait for an answer first."""
    return whole(queries.my_offers(person_id=looked_for(request, person), **who(request)), _offer)


def _offer(view: queries.OfferView) -> dict[str, Any]:
    row = view.row
    return {
        "id": row.pk,
        **{name: getattr(view, name) for name in ("title", "gives", "purpose")},
        **{name: getattr(row, name) for name in ("state", "reasons", "expires_at", "due_on", "answer")},
        "facts": [{"label": label, "value": value} for label, value in view.facts],
        "case_number": row.case.number if row.case else "",
        "draft": row.draft_id,
    }


@room.read("/me/offers/{offer_id}", person, "一项提议", ProactiveOfferOut)
def get_offer(request: HttpRequest, offer_id: Id) -> dict[str, Any]:
    """Read an offer of one's own, or of a person one acts for, with what it rests on."""
    return _offer(queries.get_offer(offer_id=offer_id, actor=who(request)["actor"], on=clock.today()))


@room.write("/me/offers/{offer_id}/acceptance", person, "接受提议", ProactiveOfferOut)
def accept(request: HttpRequest, offer_id: Id) -> dict[str, Any]:
    """Take an offer: an ordinary case, or a draft that says what is missing."""
    operations.accept_offer(offer_id=offer_id, **who(request))
    return get_offer(request, offer_id)


@room.write("/me/offers/{offer_id}/refusal", person, "不需要", ProactiveOfferOut)
def decline(request: HttpRequest, offer_id: Id) -> dict[str, Any]:
    """Decline an offer; in this period it is not made again."""
    operations.decline_offer(offer_id=offer_id, **who(request))
    return get_offer(request, offer_id)


@room.write("/me/offers/{offer_id}/contest", person, "说明信息有误", ProactiveOfferOut)
def contest(request: HttpRequest, offer_id: Id, sent: OfferContestIn) -> dict[str, Any]:
    """Say that what an offer rests on is wrong: a request for correction with its own limit."""
    operations.contest_offer(offer_id=offer_id, text=sent.text, **who(request))
    return get_offer(request, offer_id)


@room.read("/me/proactive-checks", person, "替不替我核对", OfferChecksOut)
def get_checks(request: HttpRequest) -> dict[str, Any]:
    """Read whether what one may have is checked by itself."""
    return {"allowed": queries.checks_allowed(actor=who(request)["actor"])}


@room.replace("/me/proactive-checks", person, "要不要替我核对", OfferChecksOut)
def set_checks(request: HttpRequest, sent: OfferChecksIn) -> dict[str, Any]:
    """Let it be checked, or not any more."""
    change = operations.allow_checks if sent.allowed else operations.refuse_checks
    change(**who(request))
    return get_checks(request)


@room.read("/proactive-coverage", officer("cases.review", "supervision.view"), "免申即享的数字", Page[OfferCoverageOut])
def coverage(request: HttpRequest) -> dict[str, Any]:
    """Read what was offered and who was left out within reach, in figures."""
    return whole(queries.coverage(actor=who(request)["actor"]), _coverage)


def _coverage(one: queries.Coverage) -> dict[str, Any]:
    return {
        "code": one.entitlement.code,
        "title": one.entitlement.title,
        "looked_at": one.run.looked_at if one.run else 0,
        "spared": one.run.spared if one.run else 0,
        "offers": dict(one.offers),
        "left_out": [{"why": why, "words": words, "count": count} for why, words, count in one.left_out],
    }


@room.ask("/proactive-coverage/people", reviewer, "没有提议的名单", Page[LeftOutOut], why="a look, recorded each time")
def left_out(request: HttpRequest, sent: LeftOutIn) -> dict[str, Any]:
    """Read who was left out for one reason, masked; the purpose is recorded."""
    rows = queries.left_out_people(entitlement=sent.entitlement, why=sent.why, purpose=sent.purpose, **who(request))
    return whole(rows, _person)


def _person(row: queries.LeftOutPerson) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "name", "division", "on")}


@room.read("/contested-offers", reviewer, "本人说信息有误的提议", Page[ProactiveOfferOut])
def list_contested(request: HttpRequest) -> dict[str, Any]:
    """List the requests for correction that wait for an answer."""
    return whole(queries.contested_offers(actor=who(request)["actor"]), _offer)


@room.write("/contested-offers/{offer_id}/answer", reviewer, "答复信息有误", Done)
def answer_contest(request: HttpRequest, offer_id: Id, sent: OfferAnswerIn) -> dict[str, Any]:
    """Tell a person what came of their request for correction."""
    operations.answer_contest(offer_id=offer_id, answer=sent.answer, **who(request))
    return {"done": True}
