"""The daughter's part on a phone and the clerk's at a desk, in a browser without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from onedoor.demonstration.cast import DAUGHTER, FATHER, bank_card
from tests.browser.test_pages import faults, overflow

pytestmark = pytest.mark.browser

NEXT = "main .actions button:has-text('保存，下一步')"


def sound(page: Page) -> None:
    assert overflow(page) <= 0, page.url


def test_the_daughter_applies_on_a_phone_and_the_clerk_accepts(
    visit: Callable[..., Page], picture: Callable[[Page, str], None]
) -> None:
    phone = visit(name=DAUGHTER.phone, scripts=False)
    phone.goto("/")
    picture(phone, "home")
    phone.goto("/search/?q=补助")
    picture(phone, "search")
    phone.click("text=最低生活保障审核确认")
    picture(phone, "item")
    phone.click("text=开始申请")
    phone.check(f"label:has-text('为{FATHER.name}代办') input")
    picture(phone, "start")
    phone.click("main form button")
    draft = phone.url

    phone.goto(f"{draft}s/applicant/")
    phone.check("[name=hukou][value=urban]")
    phone.fill("[name=name]", FATHER.name)
    phone.fill("[name=id_number]", FATHER.id_number)
    phone.fill("[name=phone]", FATHER.phone)
    phone.fill("[name=address]", "塘栖镇水北街 18 号")
    phone.click(NEXT)

    if not phone.locator("[name=members-0-name]").count():
        phone.click("text=添加一行")
    phone.fill("[name=members-0-name]", FATHER.name)
    phone.fill("[name=members-0-id_number]", FATHER.id_number[:-1] + "0")  # a slip of the finger
    phone.check("[name=members-0-relation][value=SELF]")
    phone.check("[name=members-0-health][value=CHRONIC]")
    phone.check("[name=members-0-works][value=no]")
    while phone.locator("[name=members-1-name]").count() and not phone.locator("[name=members-1-name]").input_value():
        break
    phone.click(NEXT)
    assert phone.locator(".errors").is_visible()
    assert phone.locator("[name=members-0-id_number]").input_value() == FATHER.id_number[:-1] + "0"
    picture(phone, "slip")
    sound(phone)
    phone.fill("[name=members-0-id_number]", FATHER.id_number)
    if phone.locator("[name=members-1-name]").count():
        phone.check("[name=members-1-relation][value=SPOUSE]")
        phone.check("[name=members-1-health][value=WEAK]")
        phone.check("[name=members-1-works][value=no]")
    phone.click(NEXT)

    sound(phone)
    phone.click(NEXT)  # no income at all
    phone.check("[name=housing][value=own]")
    for name, value in (("houses", "1"), ("vehicles", "0"), ("deposits", "3,000")):
        phone.fill(f"[name={name}]", value)
    phone.check("[name=has_medical][value=no]")
    phone.click(NEXT)
    phone.click(NEXT)  # nobody who lives apart
    phone.fill("[name=reason]", "两位老人没有稳定收入，慢性病常年吃药。")
    phone.fill("[name=account_name]", FATHER.name)
    phone.fill("[name=account]", bank_card(42))
    phone.check("[name=near_relative][value=no]")
    phone.check("[name=truth]")
    phone.check("[name=publicity]")
    phone.click(NEXT)

    assert phone.url.endswith("/materials/")
    sound(phone)
    if phone.locator("text=不用交了").count() == 0:
        paper = {"name": "hukou.jpg", "mimeType": "image/jpeg", "buffer": _photo()}
        phone.locator("input[type=file]").first.set_input_files(files=[paper])  # type: ignore[list-item]
        phone.click("main form button:has-text('上传')")
    phone.goto(f"{draft}consents/")
    while phone.locator("button[name=consent]").count():
        phone.locator("button[name=consent]").first.click()
        phone.wait_for_load_state()
    phone.goto(f"{draft}review/")
    sound(phone)
    picture(phone, "review")
    phone.click("main form button.button:not(.button--plain)")
    phone.wait_for_url("**/submitted/")
    assert phone.locator(".receipt__qr svg").is_visible()
    picture(phone, "receipt")
    number = phone.url.split("/cases/")[1].split("/")[0]
    phone.click("text=立即提交")
    phone.wait_for_url(f"**/cases/{number}/")
    sound(phone)

    desk = visit(width="desk", name="TX001", scripts=False)
    desk.goto("/staff/")
    picture(desk, "worklist")
    desk.goto(f"/staff/cases/{number}/")
    sound(desk)
    picture(desk, "case")
    desk.click("main a:has-text('受理')")
    picture(desk, "accept")
    desk.click("main form button.button")
    desk.wait_for_url(f"**/staff/cases/{number}/")
    assert desk.get_by_text("承诺时限", exact=True).is_visible()

    phone.goto(f"/cases/{number}/")
    assert phone.locator("text=受理通知书").first.is_visible()

    phone.goto("/me/")
    picture(phone, "mine")

    surveyor = visit(width="desk", name="TX002")
    surveyor.goto(f"/staff/cases/{number}/visit/")
    sound(surveyor)
    assert not faults(surveyor)
    picture(surveyor, "visit")

    board = visit(width="desk", name="LP003", scripts=False)
    board.goto("/supervision/")
    picture(board, "board")


def test_a_form_saves_itself_while_she_types(visit: Callable[..., Page]) -> None:
    phone = visit(name=DAUGHTER.phone)
    phone.goto("/items/assistance.dibao_apply/start/")
    phone.check(f"label:has-text('为{FATHER.name}代办') input")
    phone.click("main form button")
    phone.goto(f"{phone.url}s/reason/")
    phone.fill("[name=reason]", "两位老人没有稳定收入。")
    phone.wait_for_selector("text=已自动保存")
    phone.reload()
    assert phone.locator("[name=reason]").input_value() == "两位老人没有稳定收入。"


def _photo() -> bytes:
    from tests.journeys.conftest import photo

    return photo("household").getvalue()
