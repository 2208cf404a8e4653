"""Across the fields of the form: who is named where, whose account gets the money."""

from typing import Any

import pytest

from onedoor.demonstration.cast import DAUGHTER, FATHER, MOTHER
from onedoor.platform.cases.handlers import Application
from onedoor.services.assistance.handlers import check

MEMBERS = [{"name": one.name, "id_number": one.id_number, "relation": "SELF"} for one in (FATHER, MOTHER)]


def application(**answers: Any) -> Application:
    """Return the father's application as far as the check looks at it."""
    whole = {"members": MEMBERS, "obligors": [], "account_name": FATHER.name} | answers
    return Application(answers=whole, applicant_id_number=FATHER.id_number, **OTHERS)


OTHERS: dict[str, Any] = {
    name: None for name in Application.__dataclass_fields__ if name not in ("answers", "applicant_id_number")
}


def test_a_sound_application_passes() -> None:
    assert check(application()) == {}


def test_a26_the_account_must_be_a_members_own_never_the_agents() -> None:
    problems = check(application(account_name=DAUGHTER.name))
    assert "不能用代办人" in problems["account_name"]
    assert check(application(account_name=MOTHER.name)) == {}


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ({"members": MEMBERS[1:], "account_name": MOTHER.name}, "members"),
        ({"incomes": [{"earner": FATHER.name}, {"earner": DAUGHTER.name}]}, "incomes.1.earner"),
        ({"obligors": [{"name": MOTHER.name, "id_number": MOTHER.id_number}]}, "obligors.0.id_number"),
    ],
)
def test_people_are_named_once_and_in_the_right_place(answers: dict[str, Any], path: str) -> None:
    assert path in check(application(**answers))


def test_a_slip_in_the_applicants_number_is_not_told_as_the_applicant_missing_too() -> None:
    slipped = {"name": FATHER.name, "relation": "SELF"}  # a number that does not check is no answer yet
    assert check(application(members=[slipped, MEMBERS[1]])) == {}
    spouse = {"name": MOTHER.name, "relation": "SPOUSE"}
    assert "members" in check(application(members=[spouse], account_name=MOTHER.name))
