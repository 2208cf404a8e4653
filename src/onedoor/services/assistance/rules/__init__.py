"""The rules of social assistance: pure functions that cite their article and return reasons and the calculation."""

from onedoor.services.assistance.rules.amount import dibao_amount
from onedoor.services.assistance.rules.assets import Asset, assets_within
from onedoor.services.assistance.rules.classify import (
    Found,
    HouseholdFacts,
    Obligor,
    classify_household,
    judge_dibao,
    precheck_dibao,
)
from onedoor.services.assistance.rules.household import (
    Counted,
    PersonFacts,
    cohabiting_members,
)
from onedoor.services.assistance.rules.income import IncomeItem, countable_income
from onedoor.services.assistance.rules.obligors import obligor_share
from onedoor.services.assistance.rules.procedure import (
    Deadlines,
    GivenConsent,
    Grace,
    benefit_start,
    can_query,
    county_due,
    deadlines,
    grace,
    next_steps_after_notice,
    review_due,
)
from onedoor.services.assistance.rules.rigid import is_rigid

__all__ = [
    "Asset",
    "Counted",
    "Deadlines",
    "Found",
    "GivenConsent",
    "Grace",
    "HouseholdFacts",
    "IncomeItem",
    "Obligor",
    "PersonFacts",
    "assets_within",
    "benefit_start",
    "can_query",
    "classify_household",
    "cohabiting_members",
    "countable_income",
    "county_due",
    "deadlines",
    "dibao_amount",
    "grace",
    "is_rigid",
    "judge_dibao",
    "next_steps_after_notice",
    "obligor_share",
    "precheck_dibao",
    "review_due",
]
