"""WeChat and Weibo are a real second process: a text is published once, whatever is lost, and nothing stays after a recall."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.conf import settings as django_settings
from tests.platform.library import Library
from tests.platform.publishing.conftest import AT, REVIEWER, WRITER, in_review, let_go, pictured, released
from tests.ports import free_base

from onedoor.platform.messages.media import NotNow
from onedoor.platform.messages.models import ProviderHealth
from onedoor.platform.messages.providers import wechat
from onedoor.platform.publishing import media, operations, rules
from onedoor.platform.publishing.models import FetchedFigure, Placement
from onedoor.platform.publishing.placing import CLAIM, place_due

pytestmark = [pytest.mark.processes, pytest.mark.django_db]


class Outside:
    def __init__(self, base: int) -> None:
        self.base = base

    def read(self, offset: int, path: str) -> Any:
        return json.loads(urlopen(f"http://127.0.0.1:{self.base + offset}{path}", timeout=5).read())

    def moods(self, **moods: dict[str, Any]) -> None:
        body = json.dumps({"weibo": {}, "wechat": {}} | moods).encode()
        urlopen(Request(f"http://127.0.0.1:{self.base + 9}/moods", data=body, method="POST"), timeout=5).read()

    def posts(self, uid: str) -> list[dict[str, Any]]:
        return [one for one in self.read(10, "/posts") if one["uid"] == uid]

    def articles(self, app: str) -> list[dict[str, Any]]:
        return list(self.read(6, "/articles").get(app, {}).values())


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    base, folder = free_base(), tmp_path_factory.mktemp("media")
    command = ["-m", "onedoor.demonstration.simulators", "--base-port", str(base), "--state", str(folder)]
    started = subprocess.Popen(
        [sys.executable, *command, "--only", "wechat,weibo,control"],
        cwd=django_settings.REPOSITORY,
        env={**os.environ, "PYTHONPATH": "src"},
    )
    for _ in range(200):
        try:
            urlopen(f"http://127.0.0.1:{base + 9}/health", timeout=1).read()
            break
        except OSError:
            time.sleep(0.1)
    yield base
    started.terminate()
    started.wait(10)


@pytest.fixture
def outside(process: int, settings: Any) -> Outside:
    settings.ONEDOOR_WECHAT_URL = f"http://127.0.0.1:{process + 6}"
    settings.ONEDOOR_WEIBO_URL = f"http://127.0.0.1:{process + 10}"
    settings.ONEDOOR_WEIBO_RIP = "203.0.113.7"
    wechat._tokens.clear()
    found = Outside(process)
    found.moods()
    return found


@pytest.fixture
def accounts(books: Library, request: pytest.FixtureRequest) -> dict[str, int]:
    """One account a platform; each test its own, for the platforms remember."""
    mark = request.node.name[:40]
    opened = {}
    for kind, secret in (("wechat", f"secret-wx-{mark}"), ("weibo", f"weibo-{mark}")):
        app = f"wx-{mark}" if kind == "wechat" else mark
        opened[kind] = operations.open_account(
            kind=kind, name="图书局", app_id=app, secret=secret, actor=books.officer(WRITER), at=AT
        ).pk
    return opened


def out(books: Library, accounts: dict[str, int], *kinds: str) -> Any:
    return released(books, channels=("site", *kinds), accounts=[accounts[kind] for kind in kinds])


def recall(books: Library, number: str, at: Any = AT) -> None:
    operations.recall_publication(number=number, reason="写错了", correct=False, actor=books.officer(REVIEWER), at=at)


def states(found: Any) -> dict[str, str]:
    return dict(found.placements.values_list("channel", "state"))


def test_one_text_stands_on_every_account_and_is_taken_down(
    books: Library, outside: Outside, accounts: dict[str, int], request: pytest.FixtureRequest
) -> None:
    mark = request.node.name[:40]
    found = out(books, accounts, "wechat", "weibo")
    place_due(at=AT)
    assert states(found) == {"site": "sent", "wechat": "sent", "weibo": "sent"}
    (post,) = outside.posts(mark)
    assert post["text"].endswith(f"/news/{found.number}/")
    (article,) = outside.articles(f"wx-{mark}")
    assert article["state"] == "published"
    assert "<h2>一、谁要换</h2>" in article["content"]
    assert article["content_source_url"].endswith(f"/news/{found.number}/")
    assert media.fetch_figures(at=AT + timedelta(days=1)) == 5
    assert media.fetch_figures(at=AT + timedelta(days=2)) == 0  # nothing new, no new row
    assert set(FetchedFigure.objects.values_list("name", "value")) == {
        *(("read", 7), ("share", 2), ("share", 3), ("comment", 1), ("like", 5)),
    }
    recall(books, found.number)
    place_due(at=AT)
    assert states(found) == {"site": "removed", "wechat": "removed", "weibo": "removed"}
    assert outside.posts(mark)[0]["deleted"]
    assert outside.articles(f"wx-{mark}")[0]["state"] == "deleted"


def test_a_closed_account_publishes_nothing_any_more(
    books: Library, outside: Outside, accounts: dict[str, int], request: pytest.FixtureRequest
) -> None:
    mark = request.node.name[:40]
    drafted_before = in_review(books, channels=("site", "weibo"), accounts=[accounts["weibo"]])
    found = out(books, accounts, "weibo")
    operations.close_account(account_id=accounts["weibo"], actor=books.officer(WRITER), at=AT)
    place_due(at=AT)
    assert states(found) == {"site": "sent", "weibo": "failed"}
    assert found.placements.get(channel="weibo").reason == "账号已经停用"
    assert outside.posts(mark) == []
    with pytest.raises(operations.NotReady) as refusal:
        operations.release_publication(
            number=drafted_before.number, release_at=None, urgent_reason="", actor=books.officer(REVIEWER), at=AT
        )
    assert "已经停用" in refusal.value.by_field["accounts"]


def test_pictures_go_with_the_article_and_lie_where_wechat_keeps_them(
    books: Library, outside: Outside, accounts: dict[str, int], request: pytest.FixtureRequest
) -> None:
    made = pictured(books, channels=("site", "wechat"), accounts=[accounts["wechat"]])
    let_go(books, made.publication.number)
    place_due(at=AT)
    (article,) = outside.articles(f"wx-{request.node.name[:40]}")
    assert re.search(r'<img src="http://mmbiz\.example/\w+" alt="借书证的样子">', article["content"])
    assert "pictures/" not in article["content"]
    assert article["thumb_media_id"]


def test_a_lost_answer_is_no_second_post(
    books: Library, outside: Outside, accounts: dict[str, int], request: pytest.FixtureRequest
) -> None:
    mark = request.node.name[:40]
    outside.moods(weibo={"lose_answer": True}, wechat={"lose_answer": "/cgi-bin/freepublish/submit"})
    found = out(books, accounts, "wechat", "weibo")
    place_due(at=AT)
    assert states(found) == {"site": "sent", "wechat": "waiting", "weibo": "waiting"}
    outside.moods()
    place_due(at=AT + timedelta(minutes=20))
    assert states(found) == {"site": "sent", "wechat": "sent", "weibo": "sent"}
    assert len(outside.posts(mark)) == 1
    assert [one["state"] for one in outside.articles(f"wx-{mark}")] == ["published"]


def test_a_worker_killed_after_the_post_and_a_recall_leave_nothing_standing(
    books: Library,
    outside: Outside,
    accounts: dict[str, int],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It has posted and dies before it writes that down; the recall finds the post by the address in it."""
    mark = request.node.name[:40]
    found = out(books, accounts, "weibo")
    noted, died = media._note, []

    def die(placement: Placement, done: Any, removing: bool, at: Any) -> None:
        if "id" in done.remote:
            died.append(placement.pk)
            raise SystemExit
        noted(placement, done, removing, at)

    monkeypatch.setattr(media, "_note", die)
    with pytest.raises(SystemExit):
        place_due(at=AT)
    monkeypatch.undo()
    assert died
    assert len(outside.posts(mark)) == 1
    recall(books, found.number)
    assert states(found)["weibo"] == "removing"
    place_due(at=AT)  # somebody may still be at it
    assert not outside.posts(mark)[0]["deleted"]
    place_due(at=AT + CLAIM)
    assert states(found)["weibo"] == "removed"
    assert [one["deleted"] for one in outside.posts(mark)] == [True]


def test_a_recall_while_it_is_being_posted_takes_it_down_and_nothing_begins_after_it(
    books: Library,
    outside: Outside,
    accounts: dict[str, int],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mark = request.node.name[:40]
    found = out(books, accounts, "weibo", "wechat")
    noted = media._note

    def recalled_meanwhile(placement: Placement, done: Any, removing: bool, at: Any) -> None:
        if "id" in done.remote and not removing:
            recall(books, found.number)
        noted(placement, done, removing, at)

    monkeypatch.setattr(media, "_note", recalled_meanwhile)
    place_due(at=AT)
    place_due(at=AT + CLAIM)
    assert [one["deleted"] for one in outside.posts(mark)] == [True]
    assert all(one["state"] in ("draft", "deleted") for one in outside.articles(f"wx-{mark}"))
    assert set(states(found).values()) <= {"removed", "dropped"}


def test_what_is_recalled_before_anything_is_outside_is_left_alone(
    books: Library, accounts: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = out(books, accounts, "weibo")

    class Away:
        def publish(self, *told: Any) -> None:
            recall(books, found.number)
            raise NotNow("没有应答")

    monkeypatch.setattr(media, "wires", lambda: {"weibo": Away()})
    place_due(at=AT)
    row = found.placements.get(channel="weibo")
    assert (row.state, row.due_at) == ("dropped", None)


def test_a_platform_that_is_away_is_left_in_peace_and_what_it_never_takes_is_said(
    books: Library, outside: Outside, accounts: dict[str, int]
) -> None:
    outside.moods(weibo={"fail": True})
    found, moment = out(books, accounts, "weibo"), AT
    for _ in range(8):
        place_due(at=moment)
        moment += timedelta(minutes=15)
    row = found.placements.get(channel="weibo")
    assert row.state == "waiting"
    assert row.attempts >= 5
    assert ProviderHealth.objects.get(provider=f"weibo-{accounts['weibo']}").state != "closed"
    outside.moods()
    place_due(at=moment + timedelta(minutes=15))
    assert states(found)["weibo"] == "sent"


def test_what_the_platforms_describe_is_kept_to(
    books: Library, outside: Outside, accounts: dict[str, int], request: pytest.FixtureRequest, settings: Any
) -> None:
    settings.ONEDOOR_WEIBO_RIP = ""  # Weibo asks whose address posts
    refused = out(books, accounts, "weibo")
    place_due(at=AT)
    assert states(refused)["weibo"] == "failed"
    long = pictured(books, title="关" * 64, channels=("site", "wechat"), accounts=[accounts["wechat"]])
    let_go(books, long.publication.number)
    place_due(at=AT)
    (article,) = outside.articles(f"wx-{request.node.name[:40]}")
    assert article["title"] == "关" * 31 + "…"
    topic = rules.faults_of_topics("#领证# 换证", "摘要", ["weibo"])
    assert [one.field for one in topic] == ["summary"]
    assert list(rules.faults_of_topics("#领证# 换证", "摘要", ["wechat"])) == []


def test_an_account_whose_token_is_gone_says_so(books: Library, outside: Outside) -> None:
    bad = operations.open_account(
        kind="weibo", name="图书局", app_id="9", secret="gone", actor=books.officer(WRITER), at=AT
    )
    found = released(books, channels=("weibo",), accounts=[bad.pk])
    place_due(at=AT)
    row = found.placements.get()
    assert (row.state, "授权" in row.reason) == ("failed", True)
