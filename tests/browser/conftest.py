"""One Chromium for the browser tests, and a page for each, on the running site."""

import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.live import LiveSite

WIDTHS = {"phone": (375, 720), "desk": (1280, 800)}
DOCS = Path(__file__).resolve().parents[2] / "docs"
HEAVY = 120_000  # bytes a picture of the tour may have
UNSAFE = "PRAGMA synchronous=OFF;"
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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="write the pictures of docs/tour.md")


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """
    Keep the tests' SQLite in a file: a server in this process then answers each request on a connection of its own.

    In memory all its threads would share one connection, and one request's transaction with it: a browser that asks while
    a program beside a machine does would now and then be answered 500.
    """
    default = connections.settings["default"]
    if default["ENGINE"] == "django.db.backends.sqlite3":
        default["TEST"]["NAME"] = str(settings.VAR / "browser.sqlite3")
        default["OPTIONS"] = {**default["OPTIONS"], "init_command": default["OPTIONS"]["init_command"] + UNSAFE}


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


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Iterator[Callable[..., None]]:
    """
    Take the pictures of docs/tour.md: every one it shows, and no other. Only `./onedoor tour` writes them to the disk.

    So a step that is gone from the errand is missed by each run of the browser tests, not only when pictures are taken.
    """
    taken: list[str] = []

    def take(page: Page, name: str, **part: Any) -> None:
        taken.append(name)
        page.wait_for_load_state("load")
        kept = io.BytesIO()
        Image.open(io.BytesIO(page.screenshot(**part))).save(kept, "WEBP", quality=82, method=6)
        assert kept.tell() <= HEAVY, name
        if request.config.getoption("--pictures", default=False):
            (DOCS / "pictures" / "tour" / f"{name}.webp").write_bytes(kept.getvalue())

    yield take
    shown = re.findall(r"pictures/tour/([a-z-]+)\.webp", (DOCS / "tour.md").read_text(encoding="utf-8"))
    assert taken == shown
