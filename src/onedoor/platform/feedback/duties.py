"""What the machine does by itself: a bad review whose handler has gone, an appeal nobody can decide, finds somebody else."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.feedback import posting, routing
from onedoor.platform.feedback.models import BadReview, ReviewAppeal, ReviewStep
from onedoor.platform.feedback.operations.appeals import parties
from onedoor.platform.identity.models import Post
from onedoor.platform.identity.queries.posts import held
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of

MACHINE = Actor.system("好差评")
AT_ONCE = 200


def hand_on_orphans(*, at: datetime) -> int:
    """
    Give every open bad review whose handler has no post for it any more to somebody else; return how many.

    Its days run on. Where nobody is there it is whoever's of the organ takes it. Safe to run twice.
    """
    open_ones = BadReview.objects.exclude(state=BadReview.State.CLOSED).filter(assigned_login__isnull=False)
    pairs = set(open_ones.values_list("assigned_login", "handled_by"))
    able = Post.objects.filter(held(day_of(at)), role__in=posting.roles_with(posting.HANDLE))
    there = set(able.filter(login_id__in={login for login, _ in pairs}).values_list("login_id", "organization_id"))
    gone = sorted(pairs - there, key=str)[:AT_ONCE]
    return sum(
        _hand_on(number, login, at)
        for login, organ in gone
        if login is not None
        for number in list(open_ones.filter(assigned_login=login, handled_by=organ).values_list("pk", flat=True))
    )


def find_recheckers(*, at: datetime) -> int:
    """Give every open appeal to the nearest organ above that has somebody for it now; return how many changed hands."""
    waiting = ReviewAppeal.objects.filter(state=ReviewAppeal.State.OPEN).order_by("pk")
    return sum(_find_rechecker(number, at) for number in list(waiting.values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def _find_rechecker(appeal_id: int, at: datetime) -> bool:
    rows = ReviewAppeal.objects.select_for_update(of=("self",)).filter(pk=appeal_id, state=ReviewAppeal.State.OPEN)
    appeal = rows.select_related("review__organization").first()
    if appeal is None:
        return False
    found = routing.rechecker_of(appeal.review, on=day_of(at), but=parties(appeal))
    if found == appeal.to_id:
        return False
    appeal.to_id = found
    appeal.save(update_fields=["to"])
    review = appeal.review
    audit.record("feedback.find_rechecker", actor=MACHINE, at=at, target=review.target, division=review.division)
    return True


@transaction.atomic
def _hand_on(review_id: int, login: int, at: datetime) -> bool:
    rows = BadReview.objects.select_for_update(of=("self",)).exclude(state=BadReview.State.CLOSED)
    review = rows.filter(pk=review_id, assigned_login=login).first()
    if review is None:
        return False
    but = {login, *review.recusals.values_list("login_id", flat=True)}
    post = posting.somebody_else(review.organization_id, division=review.division, but=but, on=day_of(at))
    review.assigned_login, review.assigned_name = (post.login_id, post.login.name) if post else (None, "")
    review.handled_by_id = post.organization_id if post else review.organization_id
    review.save(update_fields=["assigned_login", "assigned_name", "handled_by"])
    note = "原办理人已不在岗，" + (f"转由{post.login.name}办理。" if post else "等本单位的人接手。")
    ReviewStep.objects.create(review=review, act="hand_on", note=note, facts={}, actor_name=MACHINE.name, at=at)
    audit.record("feedback.hand_on", actor=MACHINE, at=at, target=review.target, division=review.division)
    return True
