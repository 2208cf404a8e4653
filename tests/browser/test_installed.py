"""The site as an app: installable, and without a network a page that says what is kept and what can be done."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from onedoor.demonstration.cast import DAUGHTER

pytestmark = pytest.mark.browser


def test_without_a_network_a_person_is_told_what_is_kept_and_nothing_personal_was_stored(
    visit: Callable[..., Page],
) -> None:
    page = visit(name=DAUGHTER.phone)
    page.goto("/me/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # from now on the worker answers for this page
    page.context.set_offline(True)
    page.goto("/cases/any/")
    assert page.locator("h1").inner_text() == "现在没有网络"
    assert page.get_by_text("12349").is_visible()
    kept = page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(one => one.keys()))))"
        ".then(lists => lists.flat().map(request => new URL(request.url).pathname))"
    )
    assert "/offline/" in kept
    assert all(path == "/offline/" or path.startswith("/static/parts/") for path in kept)
    page.context.set_offline(False)
    page.goto("/me/")
    assert page.locator("h1").inner_text() == "我的"


def test_the_manifest_names_icons_and_ways_in_that_are_there(visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto("/")
    address = page.locator("link[rel=manifest]").get_attribute("href") or ""
    answer = page.request.get(address)
    assert answer.headers["content-type"].startswith("application/manifest+json")
    manifest = answer.json()
    assert (manifest["display"], manifest["lang"]) == ("standalone", "zh-CN")
    for icon in manifest["icons"]:
        assert page.request.get(icon["src"]).headers["content-type"] == icon["type"]
    for way in manifest["shortcuts"]:
        assert page.request.get(way["url"]).status == 200
