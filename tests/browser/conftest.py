"""One Chromium for the browser tests, and a page for each, on the running site."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.live import LiveSite

WIDTHS = {"phone": (375, 720), "desk": (1280, 800)}
# No sandbox as root; nothing that calls home.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("ONEDOOR_CHROMIUM", "/usr/bin/chromium")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the player keeps a loop in this thread; nothing else runs in it
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, live: LiveSite) -> Iterator[Callable[..., Page]]:
    """Open a page as a visitor, or as somebody of the cast; `scripts=False` is a browser without JavaScript."""
    contexts: list[BrowserContext] = []

    def open_page(*, width: str = "phone", name: str = "", scripts: bool = True, cookies: Any = ()) -> Page:
        across, down = WIDTHS[width]
        context = chromium.new_context(
            viewport={"width": across, "height": down}, locale="zh-CN", java_script_enabled=scripts, base_url=live.url
        )
        context.set_default_timeout(10_000)
        chosen = {"place": "330113100000", **dict(cookies)}
        context.add_cookies([{"name": key, "value": value, "url": live.url} for key, value in chosen.items()])
        contexts.append(context)
        page = context.new_page()
        if name:
            page.goto("/demonstration/")
            page.click(f"button[name=name][value='{name}']")
        return page

    yield open_page
    for context in contexts:
        context.close()
