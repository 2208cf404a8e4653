"""A weak line: the upload stops in the middle and goes on, after a break, a reload, a server that was killed, on a phone."""

import io
import os
import re
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from onedoor.demonstration.cast import MOTHER
from tests.browser.test_pages import overflow
from tests.journeys.test_minimum_living import ITEM
from tests.live import LiveSite
from tests.platform.files import samples

pytestmark = pytest.mark.browser

PARTS = "**/api/v1/uploads/*/parts"
FILE = "input[type=file]"
OWN = "button:has-text('信息不对，我自己交')"
SAYS = ".progress [role=status]"


# The parts as they leave the page: the browser does not show a test the files of a form.
KEEP = """() => {
  const real = window.fetch;
  window.fetch = async (address, options) => {
    if (options.body instanceof FormData) {
      const bytes = new Uint8Array(await options.body.get("file").arrayBuffer());
      let text = "";
      for (const byte of bytes) text += String.fromCharCode(byte);
      await window.keep(btoa(text));
    }
    return real(address, options);
  };
}"""


def own_paper(page: Page, live: LiveSite) -> Page:
    """
    Go to the papers of the mother's own application, whom no other browser test applies for, and say that she hands
    in the household book herself: until the police have answered, the form still asks for it, so their answer is
    waited for first.
    """
    page.goto(f"/items/{ITEM}/start/")
    with page.expect_navigation():
        page.click("main form button:has-text('开始')")
    draft = page.url.rstrip("/").split("/")[-1]
    page.goto(f"{page.url}materials/")
    give_up = time.monotonic() + 30
    while not chosen(live, draft):
        assert time.monotonic() < give_up
        if page.locator(OWN).count():
            page.click(OWN)
        else:
            page.wait_for_timeout(200)
            page.reload()
    expect(page.locator(FILE).first).to_be_visible()
    return page


def chosen(live: LiveSite, draft: str) -> bool:
    rows = live.rows("SELECT id, paper_choices FROM cases_draft")
    return any(str(key).replace("-", "") == draft.replace("-", "") and "own" in str(choices) for key, choices in rows)


@pytest.fixture
def papers(visit: Callable[..., Page], live: LiveSite) -> Page:
    """The papers of the mother's application on a phone."""
    return own_paper(visit(name=MOTHER.phone), live)


def pdf(folder: Path) -> Path:
    """A scan of some two megabytes that does not compress."""
    path = folder / "住院收据.pdf"
    path.write_bytes(samples.pdf(stream=os.urandom(2_000_000)))
    return path


def slowly(page: Page, seconds: float = 0.3, *, upto: list[int] | None = None) -> list[int]:
    """
    Let each part take its time, and return the list of offsets as they are sent; none gets through that begins beyond
    the last of `upto`.
    """
    offsets: list[int] = []

    def pass_on(route: Route) -> None:
        offsets.append(int(re.search(rb'name="offset"\r\n\r\n(\d+)', route.request.post_data_buffer or b"")[1]))  # type: ignore[index]
        time.sleep(seconds)
        if upto and offsets[-1] > upto[-1]:
            route.abort()
        else:
            route.continue_()

    page.route(PARTS, pass_on)
    return offsets


def upload(page: Page, path: Path) -> None:
    page.locator(FILE).first.set_input_files(path)
    page.locator("button:has-text('上传')").first.click(no_wait_after=True)


def given(page: Page) -> int:
    """Return how many files the papers have; the tests share one application."""
    return page.locator("main a:has-text('已上传')").count()


def arrives(page: Page, before: int) -> None:
    expect(page.locator("main a:has-text('已上传')")).to_have_count(before + 1, timeout=40_000)


def received(live: LiveSite) -> int:
    return int(live.rows("SELECT coalesce(max(received), 0) FROM files_begunupload")[0][0])


def test_a_broken_line_costs_one_part_and_the_page_opened_again_goes_on(
    papers: Page, live: LiveSite, tmp_path: Path
) -> None:
    path, context, before = pdf(tmp_path), papers.context, given(papers)
    upto = [1_600_000]
    offsets = slowly(papers, upto=upto)
    upload(papers, path)
    expect(papers.locator(SAYS).first).to_contain_text("正在上传“住院收据.pdf”")
    papers.wait_for_timeout(900)
    context.set_offline(True)
    expect(papers.locator(SAYS).first).to_contain_text("网络断了，已传的都在")
    assert overflow(papers) <= 0
    there = received(live)
    assert 0 < there < path.stat().st_size

    context.set_offline(False)
    give_up = time.monotonic() + 30
    while received(live) <= there:  # it goes on by itself
        assert time.monotonic() < give_up
        papers.wait_for_timeout(100)
    papers.reload()  # and in the middle of that the page is lost
    expect(papers.locator("main")).to_contain_text("“住院收据.pdf”上次没有传完")
    assert overflow(papers) <= 0
    earlier = len(offsets)
    half = received(live)
    assert half > there
    upto.append(path.stat().st_size)
    upload(papers, path)
    arrives(papers, before)
    assert offsets[earlier] >= half  # it went on where it stopped
    assert received(live) == 0
    size = live.rows("SELECT max(size) FROM files_storedfile WHERE media_type = 'application/pdf'")[0][0]
    assert size == path.stat().st_size
    assert "没有传完" not in papers.content()


def test_a_web_process_killed_in_the_middle_is_waited_for(papers: Page, live: LiveSite, tmp_path: Path) -> None:
    path, before = pdf(tmp_path), given(papers)
    slowly(papers)
    upload(papers, path)
    expect(papers.locator(SAYS).first).to_contain_text("正在上传")
    papers.wait_for_timeout(900)
    live.kill("web")
    expect(papers.locator(SAYS).first).to_contain_text("网络断了")
    live.start("web")
    arrives(papers, before)
    assert received(live) == 0


def test_a_photo_is_straightened_and_made_smaller_on_the_phone(papers: Page, live: LiveSite, tmp_path: Path) -> None:
    path, before = tmp_path / "户口本.jpg", given(papers)
    path.write_bytes(samples.noise(4200, 2800))
    turned = Image.open(path)
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(path, exif=exif, quality=95)
    sent: list[str] = []

    def keep(part: str) -> None:  # the player wants a function of Python's own
        sent.append(part)

    papers.expose_function("keep", keep)
    papers.evaluate(KEEP)
    upload(papers, path)
    arrives(papers, before)
    photo = b"".join(b64decode(part) for part in sent)
    assert len(photo) < path.stat().st_size
    picture = Image.open(io.BytesIO(photo))
    assert picture.size == (2339, 3508)  # upright, as large as an A4 page needs
    assert not picture.getexif()


def test_without_a_script_the_form_sends_its_file(visit: Callable[..., Page], live: LiveSite, tmp_path: Path) -> None:
    page = own_paper(visit(name=MOTHER.phone, scripts=False), live)
    path, before = tmp_path / "户口本.jpg", given(page)
    path.write_bytes(samples.photo(900, 700))
    upload(page, path)
    arrives(page, before)
    assert not page.locator(".progress[hidden]").first.is_visible()


def test_what_is_refused_is_told_beside_the_file(papers: Page, tmp_path: Path) -> None:
    path = tmp_path / "太大.pdf"
    path.write_bytes(b"%PDF-1.7" + bytes(23_000_000))
    upload(papers, path)
    expect(papers.locator(SAYS).first).to_contain_text("文件有 22 MB，最多 20 MB")
    assert papers.locator(FILE).first.evaluate("one => one.files.length") == 1
