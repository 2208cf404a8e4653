"""先填着，不用登录, on a phone without scripts: every screen fits in plain and in large print, and has no fault of access."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from onedoor.platform.messages import gateway
from tests.browser.test_every_page import books, county
from tests.browser.test_pages import faults, overflow
from tests.platform.library import ITEM, READER

__all__ = ["books", "county"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def look(page: Page, told: list[str]) -> None:
    told += [f"{page.url}: wider than its screen by {overflow(page)} px"] if overflow(page) > 0 else []
    told += [f"{page.url}: {page.locator('h1').count()} headings"] if page.locator("h1").count() != 1 else []
    told += [f"{page.url}: {fault}" for fault in faults(page)]


@pytest.mark.parametrize("elder", ["off", "on"])
def test_the_way_through_an_early_draft_fits_a_phone(
    county: Callable[..., Any], live_server: Any, monkeypatch: pytest.MonkeyPatch, elder: str
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(gateway, "send_sms", lambda **told: sent.append(told["text"]))
    context, _ = county("anonymous")
    context.add_cookies([{"name": "elder", "value": elder, "url": live_server.url}])
    page, told = context.new_page(), []
    page.set_viewport_size({"width": 375, "height": 720})
    page.goto(f"/items/{ITEM}/")
    page.click("text=先填着，不用登录")
    look(page, told)
    page.fill("#id_phone", "13911112222")
    page.click("text=获取验证码")
    look(page, told)
    found = re.search(r"验证码 (\d{6})", sent[-1])
    assert found is not None
    page.fill("#id_code", found[1])
    page.click("main button:has-text('开始填')")
    assert re.search(r"草稿码：[2-9A-HJ-NP-Z-]{14}", page.inner_text("main"))
    look(page, told)
    page.click("a.button:has-text('接着填')")
    look(page, told)
    page.fill("#id_name", READER.name)
    page.click(".actions button:has-text('保存，下一步')")
    look(page, told)  # with its faults
    assert page.locator(".errors").count() == 1
    for address in ("/early/draft/", "/early/draft/papers/", "/early/draft/discard/"):
        page.goto(address)
        look(page, told)
    assert not told, "\n".join(told)
