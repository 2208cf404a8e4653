"""Push of the installed app: the push service is a real second process, the browsers behind it open what is sealed for them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import time_machine
from django.conf import settings as django_settings
from tests.platform.desks import Desk
from tests.platform.library import CHINA, MACHINE, READER
from tests.ports import free_base

from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.messages import operations, queries
from onedoor.platform.messages.delivery import deliver_due
from onedoor.platform.messages.models import Message, PushDevice

pytestmark = [pytest.mark.processes, pytest.mark.django_db]
AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
WAYS = "/me/notice-ways/?part=addresses"
REAL_TIME = time_machine.escape_hatch.time.time


class Service:
    def __init__(self, base: int) -> None:
        self.base = base

    def moods(self, **mood: Any) -> None:
        """Set the mood; the service lives on the day of the test."""
        told = {"push": mood, "clock": {"shift": AT.timestamp() - REAL_TIME()}}
        self._ask(f"http://127.0.0.1:{self.base + 9}/moods", told)

    def subscribe(self, key: str) -> dict[str, str]:
        return dict(self._ask(f"http://127.0.0.1:{self.base + 11}/browsers", {"applicationServerKey": key}))

    def shown(self, endpoint: str) -> list[dict[str, Any]]:
        return list(json.loads(urlopen(endpoint, timeout=5).read()))

    def _ask(self, address: str, told: Any) -> Any:
        request = Request(address, data=json.dumps(told).encode(), method="POST")
        return json.loads(urlopen(request, timeout=5).read())


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    base, folder = free_base(), tmp_path_factory.mktemp("push")
    command = ["-m", "onedoor.demonstration.simulators", "--base-port", str(base), "--state", str(folder)]
    started = subprocess.Popen(
        [sys.executable, *command, "--only", "push,control"],
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
def service(process: int, settings: Any) -> Service:
    settings.ONEDOOR_PUSH_SERVICES = [f"http://127.0.0.1:{process + 11}"]
    found = Service(process)
    found.moods()
    return found


def switch_on(desk: Desk, service: Service) -> dict[str, str]:
    """Do what the page's script does."""
    page = desk.page("reader", WAYS)
    key = page.split('data-push-key="')[1].split('"')[0]
    browser = service.subscribe(key)
    desk.act("reader", WAYS, deed="push_on", label="Android", **browser)
    return browser


def tell(desk: Desk, source: str = "action:1") -> None:
    operations.send_message(
        recipient_id=desk.books.reader.pk,
        event="cases.accept",
        values={"item": "借书证", "promised": "2026-09-15", "later": ""},
        link="/",
        case_number="",
        source=source,
        actor=MACHINE,
        at=AT,
    )


def test_a_device_is_told_that_there_is_something_and_nothing_more(desk: Desk, service: Service) -> None:
    desk.go(AT)
    browser = switch_on(desk, service)
    assert "Android" in desk.page("reader", WAYS)
    desk.act("reader", "/me/notice-ways/", **{"deed": "choose", "ways-case": ["push"], "ways-account": ["sms"]})
    tell(desk)
    deliver_due(at=AT, wall=AT)
    (shown,) = service.shown(browser["endpoint"])
    assert shown | {"tag": ""} == {
        "title": "一门通",
        "body": "您有一条民政业务通知",
        "url": "/me/messages/",
        "tag": "",
    }
    assert READER.name not in json.dumps(shown, ensure_ascii=False)
    assert Message.objects.get(channel="push").state == "sent"


def test_a_lost_answer_is_no_second_notice(desk: Desk, service: Service) -> None:
    desk.go(AT)
    browser = switch_on(desk, service)
    operations.choose_ways(kind="case", ways=["push"], actor=desk.books.citizen(), at=AT)
    tell(desk)
    service.moods(lose_answer=True)
    deliver_due(at=AT, wall=AT)
    service.moods()
    deliver_due(at=AT + timedelta(minutes=10), wall=AT + timedelta(minutes=10))
    assert len(service.shown(browser["endpoint"])) == 1
    assert Message.objects.get(channel="push").state == "sent"


def test_a_device_the_service_no_longer_knows_is_forgotten(desk: Desk, service: Service) -> None:
    desk.go(AT)
    switch_on(desk, service)
    operations.choose_ways(kind="case", ways=["push"], actor=desk.books.citizen(), at=AT)
    tell(desk)
    service.moods(gone=True)
    deliver_due(at=AT, wall=AT)
    assert PushDevice.objects.get().ended_at == AT
    assert Message.objects.get(channel="push").state == "failed"
    assert Message.objects.filter(channel="person").exists()  # the law wants it told: an officer does
    service.moods()


def test_switching_off_ends_it_and_another_person_in_the_same_browser_takes_it_over(
    desk: Desk, service: Service
) -> None:
    desk.go(AT)
    browser = switch_on(desk, service)
    friend = desk.books.citizen(desk.books.friend)
    operations.add_push_device(**browser, label="", actor=friend, at=AT)
    assert not queries.own_ways(actor=desk.books.citizen()).devices
    (device,) = queries.own_ways(actor=friend).devices
    with pytest.raises(operations.DeviceNotFound):
        operations.drop_push_device(device_id=device.pk, actor=desk.books.citizen(), at=AT)
    operations.drop_push_device(device_id=device.pk, actor=friend, at=AT)
    assert not queries.own_ways(actor=friend).devices


def test_a_browser_may_not_send_us_anywhere(desk: Desk, service: Service) -> None:
    key = queries.own_ways(actor=desk.books.citizen()).push_key
    browser = service.subscribe(key)
    me: dict[str, Any] = {"label": "", "actor": desk.books.citizen(), "at": AT, **browser}
    for wrong in ({"endpoint": "http://127.0.0.1:1/x"}, {"endpoint": "http://a@10.0.0.1/"}, {"p256dh": "AA"}):
        with pytest.raises(InvalidInput):
            operations.add_push_device(**me | wrong)


def test_the_service_refuses_who_is_not_the_sender_the_browser_chose(desk: Desk, service: Service) -> None:
    browser = service.subscribe("another key")
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(browser["endpoint"], data=b"x", method="POST", headers={"TTL": "1"}), timeout=5)
    assert refused.value.code == 400
    desk.go(AT)
    operations.add_push_device(**browser, label="", actor=desk.books.citizen(), at=AT)
    operations.choose_ways(kind="case", ways=["push"], actor=desk.books.citizen(), at=AT)
    tell(desk)
    deliver_due(at=AT, wall=AT)
    assert Message.objects.get(channel="push").reason.startswith("推送服务不接收（403）")


def test_without_push_services_nothing_is_offered(desk: Desk, settings: Any) -> None:
    settings.ONEDOOR_PUSH_SERVICES = []
    desk.go(AT)
    assert "手机推送" not in desk.page("reader", WAYS)
