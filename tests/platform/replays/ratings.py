"""What is sent about ratings: by people and by officers, on the pages and in the API."""

from dataclasses import replace

from tests.platform import library
from tests.platform.replays.machines import like
from tests.platform.replays.rating_codes import KNOWN_CODE
from tests.platform.replays.stage import AT, LATER, Sent, Stage, sends

from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.feedback import listeners, operations
from onedoor.platform.feedback.models import BadReview, Invitation
from onedoor.platform.identity.models import ServicePoint
from onedoor.platform.kernel import digit_codes
from onedoor.platform.kernel.actors import Actor

SAID = {"level": 5, "text": "让我跑了三趟。", "named": "yes"}
BAD = operations.Answer(level=5, channel="mobile", anonymous=False, text="让我跑了三趟。")
NOTE = "已经电话联系，说明了办理的经过。"


def ended(stage: Stage) -> Case:
    """Return a case that is over and may be rated."""
    case = stage.ready_to_decide()
    ruling = Ruling(True, **library.DENIED)
    cases.decide_case(case_id=case.pk, ruling=ruling, actor=stage.books.officer("approver"), at=LATER)
    listeners.case_ended({"case_id": case.pk}, at=LATER)
    return Case.objects.get(pk=case.pk)


def with_code(stage: Stage) -> str:
    """Return the code of a case that is over."""
    case = ended(stage)
    digest = digit_codes.digest_of(KNOWN_CODE, purpose="feedback.rating")
    Invitation.objects.filter(case=case, phase="final").update(code_digest=digest)
    return KNOWN_CODE


def bad(stage: Stage, *, named: bool = True) -> tuple[Case, operations.Rated]:
    case = ended(stage)
    reader = stage.books.citizen()
    answer = replace(BAD, anonymous=not named)
    return case, operations.rate_case(number=case.number, answer=answer, device="", actor=reader, at=LATER)


def handler(stage: Stage) -> Actor:
    return stage.books.officer("second_approver")


def closed(stage: Stage, *, named: bool = True) -> tuple[Case, operations.Rated]:
    """Return a case whose bad review has gone its whole way."""
    case, rated = bad(stage, named=named)
    about = {"review_id": BadReview.objects.get().pk, "actor": handler(stage), "at": LATER}
    operations.contact_reviewer(way="phone" if named else "receipt", note=NOTE, **about)
    operations.verify_review(category="efficiency", is_complex=False, note=NOTE, **about)
    operations.settle_review(act="rectify", note=NOTE, answer=NOTE, **about)
    operations.revisit_review(resolved="yes", note=NOTE, **about)
    operations.close_review(**about)
    return case, rated


@sends("rate_case")
def rate_case(stage: Stage) -> Sent:
    return Sent("reader", f"/cases/{ended(stage).number}/rate/", SAID)


@sends("rate_case_again")
def rate_case_again(stage: Stage) -> Sent:
    return Sent("reader", f"/cases/{closed(stage)[0].number}/rate/again/", {"level": 3})


@sends("rate")
def rate(stage: Stage) -> Sent:
    return Sent("", f"/r/{with_code(stage)}/", {"level": 5, "text": "不方便。"})


@sends("rate_again")
def rate_again(stage: Stage) -> Sent:
    return Sent("", "/r/again/", {"level": 3, "receipt": closed(stage, named=False)[1].receipt})


@sends("review")
def review(stage: Stage) -> Sent:
    bad(stage)
    url = f"/staff/reviews/{BadReview.objects.get().pk}/"
    return Sent("second_approver", url, {"act": "contact", "way": "phone", "note": NOTE})


@sends("transcribe")
def transcribe(stage: Stage) -> Sent:
    fields = {"code": with_code(stage), "level": 5, "channel": "phone", "text": "电话里说等得太久。"}
    return Sent("supervisor", "/staff/reviews/written/", fields)


@sends("screens")
def screens(stage: Stage) -> Sent:
    return Sent("clerk", "/staff/reviews/screens/", {"visit": visit(stage).pk})


def visit(stage: Stage, ticket: str = "A001") -> Invitation:
    """Return a visit at a window that is over."""
    organ = stage.books.organs[library.TOWN]
    point, _ = ServicePoint.objects.get_or_create(
        organization=organ,
        kind="hall",
        name="便民服务中心",
        defaults={"address": "朝阳路 1 号", "recorded_at": AT, "recorded_by": "测试"},
    )
    told = {"service_point": point.pk, "window": "3 号窗口", "ticket": ticket, "person_id": None}
    listeners.visit_over({**told, "item_code": library.ITEM, "at": AT.isoformat()}, at=AT)
    return Invitation.objects.order_by("-pk")[0]


LEVEL_AND_TEXT = {"level": 5, "text": "让我跑了三趟。", "named": True}
like("rate_case", "/cases/{number}/ratings", lambda fields: LEVEL_AND_TEXT)
like("rate_case_again", "/cases/{number}/rating-followups", lambda fields: {"level": 3})
like("rate", "/ratings/by-code", lambda fields: {"level": 5, "code": KNOWN_CODE})
like("rate_again", "/ratings/followups")
like("transcribe", "/ratings/written")
like("screens", "/rating-screens")
like("review", "/reviews/{review_id}/acts")
