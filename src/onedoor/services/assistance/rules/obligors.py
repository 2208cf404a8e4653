"""R16: what a statutory obligor outside the household is counted to give."""

from decimal import Decimal

from onedoor.services.assistance.rules.laws import INCOME
from onedoor.standards.judgement import Judgement, Params, TraceLine
from onedoor.standards.money import format_money, round_to_fen

HALF = Decimal("0.5")


def obligor_share(income: Decimal, members: int, standard: Decimal, parents: int, params: Params) -> Judgement:
    """
    Return yuan a month one obligor is counted to give each parent.

    HALF_ABOVE_2X: half of what the obligor's household has above twice the standard a head, shared by the parents
    supported; never negative, rounded half up to the fen (readings 21). What is given is income (Measures art. 13).

    :raises ValueError: a formula this rule does not know, nobody in the obligor's household or nobody supported.
    :raises MissingParameter: the place has no formula.
    """
    if members < 1 or parents < 1:
        raise ValueError("an obligor's household has at least one member and supports at least one parent")
    formula = params.text("assist.obligor_formula")
    if formula != "HALF_ABOVE_2X":
        raise ValueError(f"unknown obligor formula {formula}")
    keep = 2 * standard * members
    share = round_to_fen(max(Decimal(0), income - keep) * HALF / parents)
    line = TraceLine(
        "义务人应负担（每位父母）",
        f"（{format_money(income)} − 2 × {format_money(standard)} × {members}）× 50% ÷ {parents}",
        format_money(share),
        INCOME,
    )
    return Judgement(share, (), (line,), (params.row("assist.obligor_formula"),))
