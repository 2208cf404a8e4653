"""Invented items of the sizes that are measured: a form of 14 or 95 fields, a case of 1, 3, 10 or 100 steps."""

from datetime import date
from typing import Any

from onedoor.platform.cases import handlers
from onedoor.platform.cases.models import Case
from onedoor.platform.catalog.items import ServiceItem
from onedoor.standards.judgement import Judgement

LINE = "bench"
STEPS = (1, 3, 10, 100)
FIELDS = (14, 95)
LIFE, PAID = "bench.life", "bench.paid"
CODES = (LIFE, PAID, *(f"bench.steps_{count}" for count in STEPS), *(f"bench.form_{count}" for count in FIELDS))
TYPES = ("text", "integer", "money", "date", "yes_no", "mobile", "person_name")
ELEMENTS = {
    "service_objects": ["1"],
    "online_depth": "full",
    "handle_scope": "本地",
    "topics": ["文化"],
    "consult": "12345",
    "supervise": "12345",
}
FEE = {
    "charged": True,
    "standard": "每证 10 元",
    "basis": "测量发改价〔2026〕1号",
    "project": "BENCH-001",
    "due": "accept",
}
# What the authority says of itself in its offering.
OWN = {
    "organ_nature": "1",
    "power_source": "1",
    "counters": [{"name": "一楼", "address": "水北街 1 号", "hours": "工作日 9:00–17:00", "phone": "12345"}],
    "consult": "12345",
    "supervise": "12345",
}
GOOD = {
    "text": "塘栖镇水北街十八号",
    "integer": "12",
    "money": "1480.50",
    "date": "1955-03-08",
    "yes_no": "yes",
    "mobile": "13900010001",
    "person_name": "王德福",
}


def fields(count: int) -> list[dict[str, Any]]:
    return [
        {"code": f"field_{number}", "type": TYPES[number % len(TYPES)], "label": f"第 {number} 项", "required": True}
        for number in range(count)
    ]


def typed(count: int) -> dict[str, str]:
    """Return what a person types into a form of so many fields."""
    return {f"field_{number}": GOOD[TYPES[number % len(TYPES)]] for number in range(count)}


def definition(code: str) -> ServiceItem:
    """Return the invented item of this code."""
    count = 14 if not code.startswith("bench.form_") else int(code.rpartition("_")[2])
    human = int(code.rpartition("_")[2]) if code.startswith("bench.steps_") else 2
    return ServiceItem.model_validate(
        {
            "code": code,
            "title": "借书证办理",
            "line": LINE,
            "audience": "person",
            "summary": "办一张借书证。",
            "gives": "一张借书证。",
            "national": {"catalog_code": "002011001000", "item_type": "20", "levels": ["4", "5"], "case_type": "2"},
            "legal_basis": [{"law": "《公共图书馆法》", "article": "第三十六条"}],
            "conditions": ["住在本区。"],
            "limits": {
                "statutory": {"days": 20, "basis": "《公共图书馆法》"},
                "promised": {"days": 10, "basis": "本馆承诺"},
            },
            "one_at_a_time": False,
            "single_officer_allowed": True,  # one pair of hands does all steps here: the rate is asked, not the roles
            "jurisdiction": {"rule": "residence", "receiving_tier": 5, "deciding_tier": 4},
            "result": {"name": "借书证", "kind": "none"},
            "fee": FEE if code == PAID else {"charged": False},
            "visits": {"count": 0},
            "handle_forms": ["1", "2", "3"],
            "elements": ELEMENTS,
            "form": {"sections": [{"code": "reader", "title": "读者", "fields": fields(count)}]},
            "materials": [
                {
                    "code": "proof",
                    "title": "居住证明",
                    "required": False,
                    "how": "拍清楚。",
                    "acceptance_standard": "清楚",
                    "legal_basis": "《公共图书馆法》",
                }
            ],
            "steps": list(_steps(human)),
        }
    )


def _steps(human: int) -> list[dict[str, Any]]:
    """Return the steps after acceptance: opinions one after the other, the last of the human steps is the decision."""
    steps: list[dict[str, Any]] = []
    for number in range(1, human):
        after = [f"opinion_{number - 1}"] if number > 1 else ["accept"]
        steps.append(
            {
                "code": f"opinion_{number}",
                "title": f"第 {number} 次审核",
                "permission": "cases.review",
                "tier": 5,
                "after": after,
            }
        )
    last = steps[-1]["code"] if steps else "accept"
    decide = {"code": "decide", "title": "决定", "permission": "cases.decide", "tier": 4, "after": [last]}
    return [*steps, {**decide, "state": "deciding"}]


def handler(code: str) -> handlers.CaseHandler:
    def judge(case: Case, on: date) -> Judgement:
        return Judgement(value={"eligible": True}, reasons=(), trace=(), parameters=())

    def wording(case: Case, judgement: Judgement, granted: bool) -> handlers.Wording:
        return handlers.Wording("决定书", "准予办证。", ["经核实。"], ["《公共图书馆法》第三十六条"])

    return handlers.CaseHandler(item=code, judge=judge, wording=wording)
