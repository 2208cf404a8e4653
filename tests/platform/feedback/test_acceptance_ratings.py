"""The platform's acceptance tests of ratings, A16 to A18, with the invented item, at the pages and the API."""

import logging
import re
from datetime import date
from typing import Any

import pytest
from tests.platform.desks import Desk, own
from tests.platform.feedback.rated import SAID, Work, ended, rate
from tests.platform.library import READER
from tests.platform.test_acceptance import moment

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.feedback import queries
from onedoor.platform.feedback.models import BadReview, Evaluation, Invitation, ReviewRecusal, ReviewStep
from onedoor.platform.kernel.models import OutboxMessage


def test_a16_silence_stays_not_evaluated_and_is_no_good_rating(desk: Desk, work: Work) -> None:
    case = ended(desk, work)
    invitation = Invitation.objects.get(case=case, phase="final")
    assert invitation.last_day == date(2026, 12, 3)  # ten working days after 2026-11-19
    assert "这件事办得怎么样" in desk.page("reader", own(case))

    desk.go(moment("2026-12-04"))
    work()
    invitation.refresh_from_db()
    assert invitation.outcome == "not_evaluated"
    assert not Evaluation.objects.exists()
    assert "没有评的，只记作“未评价”" in desk.page("reader", own(case, "rate/"))
    assert "评价期限到" in desk.refused("reader", own(case, "rate/"), 410, level=1)
    assert not Evaluation.objects.exists()


def test_a17_the_days_of_a_bad_review(desk: Desk, work: Work) -> None:
    case = ended(desk, work)
    desk.go(moment("2026-11-20", "17:05"))
    rate(desk, case, 5)
    review = BadReview.objects.get()
    assert (review.contact_due, review.simple_due, review.complex_due) == (
        date(2026, 11, 23),
        date(2026, 11, 27),
        date(2026, 12, 11),
    )
    page = desk.page("second_approver", f"/staff/reviews/{review.pk}/")
    for day in ("2026-11-23", "2026-11-27"):
        assert day in page
    assert "还剩 1 个工作日" in desk.page("second_approver", "/staff/reviews/")


def test_a18_nothing_of_an_anonymous_reviewer_is_anywhere(
    desk: Desk, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    case = ended(desk, work)
    before = AuditEntry.objects.order_by("-pk").first()
    assert before is not None
    desk.go(moment("2026-11-20", "17:05"))
    with caplog.at_level(logging.DEBUG):
        rate(desk, case, 5)
        work()
    review = BadReview.objects.get()
    address = f"/staff/reviews/{review.pk}/"
    shown = desk.page("second_approver", address) + desk.page("second_approver", "/staff/reviews/")
    assert SAID in shown
    answers = [desk.get("second_approver", f"/api/v1{path}").json() for path in ("/reviews", f"/reviews/{review.pk}")]
    assert answers[1]["text"] == SAID
    assert answers[1]["reviewer"] is None
    rows = [
        {field.name: str(getattr(row, field.attname)) for field in row._meta.concrete_fields}
        for row in (review, review.evaluation, *ReviewStep.objects.all())
    ]
    outbox = [row.payload for row in OutboxMessage.objects.filter(topic__startswith="feedback.")]
    entries = AuditEntry.objects.filter(pk__gt=before.pk, event__startswith="feedback.").exclude(actor_kind="officer")
    audited = [{field.name: getattr(row, field.name) for field in row._meta.fields} for row in entries]
    assert audited
    for found in (shown, *map(str, answers), str(rows), str(outbox), repr(audited), caplog.text):
        for trace in traces(desk, case):
            assert trace not in found, trace
    for row in entries:
        assert (row.login_id, row.person_id, row.address, row.device) == (None, None, "", "")
        assert row.target.partition(":")[0] in ("evaluation", "bad_review", "invitation"), row.target
    said = review.evaluation
    assert (said.person_id, said.case_id, said.held_for_id, said.title, said.item_code) == (None, None, None, "", "")


def test_a18_no_way_leads_from_the_case_to_the_review(desk: Desk, work: Work) -> None:
    """The case of an anonymous review and one nobody rated look alike to every officer."""
    case = ended(desk, work)
    pages = ("approver", "second_approver", "supervisor")
    before = [words(desk.get(name, f"/staff/cases/{case.number}/")) for name in pages]
    desk.go(moment("2026-11-19", "11:30"))
    rate(desk, case, 5)
    assert [words(desk.get(name, f"/staff/cases/{case.number}/")) for name in pages] == before
    assert not AuditEntry.objects.filter(event__startswith="feedback.rate", target=case.target).exists()
    review = BadReview.objects.get()
    view = queries.get_review(review_id=review.pk, actor=desk.books.officer("second_approver"), at=moment("2026-11-20"))
    assert view.reviewer is None
    # Whoever had a hand in it never sees it, and nobody is told who that was.
    assert ReviewRecusal.objects.filter(review=review).count() > 3
    assert desk.get("approver", f"/staff/reviews/{review.pk}/").status_code == 404


def words(answer: Any) -> tuple[int, str]:
    """Return what a page says, without the tokens that differ each time it is drawn."""
    text = answer.content.decode()
    return answer.status_code, re.sub(r'value="[\w-]{20,}"|csrf\S+', "", text)


def traces(desk: Desk, case: Any) -> tuple[str, ...]:
    reader = desk.books.reader
    return (READER.name, READER.id_number, str(reader.phone), case.number, case.query_code)
