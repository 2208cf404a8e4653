"""A call to the hotline, through the doors of each side: sent to the wrong place, rerouted, not resolved, done again."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from onedoor.platform.cases.models import EarlyDraft
from onedoor.platform.channels.models import OrderAct, WorkOrder
from onedoor.platform.supervision.models import SupervisionEvent
from tests.journeys.conftest import photo
from tests.platform.channels.switchboard import NOTE, TOPIC, WORDS, build
from tests.platform.conftest import books, desk  # noqa: F401  fixtures
from tests.platform.desks import Desk
from tests.platform.knowledge.conftest import tell
from tests.platform.library import CHINA, COUNTY, ITEM, READER, TOWN

CALL = "/staff/hotline/call/"
TOLD = {
    "category": "complaint",
    "content": WORDS,
    "division": TOWN,
    "topic": TOPIC,
    "urgency": "normal",
    "channel": "phone",
    "caller_phone": "13800000000",
    "caller_name": READER.name,
}


def on(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, 30, tzinfo=CHINA)


def call(desk: Desk, **more: Any) -> tuple[WorkOrder, str]:  # noqa: F811
    page = desk.post("agent", CALL, act="file", **(TOLD | more)).content.decode()
    number, code = re.findall(r'<dd class="code">([^<]+)</dd>', page)
    return WorkOrder.objects.get(number=number), code


def reply(desk: Desk, url: str) -> None:  # noqa: F811
    told = {"act": "reply", "answer": NOTE, "unit_resolved": "yes", "way": "phone", "contact": NOTE}
    desk.refused("handler", url, 422, **told)  # without proof it is no reply
    proof = SimpleUploadedFile("proof.jpg", photo("现场").getvalue())
    desk.act("handler", url, **told, evidence=proof)


def test_a_call_from_the_first_ring_to_the_end(desk: Desk, work: Callable[[], None]) -> None:  # noqa: F811
    board = build(desk.books)
    board.rule()
    desk.go(on(23))
    order, code = call(desk)
    url = f"/staff/hotline/{order.pk}/"
    assert WORDS in desk.page("agent", url)
    # Sent to the township, although the catalogue names the county: blocked and rerouted.
    desk.act("agent", url, act="dispatch", organization=board.organ(TOWN))
    page = desk.page("handler", url)
    assert "拦截并改派" in page
    assert "第七项" in page
    assert "2026-11-30" in page
    assert desk.get("town_handler", url).status_code == 404
    desk.act("handler", url, act="sign")
    desk.act("handler", url, act="contact", way="phone", contact=NOTE)
    # Somebody else calls about the same: one order.
    second, second_code = call(desk, caller_phone="13700000002", caller_name="王来电")
    desk.act("agent", f"/staff/hotline/{second.pk}/", act="merge", into=order.number)
    reply(desk, url)
    # The caller looks, and says that nothing has changed.
    citizen = Client()
    by = {"number": order.number, "code": code}
    assert NOTE in citizen.post("/hotline/", by).content.decode()
    said = {"responded": "yes", "resolved": "no", "satisfied": "no"}
    assert "已经记下" in citizen.post("/hotline/say/", by | said | {"text": "还是关着门。"}).content.decode()
    assert "热线回访" in desk.refused("handler", url, 409, act="close", text=NOTE)
    assert "热线管理员审核" in desk.refused("agent", url, 409, act="close", text=NOTE)
    desk.act("chief", url, act="return", text="门还关着，请开门后贴出通知再答复。")
    # It lies there too long: the machine tells, yellow and then red.
    desk.go(datetime(2026, 12, 1, 9, 30, tzinfo=CHINA))
    work()
    assert [one.lamp for one in SupervisionEvent.objects.filter(rule="H01")] == ["yellow"]
    desk.go(datetime(2026, 12, 8, 9, 30, tzinfo=CHINA))
    work()
    work()
    events = SupervisionEvent.objects.filter(rule="H01").order_by("pk")
    assert [(one.lamp, one.facts["criticised"]) for one in events] == [("yellow", False), ("red", True)]
    shown = desk.page("supervisor", "/supervision/")
    assert order.number in shown
    assert "书面通报" in shown
    reply(desk, url)
    told = {"responded": "yes", "resolved": "yes", "satisfied": "no", "text": "回访：门开了，但等得太久，不满意。"}
    desk.act("agent", url, act="revisit", **told)
    desk.act("handler", url, act="close")
    order.refresh_from_db()
    assert (order.state, order.resolved, order.satisfied, order.reworks) == ("closed", "yes", "no", 1)
    follow = Client().post("/hotline/", {"number": second.number, "code": second_code}).content.decode()
    assert "已办结" in follow
    acts = list(OrderAct.objects.filter(order=order).values_list("act", flat=True))
    assert acts[:3] == ["file", "reroute", "dispatch"]
    assert acts[-2:] == ["revisit", "close"]


def test_a_joint_organ_writes_its_part(desk: Desk) -> None:  # noqa: F811
    board = build(desk.books)
    desk.go(on(23))
    order, _ = call(desk)
    url = f"/staff/hotline/{order.pk}/"
    county, town = (desk.books.organs[code].pk for code in (COUNTY, TOWN))
    desk.act("agent", url, act="dispatch", organization=county, joint=[town])
    desk.act("handler", url, act="sign")
    page = desk.page("town_handler", url)
    assert "协办意见" in page
    for act in ("sign", "reply", "contact", "object", "close"):
        assert f'name="act" value="{act}"' not in page
    assert "请写明本单位办了什么" in desk.refused("town_handler", url, 422, act="assist", text="办了")
    desk.act("town_handler", url, act="assist", text="镇里已经派人看过，钥匙在文化站。")
    assert "钥匙在文化站" in desk.page("handler", url)
    assert desk.post("handler", url, act="assist", text=NOTE).status_code == 404  # the main organ replies
    assert desk.post("town_handler", url, act="contact", way="phone", contact=NOTE).status_code == 404
    assert board.organ(TOWN) == town


def test_a20_an_extension_on_the_pages(desk: Desk) -> None:  # noqa: F811
    board = build(desk.books)
    desk.go(on(23))
    order, _ = call(desk)
    url = f"/staff/hotline/{order.pk}/"
    desk.act("agent", url, act="dispatch", organization=board.organ(COUNTY))
    desk.act("handler", url, act="sign")
    assert "2026-11-30" in desk.page("handler", url)
    desk.go(on(27))
    desk.act("handler", url, act="ask_extension", days=10, text=NOTE)
    desk.act("chief", url, act="grant_extension", granted="yes", text="")
    assert "2026-12-14" in desk.page("handler", url)
    assert 'name="act" value="ask_extension"' not in desk.page("handler", url)
    assert "不能再延" in desk.refused("handler", url, 409, act="ask_extension", days=5, text=NOTE)


def test_an_agent_begins_a_form_and_the_caller_goes_on_with_the_same(desk: Desk) -> None:  # noqa: F811
    build(desk.books)
    desk.go(on(23))
    tell(on(23))  # what there is to be found is indexed
    agent = desk.client("agent")
    asked = {"caller_phone": "13800000000", "caller_name": READER.name}
    unknown = agent.post(CALL, {"act": "look", **asked, "last_four": "0000"})
    assert unknown.status_code == 404
    known = agent.post(CALL, {"act": "look", **asked, "last_four": READER.id_number[-4:]})
    assert "已核实" in known.content.decode()
    assert "借书证办理" in agent.post(CALL, {"act": "search", "q": "借书", **asked}).content.decode()
    page = agent.post(CALL, {"act": "begin", "item": ITEM, "division": TOWN, **asked}).content.decode()
    code = re.findall(r'<dd class="code">([^<]+)</dd>', page)[0]
    fields = {
        "revision": str(EarlyDraft.objects.get().revision),
        "name": READER.name,
        "student": "no",
        "books-rows": "0",
    }
    agent.post("/early/draft/s/reader/", fields)
    early = EarlyDraft.objects.get()
    assert early.answers["name"] == READER.name
    from onedoor.platform.cases import operations as cases
    from onedoor.platform.identity import logins
    from onedoor.platform.kernel.actors import Actor

    phone = "13800000000"
    once = logins.issue_phone_code(phone=phone, at=on(23, 10))
    opened = cases.open_early_draft(code=code, phone=phone, one_time_code=once, actor=Actor.anonymous(), at=on(23, 10))
    assert opened.draft.pk == early.pk
    taken = cases.take_early_draft(key=opened.key, actor=desk.books.citizen(), at=on(23, 10))
    assert taken.draft.answers["name"] == READER.name
