"""The life of a bad review: contacted, verified, answered, asked again, closed, rated once more; or appealed."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from tests.platform.desks import Desk
from tests.platform.feedback.rated import Work, ended, rate, receipt_in
from tests.platform.library import NATION, TOWN, Library
from tests.platform.replays.ratings import visit
from tests.platform.replays.stage import Stage
from tests.platform.test_acceptance import moment

from onedoor.platform.feedback import duties, operations, queries, rules
from onedoor.platform.feedback.models import BadReview, Evaluation
from onedoor.platform.identity.models import Post
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.ratings import watch_ratings

NOTE = "已经与群众取得联系，说明了情况。"
ANSWER = "窗口已改为一次告知，给您添麻烦了。"


def act(desk: Desk, who: str, review: BadReview, name: str, **fields: Any) -> None:
    desk.act(who, f"/staff/reviews/{review.pk}/", act=name, **fields)


def test_a_bad_review_goes_its_way_and_is_rated_once_more(desk: Desk, work: Work) -> None:
    case = ended(desk, work)
    desk.go(moment("2026-11-20", "17:05"))
    receipt = receipt_in(rate(desk, case, 5))
    review = BadReview.objects.get()
    who = "second_approver"

    desk.go(moment("2026-11-23"))
    refused = desk.refused(who, f"/staff/reviews/{review.pk}/", 422, act="contact", way="phone", note=NOTE)
    assert "匿名评价只能凭回执码留言" in refused
    assert NOTE in refused
    act(desk, who, review, "contact", way="receipt", note=NOTE)
    assert NOTE in Client().post("/r/answer/", {"receipt": receipt}).content.decode()
    act(desk, who, review, "verify", category="efficiency", note=NOTE)
    act(desk, who, review, "settle", result="rectify", note=NOTE, answer=ANSWER)
    act(desk, who, review, "revisit", resolved="no", note=NOTE)
    review.refresh_from_db()
    assert review.state == "verified"  # taken up again
    act(desk, who, review, "settle", result="rectify", note=NOTE, answer=ANSWER)
    desk.go(moment("2026-11-26"))
    act(desk, who, review, "revisit", resolved="yes", note=NOTE)
    assert desk.post(who, f"/staff/reviews/{review.pk}/", act="close").headers["Location"] == "/staff/reviews/"

    page = Client().post("/r/answer/", {"receipt": receipt}).content.decode()
    assert ANSWER in page
    assert Client().post("/r/again/", {"receipt": receipt, "level": 3}).status_code == 200
    assert Client().post("/r/again/", {"receipt": receipt, "level": 1}).status_code == 409
    first, second = Evaluation.objects.order_by("pk")
    assert (rules.stars(first.level), rules.stars(second.level), second.first_id) == (1, 3, first.pk)
    assert BadReview.objects.count() == 1


def test_not_resolved_twice_is_closed_from_above(desk: Desk, work: Work) -> None:
    case = ended(desk, work)
    desk.go(moment("2026-11-20"))
    rate(desk, case, 5)
    review, who = BadReview.objects.get(), "second_approver"
    act(desk, who, review, "contact", way="receipt", note=NOTE)
    act(desk, who, review, "verify", category="attitude", note=NOTE)
    for _ in range(2):
        act(desk, who, review, "settle", result="rectify", note=NOTE, answer=ANSWER)
        act(desk, who, review, "revisit", resolved="no", note=NOTE)
    assert "没有解决" in desk.refused(who, f"/staff/reviews/{review.pk}/", 409, act="close")
    act(desk, "supervisor", review, "close")
    review.refresh_from_db()
    assert review.state == "closed"


def test_a_policy_is_nobodys_score(desk: Desk, work: Work) -> None:
    case = ended(desk, work)
    rate(desk, case, 4, indicators=["policy"])
    review = BadReview.objects.get()
    assert review.category == "policy"
    desk.go(moment("2026-11-20"))
    act(desk, "second_approver", review, "contact", way="receipt", note=NOTE)
    act(desk, "second_approver", review, "verify", category="policy", note=NOTE)
    act(desk, "second_approver", review, "settle", result="explain_policy", note=NOTE, answer=ANSWER)
    review.refresh_from_db()
    assert review.result == "policy_explained"


@pytest.fixture
def of_the_town(desk: Desk) -> BadReview:
    """A bad review of a visit at the town's window; an officer of the town handles it."""
    desk.go(moment("2026-09-01", "10:10"))
    one = visit(Stage(desk, lambda handler: None, pytest.MonkeyPatch()))
    opened = operations.open_screen(
        invitation_id=one.pk, actor=desk.books.officer("clerk"), at=moment("2026-09-01", "10:10")
    )
    answer = operations.Answer(level=5, channel="tablet", text="他们说的我不懂。")
    operations.rate_by_code(
        code=opened.code, answer=answer, device="", actor=Actor.anonymous(), at=moment("2026-09-01", "10:11")
    )
    return BadReview.objects.get()


def test_an_appeal_is_decided_by_the_organ_above(desk: Desk, of_the_town: BadReview) -> None:
    review = of_the_town
    handler = handler_of(desk.books, review)
    url = f"/staff/reviews/{review.pk}/"
    act(desk, handler, review, "contact", way="receipt", note=NOTE)
    act(desk, handler, review, "verify", category="attitude", note=NOTE)
    assert "请选择误评" in desk.refused(handler, url, 422, act="appeal", ground="attitude", reason=NOTE)
    act(desk, handler, review, "appeal", ground="mistake", reason="群众说的是另一个窗口，监控可以证明。")
    assert "申诉正在复核" in desk.refused(handler, url, 409, act="settle", result="rectify", note=NOTE, answer=ANSWER)
    assert "监控可以证明" in desk.page("approver", url)
    assert desk.get("elsewhere", url).status_code == 404
    assert desk.post(handler, url, act="decide_appeal", found="uphold", opinion=NOTE).status_code in (403, 404)
    act(desk, "approver", review, "decide_appeal", found="uphold", opinion="调看监控，确实评错了窗口。")
    review.refresh_from_db()
    assert (review.state, review.result, review.category) == (*["invalid_after_appeal"] * 2, "mistake")
    act(desk, handler, review, "revisit", resolved="unreached", note=NOTE)
    act(desk, handler, review, "close")


def test_an_appeal_goes_further_up_where_nobody_at_the_superior_may(desk: Desk, of_the_town: BadReview) -> None:
    handler, at = handler_of(desk.books, of_the_town), moment("2026-09-02")
    desk.go(at)
    Post.objects.filter(role__in=("approver", "supervisor")).update(valid_to=date(2026, 9, 1))
    act(desk, handler, of_the_town, "appeal", ground="mistake", reason="群众说的是另一个窗口，监控可以证明。")
    url = f"/staff/reviews/{of_the_town.pk}/"
    assert "上级都还没有能复核的人" in desk.page(handler, url)
    assert duties.find_recheckers(at=at) == 0
    assert watch_ratings(at=at) == 1
    event = SupervisionEvent.objects.get()
    assert (event.rule, event.organization_name) == ("E06", desk.books.organs[TOWN].name)

    nation = desk.books.organs[NATION]
    with pytest.MonkeyPatch.context() as patch:
        Stage(desk, lambda handler: None, patch).officer("national", "supervisor", NATION)
    assert duties.find_recheckers(at=at) == 1
    page = desk.page(handler, url)
    assert f"直接上级没有能复核的人，由{nation.name}复核" in page
    assert of_the_town.pk in [
        row.id for row in queries.list_reviews(actor=desk.books.officer("national"), on=date(2026, 9, 2))
    ]
    act(desk, "national", of_the_town, "decide_appeal", found="reject", opinion=NOTE)
    assert duties.find_recheckers(at=at) == 0


def test_an_appeal_comes_in_time_and_once(desk: Desk, of_the_town: BadReview) -> None:
    handler = handler_of(desk.books, of_the_town)
    fields = {"act": "appeal", "ground": "malicious", "reason": "同一个人对每个窗口都这样评。"}
    desk.go(moment("2026-09-05"))
    page = desk.refused(handler, f"/staff/reviews/{of_the_town.pk}/", 409, **fields)
    assert "申诉期限到 2026-09-04 已过" in page
    desk.go(moment("2026-09-04"))
    desk.act(handler, f"/staff/reviews/{of_the_town.pk}/", **fields)
    assert "已经申诉过一次" in desk.refused(handler, f"/staff/reviews/{of_the_town.pk}/", 409, **fields)
    desk.act("approver", f"/staff/reviews/{of_the_town.pk}/", act="decide_appeal", found="reject", opinion=NOTE)
    of_the_town.refresh_from_db()
    assert of_the_town.state == "assigned"
    view = queries.get_review(review_id=of_the_town.pk, actor=desk.books.officer(handler), at=moment("2026-09-04"))
    assert view.acts == ["contact"]


def test_a_bad_review_whose_handlers_post_ends_goes_to_another(desk: Desk, of_the_town: BadReview, work: Work) -> None:
    first = handler_of(desk.books, of_the_town)
    act(desk, first, of_the_town, "contact", way="receipt", note=NOTE)
    assert duties.hand_on_orphans(at=moment("2026-09-01", "11:00")) == 0
    Post.objects.filter(pk=desk.books.posts[first]).update(valid_to=date(2026, 9, 2))
    desk.go(moment("2026-09-03"))
    assert duties.hand_on_orphans(at=moment("2026-09-03")) == 1
    of_the_town.refresh_from_db()
    second = handler_of(desk.books, of_the_town)
    assert second != first
    page = desk.page(second, f"/staff/reviews/{of_the_town.pk}/")
    assert "原办理人已不在岗" in page
    act(desk, second, of_the_town, "verify", category="attitude", note=NOTE)

    Post.objects.filter(role__in=("intake_clerk", "reviewer", "approver")).update(valid_to=date(2026, 9, 3))
    assert duties.hand_on_orphans(at=moment("2026-09-04")) == 1
    of_the_town.refresh_from_db()
    assert (of_the_town.assigned_login, of_the_town.state) == (None, "verified")  # whoever comes next takes it


def handler_of(books: Library, review: BadReview) -> str:
    names = ("clerk", "second_clerk", "reviewer")
    return next(name for name in names if books.officer(name).login_id == review.assigned_login)


def test_texts_are_published_without_what_tells_of_a_person() -> None:
    text = "我叫欧阳晓娜，电话 138-0000-0000，证件 11010519491231002X，邮箱 a.b@c.cn，去了 3 次。"
    assert rules.masked(text, ["欧阳晓娜"]) == "我叫欧**，电话 ****，证件 ****，邮箱 ****，去了 3 次。"


def test_a_pattern_nobody_makes_by_reading() -> None:
    assert rules.suspicious([1] * 60, [1] * 60) == rules.Pattern(60, 1.0, 1.0)
    assert rules.suspicious([1] * 58 + [2, 3], [1] * 60) is None  # 96.7 %
    assert rules.suspicious([1] * 60, [2] * 60) is None
    assert rules.suspicious([1] * 19, [1] * 19) is None
