"""Figures of social assistance that law relates to one another are proposed together or not at all."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.platform import library
from tests.platform.library import MACHINE, NATION, Library

from onedoor.platform.catalog import loading, operations
from onedoor.platform.catalog.loading import shipped_files
from onedoor.platform.catalog.relations import contradictions_of
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel import definitions, parameters

NOW = datetime(2026, 9, 1, 10, 0, tzinfo=library.CHINA)
DAY = date(2026, 10, 1)
TIERS = [{"name": "A", "upto": "405.00", "amount": "640.00"}, {"name": "B", "upto": "810.00", "amount": "320.00"}]


@pytest.fixture(autouse=True)
def shipped(books: Library) -> Iterator[None]:
    """The figures as they ship, on a day in September."""
    with time_machine.travel(NOW, tick=False):
        loading.load_parameters(list(shipped_files("parameters.yaml")), actor=MACHINE, at=NOW)
        yield


def propose(key: str, value: str) -> tuple[int, str]:
    """Propose a figure for the country at its page; return the status and the page."""
    client = Client()
    backend = "onedoor.platform.identity.backends.AccountBackend"
    client.force_login(Login.objects.get(username="item_manager"), backend=backend)
    fields = {"division": NATION, "value": value, "document": "民发〔2026〕9号", "valid_from": DAY.isoformat()}
    sent = client.post(f"/staff/parameters/{key}/", fields)
    return sent.status_code, sent.content.decode()


def enact(key: str, value: Any, books: Library) -> None:
    made = operations.propose_parameter(
        key=key,
        division=NATION,
        value=value,
        document="民发〔2026〕9号",
        valid_from=DAY,
        actor=books.officer("item_manager"),
        at=NOW,
    )
    reviewer = books.officer("legal_reviewer")
    operations.approve_proposal(proposal_id=made.pk, opinion="与文件一致，同意。", actor=reviewer, at=NOW)


def test_amounts_by_tiers_need_tiers_that_reach_up_to_the_standard(books: Library) -> None:
    status, page = propose("assist.dibao.amount_mode", "TIER")
    assert (status, "须先登记“分档发放的各档”" in page) == (409, True)
    short = [TIERS[0], TIERS[1] | {"upto": "809.99"}]
    enact("assist.dibao.tiers", short, books)  # nothing reads them while amounts are exact
    status, page = propose("assist.dibao.amount_mode", "TIER")
    assert (status, "“最高一档的收入上限”不得低于“城市最低生活保障月标准”" in page) == (409, True)
    enact("assist.dibao.tiers", TIERS, books)
    enact("assist.dibao.amount_mode", "TIER", books)
    assert parameters.figure("assist.dibao.amount_mode", chain=[NATION], on=DAY) == "TIER"
    assert propose("assist.dibao.standard.urban", "810.01")[0] == 409
    assert propose("assist.dibao.tiers", json.dumps(short))[0] == 409
    assert propose("assist.dibao.standard.rural", "810.00")[0] == 302


def test_an_unstable_income_is_looked_at_no_less_often_than_a_stable_one(books: Library) -> None:
    status, page = propose("assist.review_months.stable", "5")
    assert (status, "“收入不稳定家庭的复核间隔”不得高于“收入稳定家庭的复核间隔”" in page) == (409, True)
    assert propose("assist.review_months.stable", "6")[0] == 302


def test_figures_as_shipped_contradict_nothing_from_their_first_day_on() -> None:
    related = [row for row in parameters.rows_starting_with("assist.") if definitions.relations_of(row.key)]
    assert len(related) > 3
    for row in related:
        found = contradictions_of(row.key, row.division, row.value, on=row.valid_from)
        assert found == [], row.key
