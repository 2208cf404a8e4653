"""One text from its draft to site, WeChat, Weibo, SMS, inbox and push, its reach, and its recall; every provider is a second process."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.test import Client

from onedoor.platform.messages.providers import wechat
from onedoor.platform.publishing import media
from onedoor.platform.publishing.models import Placement
from tests.journeys.conftest import Simulator, simulator
from tests.platform.conftest import books, desk
from tests.platform.desks import Desk
from tests.platform.library import COUNTY, ITEM, READER, TOWN
from tests.platform.publishing.conftest import AT, REVIEWER, WRITER

__all__ = ["books", "desk", "simulator"]
pytestmark = pytest.mark.processes
PHONE = "13800000000"


def asked(address: str, told: Any = None) -> Any:
    body = None if told is None else json.dumps(told).encode()
    request = Request(address, data=body, method="GET" if body is None else "POST")
    return json.loads(urlopen(request, timeout=5).read())


@pytest.fixture
def outside(simulator: Simulator, settings: Any) -> Simulator:
    settings.ONEDOOR_SMS_URL = simulator.url(8)
    settings.ONEDOOR_WECHAT_URL, settings.ONEDOOR_WEIBO_URL = simulator.url(6), simulator.url(10)
    settings.ONEDOOR_WEIBO_RIP = "203.0.113.7"
    settings.ONEDOOR_PUSH_SERVICES = [simulator.url(11)]
    wechat._tokens.clear()
    return simulator


def subscribe(desk: Desk, outside: Simulator) -> dict[str, str]:
    """The reader wants to be told by SMS and push, too."""
    page = desk.page("reader", "/me/notice-ways/?part=addresses")
    key = page.split('data-push-key="')[1].split('"')[0]
    browser: dict[str, str] = asked(f"{outside.url(11)}/browsers", {"applicationServerKey": key})
    desk.act("reader", "/me/notice-ways/?part=addresses", deed="push_on", label="手机", **browser)
    desk.act("reader", "/me/subscriptions/", deed="subscribe", topic=["notice"])
    desk.act("reader", "/me/subscriptions/", deed="ways", ways=["sms", "push"])
    return browser


def accounts(desk: Desk) -> list[str]:
    for kind, app, secret in (("wechat", "wx-journey", "secret-wx-journey"), ("weibo", "77", "weibo-77")):
        form = {"deed": "open", "kind": kind, "name": "图书局", "app_id": app, "secret": secret}
        desk.act(WRITER, "/staff/news/accounts/", **form)
    page = desk.page(WRITER, "/staff/news/new/")
    return [part.split('"')[0] for part in page.split('name="accounts" value="')[1:]]


def test_one_text_reaches_everybody_who_asked_and_is_taken_back_everywhere(
    desk: Desk, outside: Simulator, work: Callable[[], None]
) -> None:
    desk.go(AT)
    outside.live_on(AT)
    browser = subscribe(desk, outside)
    form: dict[str, Any] = {
        "title": "借书证换发通知",
        "summary": "旧借书证九月底停用，请在网上换发。",
        "body": f"# 谁要换\n二〇二〇年以前的。问{READER.name}（{READER.id_number}）。\n\n- [怎么换](/items/{ITEM}/)",
        "topic": "notice",
        "audience": COUNTY,
        "valid_from": "2026-09-01",
        "channels": ["site", "wechat", "weibo", "inbox", "sms"],
        "accounts": accounts(desk),
    }

    # The checks keep a number of a person out; without it the text goes to another officer.
    page = desk.post(WRITER, "/staff/news/new/", **form)["Location"]
    assert "身份证号" in desk.refused(WRITER, page, 422, deed="submit")
    form["body"] = form["body"].replace(f"问{READER.name}（{READER.id_number}）。", "")
    desk.act(WRITER, f"{page}text/", **form)
    desk.act(WRITER, page, deed="submit")
    seen = desk.page(REVIEWER, page)
    assert "【一门通】第0图书局：借书证换发通知。" in seen
    assert "会告诉" in seen
    desk.act(REVIEWER, page, deed="release")

    # The worker sends it.
    work()
    desk.go(AT + timedelta(minutes=1))
    work()
    address = page.replace("/staff", "")
    visitor = Client()
    visitor.cookies["place"] = TOWN
    for _ in range(3):
        assert "谁要换" in visitor.get(address).content.decode()
    (post,) = [one for one in asked(f"{outside.url(10)}/posts") if one["uid"] == "77"]
    assert "借书证换发通知" in post["text"]
    (article,) = asked(f"{outside.url(6)}/articles")["wx-journey"].values()
    assert article["state"] == "published"
    texts = [one["text"] for one in outside.messages(PHONE)]
    assert any("借书证换发通知" in text and address in text for text in texts)
    (pushed,) = asked(browser["endpoint"])
    assert pushed["body"] == "您有一条民政业务通知"
    assert "借书证换发通知" in desk.page("reader", "/me/messages/")

    # How far it has come.
    media.fetch_figures(at=AT + timedelta(days=1))  # WeChat tells of a day when it is over
    figures = desk.page(REVIEWER, f"{page}reach/")
    assert "网站每日浏览次数" in figures
    assert "转发 3" in figures
    told = desk.get(REVIEWER, f"/api/v1/publications/{address.split('/')[2]}/reach").json()
    assert told["views"] == [{"day": "2026-09-01", "number": 3}]
    opened = {row["channel"]: (row["sent"], row["opened"]) for row in told["rows"]}
    assert opened["门户网站"] == (None, 3)
    assert opened["微信公众号“图书局”"] == (1, 7)
    assert opened["站内信"][0] == opened["短信"][0] == opened["手机推送"][0] == 1

    # It was wrong.
    desk.act(REVIEWER, page, deed="recall", note="停用日期写错了", correct="yes")
    assert visitor.get(address).status_code == 410
    for minute in range(2, 30):  # a platform that does not answer is asked again after a pause
        work()
        desk.go(AT + timedelta(minutes=minute))
        if not Placement.objects.filter(state=Placement.State.REMOVING).exists():
            break
    told = list(Placement.objects.values_list("channel", "state", "attempts", "reason", "due_at", "claimed_until"))
    assert [one["deleted"] for one in asked(f"{outside.url(10)}/posts") if one["uid"] == "77"] == [True], told
    assert [one["state"] for one in asked(f"{outside.url(6)}/articles")["wx-journey"].values()] == ["deleted"]
    assert any("撤回了“借书证换发通知”" in one["text"] for one in outside.messages(PHONE))
    assert "停用日期写错了" in desk.page("reader", "/me/messages/")
