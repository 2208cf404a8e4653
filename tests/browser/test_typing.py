"""The search box offers items while somebody types: by keyboard, by finger, in English, and not at all without scripts."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import ConsoleMessage, Page, Route, expect

from onedoor.web.citizen.events import EVENTS
from tests.browser.test_pages import faults, overflow

pytestmark = pytest.mark.browser

ITEM = "**/items/assistance.dibao_apply/"


def typed(page: Page, text: str) -> None:
    page.locator("#q").fill("")
    page.locator("#q").press_sequentially(text, delay=20)


@pytest.mark.parametrize("width", ["phone", "desk"])
@pytest.mark.parametrize("address", ["/", "/search/"])
def test_somebody_types_and_opens_an_item_by_keyboard(visit: Callable[..., Page], width: str, address: str) -> None:
    page = visit(width=width)
    refused: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(message.text)

    page.on("console", said)
    page.goto(address)
    box, options = page.get_by_role("combobox"), page.get_by_role("option")
    expect(box).to_have_attribute("aria-expanded", "false")
    typed(page, "zdsh")  # initials
    expect(options.first).to_contain_text(
        "最低生活保障审核确认"
    )  # the item comes before what has been written about it
    expect(box).to_have_attribute("aria-expanded", "true")
    offered = options.count()
    expect(page.get_by_role("status")).to_contain_text(f"{offered} 项建议")
    assert not faults(page)
    assert overflow(page) <= 0

    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
    assert not faults(page)
    for _ in range(offered):
        page.keyboard.press("ArrowDown")  # past the last one is the box again
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")

    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(box).to_have_value("zdsh")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")  # opens again
    expect(options).to_have_count(offered)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(ITEM)
    assert not refused


def test_enter_in_the_box_searches_for_what_was_typed(visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto("/")
    typed(page, "低保")
    expect(page.get_by_role("option").first).to_contain_text("最低生活保障")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    assert page.locator("main .card strong").first.inner_text() == "最低生活保障审核确认"


@pytest.mark.parametrize("width", ["phone", "desk"])
def test_a_slip_is_offered_the_nearest_item_and_the_life_events(visit: Callable[..., Page], width: str) -> None:
    page = visit(width=width)
    page.goto("/")
    typed(page, "低宝护")
    nearest = page.get_by_role("group", name="没有找到，最接近的是")
    expect(nearest.get_by_role("option").first).to_contain_text("最低生活保障审核确认")
    offered = nearest.get_by_role("option").count()
    events = page.get_by_role("group", name="没有合适的？按人生大事找")
    expect(events.get_by_role("option")).to_have_count(len(EVENTS))
    assert not faults(page)
    assert overflow(page) <= 0
    for _ in range(offered + len(EVENTS)):
        page.keyboard.press("ArrowDown")
    expect(events.get_by_role("option").last).to_be_in_viewport()
    events.get_by_role("option").first.click()
    page.wait_for_url("**/life/hardship/")


def test_an_answer_that_comes_late_changes_nothing(visit: Callable[..., Page]) -> None:
    page = visit(width="desk")
    held: list[Route] = []
    old = {"found": [{"title": "旧的", "about": "", "address": "/"}], "nearest": [], "events": []}

    def hold(route: Route) -> None:
        held.append(route)

    page.goto("/")
    page.route("**/search/suggestions/**", hold)
    typed(page, "低保")
    first = _held(page, held, 1)
    page.keyboard.type("户")
    _held(page, held, 2).continue_()
    expect(page.get_by_role("option").first).to_contain_text("最低生活保障")
    first.fulfill(json=old)  # the answer to what is no longer typed
    page.wait_for_timeout(300)
    expect(page.get_by_role("option").first).to_contain_text("最低生活保障")

    page.keyboard.type("家")
    last = _held(page, held, 3)
    page.keyboard.press("Tab")  # leaves the box
    expect(page.get_by_role("option")).to_have_count(0)
    last.fulfill(json=old)
    page.wait_for_timeout(300)
    expect(page.get_by_role("option")).to_have_count(0)


def _held(page: Page, held: list[Route], number: int) -> Route:
    """Wait until so many questions have been asked, and return the last."""
    give_up = time.monotonic() + 10
    while len(held) < number:
        assert time.monotonic() < give_up, f"{len(held)} questions"
        page.wait_for_timeout(20)
    return held[-1]


def test_titles_are_english_where_the_visitor_asks_for_it(visit: Callable[..., Page]) -> None:
    page = visit(cookies={"lang": "en"})
    page.goto("/")
    typed(page, "dibao")
    expect(page.get_by_role("option").first).to_contain_text("Minimum living guarantee")
    assert not faults(page)


def test_without_scripts_the_box_is_a_plain_search(visit: Callable[..., Page]) -> None:
    page = visit(scripts=False)
    page.goto("/")
    expect(page.get_by_role("combobox")).to_have_count(0)
    page.get_by_role("searchbox").fill("低宝护")
    page.click(".search button")
    expect(page.get_by_role("searchbox")).to_have_value("低宝护")
    page.get_by_role("main").get_by_role("link", name="最低生活保障审核确认").first.click()
    page.wait_for_url(ITEM)
