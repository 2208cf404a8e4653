"""A bad rating becomes work: given to an officer who had no hand in it, with its days."""

from collections.abc import Collection
from datetime import datetime

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.feedback import figures, posting, rules
from onedoor.platform.feedback.models import BadReview, Evaluation, ReviewRecusal
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of


def open_review(evaluation: Evaluation, hands: Collection[int], *, actor: Actor, at: datetime) -> BadReview:
    """Open the ticket of a bad rating; `hands` are the officers whose work was rated. The caller has checked the rating."""
    on, division = day_of(at), evaluation.division
    add = work_calendar(division).add_working_days
    days = rules.days_of(
        on, figures.review_figures(division=division, on=on), add=lambda day, number: add(day, number).day
    )
    post = posting.somebody_else(evaluation.organization_id, division=division, but=hands, on=on)
    review = BadReview.objects.create(
        evaluation=evaluation,
        organization_id=evaluation.organization_id,
        handled_by_id=post.organization_id if post else evaluation.organization_id,
        division=division,
        line=evaluation.line,
        assigned_login=post.login_id if post else None,
        assigned_name=post.login.name if post else "",
        category=BadReview.Category.POLICY if rules.POLICY in evaluation.indicators else "",
        begun_on=on,
        contact_due=days.contact,
        simple_due=days.simple,
        complex_due=days.complex,
        appeal_until=days.appeal,
    )
    ReviewRecusal.objects.bulk_create(ReviewRecusal(review=review, login_id=login) for login in sorted(hands))
    audit.record("feedback.assign", actor=actor, at=at, target=review.target, division=division)
    outbox.publish("feedback.review_opened", key=review.target, review_id=review.pk)
    return review
