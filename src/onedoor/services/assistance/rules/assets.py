"""Asset limits: the local list says what a household may own and still be in need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from onedoor.services.assistance.rules.laws import AMOUNT
from onedoor.standards.judgement import Judgement, Params, Reason, TraceLine
from onedoor.standards.money import format_money

LABELS = {
    "DEPOSIT": "存款等金融资产",
    "SECURITIES": "有价证券",
    "FUND": "基金",
    "COMMERCIAL_INSURANCE": "商业保险",
    "CLAIM": "债权",
    "INTERNET_FINANCE": "互联网金融资产",
    "VEHICLE": "机动车",
    "VESSEL": "船舶",
    "HOUSE": "房屋",
    "FOREST_OR_FIXTURE": "林木等定着物",
    "COMPANY_SHARE": "企业出资",
}
# Money in another shape: where a place sets no limit of its own for one of these, it counts with the deposits.
LIKE_MONEY = ("SECURITIES", "FUND", "COMMERCIAL_INSURANCE", "CLAIM", "INTERNET_FINANCE")


@dataclass(frozen=True)
class Asset:
    """`value` in yuan for money, a count of 1 for things. `exempt` says why it does not count."""

    kind: str
    value: Decimal
    exempt: str = ""
    source: str = "申请人申报"


def assets_within(assets: Sequence[Asset], people: int, standard: Decimal, params: Params) -> Judgement:
    """
    Return whether the assets keep within `assist.asset_limits`; exactly at a limit is within (Law art. 18).

    A limit is {kind, measure, value}: `months_per_person` compares money with value × standard × people, `count` the
    number of things. Securities, funds, insurance, claims and internet finance count with the deposits unless the
    place limits them by themselves. Exempt assets stay in the trace with their reason.

    :raises ValueError: a kind or a measure this rule does not know.
    :raises MissingParameter: the place has no limits.
    """
    limits = params.value("assist.asset_limits")
    for kind in (*(asset.kind for asset in assets), *(str(limit["kind"]) for limit in limits)):
        if kind not in LABELS:
            raise ValueError(f"unknown kind of asset {kind}")
    own_limit = {limit["kind"] for limit in limits}
    reasons = []
    trace = [
        TraceLine(LABELS[asset.kind], asset.exempt, "不计入", AMOUNT, (asset.source,))
        for asset in assets
        if asset.exempt
    ]
    for limit in limits:
        kinds = {limit["kind"]}
        if limit["kind"] == "DEPOSIT":
            kinds |= {kind for kind in LIKE_MONEY if kind not in own_limit}
        owned = [asset for asset in assets if asset.kind in kinds and not asset.exempt]
        line, reason = _compare(limit, owned, people, standard)
        trace.append(line)
        reasons += [reason] if reason else []
    return Judgement(not reasons, tuple(reasons), tuple(trace), (params.row("assist.asset_limits"),))


def _compare(
    limit: Mapping[str, object], owned: Sequence[Asset], people: int, standard: Decimal
) -> tuple[TraceLine, Reason | None]:
    value, measure = Decimal(str(limit["value"])), limit["measure"]
    sources = tuple(sorted({asset.source for asset in owned}))
    label = LABELS[str(limit["kind"])]
    if measure == "months_per_person":
        total = sum((asset.value for asset in owned), Decimal(0))
        most = value * standard * people
        over = total > most
        formula = f"{format_money(total)} {'>' if over else '≤'} {value} × {format_money(standard)} × {people}"
        text = f"家庭{label}超过当地规定的上限 {format_money(most)} 元。"
    elif measure == "count":
        over = len(owned) > value
        formula = f"{len(owned)} {'>' if over else '≤'} {value}"
        text = f"家庭{label}超过当地规定的上限（{value}）。"
    else:
        raise ValueError(f"unknown measure {measure} of an asset limit")
    line = TraceLine(f"{label}限额", formula, "超过" if over else "符合", AMOUNT, sources)
    return line, Reason("ASSET_OVER_LIMIT", text, AMOUNT) if over else None
