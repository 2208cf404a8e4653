"""Asset limits: the local list says what a household may own and still be in need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from onedoor.services.assistance.rules.laws import AMOUNT
from onedoor.standards.judgement import Judgement, Params, Reason, TraceLine
from onedoor.standards.money import format_money

LABELS = {"DEPOSIT": "存款等金融资产", "HOUSE": "房屋", "VEHICLE": "机动车"}


@dataclass(frozen=True)
class Asset:
    """`value` in yuan for money, a count of 1 for things. `exempt` says why it does not count."""

    kind: str
    value: Decimal
    exempt: str = ""
    source: str = "申请人申报"


def assets_within(assets: Sequence[Asset], people: int, standard: Decimal, params: Params) -> Judgement:
    """
    Return whether the assets keep within `assist.asset_limits`.

    A limit is {kind, measure, value}: `months_per_person` compares money with value × standard × people, `count` the
    number of things.
    """
    reasons, trace = [], []
    for limit in params.value("assist.asset_limits"):
        line, reason = _compare(limit, assets, people, standard)
        trace.append(line)
        reasons += [reason] if reason else []
    return Judgement(not reasons, tuple(reasons), tuple(trace), (params.row("assist.asset_limits"),))


def _compare(
    limit: Mapping[str, object], assets: Sequence[Asset], people: int, standard: Decimal
) -> tuple[TraceLine, Reason | None]:
    kind, value = str(limit["kind"]), Decimal(str(limit["value"]))
    owned = [asset for asset in assets if asset.kind == kind and not asset.exempt]
    sources = tuple(sorted({asset.source for asset in owned}))
    label = LABELS[kind]
    if limit["measure"] == "months_per_person":
        total = sum((asset.value for asset in owned), Decimal(0))
        most = value * standard * people
        over = total > most
        formula = f"{format_money(total)} {'>' if over else '≤'} {value} × {format_money(standard)} × {people}"
        text = f"家庭{label}超过当地规定的上限 {format_money(most)} 元。"
    else:
        over = len(owned) > value
        formula = f"{len(owned)} {'>' if over else '≤'} {value}"
        text = f"家庭{label}超过当地规定的上限（{value}）。"
    line = TraceLine(f"{label}限额", formula, "超过" if over else "符合", AMOUNT, sources)
    return line, Reason("ASSET_OVER_LIMIT", text, AMOUNT) if over else None
