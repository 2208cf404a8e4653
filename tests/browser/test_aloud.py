"""A commitment is read aloud on the device that can, and stops when asked; one that cannot shows no button."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

SCRIPT = Path(__file__).resolve().parents[2] / "src/onedoor/web/parts/static/parts/js/aloud.js"
TEXT = "<dl data-aloud><dt>您承诺</dt><dd>没有未还的图书</dd></dl>"
VOICE = """
    window.said = [];
    const voice = { speak: (one) => window.said.push([one.text, one.lang]), cancel: () => window.said.push("cancel") };
    Object.defineProperty(window, "speechSynthesis", { value: voice, configurable: true });
"""

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Browser) -> Any:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def shown(page: Page, before: str) -> None:
    page.set_content(TEXT)
    page.evaluate(before)
    page.add_script_tag(path=str(SCRIPT))


def test_it_reads_from_the_first_word_and_stops(page: Page) -> None:
    shown(page, VOICE)
    button = page.get_by_role("button", name="念给我听")
    button.click()
    assert page.evaluate("window.said.at(-1)") == ["您承诺。没有未还的图书", "zh-CN"]
    stop = page.get_by_role("button", name="停")
    expect(stop).to_have_attribute("aria-pressed", "true")
    stop.click()
    assert page.evaluate("window.said.at(-1)") == "cancel"
    expect(page.get_by_role("button", name="念给我听")).to_have_attribute("aria-pressed", "false")


def test_in_large_print_the_whole_page_is_read_sentence_by_sentence(page: Page) -> None:
    page.set_content("<html lang='zh-CN'><main data-aloud><h1>申请低保</h1><p>先填表。再交材料。</p></main>")
    page.evaluate(VOICE)
    page.add_script_tag(path=str(SCRIPT))
    page.get_by_role("heading", name="申请低保").locator("xpath=following-sibling::button[1]").click()
    said = [one[0] for one in page.evaluate("window.said") if one != "cancel"]
    assert said == ["申请低保", "先填表。", "再交材料。"]


def test_a_device_without_a_voice_shows_the_text_alone(page: Page) -> None:
    shown(page, "delete Window.prototype.speechSynthesis; delete window.speechSynthesis;")
    expect(page.get_by_text("没有未还的图书")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
