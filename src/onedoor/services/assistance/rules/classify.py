"""R4, as far as 低保 asks: the category of a household, and the whole judgement of one application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from onedoor.services.assistance.rules.amount import dibao_amount
from onedoor.services.assistance.rules.assets import Asset, assets_within
from onedoor.services.assistance.rules.income import IncomeItem, countable_income
from onedoor.services.assistance.rules.laws import AMOUNT, HOUSEHOLD
from onedoor.services.assistance.rules.obligors import obligor_share
from onedoor.services.assistance.rules.procedure import benefit_start, review_due
from onedoor.standards.judgement import Judgement, Parameter, Params, Reason, TraceLine
from onedoor.standards.money import format_money


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
    review_class, review_due. Able-bodied members never bar a household: the law has no such bar.
    """
    people = len(facts.members)
    standard_row = params.row(f"assist.dibao.standard.{facts.hukou.lower()}")
    standard = params.money(standard_row.key)
    own = countable_income(facts.incomes, params)
    trace: list[TraceLine] = list(own.trace)
    used: list[Parameter] = [standard_row]
    support = Decimal(0)
    for obligor in facts.obligors:
        share = obligor_share(obligor.income, obligor.members, standard, obligor.parents, params)
        given = share.value * obligor.parents
        support += given
        trace += [
            TraceLine(line.label, line.formula, line.result, line.article, (obligor.source,)) for line in share.trace
        ]
        used += share.parameters
    income = own.value + support
    if facts.obligors:
        formula = f"{format_money(own.value)} + {format_money(support)}"
        trace.append(TraceLine("计入赡养费后的家庭月收入", formula, format_money(income), HOUSEHOLD))
    amount = dibao_amount(standard, people, income, params)
    assets = assets_within(facts.assets, people, standard, params)
    trace += [*amount.trace, *assets.trace]
    used += [*amount.parameters, *assets.parameters]
    reasons = [*amount.reasons, *assets.reasons]
    if facts.open_differences:
        text = f"还有 {facts.open_differences} 项核对差异没有核实，核实后再作判断。"
        reasons.append(Reason("DIFFERENCES_OPEN", text, f"{AMOUNT}"))
    eligible = amount.value > 0 and assets.value and not facts.open_differences
    review_class = "UNSTABLE" if facts.able_worker else "STABLE"
    value: dict[str, Any] = {
        "eligible": eligible,
        "category": "DIBAO" if eligible else "NONE",
        "monthly_amount": amount.value if eligible else Decimal("0.00"),
        "standard": standard,
        "people": people,
        "income": income,
        "start_month": benefit_start(on),
        "review_class": review_class,
        "review_due": review_due(review_class, on, params),
    }
    used.append(params.row(f"assist.review_months.{review_class.lower()}"))
    return Judgement(value, tuple(reasons), tuple(trace), _once_each(used))


def _once_each(rows: Sequence[Parameter]) -> tuple[Parameter, ...]:
    return tuple({row.key: row for row in rows}.values())


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
        reasons.append(Reason("OBLIGOR", "分开居住的子女会按当地办法计算赡养费，子女授权后才会核对其收入。", HOUSEHOLD))
    below = income < standard * people
    value = "unlikely" if not below else ("unsure" if answers.get("has_car") else "likely")
    return Judgement(value, tuple(reasons), trace, (standard_row,))
