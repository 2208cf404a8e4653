"""The structured grounds of what goes against an applicant: a code, words of one's own, how to mend it (R-CASE-5)."""

from collections.abc import Mapping

from onedoor.platform.kernel.errors import InvalidInput

SHORTEST_REASON = 10  # characters: a bare "不符合" tells nobody what to do
SHORTEST_ADVICE = 4

REFUSAL = {
    "not_competent": "不属于本机关职权范围",
    "not_qualified": "申请人不具备申请资格",
    "outside_period": "不在规定的申请期限内",
    "already_granted": "同一事项已经办结，重复申请",
    "untrue": "隐瞒情况或者提供虚假材料",
    "other": "法律法规规定的其他情形",
}
DENIAL = {
    "conditions_not_met": "不符合法定条件",
    "facts_differ": "经核查，实际情况与申报不一致",
    "untrue": "隐瞒情况或者提供虚假材料",
    "uncooperative": "拒绝配合核查，无法查清",
    "already_covered": "已经享受同类待遇",
    "other": "法律法规规定的其他情形",
}
DEFECT = {
    "missing": "缺少",
    "unclear": "看不清楚",
    "incomplete": "缺页、缺签字或者缺盖章",
    "expired": "已经过期",
    "differs": "与申报内容不一致",
    "other": "其他问题",
}


def faults(codes: Mapping[str, str], *, code: str, reason: str, how_to_fix: str, basis: str) -> dict[str, str]:
    """Return what is missing from a ground, by field; empty when it may be saved."""
    problems = {}
    if code not in codes:
        problems["reason_code"] = "请选择理由类别。"
    if len(reason.strip()) < SHORTEST_REASON:
        problems["reason"] = f"请写明事实和理由，不少于 {SHORTEST_REASON} 个字。"
    if len(how_to_fix.strip()) < SHORTEST_ADVICE:
        problems["how_to_fix"] = "请告诉申请人接下来可以怎样办。"
    if not basis.strip():
        problems["basis"] = "请选择或者填写法律依据（法律名称和条款）。"
    return problems


def check(codes: Mapping[str, str], *, code: str, reason: str, how_to_fix: str, basis: str) -> None:
    """:raises InvalidInput: code, words, advice or basis is missing."""
    problems = faults(codes, code=code, reason=reason, how_to_fix=how_to_fix, basis=basis)
    if problems:
        raise InvalidInput(problems)


def check_reason(reason: str, basis: str) -> None:
    """:raises InvalidInput: words or basis are missing, where no code is asked for."""
    problems = {}
    if len(reason.strip()) < SHORTEST_REASON:
        problems["reason"] = f"请写明理由，不少于 {SHORTEST_REASON} 个字。"
    if not basis.strip():
        problems["basis"] = "请写明法律依据。"
    if problems:
        raise InvalidInput(problems)
