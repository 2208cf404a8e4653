"""The official account: WeChat is a real second process that signs and encrypts by itself, and talks to a real server here."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from django.conf import settings as django_settings
from django.test import Client
from tests.platform.knowledge.conftest import tell
from tests.platform.library import CHINA, MACHINE, READER, Library
from tests.ports import free_base

from onedoor.platform.channels import wechat
from onedoor.platform.kernel import clock
from onedoor.platform.messages import operations, providers, queries
from onedoor.platform.messages.delivery import deliver_due
from onedoor.platform.messages.models import Message, WeChatAccount
from onedoor.platform.messages.official_account import Said
from onedoor.platform.messages.providers import wechat as sending

ACCOUNT = {
    "ONEDOOR_WECHAT_APP_ID": "wx-tests",
    "ONEDOOR_WECHAT_SECRET": "only for tests",
    "ONEDOOR_WECHAT_TOKEN": "only-for-tests",
    "ONEDOOR_WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "ONEDOOR_WECHAT_TEMPLATE": "tests",
}
HOOK = "/hooks/wechat/"


class WeChat:
    """WeChat, and the people who write to the account from it."""

    def __init__(self, base: int, site: str) -> None:
        self.base, self.site = base, site

    def control(self, path: str, told: Any = None) -> Any:
        body = None if told is None else json.dumps(told).encode()
        request = Request(f"http://127.0.0.1:{self.base + 9}{path}", data=body, method="POST" if body else "GET")
        return json.loads(urlopen(request, timeout=20).read())

    def say(self, open_id: str, text: str = "", **more: Any) -> dict[str, Any]:
        """Let a follower write; return what they are answered and the status."""
        return dict(self.control("/say", {"address": self.site + HOOK, "open_id": open_id, "text": text, **more}))

    def answer(self, open_id: str, text: str = "", **more: Any) -> str:
        found = self.say(open_id, text, **more)
        assert found["status"] == 200
        return str(found["answer"])

    def taken(self) -> list[dict[str, Any]]:
        return list(json.loads(urlopen(f"http://127.0.0.1:{self.base + 6}/taken", timeout=5).read()))


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    base, folder = free_base(), tmp_path_factory.mktemp("wechat")
    command = ["-m", "onedoor.demonstration.simulators", "--base-port", str(base), "--state", str(folder)]
    started = subprocess.Popen(
        [sys.executable, *command, "--only", "wechat,control"],
        cwd=django_settings.REPOSITORY,
        env={**os.environ, "PYTHONPATH": "src", **ACCOUNT},
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
def account(process: int, settings: Any) -> int:
    for name, value in ACCOUNT.items():
        setattr(settings, name, value)
    settings.ONEDOOR_WECHAT_URL = f"http://127.0.0.1:{process + 6}"
    sending._tokens.clear()
    return process


@pytest.fixture
def people(account: int, live_server: Any, books: Library) -> WeChat:
    return WeChat(account, live_server.url)


pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def bind(people: WeChat, books: Library, open_id: str = "o-reader") -> None:
    code = operations.make_binding_code(actor=books.citizen(), at=clock.now())
    assert "绑定成功" in people.answer(open_id, f"绑定 {code}")


def test_a_follower_finds_items_binds_and_sees_their_own_case_only(people: WeChat, books: Library) -> None:
    case = books.accepted(clock.now() - timedelta(hours=1))
    tell(clock.now())  # what there is to be found is indexed
    assert "欢迎关注" in people.answer("o-reader", event="subscribe")
    assert "借书证办理" in people.answer("o-reader", "借书")
    assert "没有找到" in people.answer("o-reader", "宇宙飞船")
    assert "先要绑定" in people.answer("o-reader", case.number)
    assert "先要绑定" in people.answer("o-reader", event="CLICK", key="progress")
    bind(people, books)
    told = people.answer("o-reader", case.number)
    assert case.number in told
    assert "现在在" in told
    assert "借书证" not in told  # what it is about stays in the house
    assert case.number in people.answer("o-reader", "进度")
    stranger = people.answer("o-stranger", case.number)
    assert "先要绑定" in stranger
    assert "解除绑定" in people.answer("o-reader", "解绑")
    assert "先要绑定" in people.answer("o-reader", case.number)
    people.answer("o-reader", event="unsubscribe")
    assert not WeChatAccount.objects.filter(ended_at=None).exists()


def test_nobody_is_known_by_a_number_they_type(people: WeChat, books: Library) -> None:
    told = people.answer("o-stranger", READER.id_number)
    assert "不要在这里发身份证号" in told
    assert not WeChatAccount.objects.exists()


def test_what_is_not_signed_sealed_fresh_and_ours_is_refused(people: WeChat, books: Library) -> None:
    for forge in ("signature", "app", "old"):
        assert people.say("o-reader", "借书", forge=forge) == {"status": 403, "answer": ""}
    assert Client().generic("POST", HOOK, b"<xml></xml>", "text/xml").status_code == 403
    assert Client().generic("POST", HOOK, b"no xml", "text/xml").status_code == 403


def test_what_is_said_twice_is_done_once(books: Library, account: int) -> None:
    """WeChat asks again when it heard no answer; whoever plays a callback back gets the same answer and nothing more."""
    from onedoor.demonstration.simulators.official_account import OfficialAccount

    own = OfficialAccount("wx-tests", "", "only-for-tests", ACCOUNT["ONEDOOR_WECHAT_AES_KEY"])
    code = operations.make_binding_code(actor=books.citizen(), at=clock.now())
    now = str(int(time.time()))
    plain = (
        "<xml><ToUserName>gh</ToUserName><FromUserName>o-reader</FromUserName><CreateTime>1</CreateTime>"
        f"<MsgType>text</MsgType><Content>{code}</Content><MsgId>77</MsgId></xml>"
    )
    sealed = own.seal(plain, "wx-tests")
    query = {"timestamp": now, "nonce": "n", "msg_signature": own.signature(now, "n", sealed)}
    body = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
    answers = []
    for _ in range(3):
        found = Client().generic("POST", f"{HOOK}?{urlencode(query)}", body, "text/xml")
        assert found.status_code == 200
        told = found.content.decode().split("<Encrypt><![CDATA[")[1].split("]]>")[0]
        answers.append(own.open(told).split("<Content><![CDATA[")[1].split("]]>")[0])
    assert len(set(answers)) == 1
    assert "绑定成功" in answers[0]
    assert WeChatAccount.objects.count() == 1


def test_wechat_is_told_that_the_address_is_ours(settings: Any, account: int, db: None) -> None:
    now = str(int(time.time()))
    mark = hashlib.sha1("".join(sorted(["only-for-tests", now, "n"])).encode(), usedforsecurity=False).hexdigest()
    query = {"timestamp": now, "nonce": "n", "echostr": "hello"}
    right = Client().get(HOOK, query | {"signature": mark})
    assert (right.status_code, right.content) == (200, b"hello")
    assert Client().get(HOOK, query | {"signature": "0" * 40}).status_code == 403
    settings.ONEDOOR_WECHAT_TOKEN = ""
    assert Client().get(HOOK, query | {"signature": mark}).status_code == 403


def test_template_messages_go_to_bound_accounts_once_an_id(people: WeChat, books: Library) -> None:
    bind(people, books)
    operations.choose_ways(kind="case", ways=["wechat"], actor=books.citizen(), at=clock.now())
    at = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
    operations.send_message(
        recipient_id=books.reader.pk,
        event="cases.accept",
        values={"item": "借书证", "promised": "2026-09-15", "later": ""},
        link="/",
        case_number="",
        source="action:1",
        actor=MACHINE,
        at=at,
    )
    message = Message.objects.get(channel="wechat")
    sending._tokens["wx-tests"] = ("stale", at + timedelta(days=1))  # WeChat has given another token meanwhile
    deliver_due(at=at, wall=at)
    message.refresh_from_db()
    assert message.state == Message.State.SENT
    Message.objects.filter(pk=message.pk).update(state="queued", due_at=at)  # as if the answer had been lost
    deliver_due(at=at, wall=at)
    (taken,) = [one for one in people.taken() if one["id"] == str(message.pk)]
    assert taken["to"] == "o-reader"
    assert "借书证" not in taken["text"]


def test_who_has_gone_away_is_told_by_an_officer(people: WeChat, books: Library) -> None:
    bind(people, books)
    people.control("/moods", {"wechat": {"unfollowed": True}})
    (provider,) = providers.by_channel("wechat")
    outgoing = [providers.Outgoing("gone", "o-reader", "text")]
    answer = next(provider.send(outgoing, clock.now()))
    people.control("/moods", {"wechat": {}})
    assert (answer.outcome, answer.reason) == (providers.Outcome.REJECTED, "已取消关注公众号")


def test_the_menu_goes_up(people: WeChat) -> None:
    sending.create_menu(wechat.menu(), clock.now())
    assert [one["name"] for one in people.control("/")["menu"]["button"]] == ["查办件", "找事项", "绑定"]


def nothing(words: str) -> list[Any]:
    return []


def test_a_menu_key_nobody_knows_and_an_event_nobody_minds(books: Library) -> None:
    said = Said("o-1", "gh", "", "click", "1")
    at = clock.now()
    assert wechat.answer(said, find=nothing, at=at) == wechat.HOW
    assert wechat.answer(Said("o-1", "gh", "", "location", "2"), find=nothing, at=at) == ""
    assert wechat.answer(Said("o-1", "gh", "绑定", "", "3"), find=nothing, at=at) == wechat.TO_BIND
    assert wechat.answer(Said("o-1", "gh", "帮助", "", "4"), find=nothing, at=at) == wechat.HOW
    assert queries.person_bound_to(open_id="o-1") is None
