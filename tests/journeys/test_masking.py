"""Nothing that officers list, and nothing that is logged, holds a whole identity number, phone or bank card."""

import json
import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from onedoor.demonstration import households
from onedoor.demonstration.cast import OFFICERS
from onedoor.platform.cases.models import Case, CaseAnswers
from onedoor.platform.identity.models import Person
from tests.journeys.conftest import Simulator

pytestmark = pytest.mark.processes
MONDAY = datetime(2026, 11, 2, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
SPECIFICATION = Path(__file__).resolve().parents[2] / "src" / "onedoor" / "api" / "openapi.json"
LINK = re.compile(r'(?:href|action)="(/(?:staff|supervision|notices|check|progress|items|search)[^"#]*)"')
MOST_PAGES = 150


def secrets() -> dict[str, str]:
    """Return every whole number of a person that is stored, and what it is."""
    found = {}
    for person in Person.objects.all():
        found |= {str(person.id_number): "identity number", str(person.phone): "phone"}
    for answers in CaseAnswers.objects.all():
        found |= dict.fromkeys(re.findall(r"(?<!\d)\d{16,19}(?!\d)", json.dumps(answers.content)), "account")
        found |= dict.fromkeys(re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", json.dumps(answers.content)), "phone")
    found.pop("", None)
    return found


def crawl(client: Client, *starts: str) -> dict[str, str]:
    """Follow every link from the starting pages, as far as the visitor is let, and return the pages."""
    waiting, pages = list(starts), {}
    while waiting and len(pages) < MOST_PAGES:
        address = waiting.pop(0)
        if address in pages or address.endswith((".pdf", "/logout/")):
            continue
        answer = client.get(address, follow=True)
        if "text/html" in answer["Content-Type"] or "json" in answer["Content-Type"]:
            pages[address] = answer.content.decode()
            waiting += [link for link in LINK.findall(pages[address]) if link not in pages]
    return pages


@pytest.fixture
def town(site: Simulator, work: Callable[[], None]) -> None:
    """Six households whose cases wait at several desks."""
    with time_machine.travel(MONDAY - timedelta(hours=1), tick=True):
        site.live_on(MONDAY)
        assert households.load(households.invent(6), at=MONDAY) == 6
        work()


def test_no_page_of_any_officer_and_no_log_holds_a_whole_number(
    town: None, officer: Callable[[str], Client], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api = [path for path, acts in json.loads(SPECIFICATION.read_text())["paths"].items() if "get" in acts]
    seen: dict[str, str] = {}
    with time_machine.travel(MONDAY, tick=True):
        known = secrets()
        assert len(known) > 20
        assert {"identity number", "phone", "account"} <= set(known.values())
        for row in OFFICERS:
            client = officer(row.username)
            pages = crawl(client, "/staff/", "/supervision/", *(path for path in api if "{" not in path))
            seen |= {f"{row.username} {address}": text for address, text in pages.items()}
        seen |= {f"anybody {address}": text for address, text in crawl(Client(), "/", "/notices/").items()}
    numbers = Case.objects.values_list("number", flat=True)
    opened = {number: sum(f"/staff/cases/{number}/" in address for address in seen) for number in numbers}
    assert sum(opened.values()) > 3 * len(opened), f"the crawl did not reach the cases: {opened}"
    leaks = [f"{address}: {kind}" for address, text in seen.items() for number, kind in known.items() if number in text]
    assert leaks == []
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert [kind for number, kind in known.items() if number in logged] == []


def test_what_an_officer_unmasks_shows_the_chosen_numbers_only(town: None, officer: Callable[[str], Client]) -> None:
    with time_machine.travel(MONDAY, tick=True):
        case = Case.objects.exclude(state="submitted").order_by("pk")[0]
        content = case.declared.content
        client = officer("TX001")
        chosen = {"fields": ["account"], "purpose": "发放待遇"}
        text = client.post(f"/staff/cases/{case.number}/reveal/", chosen).content.decode()
    assert content["account"] in text
    assert content["id_number"] not in text
    assert all(member["id_number"] not in text for member in content["members"])
