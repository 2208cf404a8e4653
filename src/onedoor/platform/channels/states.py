"""The life of a work order as a table: which act leads from which states to which (platform rules 8.2)."""

from collections.abc import Mapping
from dataclasses import dataclass

STATES = {
    "created": "待派单",
    "answered": "已直接答复",
    "not_accepted": "不予受理",
    "merged": "已并单",
    "explained": "已解释",
    "dispatched": "待签收",
    "objected": "退单待审",
    "escalated": "已提级，待指定",
    "signed": "已签收",
    "handling": "办理中",
    "replied": "已答复，待回访",
    "revisiting": "已回访",
    "rework": "退回重办",
    "closed": "已办结",
}
CATEGORIES = {"consult": "咨询", "help": "求助", "complaint": "投诉", "report": "举报", "suggestion": "建议"}
URGENCIES = {"normal": "一般", "urgent": "紧急", "emergency": "特急"}
CHANNELS = {"phone": "电话", "transfer": "其他热线转来", "window": "窗口", "web": "网上", "wechat": "微信"}
WAYS = {"phone": "电话", "visit": "当面", "relay": "由热线转告"}  # how a unit contacts a caller
RESOLVED = {"yes": "已解决", "no": "没有解决"}
ENDED = frozenset({"answered", "not_accepted", "merged", "explained", "closed"})
AT_THE_UNIT = frozenset({"dispatched", "signed", "handling", "rework"})  # whose clocks run against the unit
OPEN = frozenset(STATES) - ENDED


@dataclass(frozen=True)
class Move:
    title: str
    before: frozenset[str]
    after: str  # "": the state stays


def _move(title: str, before: str, after: str = "") -> Move:
    return Move(title, frozenset(before.split()), after)


MOVES: Mapping[str, Move] = {
    "file": Move("登记", frozenset({""}), "created"),  # an order that is not there yet
    "answer": _move("直接答复", "created", "answered"),
    "refuse": _move("不予受理", "created", "not_accepted"),
    "merge": _move("并单", "created dispatched", "merged"),
    "take_in": _move("并入另一张工单", " ".join(OPEN)),
    "explain": _move("解释后办结", "created dispatched signed handling replied revisiting rework", "explained"),
    "reroute": _move("拦截并改派", "created objected escalated"),
    "dispatch": _move("派单", "created", "dispatched"),
    "respond": _move("值班响应", " ".join(OPEN)),
    "sign": _move("签收", "dispatched", "signed"),
    "object": _move("退单", "dispatched", "objected"),
    "confirm": _move("退单不成立，维持派单", "objected", "dispatched"),
    "redispatch": _move("退单成立，改派", "objected", "dispatched"),
    "escalate": _move("提级", "objected", "escalated"),
    "assign": _move("提级后指定", "escalated", "dispatched"),
    "ask_extension": _move("申请延期", "signed handling rework"),
    "grant_extension": _move("同意延期", "signed handling rework"),
    "refuse_extension": _move("不同意延期", "signed handling rework"),
    "contact": _move("联系诉求人", "signed handling rework", "handling"),
    "assist": _move("协办意见", "dispatched signed handling rework"),
    "reply": _move("答复", "signed handling rework", "replied"),
    "revisit": _move("回访", "replied revisiting", "revisiting"),
    "say": _move("诉求人自己评价", "replied revisiting", "revisiting"),
    "return": _move("退回重办", "revisiting", "rework"),
    "close": _move("办结", "revisiting", "closed"),
    "remind": _move("超期督办", " ".join(OPEN)),
}


def leads_to(act: str, state: str) -> str | None:
    """Return the state an act leads to from a state, None where it cannot be done there."""
    move = MOVES[act]
    return (move.after or state) if state in move.before else None
