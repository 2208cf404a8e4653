"""R8: a household crushed by expenses it cannot avoid, 刚性支出困难家庭."""

from decimal import Decimal

from onedoor.services.assistance.rules.laws import RIGID
from onedoor.standards.judgement import Judgement, Params, Reason, TraceLine
from onedoor.standards.money import format_money


def is_rigid(
    income_year: Decimal,
    expense_year: Decimal,
    income: Decimal,
    people: int,
    params: Params,
    *,
    assets_ok: bool,
    other_category: bool = False,
) -> Judgement:
    """
    Return whether a household counts as 刚性支出困难家庭 (Law art. 22).

    `income_year` and `expense_year` are yuan of the last twelve months, expenses net of reimbursement; `income` is
    yuan a month of the whole household of `people`. Expenses must lie above `assist.rigid.threshold` of the income (any
    expense does when there was no income), income a head below `assist.rigid.income_line`, assets within the limits,
    and no other category may hold. Every condition that fails is told.

    :raises ValueError: a negative sum.
    :raises MissingParameter: the place has no threshold or no income line.
    """
    if people < 0 or min(income_year, expense_year, income) < 0:
        raise ValueError("sums and people cannot be negative")
    share, line = params.ratio("assist.rigid.threshold"), params.money("assist.rigid.income_line")
    heavy, below = expense_year > share * income_year, income < line * people
    trace = (
        TraceLine(
            "十二个月刚性支出",
            f"{format_money(expense_year)} {'>' if heavy else '≤'} {share} × {format_money(income_year)}",
            "超过" if heavy else "未超过",
            RIGID,
        ),
        TraceLine(
            "是否低于上年度人均可支配收入",
            f"{format_money(income)} {'<' if below else '≥'} {format_money(line)} × {people}",
            "是" if below else "否",
            RIGID,
        ),
    )
    failed = (
        (other_category, "OTHER_CATEGORY", "已认定为其他类别的救助对象，不再认定为刚性支出困难家庭。"),
        (not heavy, "EXPENSE_NOT_ABOVE", "必需支出占家庭收入的比例没有超过当地规定。"),
        (not below, "INCOME_NOT_BELOW", "家庭人均收入不低于当地上年度人均可支配收入。"),
        (not assets_ok, "ASSET_OVER_LIMIT", "家庭财产超过当地规定的上限。"),
    )
    reasons = tuple(Reason(code, text, RIGID) for fails, code, text in failed if fails)
    used = (params.row("assist.rigid.threshold"), params.row("assist.rigid.income_line"))
    return Judgement(not reasons, reasons, trace, used)
