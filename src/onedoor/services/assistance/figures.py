"""The figures of law social assistance reads from the parameter table: what each may be and which place may set it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from onedoor.platform.kernel.definitions import Definition, Relation, is_plain_number
from onedoor.services.assistance.rules.assets import LABELS
from onedoor.services.assistance.rules.laws import AMOUNT

PREFIX = "assist."
NATION, PROVINCE, COUNTY = 1, 2, 4
MOST_MONEY = 100_000
MODE, TIERS = "assist.dibao.amount_mode", "assist.dibao.tiers"
URBAN, RURAL = "assist.dibao.standard.urban", "assist.dibao.standard.rural"


def _money(text: str) -> str:
    if not is_plain_number(text) or text.startswith("-"):
        raise ValueError("no sum of money")
    return text


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AssetLimit(_Strict):
    kind: Annotated[str, Field(pattern="^(" + "|".join(LABELS) + ")$")]
    measure: Literal["months_per_person", "count"]
    value: Annotated[int, Field(ge=0, le=1200)]


class Tier(_Strict):
    name: Annotated[str, Field(min_length=1, max_length=20)]
    upto: Annotated[str, AfterValidator(_money)]
    amount: Annotated[str, AfterValidator(_money)]


Days = Annotated[int, Field(ge=1, le=90)]


class Limits(_Strict):
    """Working days of a procedure; those of the whole are never below its parts (民发〔2021〕57号)."""

    survey: Days
    verification: Days
    county: Days
    total: Days
    longest: Days


def _in_order(limits: Limits) -> Limits:
    if not max(limits.survey, limits.verification, limits.county) <= limits.total <= limits.longest:
        raise ValueError("the whole is shorter than a part")
    return limits


def _highest(tiers: Sequence[Mapping[str, Any]]) -> Decimal:
    return max(Decimal(tier["upto"]) for tier in tiers)


def _reaches(standard: str) -> Relation:
    """A household just below the standard must find its tier, or its amount cannot be worked out."""
    return Relation(
        "at_least",
        standard,
        AMOUNT,
        given=(MODE, "TIER"),
        number=_highest,
        called="最高一档的收入上限",
    )


def _money_of(key: str, title: str, lowest: int, *, least: int = 0) -> Definition:
    return Definition(key, title, "decimal", lowest=lowest, unit="元", least=least, most=MOST_MONEY)


def _months(key: str, title: str, lowest: int, *, most: int, relations: Sequence[Relation] = ()) -> Definition:
    return Definition(key, title, "whole", lowest=lowest, unit="月", least=1, most=most, relations=relations)


FIGURES = (
    _money_of(URBAN, "城市最低生活保障月标准", COUNTY, least=1),
    _money_of(RURAL, "农村最低生活保障月标准", COUNTY, least=1),
    Definition(
        MODE,
        "保障金计算方式（EXACT 补差，TIER 分档）",
        "text",
        lowest=COUNTY,
        choices=("EXACT", "TIER"),
        relations=(Relation("needs", TIERS, AMOUNT, where="TIER"),),
    ),
    Definition(
        TIERS,
        "分档发放的各档",
        "structure",
        lowest=COUNTY,
        shape=TypeAdapter(Annotated[list[Tier], Field(min_length=1, max_length=20)]),
        relations=(_reaches(URBAN), _reaches(RURAL)),
    ),
    Definition("assist.dibao.round_unit", "保障金进位单位", "decimal", lowest=COUNTY, unit="元", least=1, most=100),
    Definition(
        "assist.asset_limits",
        "家庭财产上限",
        "structure",
        lowest=COUNTY,
        shape=TypeAdapter(Annotated[list[AssetLimit], Field(min_length=1, max_length=20)]),
    ),
    Definition("assist.obligor_formula", "赡养抚养扶养费的算法", "text", lowest=PROVINCE, choices=("HALF_ABOVE_2X",)),
    Definition(
        "assist.days",
        "低保各环节的工作日数",
        "structure",
        lowest=COUNTY,
        shape=TypeAdapter(Annotated[Limits, AfterValidator(_in_order)]),
    ),
    # Seven days are the law's (民发〔2021〕57号 art. 19): no place has fewer.
    Definition("assist.pre_notice_days", "公示天数", "whole", lowest=PROVINCE, unit="天", least=7, most=30),
    _months("assist.grace_months", "就业后的渐退期", COUNTY, most=24),
    # Once a year and once in half a year at the least (art. 31): a place may look more often, never less.
    _months("assist.review_months.stable", "收入稳定家庭的复核间隔", COUNTY, most=12),
    _months(
        "assist.review_months.unstable",
        "收入不稳定家庭的复核间隔",
        COUNTY,
        most=6,
        relations=(Relation("at_most", "assist.review_months.stable", "民发〔2021〕57号第三十一条"),),
    ),
    Definition("assist.marginal.ratio", "低保边缘标准与低保标准之比", "decimal", lowest=COUNTY, least=1, most=3),
    Definition("assist.rigid.threshold", "刚性支出占家庭收入的比例", "decimal", lowest=COUNTY, least=0, most=1),
    _money_of("assist.rigid.income_line", "上年度人均可支配收入（月）", COUNTY, least=1),
    _months("assist.verification.usable_months", "核对结果可以使用多久", PROVINCE, most=12),
    _money_of("assist.deposit_tolerance", "存款申报与核对相差多少以内不算差异", COUNTY),
)
