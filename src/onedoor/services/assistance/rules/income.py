"""R2: the countable monthly income of a household."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from onedoor.services.assistance.rules.laws import INCOME
from onedoor.standards.judgement import Judgement, Params, TraceLine
from onedoor.standards.money import format_money, round_to_fen

KINDS = {
    "WAGE": "工资性收入",
    "BUSINESS_NET": "经营净收入",
    "PROPERTY_NET": "财产净收入",
    "TRANSFER_NET": "转移净收入",
    "OTHER": "其他收入",
}
TWELVE = Decimal(12)


@dataclass(frozen=True)
class IncomeItem:
    """
    One income of one member. Yuan a month, or a year where `yearly`.

    `deduction` is what the law takes off: job cost, farm inputs, the central base part of a resident pension.
    `excluded` names why it does not count at all: a merit pension, government assistance, a scholarship.
    """

    kind: str
    gross: Decimal
    deduction: Decimal = Decimal(0)
    yearly: bool = False
    excluded: str = ""
    member: str = ""
    source: str = "申请人申报"


def countable_income(items: Sequence[IncomeItem], params: Params | None = None) -> Judgement:
    """
    Return the countable household income in yuan a month, two places (Measures art. 13).

    Yearly sums divide by 12 and round half up to the fen; each kind counts at least 0: a loss in one does not eat
    another (readings 16). Items that do not count stay in the trace with their reason.

    :raises ValueError: a kind the law does not name.
    """
    sums: dict[str, Decimal] = defaultdict(Decimal)
    trace = []
    for item in items:
        if item.kind not in KINDS:
            raise ValueError(f"unknown kind of income {item.kind}")
        if item.excluded:
            formula, month = f"{format_money(item.gross)} 不计入（{item.excluded}）", Decimal("0.00")
        else:
            formula, month = _formula(item), _month(item)
            sums[item.kind] += month
        label = f"{item.member}{KINDS[item.kind]}"
        trace.append(TraceLine(label, formula, format_money(month), INCOME, (item.source,)))
    total = sum((max(amount, Decimal(0)) for amount in sums.values()), Decimal(0))
    parts = " + ".join(format_money(max(sums[kind], Decimal(0))) for kind in KINDS if kind in sums) or "0.00"
    trace.append(TraceLine("家庭月收入合计", parts, format_money(total), INCOME))
    return Judgement(value=round_to_fen(total), trace=tuple(trace))


def _month(item: IncomeItem) -> Decimal:
    net = item.gross - item.deduction
    return round_to_fen(net / TWELVE) if item.yearly else round_to_fen(net)


def _formula(item: IncomeItem) -> str:
    formula = format_money(item.gross)
    if item.deduction:
        formula += f" − {format_money(item.deduction)}"
    return f"（{formula}）÷ 12" if item.yearly else formula
