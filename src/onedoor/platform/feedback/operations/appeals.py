"""An organ says that a rating is a mistake or malice: another person, of the organ above it, decides."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.feedback import figures, routing, rules
from onedoor.platform.feedback.models import BadReview, ReviewAppeal, ReviewStep
from onedoor.platform.feedback.operations.reviews import SHORTEST, NotNow, ReviewNotFound, lock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

GROUNDS = (BadReview.Category.MISTAKE, BadReview.Category.MALICIOUS)


class AppealTooLate(OneDoorError):
    code, http_status, message = "feedback.appeal_too_late", 409, "申诉期限到 {day} 已过，请照常整改、答复和回访。"


class AppealMade(OneDoorError):
    code, http_status, message = "feedback.appeal_made", 409, "这张工单已经申诉过一次，不能再申诉。"


class AppealDecided(OneDoorError):
    code, http_status, message = "feedback.appeal_decided", 409, "这项申诉已经复核完毕，请刷新页面查看。"


@transaction.atomic
def appeal_review(*, review_id: int, ground: str, reason: str, actor: Actor, at: datetime) -> ReviewAppeal:
    """
    Ask the organ above to take a rating out of the figures as a mistake or malice; where nobody there may, one further up.

    :raises AppealTooLate, AppealMade: once, within the days the place gives.
    """
    review = lock(review_id, actor)
    actor.require("feedback.handle", division=review.division)
    if review.assigned_login != actor.login_id or rules.leads_to("exclude", review.state) is None:
        raise NotNow(state=review.get_state_display())
    if ReviewAppeal.objects.filter(review=review).exists():
        raise AppealMade
    if day_of(at) > review.appeal_until:
        raise AppealTooLate(day=review.appeal_until)
    problems = {} if ground in GROUNDS else {"ground": "请选择误评或者恶意评价。"}
    if len(reason.strip()) < SHORTEST:
        problems["reason"] = f"请写明理由和证据，不少于 {SHORTEST} 个字。"
    if problems:
        raise InvalidInput(problems)
    recheck = figures.days(figures.RECHECK, division=review.division, on=day_of(at))
    asked_by = actor.require_login()
    appeal = ReviewAppeal.objects.create(
        review=review,
        to_id=routing.rechecker_of(review, on=day_of(at), but={asked_by}),
        ground=ground,
        reason=reason.strip(),
        asked_by=asked_by,
        asked_on=day_of(at),
        due_on=work_calendar(review.division).add_working_days(day_of(at), recheck).day,
    )
    audit.record("feedback.appeal", actor=actor, at=at, target=review.target, division=review.division, ground=ground)
    return appeal


@transaction.atomic
def decide_appeal(*, review_id: int, upheld: bool, opinion: str, actor: Actor, at: datetime) -> ReviewAppeal:
    """
    Decide an appeal, as somebody of the organ above who has no part in the matter.

    :raises ReviewNotFound: there is no appeal for this officer to decide.
    :raises AppealDecided: it has been.
    """
    from onedoor.platform.feedback.queries.reviews import may_decide

    review = lock(review_id, actor)
    actor.require("feedback.recheck", division=review.division)
    appeal = ReviewAppeal.objects.select_for_update().filter(review=review).first()
    if appeal is None or not may_decide(review, appeal, actor):
        raise ReviewNotFound
    if appeal.state != ReviewAppeal.State.OPEN:
        raise AppealDecided
    if len(opinion.strip()) < SHORTEST:
        raise InvalidInput({"opinion": f"请写明复核意见，不少于 {SHORTEST} 个字。"})
    appeal.state = ReviewAppeal.State.UPHELD if upheld else ReviewAppeal.State.REJECTED
    appeal.opinion, appeal.decided_by, appeal.decided_at = opinion.strip(), actor.name, at
    appeal.save(update_fields=["state", "opinion", "decided_by", "decided_at"])
    if upheld:
        _exclude(review, appeal, actor, at)
    audit.record(
        "feedback.decide_appeal", actor=actor, at=at, target=review.target, division=review.division, upheld=upheld
    )
    return appeal


def parties(appeal: ReviewAppeal) -> set[int]:
    """Return the log-ins that have a part in an appeal and do not decide it: who asked, and who handles the review."""
    return {login for login in (appeal.asked_by, appeal.review.assigned_login) if login is not None}


def _exclude(review: BadReview, appeal: ReviewAppeal, actor: Actor, at: datetime) -> None:
    after = rules.leads_to("exclude", review.state)
    if after is None:
        raise NotNow(state=review.get_state_display())
    review.state = review.result = after
    review.category, review.settled_on = appeal.ground, day_of(at)
    review.answer = "您的评价经上级复核，认定为误评或者不实，不计入统计。不同意的，可以投诉。"
    review.save(update_fields=["state", "result", "category", "settled_on", "answer"])
    ReviewStep.objects.create(
        review=review, act="exclude", note="", facts={}, login_id=actor.login_id, actor_name=actor.name, at=at
    )
