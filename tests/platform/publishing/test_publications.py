"""A text is written by one person and let go by another; it stands on the site and reaches who has asked for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from tests.platform.desks import Desk
from tests.platform.library import COUNTY, FRIEND, NATION, READER, TOWN, Library
from tests.platform.publishing.conftest import AT, REVIEWER, WRITER, drafted, in_review, released, subscribed, text

from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.messages.models import Message
from onedoor.platform.publishing import composing, operations, placing, queries, rows
from onedoor.platform.publishing.models import Publication
from onedoor.platform.publishing.placing import place_due, readers_of

LIST = "/staff/news/"


def test_from_the_draft_to_the_inbox_of_who_has_asked(desk: Desk, work: Callable[[], None]) -> None:
    desk.go(AT)
    visitor = Client()
    visitor.cookies["place"] = TOWN
    desk.act("reader", "/me/subscriptions/", deed="subscribe", topic=["notice"])
    form = {
        "title": "借书证换发通知",
        "summary": "旧证九月底停用。",
        "body": "# 谁要换\n都要换。\n\n- 带旧证",
        "topic": "notice",
        "audience": COUNTY,
        "valid_from": "2026-09-01",
        "channels": ["site", "inbox"],
    }
    answer = desk.post(WRITER, f"{LIST}new/", **form)
    assert answer.status_code == 302, answer.content.decode()
    page = answer["Location"]
    seen = desk.page(WRITER, page)
    assert "<h2>谁要换</h2>" in seen
    assert "第0图书局发布：借书证换发通知。旧证九月底停用。" in seen
    desk.act(WRITER, page, deed="submit")
    assert "不能审核自己起草" in desk.page(WRITER, page)
    desk.act(REVIEWER, page, deed="release")
    work()
    assert "借书证换发通知" in visitor.get("/news/").content.decode()
    address = page.replace("/staff", "")
    assert "<li>带旧证</li>" in visitor.get(address).content.decode()
    assert "借书证换发通知" in desk.page("reader", "/me/messages/")
    assert not Message.objects.filter(recipient=desk.books.friend).exists()
    assert "借书证换发通知" in visitor.get("/news/feed.rss", {"place": TOWN}).content.decode()
    assert address in visitor.get("/news/feed.atom", {"place": TOWN}).content.decode()
    assert "已发出" in desk.page(REVIEWER, page)

    desk.go(AT + timedelta(minutes=1))
    # It was wrong: everything goes back at once.
    desk.act(REVIEWER, page, deed="recall", note="停用日期写错了", correct="yes")
    gone = visitor.get(address)
    assert gone.status_code == 410
    assert "停用日期写错了" in gone.content.decode()
    assert "带旧证" not in gone.content.decode()
    assert "借书证换发通知" not in visitor.get("/news/").content.decode()
    assert address not in visitor.get("/news/feed.atom", {"place": TOWN}).content.decode()
    work()
    assert "撤回了“借书证换发通知”：停用日期写错了" in desk.page("reader", "/me/messages/")


def test_what_the_checks_find_keeps_it_from_review(books: Library) -> None:
    found = drafted(
        books,
        summary="",
        body=f"请{READER.name}（{READER.id_number}）来。[去](/nowhere/)[看](http://a.example/)",
        channels=("site", "weibo"),
        pictures=(),
    )
    with pytest.raises(operations.NotReady) as refusal:
        operations.submit_publication(number=found.number, actor=books.officer(WRITER), at=AT)
    problems = refusal.value.problems
    assert "请填写摘要" in problems["summary"]
    assert "身份证号" in problems["body"]
    assert READER.id_number not in problems["body"]
    assert "/nowhere/" in problems["body"]
    assert "https" in problems["body"]
    assert "选择用哪个账号" in problems["accounts"]
    assert Publication.objects.get().state == "draft"


def test_who_wrote_it_does_not_release_it_but_for_a_reason_and_then_it_is_looked_at(books: Library) -> None:
    writer = books.officer(WRITER)
    plain = in_review(books)
    at: dict[str, Any] = {"release_at": None, "actor": writer, "at": AT}
    with pytest.raises(operations.OwnPublication):
        operations.release_publication(number=plain.number, urgent_reason="", **at)
    with transaction.atomic(), pytest.raises(IntegrityError):  # the database keeps it, too
        Publication.objects.update(state="released", released_login_id=writer.login_id)
    urgent = operations.release_publication(number=plain.number, urgent_reason="今晚停水停馆", **at)
    assert urgent.urgent_reason == "今晚停水停馆"
    with pytest.raises(operations.OwnPublication):
        operations.review_publication(number=plain.number, opinion="没有问题", actor=writer, at=AT)
    assert "review" in queries.deeds_possible(urgent, actor=books.officer(REVIEWER))
    operations.review_publication(number=plain.number, opinion="没有问题", actor=books.officer(REVIEWER), at=AT)
    assert [one.act for one in plain.steps.order_by("pk")] == ["write", "submit", "release_urgent", "review"]


def test_it_goes_out_at_its_time(books: Library) -> None:
    found = in_review(books)
    later = AT + timedelta(hours=3)
    release: dict[str, Any] = {"urgent_reason": "", "actor": books.officer(REVIEWER), "at": AT}
    with pytest.raises(InvalidInput):
        operations.release_publication(number=found.number, release_at=AT - timedelta(1), **release)
    operations.release_publication(number=found.number, release_at=later, **release)
    assert place_due(at=AT + timedelta(hours=1)) == 0
    assert queries.list_news(chain=[COUNTY], on=AT.date()) == []
    assert place_due(at=later) == 2
    assert [one.number for one in queries.list_news(chain=[TOWN, COUNTY], on=AT.date())] == [found.number]
    assert queries.list_news(chain=["330113000000"], on=AT.date()) == []
    second = in_review(books)
    operations.release_publication(number=second.number, release_at=None, **release)
    place_due(at=later)
    about: dict[str, Any] = {"chain": [TOWN, COUNTY], "on": AT.date()}
    newest, oldest = (one.number for one in queries.list_news(**about))
    assert [one.number for one in queries.list_news(**about, before=newest, most=1)] == [oldest]
    assert queries.list_news(**about, before=oldest) == []
    assert queries.list_news(**about, audience=TOWN) == []
    assert len(queries.list_news(**about, audience=COUNTY)) == 2


def test_every_saving_is_a_version_and_a_sent_back_text_goes_on(books: Library) -> None:
    found = in_review(books)
    operations.send_back_publication(number=found.number, opinion="标题不清楚", actor=books.officer(REVIEWER), at=AT)
    operations.write_publication(
        number=found.number, text=text(title="旧借书证换发通知"), actor=books.officer(WRITER), at=AT
    )
    assert list(found.versions.order_by("version").values_list("title", flat=True)) == [
        "借书证换发通知",
        "旧借书证换发通知",
    ]
    with pytest.raises(operations.PublicationMoveNotPossible):
        operations.write_publication(number=released(books).number, text=text(), actor=books.officer(WRITER), at=AT)


def test_what_was_looked_through_is_what_goes_out_and_nobody_saves_over_another(desk: Desk) -> None:
    desk.go(AT)
    found = in_review(desk.books)
    page, fields = f"{LIST}{found.number}/", {"topic": "notice", "audience": COUNTY, "valid_from": "2026-09-01"}
    form = fields | {"title": "换发通知", "summary": "旧证停用。", "body": "都要换。", "channels": ["site"]}
    assert 'name="version" value="1"' in desk.page(REVIEWER, page)
    desk.act(REVIEWER, page, deed="send_back", note="标题太长", version=1)
    desk.act(WRITER, f"{page}text/", version=1, **form)
    desk.act(WRITER, page, deed="submit")
    assert "已被他人更新" in desk.refused(REVIEWER, page, 409, deed="release", version=1)  # what lay open since before
    assert Publication.objects.get().state == "in_review"
    desk.act(REVIEWER, page, deed="send_back", note="摘要太短", version=2)
    late = desk.refused(WRITER, f"{page}text/", 409, version=1, **(form | {"title": "另一人写的"}))
    assert "另一人写的" in late
    assert 'name="version" value="2"' in late  # whoever has compared may save over it
    assert found.versions.count() == 2
    desk.act(WRITER, f"{page}text/", version=2, **form)
    desk.act(WRITER, page, deed="submit")
    desk.act(REVIEWER, page, deed="release", version=3)


def test_an_organ_publishes_for_its_own_place_and_carries_on_what_lies_above(books: Library) -> None:
    writer = books.officer(WRITER)
    with pytest.raises(InvalidInput):
        operations.write_publication(number="", text=text(audience=NATION), actor=writer, at=AT)
    with pytest.raises(NotAllowed):
        operations.write_publication(number="", text=text(), actor=books.officer("clerk"), at=AT)
    above = operations.write_publication(
        number="", text=text(audience=NATION), actor=books.officer("item_manager"), at=AT
    ).publication
    with pytest.raises(operations.PublicationNotFound):  # nobody carries on what is not out
        operations.write_publication(number="", text=text(), carries=above.number, actor=writer, at=AT)
    operations.submit_publication(number=above.number, actor=books.officer("item_manager"), at=AT)
    operations.release_publication(
        number=above.number, release_at=None, urgent_reason="", actor=books.officer("legal_reviewer"), at=AT
    )
    assert [one.publication.number for one in queries.to_carry_on(actor=writer)] == [above.number]
    own = operations.write_publication(number="", text=text(), carries=above.number, actor=writer, at=AT).publication
    operations.submit_publication(number=own.number, actor=writer, at=AT)
    operations.release_publication(
        number=own.number, release_at=None, urgent_reason="", actor=books.officer(REVIEWER), at=AT
    )
    place_due(at=AT)
    assert queries.read_news(number=own.number, on=AT.date()).source == books.organs[NATION].name
    with pytest.raises(queries.PublicationNotFound):
        queries.get_publication(number=above.number, actor=writer)
    # The source is taken back: the copy says so, and none goes out any more.
    late = operations.write_publication(number="", text=text(), carries=above.number, actor=writer, at=AT).publication
    operations.recall_publication(
        number=above.number, reason="日期写错了", correct=False, actor=books.officer("legal_reviewer"), at=AT
    )
    assert "原文已由来源单位撤回" in Client().get(f"/news/{own.number}/").content.decode()
    with pytest.raises(operations.NotReady) as refusal:
        operations.submit_publication(number=late.number, actor=writer, at=AT)
    assert "撤回（日期写错了）" in refusal.value.by_field["body"]


def test_no_second_worker_takes_what_a_slow_one_is_at(books: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    now, taken = [0.0], []

    def slow(placement: Any, at: Any) -> None:
        taken.append(placement.channel)
        now[0] += 150
        if len(taken) == 2:  # the first step has taken longer than a claim holds
            assert place_due(at=AT + timedelta(seconds=160)) == 0
        rows.finish(placement, "sent", at)

    monkeypatch.setattr(clock, "ticks", lambda: now[0])
    monkeypatch.setattr(placing, "_STEPS", dict.fromkeys(("site", "inbox"), slow))
    released(books)
    assert place_due(at=AT) == 2
    assert taken == ["site", "inbox"]


def test_what_no_feed_can_say_is_left_out(books: Library) -> None:
    found = released(books, title="借书证\x0b换发\x1f通知", body="一、谁要换\x0b都要换。")
    place_due(at=AT)
    assert "借书证 换发通知" in Client().get("/news/feed.rss", {"place": COUNTY}).content.decode()
    assert [one.kind for one in queries.read_news(number=found.number, on=AT.date()).blocks] == ["heading", "paragraph"]


def test_anothers_last_touch_does_not_make_ones_own_text_anothers(books: Library) -> None:
    from dataclasses import replace

    reviewer = books.officer(REVIEWER)
    both = replace(reviewer, permissions=reviewer.permissions | {operations.WRITE})
    found = operations.write_publication(number="", text=text(), actor=both, at=AT).publication
    operations.write_publication(number=found.number, text=text(), actor=books.officer(WRITER), at=AT)
    operations.submit_publication(number=found.number, actor=books.officer(WRITER), at=AT)
    release: dict[str, Any] = {"number": found.number, "release_at": None, "actor": both, "at": AT}
    with pytest.raises(operations.OwnPublication):
        operations.release_publication(urgent_reason="", **release)
    found.refresh_from_db()
    assert queries.deeds_possible(found, actor=both) == ["release_urgent"]
    operations.release_publication(urgent_reason="今晚停水停馆", **release)
    with pytest.raises(operations.OwnPublication):
        operations.review_publication(number=found.number, opinion="没有问题", actor=both, at=AT)


def test_a_reviewer_lets_nothing_go_beyond_their_own_place(books: Library) -> None:
    found, above = drafted(books), books.officer("item_manager")
    wide = text(audience=NATION, channels=("site",))
    operations.write_publication(number=found.number, text=wide, actor=above, at=AT)
    operations.submit_publication(number=found.number, actor=above, at=AT)
    release: dict[str, Any] = {"number": found.number, "release_at": None, "urgent_reason": "", "at": AT}
    with pytest.raises(NotAllowed):
        operations.release_publication(actor=books.officer(REVIEWER), **release)
    found.refresh_from_db()
    assert queries.deeds_possible(found, actor=books.officer(REVIEWER)) == ["send_back"]
    operations.release_publication(actor=books.officer("legal_reviewer"), **release)


def test_a_notice_to_everybody_takes_the_right_for_it(books: Library) -> None:
    found = in_review(books, everybody=True)
    release: dict[str, Any] = {"number": found.number, "release_at": None, "urgent_reason": "", "at": AT}
    with pytest.raises(NotAllowed):
        operations.release_publication(actor=books.officer(REVIEWER), **release)
    operations.release_publication(actor=emergency(books), **release)
    place_due(at=AT)
    told = Message.objects.filter(channel="inbox")
    assert {one.recipient.name for one in told} == {READER.name, FRIEND.name}
    assert all(one.urgent for one in told)


def emergency(books: Library) -> Any:
    from dataclasses import replace

    reviewer = books.officer(REVIEWER)
    return replace(reviewer, role="emergency_officer", permissions=reviewer.permissions | {"publishing.emergency"})


def test_only_who_has_asked_and_lives_there_is_told_and_leaving_takes_one_press(books: Library) -> None:
    row = subscribed(books)
    subscribed(books, topic="eldercare")
    version = released(books).versions.get()
    assert readers_of(version, at=AT) == [books.reader.pk]
    twice = subscribed(books, division=COUNTY)  # asked twice, told once
    assert (readers_of(version, at=AT), placing.count_readers(version, at=AT)) == ([books.reader.pk], 1)
    operations.end_subscription(subscription_id=twice.pk, actor=books.citizen(), at=AT)
    operations.end_subscription(subscription_id=row.pk, actor=books.citizen(), at=AT)
    assert readers_of(version, at=AT) == []
    subscribed(books, division="330113100000")
    assert readers_of(version, at=AT) == []
    with pytest.raises(operations.SubscriptionNotFound):
        operations.end_subscription(subscription_id=row.pk, actor=books.citizen(), at=AT)


def test_many_readers_are_told_in_batches_and_a_recall_stops_in_between(
    books: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing, "most_of", lambda key, version, at: 1)
    subscribed(books)
    operations.subscribe(topic="notice", division=TOWN, actor=books.citizen(books.friend), at=AT)
    found = released(books)
    inbox = found.placements.get(channel="inbox")
    placing._to_subscribers(inbox, AT)
    assert Message.objects.filter(channel="inbox").count() == 1
    recall: dict[str, Any] = {"actor": books.officer(REVIEWER), "at": AT}
    operations.recall_publication(number=found.number, reason="写错了", correct=True, **recall)
    placing._to_subscribers(inbox, AT)  # a worker that had claimed it before
    assert Message.objects.filter(channel="inbox").count() == 1
    placing.place_due(at=AT)
    told = Message.objects.filter(channel="inbox")
    assert {one.event for one in told} == {"publishing.news", "publishing.correction"}
    assert len({one.recipient_id for one in told}) == 1
