"""
What the WeChat official account answers: items by words, progress by case number, binding by a code.

A chat is no place for secrets: nobody is known here by a number they type, only by the account bound on 我的, and an answer
names neither the item of a case nor a person.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from django.conf import settings

from onedoor.platform.cases import queries as cases
from onedoor.platform.cases.queries.life import Standing
from onedoor.platform.catalog.queries import ItemCard
from onedoor.platform.kernel.actors import MATCHED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.messages import operations as messages
from onedoor.platform.messages import queries
from onedoor.platform.messages.official_account import Said

MACHINE = Actor.system("微信公众号")
MOST = 5
PROGRESS, BIND, HELP = "progress", "bind", "help"
MENU = [
    {"name": "查办件", "type": "click", "key": PROGRESS},
    {"name": "找事项", "type": "view", "url": "/"},
    {"name": "绑定", "type": "click", "key": BIND},
]
HOW = "发来事项名称，例如“低保”，查怎么办；发来办件编号，查办到哪里；发来“解绑”，解除绑定。请不要在这里发身份证号。"
TO_BIND = "查办件先要绑定：请登录平台“我的→通知方式”，取一个绑定码，发到这里。请不要发身份证号。"
ID_NUMBER = re.compile(r"\d{17}[\dXx]|\d{15}")
CODE = re.compile(r"(?:绑定)?\s*([2-9A-HJ-NP-Za-hj-np-z]{8})")
CASE_NUMBER = re.compile(r"[0-9A-Za-z-]{12,50}")


def menu() -> list[dict[str, str]]:
    """Return the buttons of the account, with whole addresses."""
    return [{**one, "url": settings.ONEDOOR_PUBLIC_URL + one["url"]} if "url" in one else dict(one) for one in MENU]


def answer(said: Said, *, find: Callable[[str], Sequence[ItemCard]], at: datetime) -> str:
    """Return what a follower is answered, "" where there is nothing to say; a code binds, 解绑 unbinds."""
    if said.event:
        return _of_event(said, at)
    text = said.text
    if text == "解绑":
        return _unbind(said, at)
    if text in ("绑定", "帮助", "?", "？"):
        return TO_BIND if text == "绑定" else HOW
    if text in ("进度", "我的办件"):
        return _own_cases(said, at)
    if ID_NUMBER.fullmatch(text):
        return "请不要在这里发身份证号，我们不会用它查询。" + TO_BIND
    if (code := CODE.fullmatch(text)) and any(letter.isdigit() for letter in code[1]):
        return _bind(said, code[1], at)
    if CASE_NUMBER.fullmatch(text) and any(letter.isdigit() for letter in text):
        return _one_case(said, text.upper(), at)
    return _items(text, find)


def _of_event(said: Said, at: datetime) -> str:
    if said.event == "subscribe":
        return f"欢迎关注。{HOW}"
    if said.event == "unsubscribe":
        _unbind(said, at)
        return ""
    if said.event == "click":
        if said.text == PROGRESS:
            return _own_cases(said, at)
        return TO_BIND if said.text == BIND else HOW
    return ""


def _bind(said: Said, code: str, at: datetime) -> str:
    try:
        messages.bind_wechat(open_id=said.open_id, code=code, actor=MACHINE, at=at)
    except OneDoorError as refusal:
        return str(refusal)
    return "绑定成功。以后办件有进展，可以在这里收到通知；在“我的→通知方式”里选择。"


def _unbind(said: Said, at: datetime) -> str:
    person_id = queries.person_bound_to(open_id=said.open_id)
    if person_id is None:
        return "这个微信没有绑定账号。"
    messages.unbind_wechat(person_id=person_id, actor=MACHINE, at=at)
    return "已经解除绑定，通知不再发到这个微信。"


def _caller(said: Said) -> Actor | None:
    person_id = queries.person_bound_to(open_id=said.open_id)
    return None if person_id is None else Actor("citizen", "", person_id=person_id, assurance=MATCHED, channel="wechat")


def _own_cases(said: Said, at: datetime) -> str:
    caller = _caller(said)
    if caller is None:
        return TO_BIND
    found = cases.standings_of(cases.my_cases(actor=caller, on=day_of(at), most=MOST), at=at)
    if not found:
        return "没有找到您的办件。"
    return "\n".join(_told(standing) for standing in found)


def _one_case(said: Said, number: str, at: datetime) -> str:
    caller = _caller(said)
    if caller is None:  # whether there is such a case is nobody's business either
        return TO_BIND
    try:
        found = cases.get_visible_case(number=number, actor=caller, at=at, on=day_of(at))
    except OneDoorError as refusal:
        return str(refusal)
    return _told(cases.standings_of([found], at=at)[0])


def _told(standing: Standing) -> str:
    where = "已经结束" if standing.case.is_ended else f"现在在{standing.holder}"
    clock = standing.clock
    due = f"，{clock.label}到 {clock.due_on}" if clock is not None and not standing.case.is_ended else ""
    address = f"{settings.ONEDOOR_PUBLIC_URL}/cases/{standing.case.number}/"
    return f"{standing.case.number}：{standing.case.get_state_display()}，{where}{due}。详情：{address}"


def _items(text: str, find: Callable[[str], Sequence[ItemCard]]) -> str:
    found = find(text[:40])[:MOST]
    if not found:
        return f"没有找到“{text[:20]}”。{HOW}"
    lines = [f"{one.title}：{settings.ONEDOOR_PUBLIC_URL}/items/{one.code}/" for one in found]
    return "\n".join(["可能是您要找的：", *lines])
