"""The whole errand in a browser without JavaScript, from the daughter's phone to the certificate in her hand."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from onedoor.demonstration.cast import ACCOUNT, DAUGHTER, FATHER
from tests.browser import errand
from tests.browser.errand import Picture
from tests.live import LiveSite, live_site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """Return a site of its own: the errand moves the clock on, and every other test lives today."""
    with live_site(tmp_path_factory.mktemp("errand"), "") as site:
        yield site


def test_a_form_saves_itself_while_she_types(visit: Callable[..., Page]) -> None:
    phone = visit(name=DAUGHTER.phone)
    phone.goto(f"{errand.ITEM}start/")
    phone.check(f"label:has-text('为{FATHER.name}代办') input")
    phone.click("main form button")
    phone.goto(f"{phone.url}s/reason/")
    phone.fill("[name=reason]", "两位老人没有稳定收入。")
    phone.wait_for_selector("text=已自动保存")
    phone.reload()
    assert phone.locator("[name=reason]").input_value() == "两位老人没有稳定收入。"
    phone.goto(phone.url.partition("s/reason/")[0] + "discard/")
    phone.click("main form button")


def test_whoever_tries_it_reads_the_numbers_that_a_form_will_ask_for(visit: Callable[..., Page]) -> None:
    page = visit(scripts=False)
    page.goto("/demonstration/")
    for number in (DAUGHTER.id_number, ACCOUNT):
        assert page.locator(f"main .card:has-text('{number}')").is_visible()
    errand.sound(page)


def test_the_daughter_applies_six_officers_work_and_a_stranger_checks_her_certificate(
    visit: Callable[..., Page], picture: Picture
) -> None:
    def officer(name: str) -> Page:
        return visit(width="desk", name=name, scripts=False)

    phone = visit(name=DAUGHTER.phone, scripts=False)
    errand.find(phone, picture)
    draft = errand.begin(phone, picture)
    errand.tell_who(phone, picture, draft)
    errand.tell_means(phone)
    number = errand.hand_in(phone, picture, draft)

    errand.accept(officer("TX001"), picture, number)
    phone.goto(f"/cases/{number}/")
    assert phone.locator("text=受理通知书").first.is_visible()
    phone.goto("/me/")
    picture(phone, "mine")

    board = officer("LP003")
    waiting, done = errand.figure(board, "在办"), errand.figure(board, "七天办结")
    picture(board, "board")

    errand.until(phone, f"/cases/{number}/", "text=去说明")  # four departments have answered
    errand.explain(phone, picture, number)
    errand.call_on(visit(width="desk", name="TX002"), picture, number)
    reviewer = officer("TX004")
    errand.settle(reviewer, picture, number)
    errand.give_opinion(reviewer, picture, number)
    errand.publish(reviewer, number)
    errand.read_notice(visit(scripts=False), picture)

    county = officer("LP001")
    errand.wait_out(county, number)
    errand.decide(county, picture, number)

    phone = visit(name=DAUGHTER.phone, scripts=False)
    errand.until(phone, f"/cases/{number}/", "text=打开电子证照")
    picture(phone, "granted")
    for title, sheet, name in (
        ("确认决定书", 1, "decision"),
        ("确认决定书", 2, "decision-seal"),
        ("打开电子证照", 1, "certificate"),
    ):
        address = phone.locator(f"main a:has-text('{title}')").first.get_attribute("href") or ""
        paper = visit(name=DAUGHTER.phone)  # the reader of PDF files is a script of the browser's own
        errand.sheet(paper, address, sheet)
        picture(paper, name, clip=errand.PAPER)
    printed = errand.identifier(visit(name=FATHER.phone, scripts=False))
    errand.check(visit(scripts=False), picture, printed)

    board = officer("LP003")
    assert errand.figure(board, "在办") == waiting - 1
    assert errand.figure(board, "七天办结") == done + 1
    picture(board, "board-after")
