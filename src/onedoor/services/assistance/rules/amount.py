"""R3: the monthly amount of the minimum living guarantee."""

from decimal import Decimal

from onedoor.services.assistance.rules.laws import AMOUNT
from onedoor.standards.judgement import Judgement, Params, Reason, TraceLine
from onedoor.standards.money import ceil_to, format_money

ZERO = Decimal("0.00")


def dibao_amount(standard: Decimal, people: int, household_income: Decimal, params: Params) -> Judgement:
    """
    Return yuan a month for the whole household; 0 when its income is not below the standard.

    EXACT: standard × people − income, rounded up to the unit, never divided to a head and multiplied back (632 × 3 −
    1894 is 2, not 3). TIER: the class amount × people.
    """
    line = standard * people
    below = household_income < line
    compare = TraceLine(
        "是否低于保障标准",
        f"{format_money(household_income)} {'<' if below else '≥'} {format_money(standard)} × {people}",
        "是" if below else "否",
        AMOUNT,
    )
    used = [params.row("assist.dibao.amount_mode")]
    if not below:
        reason = Reason("INCOME_NOT_BELOW", "家庭人均收入不低于当地保障标准，等于标准也不属于低于。", AMOUNT)
        return Judgement(ZERO, (reason,), (compare,), tuple(used))
    if params.text("assist.dibao.amount_mode") == "TIER":
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
    """Choose the class by how far the income lies below the line: `upto` is the income a head up to which it holds."""
    tiers = params.value("assist.dibao.tiers")
    for tier in tiers:
        if income < Decimal(str(tier["upto"])) * people:
            amount = (Decimal(str(tier["amount"])) * people).quantize(Decimal("0.01"))
            step = TraceLine(f"{tier['name']} 档", f"{tier['amount']} × {people}", format_money(amount), AMOUNT)
            rows = (params.row("assist.dibao.amount_mode"), params.row("assist.dibao.tiers"))
            return Judgement(amount, (), (compare, step), rows)
    raise ValueError("the tiers of this place do not reach up to its standard")
