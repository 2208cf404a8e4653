"""A self-service machine in a real browser, with its reader and the program beside it as processes: nothing stays behind."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, Page

from onedoor.platform.channels.models import Kiosk
from onedoor.platform.channels.operations import kiosks
from onedoor.platform.identity import operations as identity
from onedoor.web.kiosk import machine_agent
from tests.browser.test_pages import faults, overflow
from tests.platform.appointments.hall import open_hall
from tests.platform.channels.machine import PLACE, reader_process, scanner_process
from tests.platform.conftest import books
from tests.platform.library import ITEM, LONG_AGO, MACHINE, READER, Library

__all__ = ["books"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TALL = {"width": 1080, "height": 1920}
PICTURES = os.environ.get("ONEDOOR_KIOSK_PICTURES", "")


@pytest.fixture
def machine(chromium: Browser, books: Library, live_server: Any, settings: Any, tmp_path: Path) -> Iterator[Any]:
    """Return the page of a machine in use, and where its reader listens; the program beside it runs."""
    settings.ALLOWED_HOSTS = ["*"]
    now = datetime.now(UTC)
    identity.open_citizen_login(
        person_id=books.reader.pk, phone="13800000000", password="x" * 12, actor=MACHINE, at=LONG_AGO
    )
    told: dict[str, Any] = {"actor": MACHINE, "at": now}
    kiosk = kiosks.register_kiosk(point_id=open_hall(books, at=now).point.pk, name=PLACE, **told)
    page = chromium.new_context(locale="zh-CN", base_url=live_server.url, viewport=TALL).new_page()
    page.goto("/kiosk/")
    page.fill("#id_code", kiosks.issue_code(kiosk_id=kiosk.pk, part="screen", **told)[1])
    page.click("main button")
    word = page.inner_text(".machine__word")
    kiosks.activate_kiosk(kiosk_id=kiosk.pk, check_word=word, **told)
    code = kiosks.issue_code(kiosk_id=kiosk.pk, part="reader", **told)[1]
    with reader_process(tmp_path) as reader, scanner_process() as scanner:
        command = [
            sys.executable,
            machine_agent.__file__,
            "--site",
            live_server.url,
            "--reader",
            reader,
            "--scanner",
            scanner,
            "--code",
            code,
        ]
        beside = subprocess.Popen(command, cwd=django_settings.REPOSITORY, stdout=subprocess.PIPE)
        assert beside.stdout is not None
        assert kiosk.number in beside.stdout.readline().decode()
        yield page, reader, scanner
        beside.terminate()
        beside.wait(10)
    page.context.close()


def look(page: Page, told: list[str], name: str) -> None:
    """Note what is wrong with a page at the machine: too wide, small targets, small type, faults of access."""
    told += [f"{name}: wider than the screen by {overflow(page)} px"] if overflow(page) > 0 else []
    told += [f"{name}: {fault}" for fault in faults(page)]
    small = page.evaluate(
        "[...document.querySelectorAll('main .button, main .card.tile, main .input, .masthead .button')]"
        ".filter((one) => one.offsetHeight && one.offsetHeight < 60).map((one) => one.outerHTML.slice(0, 80))"
    )
    told += [f"{name}: too small a target: {one}" for one in small]
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('main .page > *')).fontSize)")
    told += [f"{name}: {size} px type"] if size < 24 else []
    if PICTURES:
        for width, height in ((1080, 1920), (1280, 800), (375, 720)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=width != 1080)
        page.set_viewport_size({"width": 1080, "height": 1920})


def test_the_second_person_finds_nothing_of_the_first(machine: Any) -> None:
    (page, reader, _), told = machine, []
    page.goto("/kiosk/")
    look(page, told, "front")
    page.click("text=办事")
    look(page, told, "items")
    page.click(f"a[href='/items/{ITEM}/']")
    look(page, told, "item")
    page.click("main a[href*='/start/']")
    look(page, told, "card")
    card = {"name": READER.name, "id_number": READER.id_number, "valid_to": "2036-01-01"}
    machine_agent.ask_reader(reader, {"act": "put", "card": card})
    page.click("text=我放好了")
    page.wait_for_selector("text=是我，继续")
    look(page, told, "whose")
    page.evaluate("document.querySelector('main button').lasting = true")
    for _ in range(2):  # the page asks again and again; what is still so stays, and a finger meets the same button
        with page.expect_response("**/kiosk/card/**"):
            pass
    assert page.evaluate("document.querySelector('main button').lasting")
    page.click("text=是我，继续")
    look(page, told, "start")
    page.click("main button:has-text('开始填写')")
    look(page, told, "draft")
    page.click("main a[href*='/s/reader/']")
    page.fill("#id_name", READER.name)
    look(page, told, "section")
    filled = page.url
    page.goto("/kiosk/cases/")
    look(page, told, "cases")
    page.goto("/kiosk/certificates/")
    page.goto("/kiosk/tickets/")
    look(page, told, "tickets")
    page.goto("/kiosk/idle/?next=/kiosk/cases/")
    look(page, told, "idle")
    page.goto(filled)
    page.click("text=结束并清除")
    page.wait_for_url("**/kiosk/")
    names = {one["name"] for one in page.context.cookies()}
    assert names <= {"machine", "csrftoken"}
    for _ in range(3):
        page.go_back()
        page.wait_for_load_state("load")
        assert READER.name not in page.content()
        assert READER.id_number not in page.content()
    page.goto(filled)
    assert page.url.split("?")[0].endswith("/kiosk/card/")
    assert re.search("请把身份证放在读卡区", page.inner_text("main"))
    kiosk = Kiosk.objects.get()
    kiosks.lock_kiosk(kiosk_id=kiosk.pk, reason="打印机缺纸，正在维修", actor=MACHINE, at=datetime.now(UTC))
    page.goto("/kiosk/")
    assert "本机已暂停使用" in page.inner_text("main")
    look(page, [], "closed")
    assert not told, "\n".join(told)


def ask(page: Page, button: str, said: str) -> None:
    """Press a button of the scanner's page and wait for what the next page says: the one before may say the same."""
    with page.expect_navigation():
        page.click(f"text={button}")
    page.wait_for_selector(f"text={said}")


def test_a_paper_is_scanned_page_by_page_and_nothing_of_it_stays(machine: Any) -> None:
    (page, reader, scanner), told = machine, []
    card = {"name": READER.name, "id_number": READER.id_number, "valid_to": "2036-01-01"}
    machine_agent.ask_reader(reader, {"act": "put", "card": card})
    page.goto(f"/kiosk/card/?next=/items/{ITEM}/start/")
    page.click("text=我放好了")
    page.click("text=是我，继续")
    with page.expect_navigation():
        page.click("main button:has-text('开始填写')")
    page.goto(page.url + "materials/")
    page.click("text=用这里的扫描仪扫")
    look(page, told, "scan")
    ask(page, "开始扫描", "扫描仪里没有纸")
    machine_agent.ask_reader(scanner, {"act": "put", "blank": 3})
    ask(page, "开始扫描", "已扫 1 页")
    ask(page, "这一页重扫", "已扫 1 页")
    ask(page, "再扫一页", "已扫 2 页")
    assert page.locator("main img").evaluate("(one) => one.decode().then(() => one.naturalWidth)") == 1240
    look(page, told, "scanned")
    picture = str(page.get_attribute("main img", "src"))
    page.click("text=扫好了，交上去")
    page.wait_for_url("**/materials/")
    assert page.inner_text("main").count("已上传") == 2
    page.click("text=结束并清除")
    page.wait_for_url("**/kiosk/")
    page.goto(picture)
    assert "/kiosk/card/" in page.url
    assert not told, "\n".join(told)
