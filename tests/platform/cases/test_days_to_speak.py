"""How long somebody may speak before a decision against them: a county gives more days than the rule, never fewer."""

from datetime import date

import pytest
from tests.platform.cases.test_conflicts import LAST_DAY, MONDAY, finding, report
from tests.platform.cases.test_linked_cases import DONE, WHY, granted
from tests.platform.desks import Desk, staff
from tests.platform.library import COUNTY, MACHINE, NATION, Library

from onedoor.platform.cases.models import Case, Revocation
from onedoor.platform.catalog import operations
from onedoor.platform.kernel.errors import InvalidInput

__all__ = ["granted"]


def give(key: str, days: int, division: str = COUNTY) -> None:
    operations.set_parameter(
        key=key,
        division=division,
        value=days,
        document="朝民〔2026〕1号",
        valid_from=date(2026, 1, 1),
        actor=MACHINE,
        at=MONDAY,
    )


def test_a_county_that_gives_ten_days_to_be_heard_says_so_and_waits_ten(desk: Desk, granted: Case) -> None:
    desk.go(DONE)
    assert "5 个工作日内可以陈述申辩" in desk.page("reviewer", staff(granted, "revocation/"))
    give("cases.days_to_be_heard", 10)
    assert "10 个工作日内可以陈述申辩" in desk.page("reviewer", staff(granted, "revocation/"))
    desk.act("reviewer", staff(granted, "revocation/"), ending="revoke", **WHY)
    assert Revocation.objects.get(case__relation="revoke").heard_until == date(2026, 10, 20)


def test_an_applicant_has_the_countys_days_to_explain(desk: Desk, books: Library) -> None:
    desk.go(MONDAY)
    give("cases.days_to_explain", 6)
    (conflict,) = report(books.accepted(MONDAY), finding())
    assert conflict.explain_due_on > LAST_DAY


def test_nobody_is_given_fewer_days_than_the_rule(books: Library) -> None:
    for key in ("cases.days_to_be_heard", "cases.days_to_explain"):
        with pytest.raises(InvalidInput) as refused:
            give(key, 4, NATION)
        assert list(refused.value.problems) == ["value"]
