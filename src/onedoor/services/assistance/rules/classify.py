"""R4: the category of a household, and the whole judgement of one application for 低保."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from onedoor.services.assistance.rules.amount import dibao_amount
from onedoor.services.assistance.rules.assets import Asset, assets_within
from onedoor.services.assistance.rules.income import IncomeItem, countable_income
from onedoor.services.assistance.rules.laws import AMOUNT, HOUSEHOLD, INCOME, MARGINAL, RIGID, SUPPORT
from onedoor.services.assistance.rules.obligors import obligor_share
from onedoor.services.assistance.rules.procedure import benefit_start, review_due
from onedoor.services.assistance.rules.rigid import is_rigid
from onedoor.standards.judgement import Judgement, Parameter, Params, Reason, TraceLine
from onedoor.standards.money import format_money, round_to_fen


@dataclass(frozen=True)
class Obligor:
    """A statutory obligor outside the household. Without own consent only what they declare themselves counts."""

    name: str
    income: Decimal  # yuan a month, of the obligor's own household
    members: int
    parents: int  # how many of the applicants this obligor supports
    source: str = "义务人申报"


@dataclass(frozen=True)
class HouseholdFacts:
    """Everything the judgement of one application rests on, each fact with its source."""

    members: Sequence[str]  # names of those who count (R1)
    hukou: str  # URBAN or RURAL
    incomes: Sequence[IncomeItem]
    assets: Sequence[Asset]
    obligors: Sequence[Obligor]
    able_worker: bool = False  # somebody able-bodied works: the income is unstable
    open_differences: int = 0


def judge_dibao(facts: HouseholdFacts, params: Params, on: date) -> Judgement:
    """
    Judge one application for 最低生活保障 with the parameters of `on`.

    `value`: eligible, category (DIBAO or NONE), monthly_amount, standard, people, income, per_head, start_month,
    review_class, review_due; money in yuan a month. `per_head` is only to be shown (None when nobody counts): the line is
    compared with standard × people. Able-bodied members never bar a household: the law has no such bar (Law art. 18).

    :raises MissingParameter: the place lacks a figure the judgement needs on that day.
    """
    people = len(facts.members)
    standard_row = params.row(f"assist.dibao.standard.{facts.hukou.lower()}")
    standard = params.money(standard_row.key)
    income, trace, used = _income(facts, standard, params)
    used.insert(0, standard_row)
    amount = dibao_amount(standard, people, income, params)
    assets = assets_within(facts.assets, people, standard, params)
    trace += [*amount.trace, *assets.trace]
    used += [*amount.parameters, *assets.parameters]
    reasons = [*amount.reasons, *assets.reasons]
    if facts.open_differences:
        text = f"还有 {facts.open_differences} 项核对差异没有核实，核实后再作判断。"
        reasons.append(Reason("DIFFERENCES_OPEN", text, AMOUNT))
    eligible = amount.value > 0 and assets.value and not facts.open_differences
    review_class = "UNSTABLE" if facts.able_worker else "STABLE"
    value: dict[str, Any] = {
        "eligible": eligible,
        "category": "DIBAO" if eligible else "NONE",
        "monthly_amount": amount.value if eligible else Decimal("0.00"),
        "standard": standard,
        "people": people,
        "income": income,
        "per_head": round_to_fen(income / people) if people else None,
        "start_month": benefit_start(on),
        "review_class": review_class,
        "review_due": review_due(review_class, on, params),
    }
    used.append(params.row(f"assist.review_months.{review_class.lower()}"))
    return Judgement(value, tuple(reasons), tuple(trace), _once_each(used))


def _income(
    facts: HouseholdFacts, standard: Decimal, params: Params
) -> tuple[Decimal, list[TraceLine], list[Parameter]]:
    """Return the household income in yuan a month with what the obligors are counted to give, and how it was reached."""
    own = countable_income(facts.incomes, params)
    trace, used, support = list(own.trace), list(own.parameters), Decimal(0)
    for obligor in facts.obligors:
        share = obligor_share(obligor.income, obligor.members, standard, obligor.parents, params)
        support += share.value * obligor.parents
        trace += [replace(line, sources=(obligor.source,)) for line in share.trace]
        used += share.parameters
    income = own.value + support
    if facts.obligors:
        formula = f"{format_money(own.value)} + {format_money(support)}"
        trace.append(TraceLine("计入赡养费后的家庭月收入", formula, format_money(income), INCOME))
    return income, trace, used


def _once_each(rows: Sequence[Parameter]) -> tuple[Parameter, ...]:
    return tuple({row.key: row for row in rows}.values())


class Found(NamedTuple):
    """One category and the members it covers: TEKUN, DIBAO, DIBAO_SINGLE, MARGINAL, RIGID or NONE."""

    category: str
    members: tuple[str, ...]


def classify_household(
    facts: HouseholdFacts,
    params: Params,
    *,
    destitute: Collection[str] = (),
    specially_hard: Collection[str] = (),
    expense_year: Decimal = Decimal(0),
    income_year: Decimal | None = None,
) -> Judgement:
    """
    Return every category that holds, as a tuple of Found: one application, all categories (Law arts. 16, 18, 21, 22).

    `destitute` names members found to be 特困人员; they leave the household together with their own income, and the rest
    is looked at without them. `specially_hard` names members with a severe disability or serious disease, who are
    covered alone inside a marginal household. `expense_year` is yuan of unavoidable expenses in twelve months;
    `income_year` the income of the same months, twelve times the monthly income when not given. Able-bodied members
    bar nothing. Open differences are the business of the judgement, not of the category.

    :raises MissingParameter: the place lacks a figure that the categories reached ask for.
    """
    first = tuple(name for name in facts.members if name in destitute)
    rest = tuple(name for name in facts.members if name not in destitute)
    found = [Found("TEKUN", first)] if first else []
    reasons = [Reason("TEKUN", f"特困人员 {len(first)} 人，先予供养。", SUPPORT)] if first else []
    if not rest:
        reasons += [] if first else [Reason("NOBODY_COUNTED", "没有计入的共同生活的家庭成员。", HOUSEHOLD)]
        return Judgement(tuple(found) or (Found("NONE", ()),), tuple(reasons))
    standard_row = params.row(f"assist.dibao.standard.{facts.hukou.lower()}")
    standard = params.money(standard_row.key)
    incomes = [item for item in facts.incomes if item.member not in first]
    income, trace, used = _income(replace(facts, incomes=incomes), standard, params)
    assets = assets_within(facts.assets, len(rest), standard, params)
    trace, used = [*trace, *assets.trace], [standard_row, *used, *assets.parameters]
    reasons += assets.reasons

    def answer(*more: Found) -> Judgement:
        return Judgement((*found, *more), tuple(reasons), tuple(trace), _once_each(used))

    if not assets.value:
        return answer(*([] if found else [Found("NONE", rest)]))
    if _below(income, standard, len(rest), AMOUNT, "是否低于保障标准", trace):
        reasons.append(Reason("DIBAO", "家庭人均收入低于当地保障标准，财产符合规定。", AMOUNT))
        return answer(Found("DIBAO", rest))
    ratio_row = params.row("assist.marginal.ratio")
    used.append(ratio_row)
    if _below(income, standard * params.ratio(ratio_row.key), len(rest), MARGINAL, "是否低于低保边缘标准", trace):
        reasons.append(Reason("MARGINAL", "家庭人均收入低于当地低保边缘标准，财产符合规定。", MARGINAL))
        alone = tuple(name for name in rest if name in specially_hard)
        if not alone:
            return answer(Found("MARGINAL", rest))
        reasons.append(
            Reason("DIBAO_SINGLE", f"重度残疾、重病等特殊困难成员 {len(alone)} 人，单独纳入低保。", MARGINAL)
        )
        return answer(Found("MARGINAL", rest), Found("DIBAO_SINGLE", alone))
    year = income * 12 if income_year is None else income_year
    rigid = is_rigid(year, expense_year, income, len(rest), params, assets_ok=True, other_category=bool(first))
    trace, used = [*trace, *rigid.trace], [*used, *rigid.parameters]
    if rigid.value:
        reasons.append(Reason("RIGID", "必需支出占家庭收入的比例超过当地规定，收入和财产符合规定。", RIGID))
        return answer(Found("RIGID", rest))
    reasons += rigid.reasons
    return answer(*([] if found else [Found("NONE", rest)]))


def _below(income: Decimal, line: Decimal, people: int, article: str, label: str, trace: list[TraceLine]) -> bool:
    """Compare with line × people, never a head; the comparison is added to `trace`."""
    below = income < line * people
    formula = f"{format_money(income)} {'<' if below else '≥'} {format_money(line)} × {people}"
    trace.append(TraceLine(label, formula, "是" if below else "否", article))
    return below


def precheck_dibao(answers: Mapping[str, Any], params: Params, on: date) -> Judgement:
    """
    Give a first idea from a few answers, with reasons and never a promise. `value` is "likely", "unlikely" or "unsure".
    """
    people = max(int(answers.get("people") or 1), 1)
    income = Decimal(str(answers.get("income") or 0))
    standard_row = params.row(f"assist.dibao.standard.{str(answers.get('hukou') or 'urban').lower()}")
    standard = params.money(standard_row.key)
    per_head = (income / people).quantize(Decimal("0.01"))
    trace = (TraceLine("大致人均月收入", f"{format_money(income)} ÷ {people}", format_money(per_head), AMOUNT),)
    reasons = []
    if income < standard * people:
        reasons.append(Reason("INCOME_BELOW", f"您填写的人均收入低于当地保障标准每人每月 {standard} 元。", AMOUNT))
    else:
        reasons.append(
            Reason("INCOME_NOT_BELOW", f"您填写的人均收入不低于当地保障标准每人每月 {standard} 元。", AMOUNT)
        )
    if answers.get("has_car"):
        reasons.append(Reason("ASSET_CAR", "家里有机动车的，要看车辆用途和当地规定，残疾人代步车除外。", AMOUNT))
    if answers.get("has_children_apart"):
        reasons.append(Reason("OBLIGOR", "分开居住的子女会按当地办法计算赡养费，子女授权后才会核对其收入。", INCOME))
    below = income < standard * people
    value = "unlikely" if not below else ("unsure" if answers.get("has_car") else "likely")
    return Judgement(value, tuple(reasons), trace, (standard_row,))
