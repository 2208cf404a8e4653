"""The demonstration's pages in every look, by keyboard, in English; every page of the site: test_every_page.py."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PUBLIC = (
    "/",
    "/offline/",
    "/services/assistance/",
    "/services/marriage/",
    "/search/?q=补助",
    "/search/?q=没有这种事",
    "/place/",
    "/items/assistance.dibao_apply/",
    "/items/assistance.dibao_apply/check/",
    "/login/",
    "/staff/login/",
    "/check/",
    "/progress/",
    "/notices/",
    "/demonstration/",
)
LOOKS = {"plain": {}, "elder": {"elder": "on"}, "contrast": {"contrast": "high"}}


def overflow(page: Page) -> int:
    page.wait_for_load_state("load")
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def faults(page: Page) -> list[str]:
    found = Axe().run(page)
    return [f"{row['id']}: {row['nodes'][0]['html'][:200]}" for row in found.response["violations"]]


def look_at(page: Page, *addresses: str) -> None:
    """Open each page and judge them together, so that one run tells everything."""
    told = []
    for address in addresses:
        answer = page.goto(address)
        status = answer.status if answer else 0
        told += [f"{address}: {status}"] if status != 200 else []
        told += [f"{address}: wider than its screen by {overflow(page)} px"] if overflow(page) > 0 else []
        told += [f"{address}: not one heading"] if page.locator("h1").count() != 1 else []
        told += [f"{address}: {fault}" for fault in faults(page)]
    assert not told


@pytest.mark.parametrize("width", ["phone", "desk"])
@pytest.mark.parametrize("look", sorted(LOOKS))
def test_public_pages_fit_and_are_accessible(visit: Callable[..., Page], width: str, look: str) -> None:
    page = visit(width=width, cookies=LOOKS[look])
    look_at(page, *PUBLIC)


def test_a_case_page_fits_and_is_accessible_for_its_clerk(visit: Callable[..., Page]) -> None:
    page = visit(width="desk", name="TX001")
    page.goto("/staff/")
    address = page.locator("table a").first.get_attribute("href") or ""
    look_at(page, *(address + step for step in ("", "accept/", "supplement/", "refuse/")))
    page.set_viewport_size({"width": 375, "height": 720})
    look_at(page, address)


def test_the_wall_screen_uses_the_whole_wall(visit: Callable[..., Page]) -> None:
    page = visit(width="desk", name="LP003")
    page.goto("/supervision/?wall=1")
    assert overflow(page) <= 0
    box = page.locator(".figures").bounding_box()
    assert box is not None
    assert box["width"] > 1000


def test_a_page_runs_files_of_this_site_only_and_the_browser_is_told_so(visit: Callable[..., Page]) -> None:
    page = visit()
    answer = page.goto("/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "'unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    sources = page.locator("script").evaluate_all("scripts => scripts.map((one) => one.getAttribute('src'))")
    assert sources
    assert all(source.startswith("/static/parts/js/") for source in sources)
    page.goto("/notices/")
    assert page.locator("script").count() == 0


def test_the_keyboard_reaches_the_content_first_and_shows_where_it_is(visit: Callable[..., Page]) -> None:
    page = visit(width="desk")
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url("**/#main")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_large_print_is_one_tap_away_and_stays(visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto("/")
    before = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    page.click("button[name=elder]")
    page.goto("/items/assistance.dibao_apply/")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= before + 4


def test_the_chrome_and_the_items_speak_english(visit: Callable[..., Page]) -> None:
    page = visit(cookies={"lang": "en"})
    page.goto("/")
    assert page.get_by_text("Log in").first.is_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_text("Minimum living").count() >= 1
