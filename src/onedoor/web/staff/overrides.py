"""The inputs of an offering: an authority's own elements, and what the item has opened, drawn and read back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.strict import UNITS, Limit
from onedoor.standards.code_sets import code_set

DEPTHS = {
    "consult": "网上咨询",
    "precheck": "网上预审",
    "accept": "网上受理",
    "decide": "网上办理",
    "full": "全程网办",
}
COUNTER = {"name": "名称", "address": "地址", "hours": "时间", "phone": "电话"}
MATERIAL = {"title": "材料名称", "how": "怎么交", "acceptance_standard": "合格标准", "legal_basis": "依据"}
FAQ = {"question": "问题", "answer": "回答"}


@dataclass(frozen=True)
class Input:
    """One question of the page. `kind` is text, number, long, select or checks; `value` is what it shows."""

    name: str
    label: str
    kind: str = "text"
    value: Any = ""
    choices: Sequence[tuple[str, str]] = ()
    help: str = ""


@dataclass(frozen=True)
class Group:
    """Inputs under one heading; `rows` are repeated ones, with an empty one at the end."""

    title: str
    inputs: Sequence[Input] = ()
    rows: Sequence[Sequence[Input]] = ()
    help: str = ""


def _codes(name: str) -> list[tuple[str, str]]:
    return [(row.code, row.zh) for row in code_set(name).rows]


def own_groups(own: Mapping[str, Any]) -> list[Group]:
    """Return the questions about the authority itself."""
    return [
        Group(
            "实施机构",
            [
                Input("organ_nature", "实施主体性质", "select", own.get("organ_nature", ""), _codes("organ_nature")),
                Input("power_source", "权力来源", "select", own.get("power_source", ""), _codes("power_source")),
                Input("entrusting_organ", "委托部门", value=own.get("entrusting_organ", ""), help="受委托的才填。"),
                Input(
                    "joint_organs",
                    "联办机构",
                    "long",
                    "\n".join(own.get("joint_organs", ())),
                    help="每行一个，没有就不填。",
                ),
                Input("consult", "咨询电话", value=own.get("consult", "")),
                Input("supervise", "监督投诉电话", value=own.get("supervise", "")),
            ],
        ),
        Group("办理地点和时间", rows=_rows("counters", COUNTER, own.get("counters", ()))),
    ]


def _rows(name: str, parts: Mapping[str, str], values: Sequence[Mapping[str, Any]]) -> list[list[Input]]:
    return [
        [Input(f"{name}-{number}-{part}", label, value=row.get(part, "")) for part, label in parts.items()]
        for number, row in enumerate([*values, {}])
    ]


def read_own(sent: QueryDict) -> dict[str, Any]:
    """Read the authority's own elements; what is empty is left out, so that it is told as missing."""
    plain = ("organ_nature", "power_source", "entrusting_organ", "consult", "supervise")
    own: dict[str, Any] = {name: text for name in plain if (text := str(sent.get(name, "")).strip())}
    lists = {"joint_organs": _lines(sent, "joint_organs"), "counters": _read_rows(sent, "counters", COUNTER)}
    return own | {name: found for name, found in lists.items() if found}


def _lines(sent: QueryDict, name: str) -> list[str]:
    return [line.strip() for line in str(sent.get(name, "")).splitlines() if line.strip()]


def _read_rows(sent: QueryDict, name: str, parts: Mapping[str, str]) -> list[dict[str, str]]:
    found = []
    for number in range(30):
        row = {part: str(sent.get(f"{name}-{number}-{part}", "")).strip() for part in parts}
        if any(row.values()):
            found.append(row)
    return found


def override_groups(item: ServiceItem, overrides: Mapping[str, Any]) -> list[Group]:
    """Return the questions about what the item has opened, each showing what holds without an override."""
    drawn: dict[str, Callable[[], list[Input]]] = {
        "limits.promised": lambda: [_limit("limits.promised", "承诺办结时限", item.limits.promised, overrides)],
        "limits.receive": lambda: [_limit("limits.receive", "收件时限", item.limits.receive, overrides)],
        "fee": lambda: _fee(overrides.get("fee") or {}),
        "visits": lambda: _visits(item, overrides.get("visits") or {}),
        "handle_forms": lambda: [
            Input("handle_forms", "办理形式", "checks", overrides.get("handle_forms", ()), _codes("handle_form"))
        ],
        "elements.online_depth": lambda: [
            Input(
                "elements.online_depth",
                "网上办理深度",
                "select",
                overrides.get("elements.online_depth", ""),
                list(DEPTHS.items()),
                help=f"统一规定：{DEPTHS.get(item.elements.online_depth, '未定')}。不选就按统一规定。",
            )
        ],
        "early_draft": lambda: [
            Input(
                "early_draft",
                "先填后登录",
                "select",
                "no" if overrides.get("early_draft") is False else "",
                [("no", "本地不开放，先登录再填")],
                help="不选就按统一规定。已经先填的，仍可以接着填、接着办。",
            )
        ],
        "conditions": lambda: [
            Input(
                "conditions",
                "另加的受理条件",
                "long",
                "\n".join(overrides.get("conditions", ())),
                help="每行一条，加在统一规定的条件之后。",
            )
        ],
    }
    inputs = [one for path, draw in drawn.items() if path in item.opened for one in draw()]
    groups = [Group("可以调整的要素", inputs, help="不填就按上级统一规定。")] if inputs else []
    if "materials" in item.opened:
        rows = _rows("materials", MATERIAL, overrides.get("materials", ()))
        groups.append(Group("另加的材料", rows=rows, help="须有本地依据，不得设“其他材料”。"))
    if "faq" in item.opened:
        groups.append(Group("另加的常见问题", rows=_rows("faq", FAQ, overrides.get("faq", ()))))
    return groups


def _limit(path: str, label: str, limit: Limit, overrides: Mapping[str, Any]) -> Input:
    value = (overrides.get(path) or {}).get(_part(limit), "")
    label = f"{label}（{UNITS[limit.unit]}）"
    return Input(path, label, "number", value, help=f"统一规定 {limit.words}，只能更短。")


def _part(limit: Limit) -> str:
    """Return under which name the length of a limit stands; a place keeps the unit of the item."""
    return "hours" if limit.unit == "hour" else "days"


def _fee(fee: Mapping[str, Any]) -> list[Input]:
    charged = "" if "charged" not in fee else "yes" if fee["charged"] else "no"
    return [
        Input("fee.charged", "是否收费", "select", charged, [("yes", "收费"), ("no", "不收费")]),
        Input("fee.standard", "收费标准", value=fee.get("standard", "")),
        Input("fee.basis", "收费依据", value=fee.get("basis", "")),
    ]


def _visits(item: ServiceItem, visits: Mapping[str, Any]) -> list[Input]:
    told = f"统一规定 {item.visits.count} 次。"
    return [
        Input("visits.count", "到现场次数", "number", visits.get("count", ""), help=told),
        Input("visits.reason", "到现场的原因", value=visits.get("reason", "")),
    ]


def read_overrides(item: ServiceItem, sent: QueryDict) -> dict[str, Any]:
    """Read what was set otherwise, opened or not: what is not opened is the operation's to refuse, with its name."""
    found: dict[str, Any] = {}
    for path, limit in (("limits.promised", item.limits.promised), ("limits.receive", item.limits.receive)):
        if text := str(sent.get(path, "")).strip():
            found[path] = {_part(limit): _whole(text)}
    if sent.get("fee.charged"):
        fee = {"charged": sent["fee.charged"] == "yes"}
        found["fee"] = fee | {part: str(sent.get(f"fee.{part}", "")).strip() for part in ("standard", "basis")}
    if text := str(sent.get("visits.count", "")).strip():
        found["visits"] = {"count": _whole(text), "reason": str(sent.get("visits.reason", "")).strip()}
    if sent.getlist("handle_forms"):
        found["handle_forms"] = sent.getlist("handle_forms")
    if sent.get("elements.online_depth"):
        found["elements.online_depth"] = sent["elements.online_depth"]
    if sent.get("early_draft") == "no":
        found["early_draft"] = False
    if lines := _lines(sent, "conditions"):
        found["conditions"] = lines
    if papers := _read_rows(sent, "materials", MATERIAL):
        found["materials"] = [{"code": f"local_{number}", **row} for number, row in enumerate(papers, start=1)]
    if questions := _read_rows(sent, "faq", FAQ):
        found["faq"] = questions
    return found


def _whole(text: str) -> int | str:
    """A number where it is one; anything else is kept as typed, to be told as a fault and not lost."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text
