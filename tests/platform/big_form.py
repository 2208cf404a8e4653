"""An invented form as large as forms get: every type of question, 95 of them, and a table of 60 rows and 8 columns."""

from typing import Any

from django.http import QueryDict
from tests.platform import library

from onedoor.platform.cases.forms.validation import CleanedSection, read_section
from onedoor.platform.catalog.forms import FormField, Section
from onedoor.platform.catalog.items import ServiceItem
from onedoor.standards.check_digits import mod11_2_check

CHOICES = [{"value": "main", "label": "总馆"}, {"value": "branch", "label": "分馆"}]
TYPES: list[dict[str, Any]] = [
    {"code": "words", "type": "text", "label": "文字", "max_length": 5},
    {"code": "story", "type": "long_text", "label": "经过", "max_length": 50},
    {"code": "copies", "type": "integer", "label": "册数", "min": 1, "max": 300, "unit": "册"},
    {"code": "area", "type": "decimal", "label": "面积", "unit": "平方米"},
    {"code": "deposit", "type": "money", "label": "押金"},
    {"code": "share", "type": "percentage", "label": "占比"},
    {"code": "born", "type": "date", "label": "生日"},
    {"code": "away", "type": "date_range", "label": "外出期间"},
    {"code": "since", "type": "month", "label": "从哪个月起"},
    {"code": "hour", "type": "time", "label": "几点"},
    {"code": "moment", "type": "date_time", "label": "什么时候"},
    {"code": "student", "type": "yes_no", "label": "是不是学生"},
    {"code": "house", "type": "choice", "label": "馆别", "choices": CHOICES},
    {"code": "ethnicity", "type": "choice", "label": "民族", "code_set": "ethnicity"},
    {"code": "houses", "type": "choices", "label": "常去的馆", "choices": CHOICES},
    {"code": "id_number", "type": "citizen_id", "label": "身份证号", "sensitive": True},
    {"code": "paper", "type": "document", "label": "证件"},
    {"code": "name", "type": "person_name", "label": "姓名"},
    {"code": "guarantor", "type": "person", "label": "担保人"},
    {"code": "unit_name", "type": "organization_name", "label": "单位"},
    {"code": "uscc", "type": "credit_code", "label": "信用代码"},
    {"code": "employer", "type": "organization", "label": "工作单位"},
    {"code": "phone", "type": "mobile", "label": "手机"},
    {"code": "landline", "type": "landline", "label": "座机"},
    {"code": "email", "type": "email", "label": "邮箱"},
    {"code": "post", "type": "postal_code", "label": "邮编"},
    {"code": "card", "type": "bank_card", "label": "银行卡"},
    {"code": "place", "type": "division", "label": "地区"},
    {"code": "street", "type": "address", "label": "住址"},
    {"code": "home", "type": "full_address", "label": "家庭住址"},
    {"code": "promise", "type": "statement", "label": "我保证爱护图书。"},
]
COLUMNS: list[dict[str, Any]] = [
    {"code": "name", "type": "person_name", "label": "姓名", "required": True},
    {"code": "id_number", "type": "citizen_id", "label": "身份证号", "required": True, "sensitive": True},
    {
        "code": "relation",
        "type": "choice",
        "label": "关系",
        "required": True,
        "choices": [{"value": "SELF", "label": "本人"}, {"value": "OTHER", "label": "家人"}],
    },
    {"code": "ethnicity", "type": "choice", "label": "民族", "code_set": "ethnicity"},
    {"code": "reads", "type": "yes_no", "label": "是否借书"},
    {"code": "copies", "type": "integer", "label": "册数", "min": 0, "max": 9},
    {"code": "deposit", "type": "money", "label": "押金"},
    {"code": "note", "type": "text", "label": "备注"},
]
READERS: dict[str, Any] = {
    "code": "readers",
    "type": "table",
    "label": "一家的读者",
    "row_title": "第 {n} 位读者",
    "max_rows": 60,
    "unique": ["id_number"],
    "counts": [{"column": "relation", "equals": "SELF", "min": 1, "max": 1, "message": "本人要填，而且只填一行。"}],
    "sums": [{"column": "deposit", "max": 6000, "message": "押金合计不能超过 6000 元。"}],
    "columns": COLUMNS,
}


def field(**definition: Any) -> FormField:
    return FormField.model_validate(definition)


def section(*fields: dict[str, Any], **more: Any) -> Section:
    return Section.model_validate({"code": "one", "title": "一", "fields": list(fields), **more})


def typed(section: Section, texts: dict[str, str], known: dict[str, Any] | None = None) -> CleanedSection:
    posted = QueryDict(mutable=True)
    posted.update(texts)
    return read_section(section, posted, known=known or {})


def big_item(**changes: Any) -> ServiceItem:
    """Return the library's item with 95 questions beside the table."""
    rest = [
        {"code": f"amount{number}", "type": "money", "label": f"第 {number} 笔"} for number in range(95 - len(TYPES))
    ]
    pages = [
        {"code": f"page{start}", "title": f"第 {start} 页", "fields": rest[start : start + 16]}
        for start in range(0, len(rest), 16)
    ]
    people = {"code": "family", "title": "一家人", "fields": [READERS]}
    every = {"code": "types", "title": "各种问题", "fields": TYPES}
    return library.item(form={"sections": [every, *pages, people]}, materials=[], **changes)


def id_number(place: int) -> str:
    """Return the valid identity number of the nth invented reader."""
    body = f"11010519{50 + place % 50}0101{place:03d}"
    return body + mod11_2_check(body)


def family(count: int, **more: str) -> dict[str, str]:
    """Return `count` readers as a page posts them."""
    posted = {"readers-rows": str(count)}
    for place in range(count):
        row = {
            "name": "张" + "一二三四五六七八九十"[place % 10] + "甲乙丙丁戊己"[place // 10 % 6],
            "id_number": id_number(place),
            "relation": "OTHER" if place else "SELF",
            "ethnicity": "01",
            "reads": "yes",
            "copies": "2",
            "deposit": "100",
            "note": "常来",
        }
        posted |= {f"readers-{place}-{code}": text for code, text in row.items()}
    return posted | more
