"""What the officer does about a bad rating: contact, verify, put right or explain, ask again, close."""

from datetime import datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.feedback import rules
from onedoor.platform.feedback.models import BadReview, ReviewAppeal, ReviewStep
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError

SHORTEST = 10
WAYS = {"phone": "电话", "visit": "当面", "message": "站内信", "receipt": "凭回执码留言"}
RESULTS = {"rectify": "已整改", "explain_policy": "已解释政策"}
BY_OFFICER = frozenset({"attitude", "efficiency", "competence", "policy", "platform"})


class ReviewNotFound(NotFound):
    code, message = "feedback.review_not_found", "没有找到这张差评工单，或者它不由您办理。请回到列表查看。"


class NotNow(OneDoorError):
    code, http_status, message = (
        "feedback.not_now",
        409,
        "这一步现在不能办：工单已经“{state}”。请刷新页面，看接下来该做什么。",
    )


class NoSuchAct(OneDoorError):
    code, http_status, message = "feedback.no_such_act", 422, "没有这一步，请按工单现在能办的来。"


class AppealOpen(OneDoorError):
    code, http_status, message = "feedback.appeal_open", 409, "申诉正在复核，复核以后才能继续。其间请照常与评价人联系。"


class NotResolved(OneDoorError):
    code, http_status, message = (
        "feedback.not_resolved",
        409,
        "评价人说没有解决，不能由办理人自己办结。请上级复核人员看过以后办结。",
    )


@transaction.atomic
def take_review(*, review_id: int, actor: Actor, at: datetime) -> BadReview:
    """Take a bad review that could be given to nobody when it came."""
    review = lock(review_id, actor)
    if review.assigned_login is not None:
        raise NotNow(state=review.get_state_display())
    review.assigned_login, review.assigned_name = actor.require_login(), actor.name
    review.save(update_fields=["assigned_login", "assigned_name"])
    _note(review, "take", "", {}, actor, at)
    return review


@transaction.atomic
def contact_reviewer(*, review_id: int, way: str, note: str, actor: Actor, at: datetime) -> BadReview:
    """
    Note the first contact. Nobody can call whoever is anonymous: what is written is read with the receipt.

    :raises InvalidInput: no way, or too few words.
    :raises NotNow: there has been one.
    """
    review = lock(review_id, actor)
    anonymous = review.evaluation.anonymous
    if way not in WAYS or (way == "receipt") != anonymous:
        raise InvalidInput({"way": "匿名评价只能凭回执码留言。" if anonymous else "请选择怎样联系的。"})
    _require_words(note, "note", "请写明联系的经过")
    _move(review, "contact", note, {"way": way}, actor, at)
    review.contacted_on = day_of(at)
    if anonymous:
        review.answer = note.strip()
    review.save(update_fields=["contacted_on", "answer"])
    return review


@transaction.atomic
def verify_review(
    *, review_id: int, category: str, is_complex: bool, note: str, actor: Actor, at: datetime
) -> BadReview:
    """
    Note what was found out, of which kind it is, and whether it takes the longer limit.

    A review about the policy leaves the score of whoever carried it out (R-EVA-5). That a rating is a mistake or malice
    is no finding of the organ's own: that takes an appeal.
    """
    review = lock(review_id, actor)
    problems = {} if category in BY_OFFICER else {"category": "请选择类别；误评、恶意评价请用申诉。"}
    if len(note.strip()) < SHORTEST:
        problems["note"] = f"请写明核实到的情况，不少于 {SHORTEST} 个字。"
    if problems:
        raise InvalidInput(problems)
    _move(review, "verify", note, {"category": category, "complex": is_complex}, actor, at)
    review.category, review.is_complex = category, is_complex
    review.save(update_fields=["category", "is_complex"])
    return review


@transaction.atomic
def settle_review(*, review_id: int, act: str, note: str, answer: str, actor: Actor, at: datetime) -> BadReview:
    """
    Say what was put right, or explain the policy; `answer` is what the reviewer reads.

    :raises AppealOpen: the superior organ has not decided yet.
    """
    review = lock(review_id, actor)
    if ReviewAppeal.objects.filter(review=review, state=ReviewAppeal.State.OPEN).exists():
        raise AppealOpen
    problems = {} if act in RESULTS else {"act": "请选择处理结果。"}
    for name, value, words in (("note", note, "请写明做了什么"), ("answer", answer, "请写明给评价人的答复")):
        if len(value.strip()) < SHORTEST:
            problems[name] = f"{words}，不少于 {SHORTEST} 个字。"
    if problems:
        raise InvalidInput(problems)
    _move(review, act, note, {}, actor, at)
    review.result, review.settled_on, review.answer = review.state, day_of(at), answer.strip()
    review.save(update_fields=["result", "settled_on", "answer"])
    outbox.publish("feedback.review_answered", key=review.target, review_id=review.pk)
    return review


@transaction.atomic
def revisit_review(*, review_id: int, resolved: str, note: str, actor: Actor, at: datetime) -> BadReview:
    """
    Note what the reviewer says after the answer. "Not resolved" is taken up again, once; after that the superior looks.

    :raises InvalidInput: no answer, or too few words.
    """
    review = lock(review_id, actor)
    if resolved not in BadReview.Resolved.values:
        raise InvalidInput({"resolved": "请选择回访结果。"})
    _require_words(note, "note", "请写明回访的经过")
    again = resolved == BadReview.Resolved.NO and not review.again and review.result != "invalid_after_appeal"
    _move(review, "take_up_again" if again else "revisit", note, {"resolved": resolved}, actor, at)
    review.resolved, review.again = resolved, review.again + again
    review.save(update_fields=["resolved", "again"])
    return review


@transaction.atomic
def close_review(*, review_id: int, actor: Actor, at: datetime) -> BadReview:
    """
    Close a bad review; the reviewer may rate once more.

    :raises NotResolved: the reviewer says it is not resolved, and the officer is the one who handled it.
    """
    review = lock(review_id, actor)
    if review.resolved == BadReview.Resolved.NO and review.assigned_login == actor.login_id:
        raise NotResolved
    _move(review, "close", "", {}, actor, at)
    review.closed_on = day_of(at)
    review.save(update_fields=["closed_on"])
    outbox.publish("feedback.review_closed", key=review.target, review_id=review.pk)
    return review


def lock(review_id: int, actor: Actor) -> BadReview:
    """
    Return a bad review with its row locked for whoever handles it, or looks at it from above.

    :raises ReviewNotFound: there is none, or it is not for this officer; both look alike.
    """
    from onedoor.platform.feedback.queries.reviews import visible

    actor.require_one_of("feedback.handle", "feedback.recheck")
    found = BadReview.objects.select_for_update(of=("self",)).filter(visible(actor), pk=review_id)
    review = found.select_related("evaluation").first()
    if review is None:
        raise ReviewNotFound
    return review


def _move(review: BadReview, act: str, note: str, facts: dict[str, Any], actor: Actor, at: datetime) -> None:
    after = rules.leads_to(act, review.state)
    if after is None or (act != "close" and review.assigned_login not in (None, actor.login_id)):
        raise NotNow(state=review.get_state_display())
    review.state = after
    if review.assigned_login is None and act != "close":
        review.assigned_login, review.assigned_name = actor.login_id, actor.name
    review.save(update_fields=["state", "assigned_login", "assigned_name"])
    _note(review, act, note, facts, actor, at)


def _note(review: BadReview, act: str, note: str, facts: dict[str, Any], actor: Actor, at: datetime) -> None:
    ReviewStep.objects.create(
        review=review,
        act=act,
        note=note.strip(),
        facts=facts,
        login_id=actor.login_id,
        actor_name=actor.name,
        at=at,
    )
    audit.record("feedback.act", actor=actor, at=at, target=review.target, division=review.division, act=act)


def _require_words(text: str, field: str, words: str) -> None:
    if len(text.strip()) < SHORTEST:
        raise InvalidInput({field: f"{words}，不少于 {SHORTEST} 个字。"})
