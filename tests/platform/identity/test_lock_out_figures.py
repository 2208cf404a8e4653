"""How many wrong passwords lock an account, and for how long, are figures two people can change."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.platform.identity.test_logins import AT, PASSWORD, account, at_the_desk, citizen_tries, keeper, officer_tries
from tests.platform.identity.test_logins import shown as code_at
from tests.platform.library import MACHINE, NATION

from onedoor.platform.catalog import operations
from onedoor.platform.identity.models import Login

__all__ = ["account", "at_the_desk", "keeper"]
TOLD = "连续输错 3 次，账号锁定 60 分钟"


@pytest.fixture(autouse=True)
def stricter(books: Any) -> None:
    """Three tries and an hour."""
    for key, value in (("identity.lock_tries", 3), ("identity.lock_minutes", 60)):
        operations.set_parameter(
            key=key,
            division=NATION,
            value=value,
            document="民办发〔2026〕1号",
            valid_from=date(2026, 1, 1),
            actor=MACHINE,
            at=AT,
        )


def test_wrong_passwords_lock_as_the_figures_say(keeper: Login, at_the_desk: Any) -> None:
    for _ in range(2):
        assert TOLD in officer_tries(Client(), "wrong", code_at(AT)).content.decode()
    locked = officer_tries(Client(), "wrong", code_at(AT))
    assert (locked.status_code, TOLD in locked.content.decode()) == (429, True)
    for minutes, status in ((59, 429), (59 + 61, 302)):  # a try while it is locked begins the hour anew
        at_the_desk.move_to(AT + timedelta(minutes=minutes))
        again = officer_tries(Client(), PASSWORD, code_at(AT + timedelta(minutes=minutes)))
        assert again.status_code == status


def test_wrong_one_time_passwords_lock_as_the_figures_say(keeper: Login, at_the_desk: Any) -> None:
    for number in range(3):
        officer_tries(Client(), PASSWORD, f"{number:06d}")
    locked = officer_tries(Client(), PASSWORD, code_at(AT))
    assert (locked.status_code, f"动态口令{TOLD}" in locked.content.decode()) == (429, True)
    at_the_desk.move_to(AT + timedelta(minutes=61))
    assert officer_tries(Client(), PASSWORD, code_at(AT + timedelta(minutes=61))).status_code == 302


def test_a_citizen_is_told_the_same_figures(account: Login, at_the_desk: Any) -> None:
    for _ in range(2):
        assert TOLD in citizen_tries(Client(), "wrong").content.decode()
    assert citizen_tries(Client(), "wrong").status_code == 429
    assert citizen_tries(Client(), PASSWORD).status_code == 429
