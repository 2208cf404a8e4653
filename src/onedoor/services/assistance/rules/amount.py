"""R3: the monthly amount of the minimum living guarantee."""

from decimal import Decimal

from onedoor.services.assistance.rules.laws import AMOUNT, HOUSEHOLD
from onedoor.standards.judgement import Judgement, Params, Reason, TraceLine
from onedoor.standards.money import ceil_to, format_money

ZERO = Decimal("0.00")


def dibao_amount(standard: Decimal, people: int, household_income: Decimal, params: Params) -> Judgement:
    """
    Return yuan a month for the whole household; 0 when its income is not below the standard (Law art. 18).

    EXACT: standard × people − income, rounded up to the unit, never divided to a head and multiplied back (632 × 3 −
    1894 is 2, not 3). TIER: the class amount × people. A household in which nobody counts gets 0 and is told so.

    :raises ValueError: a negative number of people or income, an unknown mode, or tiers that end below the standard.
    :raises MissingParameter: the place has no mode, no unit (EXACT) or no tiers (TIER).
    """
    if people < 0 or household_income < 0:
        raise ValueError("people and income cannot be negative")
    mode = params.text("assist.dibao.amount_mode")
    if mode not in ("EXACT", "TIER"):
        raise ValueError(f"unknown amount mode {mode}")
    used = [params.row("assist.dibao.amount_mode")]
    if people == 0:
        reason = Reason("NOBODY_COUNTED", "没有计入的共同生活的家庭成员，不能计算保障金。", HOUSEHOLD)
        return Judgement(ZERO, (reason,), (), tuple(used))
    line = standard * people
    below = household_income < line
    compare = TraceLine(
        "是否低于保障标准",
        f"{format_money(household_income)} {'<' if below else '≥'} {format_money(standard)} × {people}",
        "是" if below else "否",
        AMOUNT,
    )
    if not below:
        reason = Reason("INCOME_NOT_BELOW", "家庭人均收入不低于当地保障标准，等于标准也不属于低于。", AMOUNT)
        return Judgement(ZERO, (reason,), (compare,), tuple(used))
    if mode == "TIER":
        return _tier(people, household_income, standard, compare, params)
    unit = params.money("assist.dibao.round_unit")
    used.append(params.row("assist.dibao.round_unit"))
    amount = ceil_to(line - household_income, unit).quantize(Decimal("0.01"))
    step = TraceLine(
        "月保障金",
        f"{format_money(standard)} × {people} − {format_money(household_income)}，不足 {unit} 元的进到 {unit} 元",
        format_money(amount),
        AMOUNT,
    )
    return Judgement(amount, (), (compare, step), tuple(used))


def _tier(people: int, income: Decimal, standard: Decimal, compare: TraceLine, params: Params) -> Judgement:
    """Choose the class by how far the income lies below the line: `upto` is the income a head below which it holds."""
    tiers = sorted(params.value("assist.dibao.tiers"), key=lambda tier: Decimal(str(tier["upto"])))
    for tier in tiers:
        if income < Decimal(str(tier["upto"])) * people:
            amount = (Decimal(str(tier["amount"])) * people).quantize(Decimal("0.01"))
            step = TraceLine(f"{tier['name']} 档", f"{tier['amount']} × {people}", format_money(amount), AMOUNT)
            rows = (params.row("assist.dibao.amount_mode"), params.row("assist.dibao.tiers"))
            return Judgement(amount, (), (compare, step), rows)
    raise ValueError("the tiers of this place do not reach up to its standard")
