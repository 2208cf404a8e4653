"""A person who cannot spell it finds the item, asks, is answered with the source, asks what nobody knows, gets a reply."""

import html
import re
from datetime import date

from django.test import Client

from onedoor.platform.knowledge import operations
from tests.platform import library
from tests.platform.conftest import books, desk
from tests.platform.desks import Desk
from tests.platform.knowledge.conftest import AT, published, tell
from tests.platform.library import ITEM, TOWN

__all__ = ["books", "desk"]


def links(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'href="([^"]+)"', page)]


def handed_over(page: str) -> str:
    """Return the address of the one question that waits."""
    (address,) = {one for one in links(page) if re.fullmatch(r"/staff/questions/[0-9a-f-]{36}/", one)}
    return address


def test_from_a_slip_of_the_hand_to_the_reply_of_a_person(desk: Desk) -> None:
    county = desk.books.officer("item_manager")
    library.publish(library.item(aliases=["低保", "图书馆"]), valid_from=date(2026, 8, 1))
    operations.set_synonym(word="吃低保", meanings=["借书证"], actor=county, at=AT)
    published(desk.books, AT)
    tell()
    desk.go(AT)
    visitor = Client()
    visitor.cookies["place"] = TOWN

    # They type pinyin with spaces and a slip.
    page = visitor.get("/search/", {"q": "di bap"}).content.decode()
    assert "低保" in page
    assert f"/items/{ITEM}/" in links(page)
    item = visitor.get(f"/items/{ITEM}/").content.decode()

    # They ask in their own words, with a number nobody should keep.
    asked = visitor.post("/ask/", {"question": "低保要交什么材料？我电话13800001234"})
    assert asked.status_code == 302
    conversation = asked["Location"]
    page = visitor.get(conversation).content.decode()
    assert "照片（必交）" in page
    assert "13800001234" not in page
    (cited,) = {one for one in links(page) if one.endswith("#materials")}
    assert cited == f"/items/{ITEM}/#materials"
    assert 'id="materials"' in item
    assert "（事项第 2 版）" in page

    # They ask on: a clause answers.
    visitor.post(conversation, {"question": "图书遗失了怎么赔偿"})
    page = visitor.get(conversation).content.decode()
    assert "遗失图书的，按原价赔偿。" in page
    (clause,) = {one for one in links(page) if one.startswith("/policies/K")}
    assert f'id="{clause.partition("#")[2]}"' in visitor.get(clause.partition("#")[0]).content.decode()

    # What nobody has written down is not made up.
    visitor.post(conversation, {"question": "火星移民归谁管"})
    assert "不知道" in visitor.get(conversation).content.decode()
    over = visitor.post(f"{conversation}person/").content.decode()
    (code,) = re.findall(r"<strong>([2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4})</strong>", over)
    tell()

    # The town's clerk reads the whole conversation and replies.
    waiting = desk.page("clerk", "/staff/questions/")
    assert "火星移民归谁管" in waiting
    address = handed_over(waiting)
    assert "照片（必交）" in desk.page("clerk", address)
    desk.act("clerk", address, text="目前没有这项业务，请留意公告。")

    # Another device, nothing but the code.
    told = Client().post("/ask/reply/", {"code": code}).content.decode()
    assert "目前没有这项业务，请留意公告。" in told
    assert Client().get(conversation).status_code == 404


def test_who_has_an_account_finds_the_reply_in_the_inbox(desk: Desk) -> None:
    tell()
    desk.go(AT)
    asked = desk.post("reader", "/ask/", question="火星移民归谁管")
    desk.post("reader", f"{asked['Location']}person/")
    address = handed_over(desk.page("clerk", "/staff/questions/"))
    desk.act("clerk", address, text="目前没有这项业务，请留意公告。")
    inbox = desk.page("reader", "/me/messages/")
    assert "您转人工的问题已有工作人员回复" in inbox
    assert "请留意公告" in desk.page("reader", asked["Location"])
