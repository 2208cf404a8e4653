"""好差评: what may be rated, a rating with or without an account, and what the officers do about a bad one."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from onedoor.api.doors import anybody, caller, officer, person, who
from onedoor.api.public import Done, LeftOut
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Text, Told, page, whole
from onedoor.platform.feedback import operations, queries
from onedoor.platform.kernel import clock

room = Room("ratings")
OPEN = anybody(most=30, name="rating")
DEVICE = "device"  # the mark a browser keeps (`web.parts.sessions`); a program has none
HANDLE = officer("feedback.handle", "feedback.recheck")
WRITE_DOWN = officer("feedback.transcribe")
SCREEN = officer("feedback.screen")


class RatingChoiceOut(Told):
    """一个选项。A choice: its code and its words."""

    code: str
    title: str


class RatingOfferOut(Told):
    """可以评价的一项。Something that may be rated, or was; silence is no rating."""

    title: str
    phase: str
    step: str
    last_day: date
    standing: str


class RatingAskedOut(Told):
    """评价页上问的。What is asked of a rating: the levels, 1 the best, and the aspects."""

    title: str
    organization: str
    window: str
    last_day: date
    standing: str
    may_be_named: bool
    levels: list[RatingChoiceOut]
    indicators: list[RatingChoiceOut]


class FollowedOut(Told):
    """差评处理到哪了。What became of a bad rating, for whoever gave it."""

    level: int
    text: str
    submitted_on: date
    state_title: str
    answer: str
    due_on: date
    closed_on: date | None
    may_follow_up: bool
    followup: str


class RatingsOut(Told):
    """一件办件的评价。What may be rated of a case, and what became of a bad rating given under one's name."""

    offers: list[RatingOfferOut]
    followed: FollowedOut | None


class ToRateOut(Told):
    """等我评价的办件。A case that waits for a rating."""

    number: str
    title: str
    last_day: date


class AnswerIn(Told):
    """一次评价。A rating; anonymous unless `named`."""

    level: int
    channel: Line = "pc"
    indicators: list[Line] = []
    text: Text = ""
    named: bool = False
    may_publish: bool = False

    def answer(self) -> operations.Answer:
        return operations.Answer(self.level, self.channel, not self.named, self.indicators, self.text, self.may_publish)


class CaseAnswerIn(AnswerIn):
    """对一件办件或者其中一个环节的评价。A rating of a case, or with `step` of that step of it."""

    step: Line = ""


class RatingCodeIn(Told):
    """评价码。The code of a slip, an SMS or a screen."""

    code: Line


class CodeAnswerIn(AnswerIn):
    """凭评价码评价。A rating by code."""

    code: Line


class RatingReceiptIn(Told):
    """回执码。The receipt of an anonymous bad rating."""

    receipt: Line


class ReceiptAnswerIn(AnswerIn):
    """凭回执码追评。A rating once more, by receipt."""

    receipt: Line


class RatedOut(Told):
    """评价已记下。The receipt of an anonymous bad rating, told once; empty for any other."""

    done: bool = True
    receipt: str


class BadReviewListedOut(Told):
    """列表里的一张差评工单。A bad review in the list; never who gave it."""

    id: int
    title: str
    stars: int
    state: str
    state_title: str
    category: str
    due_on: date
    left: LeftOut | None
    anonymous: bool
    begun_on: date
    is_mine: bool
    appeal: str


class BadReviewStepOut(Told):
    """办理经过的一步。One step of what was done about it."""

    act: str
    title: str
    note: str
    actor_name: str
    at: datetime


class BadReviewAppealOut(Told):
    """申诉。An appeal of the organ."""

    ground: str
    reason: str
    state: str
    state_title: str
    asked_on: date
    due_on: date
    decides: str
    is_further_up: bool
    nobody: bool
    opinion: str
    decided_by: str


class ReviewerOut(Told):
    """留名的评价人，只给办理人。Who gave a name with a rating; for the handler alone."""

    name: str
    phone: str
    case_number: str


class BadReviewOut(BadReviewListedOut):
    """一张差评工单。A bad review with what can be done about it; of an anonymous one no person and no case."""

    organization: str
    window: str
    channel: str
    phase: str
    text: str
    indicators: list[str]
    submitted_on: date
    contact_due: date
    simple_due: date
    complex_due: date
    appeal_until: date
    is_complex: bool
    handler: str
    result: str
    resolved: str
    answer: str
    closed_on: date | None
    acts: list[str]
    steps: list[BadReviewStepOut]
    appeal_made: BadReviewAppealOut | None
    reviewer: ReviewerOut | None


class BadReviewActIn(Told):
    """对差评工单做的一步。An act on a bad review; each needs its own fields."""

    act: Line
    note: Text = ""
    way: Line = ""
    category: Line = ""
    is_complex: bool = False
    result: Line = ""
    answer: Text = ""
    resolved: Line = ""
    ground: Line = ""
    reason: Text = ""
    upheld: bool = False
    opinion: Text = ""


class RatedVisitOut(Told):
    """等待评价的现场服务。A visit that is over and may be rated."""

    id: int
    title: str
    window: str


class RatingScreenIn(Told):
    """打开哪一次服务的评价屏。The visit whose screen is opened."""

    visit: Id


class RatingScreenOut(Told):
    """评价屏的评价码，只给一次。The code of the screen, told once."""

    code: str


def _device(request: HttpRequest) -> str:
    return request.get_signed_cookie(DEVICE, default="") or ""


@room.read("/me/ratings", person, "等我评价的办件", Page[ToRateOut])
def list_to_rate(request: HttpRequest) -> dict[str, Any]:
    """List my cases that are over and wait for my rating, the earliest last day first."""
    rows = queries.cases_to_rate(actor=caller(request), on=clock.today())
    return whole(rows, lambda row: ToRateOut(number=row[0], title=row[1], last_day=row[2]))


@room.read("/cases/{number}/ratings", person, "一件办件的评价", RatingsOut)
def get_ratings(request: HttpRequest, number: Line) -> RatingsOut:
    """Show what of my case may be rated, and what became of a bad rating I gave under my name."""
    actor, on = caller(request), clock.today()
    offers = queries.offers_by_number(number=number, actor=actor, at=clock.now())
    followed = queries.followed_of_case(number=number, actor=actor, on=on)
    return RatingsOut(
        offers=[RatingOfferOut.from_orm(one) for one in offers],
        followed=FollowedOut.from_orm(followed) if followed else None,
    )


@room.write("/cases/{number}/ratings", person, "评价一件办件", RatedOut)
def rate_case(request: HttpRequest, number: Line, sent: CaseAnswerIn) -> RatedOut:
    """Rate my case, or a step of it; once."""
    rated = operations.rate_case(
        number=number,
        answer=sent.answer(),
        device=_device(request),
        phase="process" if sent.step else "final",
        step=sent.step,
        **who(request),
    )
    return RatedOut(receipt=rated.receipt)


@room.write("/cases/{number}/rating-followups", person, "追评一件办件", Done)
def rate_case_again(request: HttpRequest, number: Line, sent: AnswerIn) -> dict[str, Any]:
    """Rate my case once more, after a bad rating under my name is closed."""
    operations.rate_again(number=number, answer=sent.answer(), device=_device(request), **who(request))
    return {"done": True}


@room.ask("/ratings/asked", OPEN, "评价码问什么", RatingAskedOut, why="reads; the code stays out of the address")
def get_asked(request: HttpRequest, sent: RatingCodeIn) -> RatingAskedOut:
    """Show what a rating code is for, and the choices."""
    asked = queries.asked_by_code(code=sent.code, on=clock.today())
    told = {name: getattr(asked, name) for name in RatingAskedOut.model_fields if name not in ("levels", "indicators")}
    levels = [RatingChoiceOut(code=str(code), title=title) for code, title in asked.levels]
    return RatingAskedOut(
        **told, levels=levels, indicators=[RatingChoiceOut(code=code, title=title) for code, title in asked.indicators]
    )


@room.write("/ratings/by-code", OPEN, "凭评价码评价", RatedOut)
def rate_by_code(request: HttpRequest, sent: CodeAnswerIn) -> RatedOut:
    """Rate with a code, without an account; the code is used up."""
    rated = operations.rate_by_code(code=sent.code, answer=sent.answer(), device=_device(request), **who(request))
    return RatedOut(receipt=rated.receipt)


@room.ask(
    "/ratings/followed", OPEN, "凭回执码查差评处理", FollowedOut, why="reads; the receipt stays out of the address"
)
def get_followed(request: HttpRequest, sent: RatingReceiptIn) -> Any:
    """Show what became of an anonymous bad rating to whoever holds its receipt."""
    return queries.followed_by_receipt(receipt=sent.receipt, on=clock.today())


@room.write("/ratings/followups", OPEN, "凭回执码追评", Done)
def rate_again(request: HttpRequest, sent: ReceiptAnswerIn) -> dict[str, Any]:
    """Rate once more with the receipt, after the bad review is closed."""
    operations.rate_again(receipt=sent.receipt, answer=sent.answer(), device=_device(request), **who(request))
    return {"done": True}


@room.write("/ratings/written", WRITE_DOWN, "记下电话或者纸质评价", RatedOut)
def write_down(request: HttpRequest, sent: CodeAnswerIn) -> RatedOut:
    """Write down a rating given on the telephone or on paper, as somebody who had no hand in the matter."""
    rated = operations.write_rating_down(code=sent.code, answer=sent.answer(), **who(request))
    return RatedOut(receipt=rated.receipt)


@room.read("/rating-screens", SCREEN, "今天等待评价的现场服务", Page[RatedVisitOut])
def list_visits(request: HttpRequest) -> dict[str, Any]:
    """List today's visits at the own organ whose rating screen has not been opened."""
    return whole(queries.visits_to_rate(actor=caller(request), on=clock.today()))


@room.write("/rating-screens", SCREEN, "打开评价屏", RatingScreenOut)
def open_screen(request: HttpRequest, sent: RatingScreenIn) -> RatingScreenOut:
    """Open the rating screen of a visit, once; its code is for the tablet or a slip of paper."""
    return RatingScreenOut(code=operations.open_screen(invitation_id=sent.visit, **who(request)).code)


@room.read("/reviews", HANDLE, "差评工单", Page[BadReviewListedOut])
def list_reviews(request: HttpRequest, closed: bool = False, before: Id = 0) -> dict[str, Any]:
    """List the bad reviews I have to do with: open ones all, the most urgent first, or closed ones page by page."""
    rows = queries.list_reviews(actor=caller(request), on=clock.today(), closed=closed, before=before)
    if not closed:
        return whole(rows)
    return page(rows, size=queries.PAGE, cursor=lambda row: row.id, out=lambda row: row)


@room.read("/reviews/{review_id}", HANDLE, "一张差评工单", BadReviewOut)
def get_review(request: HttpRequest, review_id: Id) -> BadReviewOut:
    """Show one bad review; the look is recorded."""
    found = queries.get_review(review_id=review_id, actor=caller(request), at=clock.now())
    both = {**vars(found.listed), **vars(found), "appeal": found.listed.appeal, "appeal_made": found.appeal}
    return BadReviewOut.model_validate({name: both[name] for name in BadReviewOut.model_fields})


@room.write("/reviews/{review_id}/acts", HANDLE, "办理差评", Done)
def act_on_review(request: HttpRequest, review_id: Id, sent: BadReviewActIn) -> dict[str, Any]:
    """Do the next thing about a bad review: take, contact, verify, settle, revisit, close, appeal, decide_appeal."""
    about: dict[str, Any] = {"review_id": review_id, **who(request)}
    acts: dict[str, Callable[[], object]] = {
        "take": lambda: operations.take_review(**about),
        "contact": lambda: operations.contact_reviewer(way=sent.way, note=sent.note, **about),
        "verify": lambda: operations.verify_review(
            category=sent.category, is_complex=sent.is_complex, note=sent.note, **about
        ),
        "settle": lambda: operations.settle_review(act=sent.result, note=sent.note, answer=sent.answer, **about),
        "revisit": lambda: operations.revisit_review(resolved=sent.resolved, note=sent.note, **about),
        "close": lambda: operations.close_review(**about),
        "appeal": lambda: operations.appeal_review(ground=sent.ground, reason=sent.reason, **about),
        "decide_appeal": lambda: operations.decide_appeal(upheld=sent.upheld, opinion=sent.opinion, **about),
    }
    if sent.act not in acts:
        raise operations.NoSuchAct
    acts[sent.act]()
    return {"done": True}
