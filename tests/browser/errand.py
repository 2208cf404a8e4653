"""The errand as its people do it in a browser: each function is one person's part, and takes the pictures of the tour."""

import io
import time
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageChops
from playwright.sync_api import Page, expect

from onedoor.demonstration.cast import ACCOUNT, DAUGHTER, FATHER, MOTHER
from tests.browser.test_pages import faults, overflow

Picture = Callable[..., None]
ITEM = "/items/assistance.dibao_apply/"
NEXT = "main .actions button:has-text('保存，下一步')"
PATIENCE = 150  # seconds for what happens in the background: a department that fails is asked again after a pause
LONGEST = 30  # days after which a public notice of seven days has ended, whatever holidays there are
SHEET: Any = {"width": 720, "height": 1018}  # a page of paper as the reader of PDF files shows it
PAPER: Any = {"x": 5, "y": 6, "width": 710, "height": 1000}  # without the table it lies on


def sound(page: Page) -> None:
    assert overflow(page) <= 0, page.url


def until(page: Page, address: str, selector: str) -> None:
    """Open a page again and again until the background has done its part."""
    give_up = time.monotonic() + PATIENCE
    page.goto(address)
    while not page.locator(selector).count():
        assert time.monotonic() < give_up, f"{address}: no {selector}"
        page.wait_for_timeout(500)
        page.goto(address)


# The daughter, on a phone


def find(phone: Page, picture: Picture) -> None:
    phone.goto("/")
    picture(phone, "home")
    phone.goto("/search/?q=补助")
    picture(phone, "search")
    phone.click("text=最低生活保障审核确认")
    picture(phone, "item")


def begin(phone: Page, picture: Picture) -> str:
    """Begin for her father, wait for what the police know, and return the address of the draft."""
    phone.click("text=开始申请")
    phone.check(f"label:has-text('为{FATHER.name}代办') input")
    picture(phone, "start")
    phone.click("main form button")
    draft = phone.url
    until(phone, f"{draft}s/household/", "[name=members-1-name]")
    return draft


def tell_who(phone: Page, picture: Picture, draft: str) -> None:
    phone.goto(f"{draft}s/applicant/")
    assert phone.locator("[name=id_number]").input_value() == FATHER.id_number  # known already
    phone.check("[name=hukou][value=urban]")
    phone.fill("[name=address]", "塘栖镇水北街 18 号")
    phone.click(NEXT)

    slip = FATHER.id_number[:-1] + "0"  # a slip of the finger
    phone.fill("[name=members-0-id_number]", slip)
    for place, relation, health in ((0, "SELF", "CHRONIC"), (1, "SPOUSE", "WEAK")):
        phone.check(f"[name=members-{place}-relation][value={relation}]")
        phone.check(f"[name=members-{place}-health][value={health}]")
        phone.check(f"[name=members-{place}-works][value=no]")
    phone.click(NEXT)
    assert phone.locator(".errors li").count() == 1  # one slip is one fault
    assert phone.locator("[name=members-0-id_number]").input_value() == slip
    assert phone.locator("[name=members-1-name]").input_value() == MOTHER.name
    picture(phone, "slip")
    sound(phone)
    phone.fill("[name=members-0-id_number]", FATHER.id_number)
    phone.click(NEXT)


def tell_means(phone: Page) -> None:
    sound(phone)
    for place, earner in enumerate((FATHER, MOTHER)):
        phone.click("text=添加一行")
        phone.fill(f"[name=incomes-{place}-earner]", earner.name)
        phone.check(f"[name=incomes-{place}-kind][value=PENSION]")
        phone.fill(f"[name=incomes-{place}-gross]", "163")
        phone.check(f"[name=incomes-{place}-period][value=month]")
        phone.fill(f"[name=incomes-{place}-deduction]", "143")
    phone.click(NEXT)
    phone.check("[name=housing][value=own]")
    for name, value in (("houses", "1"), ("vehicles", "0"), ("deposits", "3,000")):
        phone.fill(f"[name={name}]", value)
    phone.check("[name=has_medical][value=no]")
    phone.click(NEXT)
    phone.click("text=添加一行")
    phone.check("[name=obligors-0-relation][value=CHILD]")
    told = {"name": DAUGHTER.name, "id_number": DAUGHTER.id_number, "income": "5860", "members": "3"}
    for name, value in told.items():
        phone.fill(f"[name=obligors-0-{name}]", value)
    phone.click(NEXT)


def hand_in(phone: Page, picture: Picture, draft: str) -> str:
    """Give the reason, sign, look through it and submit; return the number of the case."""
    phone.fill("[name=reason]", "两位老人没有稳定收入，慢性病常年吃药。")
    phone.fill("[name=account_name]", FATHER.name)
    phone.fill("[name=account]", ACCOUNT)
    phone.check("[name=near_relative][value=no]")
    phone.check("[name=truth]")
    phone.check("[name=publicity]")
    phone.click(NEXT)
    phone.wait_for_url("**/materials/")
    assert phone.locator("text=不用交了").is_visible()
    sound(phone)
    phone.goto(f"{draft}consents/")
    while phone.locator("button[name=consent]").count():
        phone.locator("button[name=consent]").first.click()
        phone.wait_for_load_state()
    phone.goto(f"{draft}review/")
    sound(phone)
    inside = (
        "[...document.querySelectorAll('main dd .tag')].every((tag) => tag.getBoundingClientRect().right < innerWidth)"
    )
    assert phone.evaluate(inside), "what a register says otherwise is cut off"
    picture(phone, "review")
    phone.click("main form button.button:not(.button--plain)")
    phone.wait_for_url("**/submitted/")
    assert phone.locator(".receipt__qr svg").is_visible()
    picture(phone, "receipt")
    number = phone.url.split("/cases/")[1].split("/")[0]
    phone.click("text=立即提交")
    phone.wait_for_url(f"**/cases/{number}/")
    sound(phone)
    return number


def explain(phone: Page, picture: Picture, number: str) -> None:
    phone.goto(f"/cases/{number}/")
    phone.click("text=去说明")
    phone.fill("main textarea", "三轮车 2019 年就报废了，报废证明在家里。")
    picture(phone, "explain")
    phone.click("main form button")
    phone.wait_for_url(f"**/cases/{number}/")


# The town


def accept(desk: Page, picture: Picture, number: str) -> None:
    desk.goto("/staff/")
    picture(desk, "worklist")
    desk.goto(f"/staff/cases/{number}/")
    sound(desk)
    picture(desk, "case")
    desk.click(".deeds a:has-text('受理')")
    picture(desk, "accept")
    desk.click("main form button.button")
    desk.wait_for_url(f"**/staff/cases/{number}/")
    assert desk.get_by_text("承诺时限", exact=True).is_visible()


def call_on(surveyor: Page, picture: Picture, number: str) -> None:
    """Record the visit: alone it is refused and what was written is kept, with a colleague it is taken."""
    surveyor.goto(f"/staff/cases/{number}/")
    surveyor.click(".deeds a:has-text('入户调查')")
    told = {"opened_by": "王德福本人开门，老伴在家", "living_here": "2", "illness_cost": "420", "neighbours": "2"}
    for name, value in {**told, "note": "家中陈设简单，两位老人长期服药。"}.items():
        surveyor.fill(f"[name={name}]", value)
    for choice in ("[name=housing_state][value=plain]", "[name=illness][value=yes]"):
        surveyor.check(choice)
    surveyor.check("[name=findings][value=CONSISTENT]")
    surveyor.check("[name=signed_by_member]")
    surveyor.click("main form button.button")
    assert surveyor.locator("text=须由 2 名以上工作人员共同办理").is_visible()
    assert surveyor.locator("[name=findings][value=CONSISTENT]").is_checked()
    assert surveyor.locator("[name=signed_by_member]").is_checked()
    sound(surveyor)
    assert not faults(surveyor)
    picture(surveyor, "visit")
    surveyor.check("label:has-text('俞春燕') input")
    surveyor.click("main form button.button")
    surveyor.wait_for_url(f"**/staff/cases/{number}/")


def settle(reviewer: Page, picture: Picture, number: str) -> None:
    reviewer.goto(f"/staff/cases/{number}/")
    reviewer.click("main a.button:has-text('核实')")
    reviewer.check("[name=settled][value=declared]")
    reviewer.fill("[name=reason]", "三轮车 2019 年已报废，见报废证明，已提请更正。")
    picture(reviewer, "settle")
    reviewer.click("main form button.button")
    reviewer.wait_for_url(f"**/staff/cases/{number}/")


def give_opinion(reviewer: Page, picture: Picture, number: str) -> None:
    reviewer.click(".deeds a:has-text('审核意见')")
    assert reviewer.locator("text=1,080.00").first.is_visible()
    reviewer.check("[name=outcome][value=agree]")
    reviewer.fill("[name=note]", "入户情况与申报一致，两位老人确无稳定收入。")
    picture(reviewer, "opinion")
    reviewer.click("main form button.button")
    reviewer.wait_for_url(f"**/staff/cases/{number}/")


def publish(reviewer: Page, number: str) -> None:
    reviewer.click(".deeds a:has-text('公示')")
    reviewer.click("main form button.button")
    reviewer.wait_for_url(f"**/staff/cases/{number}/")


def read_notice(anybody: Page, picture: Picture) -> None:
    """Anybody reads the public notice and finds nobody's number in it."""
    anybody.goto("/notices/")
    anybody.click("main a:has-text('王*福'), main li:has-text('王*福') a")
    text = anybody.locator("main").inner_text()
    assert FATHER.name not in text
    assert FATHER.id_number not in anybody.content()
    sound(anybody)
    picture(anybody, "notice")


# The county


def wait_out(page: Page, number: str) -> None:
    """Move the clock on until the notice has ended and the county may decide."""
    for days in (8, *[1] * (LONGEST - 8)):
        page.goto("/demonstration/")
        page.click(f"main button[name=days][value='{days}']")
        give_up = time.monotonic() + 20
        while time.monotonic() < give_up:
            page.goto(f"/staff/cases/{number}/")
            if page.locator(".deeds a").count():
                return
            page.wait_for_timeout(1000)
    raise AssertionError("the notice has not ended")


def decide(county: Page, picture: Picture, number: str) -> None:
    county.click(".deeds a:has-text('确认决定')")
    assert county.locator(".ruling__way--good:has-text('1,080.00')").is_visible()
    county.check("[name=decision][value=grant]")
    picture(county, "decide")
    county.click("main form button.button")
    county.wait_for_url(f"**/staff/cases/{number}/")


# The certificate


def sheet(page: Page, address: str, number: int = 1) -> None:
    """Open one page of a PDF as a sheet of paper, and wait until the browser has drawn it."""
    page.set_viewport_size(SHEET)
    page.goto(f"{address}#toolbar=0&navpanes=0&view=Fit&page={number}")
    give_up = time.monotonic() + PATIENCE
    before, same = None, 0
    while same < 2:
        assert time.monotonic() < give_up, f"{address} is not drawn"
        page.wait_for_timeout(500)
        now = Image.open(io.BytesIO(page.screenshot())).convert("L")
        drawn = now.getextrema()[0] < 60 and now.resize((1, 1)).getpixel((0, 0)) > 200  # ink on white paper
        same = same + 1 if drawn and before and not ImageChops.difference(before, now).getbbox() else 0
        before = now


def identifier(holder: Page) -> str:
    """Return what is printed under the certificate; its holder's own page has it in the address."""
    holder.goto("/me/")
    holder.click("a[href^='/me/certificates/']")
    return holder.url.split("/me/certificates/")[1].strip("/")


def check(stranger: Page, picture: Picture, printed: str) -> None:
    """Somebody who knows nobody types what is printed under the certificate."""
    stranger.goto("/check/")
    stranger.fill("#identifier", printed)
    stranger.click("main form button")
    expect(stranger.locator(".verdict--good")).to_contain_text("证照真实")
    assert FATHER.id_number not in stranger.content()
    sound(stranger)
    picture(stranger, "check")


def figure(board: Page, title: str) -> int:
    """Return one of the five figures of the board."""
    board.goto("/supervision/")
    return int(board.locator(f".figures li:has-text('{title}') strong").inner_text())
