"""The police are slow, dead, talk nonsense, sign wrongly, come and go: every question is answered in the end, once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from onedoor.demonstration import households, loading
from onedoor.demonstration.cast import FATHER, MOTHER
from onedoor.platform.cases.models import Case, Conflict
from onedoor.platform.exchange import operations
from onedoor.platform.exchange.models import Query, SourceCall, SourceHealth
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.models import OutboxMessage
from onedoor.services.assistance.models import Verification
from tests.journeys.conftest import Simulator, start_simulator
from tests.ports import free_base

CHINA = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 2, 9, 30, tzinfo=CHINA)
SOURCE = "police.household"

pytestmark = [pytest.mark.processes, pytest.mark.django_db]


class Office:
    """Asks the police and lets time pass for both sides."""

    def __init__(self, site: Simulator, work: Callable[[], None], traveller: time_machine.Traveller) -> None:
        self.site, self.work, self.traveller = site, work, traveller
        self.asked = 0
        self.go()

    def go(self, **ahead: float) -> None:
        self.traveller.shift(timedelta(**ahead))
        self.site.live_on(datetime.now(CHINA))

    def ask(self) -> Query:
        self.asked += 1
        return operations.ask(
            source=SOURCE,
            person_id=Person.objects.get(name=FATHER.name).pk,
            purpose="assistance.prefill",
            business=f"test:{self.asked}",
            actor=Actor.system("预填"),
            at=datetime.now(CHINA),
        )

    def until_all_are_answered(self, **step: float) -> None:
        for _ in range(40):
            self.work()
            if not Query.objects.filter(state__in=["pending", "waiting"]).exists():
                return
            self.go(**step)
        raise AssertionError(list(Query.objects.values_list("state", "last_error")))

    def check_each_was_answered_once(self) -> None:
        for query in Query.objects.all():
            assert query.state == "answered"
            assert query.answer is not None
            assert MOTHER.name in str(list(query.answer[0]["members"]))
            told = OutboxMessage.objects.filter(topic="exchange.answered", payload__query_id=str(query.pk))
            assert [one.payload["state"] for one in told.order_by("pk")][-1] == "answered"
            assert told.filter(payload__state="answered").count() == 1


@pytest.fixture
def office(site: Simulator, work: Callable[[], None], settings: Any) -> Iterator[Office]:
    settings.ONEDOOR_CONNECTOR_TIMEOUT = 0.5
    with time_machine.travel(MONDAY, tick=True) as traveller:
        yield Office(site, work, traveller)
    site.moods(police={}, banks={})


@pytest.mark.parametrize(
    ("mood", "outcome"),
    [
        ({"slow": 1.5}, "timed_out"),
        ({"trickle": 0.05}, "timed_out"),
        ({"fail": 1}, "busy"),
        ({"garbage": 1}, "garbled"),
        ({"forge": 1}, "forged"),
        ({"unsigned": 1}, "forged"),
    ],
    ids=["slow", "a byte at a time", "busy", "garbage", "wrong signature", "no signature"],
)
def test_a_bad_answer_is_not_used_and_a_good_one_is_asked_for(
    office: Office, mood: dict[str, float], outcome: str
) -> None:
    office.site.moods(police=mood)
    query = office.ask()
    office.work()
    assert Query.objects.get(pk=query.pk).state == "pending"
    assert {call.outcome for call in SourceCall.objects.all()} == {outcome}
    office.site.moods(police={})
    office.until_all_are_answered(seconds=20)
    office.check_each_was_answered_once()


def test_a_department_that_comes_and_goes_answers_everybody_in_the_end(office: Office) -> None:
    office.site.moods(police={"flap": 4})
    for _ in range(12):
        office.ask()
    office.until_all_are_answered(minutes=2)
    office.check_each_was_answered_once()
    assert SourceCall.objects.filter(outcome="busy").exists()


def test_a_dead_department_is_left_in_peace_and_caught_up_with_when_it_is_back(
    office: Office, settings: Any, tmp_path: Path
) -> None:
    loading.write_simulator_data(tmp_path)
    (tmp_path / "node.pub").write_bytes((office.site.folder / "node.pub").read_bytes())
    base = free_base()
    settings.ONEDOOR_CONNECTORS = {SOURCE: f"http://127.0.0.1:{base}"}
    settings.ONEDOOR_CONNECTOR_KEYS = tmp_path / "department-keys"
    office.site = Simulator(base, tmp_path)
    for _ in range(8):
        office.ask()
    for _ in range(8):
        office.work()
        office.traveller.shift(timedelta(seconds=40))
    assert set(Query.objects.values_list("state", flat=True)) == {"waiting"}
    assert SourceHealth.objects.get(connector=SOURCE).state == "open"
    calls = SourceCall.objects.count()
    assert calls < 8 * 6  # most did not even go out
    assert set(SourceCall.objects.values_list("outcome", flat=True)) == {"unreachable"}

    process = start_simulator(base, tmp_path)
    try:
        office.until_all_are_answered(minutes=3)
    finally:
        process.kill()
        process.wait(10)

    office.check_each_was_answered_once()
    assert SourceHealth.objects.get(connector=SOURCE).state == "closed"


def test_a_case_goes_on_while_the_banks_are_silent_and_takes_their_word_when_they_are_back(
    office: Office, officer: Callable[[str], Client]
) -> None:
    """Household 4 has 46,200 yuan nobody told of; its case is accepted while the banks are down."""
    homes = households.invent(5)
    loading.write_simulator_data(office.site.folder, also=households.simulated(homes))
    office.site.moods(banks={"fail": 1})
    households.load([homes[4]], at=datetime.now(CHINA))
    case = Case.objects.get()
    for _ in range(6):
        office.work()
        office.go(seconds=40)
    verification = Verification.objects.get(case=case)
    assert verification.conclusion == "INCOMPLETE"
    assert verification.results.filter(source="banks.balance", state="waiting").exists()
    assert case.steps.get(code="verify").ended_at is not None  # nobody waits for the banks
    reviewer = officer("TX004")
    assert "待核验" in reviewer.get(f"/staff/cases/{case.number}/").content.decode()
    assert not Conflict.objects.exists()  # less than declared says nothing while an answer is missing

    office.site.moods(banks={})
    for _ in range(12):
        office.go(minutes=3)
        office.work()

    verification.refresh_from_db()
    assert verification.conclusion == "INCONSISTENT"
    conflict = Conflict.objects.get(case=case)
    assert (conflict.fact, conflict.source) == ("DEPOSIT", "banks.balance")
    assert str(conflict.found).startswith(f"{46200 + homes[4].deposits}")
    page = officer("TX004").get(f"/staff/cases/{case.number}/").content.decode()
    assert "待核验" not in page
    assert "银行业金融机构：存款信息" in page
