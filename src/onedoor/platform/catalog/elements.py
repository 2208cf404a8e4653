"""
The mandatory elements of an item and of an offering (GB/T 39554.2-2020), and everything that keeps one from publication.

A draft may lack anything; `publication_faults` lists every gap with its place, in Chinese, and publication waits for them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.limits import step_limit_faults
from onedoor.platform.catalog.plain_words import reading_faults
from onedoor.platform.catalog.steps import Step, table_faults
from onedoor.platform.catalog.strict import Limit, NonEmpty, StrictModel
from onedoor.platform.kernel.actors import MATCHED

ELEMENTS = {
    "title": "事项名称",
    "national.catalog_code": "基本编码",
    "national.item_type": "事项类型",
    "national.levels": "行使层级",
    "national.case_type": "办件类型",
    "legal_basis": "设定依据",
    "elements.service_objects": "服务对象",
    "elements.topics": "主题分类",
    "conditions": "受理条件",
    "limits.statutory": "法定办结时限",
    "limits.promised": "承诺办结时限",
    "steps": "办理流程",
    "visits.count": "到办事现场次数",
    "handle_forms": "办理形式",
    "elements.online_depth": "网上办理深度",
    "elements.handle_scope": "通办范围",
    "jurisdiction": "受理和决定层级",
    "fee.charged": "是否收费",
    "result.kind": "审批结果类型",
    "result.name": "审批结果名称",
    "elements.consult": "咨询方式",
    "elements.supervise": "监督投诉方式",
}

# What else a place in a definition is called; the element's own words come first.
WORDS = {
    "summary": "简介",
    "gives": "办成得到什么",
    "aliases": "俗称",
    "line": "业务条线",
    "audience": "申请人类别",
    "code": "事项代码",
    "national": "国家目录要素",
    "limits": "时限",
    "limits.promised.days": "承诺办结时限",
    "limits.statutory.days": "法定办结时限",
    "limits.receive": "收件时限",
    "limits.issue": "制证送达时限",
    "fee": "收费",
    "visits": "到办事现场次数",
    "elements": "要素",
    "form": "表单",
    "materials": "申请材料",
    "consents": "授权书",
    "signers": "共同签字人",
    "special_procedures": "特别程序",
    "silence": "逾期不作决定的后果",
    "precheck": "自测",
    "result": "审批结果",
    "opened": "开放给地方的要素",
    "scenario": "情形引导",
    "scenarios": "情形",
    "faq": "常见问题",
    "translations": "译文",
    "delegable": "可否委托",
    "early_draft": "可否先填后登录",
    "assurance": "实名等级",
    "undo_minutes": "可撤销时间（分钟）",
    "supplement_days": "补正期限（自然日）",
}
# What a part of a row is called: 申请材料“照片”的受理标准.
PARTS = {
    "title": "名称",
    "label": "名称",
    "title_en": "英文名称",
    "help": "说明",
    "example": "示例",
    "type": "类型",
    "choices": "选项",
    "min": "下限",
    "max": "上限",
    "max_length": "最多字数",
    "min_rows": "最少行数",
    "max_rows": "最多行数",
    "columns": "各列",
    "fields": "各项",
    "required": "是否必需",
    "required_when": "何时必需",
    "shown_when": "何时询问",
    "source": "来源",
    "issuer": "出具机构",
    "format": "形式",
    "accept": "可收格式",
    "how": "提交方式",
    "acceptance_standard": "受理标准",
    "legal_basis": "依据",
    "waiver": "免提交办法",
    "catalog_code": "材料目录编码",
    "self_made": "是否自制",
    "valid_days": "有效天数",
    "reusable": "可否沿用",
    "commitment": "告知承诺",
    "tolerance": "容缺受理",
    "law": "法律名称",
    "article": "条款",
    "text": "内容",
    "days": "天数",
    "hours": "小时数",
    "unit": "单位",
    "basis": "依据",
    "extension": "可延长天数",
    "after": "前面的环节",
    "excludes": "回避的环节",
    "permission": "所需权限",
    "tier": "层级",
    "people": "人数",
    "within": "承诺时限",
    "statutory": "法定时限",
    "standard": "标准",
    "reason": "原因",
    "count": "次数",
}
COMPLAINTS = {
    "promise_exceeds_statutory": "承诺时限不得长于法定时限",
    "immediate item": "即办件的承诺时限应为 1 个工作日以内",
    "no_catch_all_material": "不得设置“其他材料”等兜底条款",
    "tolerance_needs_time": "承诺时限太短，没有补交的时间，不能设容缺",
    "tolerance_not_allowed": "身份证明、申请书和他人的同意、授权不得容缺",
    "needs a standard and a legal basis": "收费的，应写明收费标准和依据",
    "needs a reason": "需要到现场的，应写明原因",
    "a condition asks for the unknown field": "条件引用了表单里没有的项目",
    "scenario": "情形引用了不存在或不能用来区分情形的问题",
    "repeat": "有重复的代码",
    "step": "办理流程前后不衔接",
}
_PLACES = {"promise_exceeds": "limits.promised", "immediate": "national.case_type", "step": "steps"}
_MISSING = ("missing", "too_short", "string_too_short")
_SHAPES = {
    "int_parsing": "的写法不对：应为整数",
    "int_type": "的写法不对：应为整数",
    "int_from_float": "的写法不对：应为整数",
    "greater_than_equal": "的写法不对：数字太小",
    "less_than_equal": "的写法不对：数字太大",
}


@dataclass(frozen=True)
class Fault:
    """One thing that keeps a version from being published: where (a path of the definition), what it is called, why."""

    path: str
    title: str
    sentence: str


def publication_faults(definition: Mapping[str, Any]) -> list[Fault]:
    """Return every gap and every contradiction of a definition, each with its place; an empty list may be published."""
    faults = [Fault(path, ELEMENTS[path], f"没有填写“{ELEMENTS[path]}”。") for path in missing_elements(definition)]
    told = {fault.path for fault in faults}
    plain = (Fault(path, _spoken_place(path, definition), sentence) for path, sentence in reading_faults(definition))
    others = [*_shape_faults(definition), *_step_faults(definition), *_level_faults(definition), *plain]
    # A gap is told once: by the name of its element, not again by its shape or by what lies around it.
    return faults + [
        fault for fault in others if not any(fault.path and (f"{path}.").startswith(f"{fault.path}.") for path in told)
    ]


def completeness(definition: Mapping[str, Any]) -> int:
    """Return the share of mandatory elements that are filled, in whole percent; publication needs 100 (R-CAT-3)."""
    return (len(ELEMENTS) - len(missing_elements(definition))) * 100 // len(ELEMENTS)


def missing_elements(definition: Mapping[str, Any]) -> list[str]:
    """Return the paths of the mandatory elements a definition does not fill."""
    return [path for path in ELEMENTS if not _filled(definition, path)]


def title_of_place(path: str) -> str:
    """Return what a place in a definition is called; an unknown one is told by its path."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        head = ".".join(parts[:length])
        if head in ELEMENTS or head in WORDS:
            return ELEMENTS.get(head) or WORDS[head]
    return path


def _filled(definition: Mapping[str, Any], path: str) -> bool:
    value: Any = definition
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return bool(value.strip()) if isinstance(value, str) else value not in (None, [], (), {})


def _shape_faults(definition: Mapping[str, Any]) -> Iterator[Fault]:
    try:
        ServiceItem.model_validate(definition)
    except ValidationError as error:
        for found in error.errors():
            path = ".".join(str(part) for part in found["loc"])
            for complaint in found["msg"].removeprefix("Value error, ").split("; "):
                place = path or next((place for word, place in _PLACES.items() if word in complaint), "")
                yield _fault(place, found["type"], complaint, definition)


def _fault(path: str, kind: str, complaint: str, definition: Mapping[str, Any]) -> Fault:
    title = _spoken_place(path, definition)
    if kind in _MISSING:
        return Fault(path, title, f"没有填写“{title}”。")
    if kind == "extra_forbidden":
        return Fault(path, title, f"不认识“{path}”，请核对写法。")
    if kind in _SHAPES:
        return Fault(path, title, f"“{title}”{_SHAPES[kind]}。")
    known = next((sentence for word, sentence in COMPLAINTS.items() if word in complaint), "")
    return Fault(path, title, f"{known}（{complaint}）。" if known else f"“{title}”的写法不对：{complaint}")


def _spoken_place(path: str, definition: Mapping[str, Any]) -> str:
    """Return the words for a place; a row of a list is named by its own title: 申请材料“照片”."""
    parts = path.split(".")
    rows = definition.get(parts[0])
    if len(parts) > 1 and parts[1].isdigit() and isinstance(rows, Sequence) and int(parts[1]) < len(rows):
        row = rows[int(parts[1])]
        name = row.get("title") or row.get("law") or row.get("code") if isinstance(row, Mapping) else ""
        detail = f"的{PARTS.get(parts[2], parts[2])}" if parts[2:] else ""
        return f"{title_of_place(parts[0])}“{name or int(parts[1]) + 1}”{detail}"
    return title_of_place(path) if path else "整体"


def _step_faults(definition: Mapping[str, Any]) -> Iterator[Fault]:
    try:
        steps = [Step.model_validate(row) for row in definition.get("steps") or ()]
        promises = list(_promises(definition))
    except ValidationError:
        return  # told by the shape already
    for sentence in table_faults(steps):
        yield Fault("steps", "办理流程", f"{sentence}。")
    for path, sentence in step_limit_faults(steps, promises):
        yield Fault(path, _spoken_place(path, definition), sentence)


def _level_faults(definition: Mapping[str, Any]) -> Iterator[Fault]:
    """Applying has effect in law, so nobody does it whose name and number have not been matched."""
    level = definition.get("assurance")
    if isinstance(level, int) and 0 <= level < MATCHED:
        why = f"递交申请有法律效力，至少要核对过姓名和身份证号：“实名等级”不得低于 {MATCHED} 级，请改为 {MATCHED} 至 4 级。"
        yield Fault("assurance", WORDS["assurance"], why)


def _promises(definition: Mapping[str, Any]) -> Iterator[tuple[str, Limit]]:
    """Yield every promise of an item with its words: its own, and those of its situations."""
    promised = (definition.get("limits") or {}).get("promised")
    if promised:
        yield "事项承诺的", Limit.model_validate(promised)
    for row in definition.get("scenarios") or ():
        if row.get("promised"):
            yield f"情形“{row.get('title')}”承诺的", Limit.model_validate(row["promised"])


class Counter(StrictModel):
    """Where people go, and when somebody is there."""

    name: NonEmpty
    address: NonEmpty
    hours: NonEmpty
    phone: NonEmpty


class Implementation(StrictModel):
    """What an authority says of itself in the implementation list (实施清单); every authority's own to fill."""

    organ_nature: Literal["", "1", "2", "3", "9"] = ""
    power_source: Literal["", "1", "2", "3", "4", "5", "6", "9"] = ""
    entrusting_organ: str = ""
    joint_organs: tuple[NonEmpty, ...] = ()
    counters: tuple[Counter, ...] = ()
    consult: str = ""
    supervise: str = ""


IMPLEMENTATION = {
    "organ_nature": "实施主体性质",
    "power_source": "权力来源",
    "counters": "办理地点和时间",
    "consult": "咨询电话",
    "supervise": "监督投诉电话",
}


def implementation_faults(own: Mapping[str, Any]) -> list[Fault]:
    """Return every gap of an authority's own elements."""
    wanted = dict(IMPLEMENTATION)
    if own.get("organ_nature") == "3":
        wanted["entrusting_organ"] = "委托部门"
    faults = [Fault(path, title, f"没有填写“{title}”。") for path, title in wanted.items() if not _filled(own, path)]
    try:
        Implementation.model_validate(own)
    except ValidationError as error:
        for found in error.errors():
            path = ".".join(str(part) for part in found["loc"])
            title = IMPLEMENTATION.get(path.split(".")[0], path)
            faults.append(Fault(path, title, f"“{title}”没有填完整，请核对名称、地址、时间和电话。"))
    return faults
