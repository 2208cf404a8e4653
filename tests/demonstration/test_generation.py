"""Invented cases are as sound as real ones: chains hold, numbers are well-formed, desks show them."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from onedoor.demonstration import loading
from onedoor.demonstration.cast import COUNTY
from onedoor.demonstration.generation.loading import invent
from onedoor.demonstration.generation.plans import Plan
from onedoor.platform.cases.life import fold
from onedoor.platform.cases.models import Action, Case, CaseStep, Clock
from onedoor.platform.cases.states import TERMINAL
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel import crypto
from onedoor.platform.kernel.clock import CHINA
from onedoor.services.assistance.models import Recognition
from onedoor.standards.case_numbers import is_case_number
from onedoor.standards.id_numbers import parse_citizen_id

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=CHINA)
COUNT = 120
READ = (
    "state",
    "result",
    "supplement_round",
    "last_seq",
    "last_hash",
    "last_at",
    "received_at",
    "accepted_at",
    "decided_at",
)


@pytest.fixture
def invented(db: None, tmp_path: Path, settings: Any) -> list[Case]:
    settings.ONEDOOR_KEYS_DIR = tmp_path / "keys"
    crypto.create_missing_keys(tmp_path / "keys")
    call_command("load_divisions", verbosity=0)
    loading.load_items(at=NOW)
    loading.load_people(at=NOW)
    invent(Plan(COUNT, COUNTY, processes=1), at=NOW, tell=lambda line: None)
    return list(Case.objects.select_related("applicant", "declared"))


def test_invented_cases_are_what_their_actions_say(invented: list[Case]) -> None:
    assert COUNT * 0.95 <= len(invented) <= COUNT
    for case in invented:
        told = fold(Action.objects.filter(case=case).order_by("seq"))
        assert told["chain"], case.pk
        assert {name: told[name] for name in READ} == {name: getattr(case, name) for name in READ}
        assert is_case_number(case.number)
        assert case.submitted_at <= NOW
        assert case.declared.content["members"][0]["id_number"] == case.applicant.id_number
    assert {"completed", "reviewing", "publicizing", "received"} <= {case.state for case in invented}


def test_what_still_runs_waits_at_a_desk_and_what_has_ended_does_not(invented: list[Case]) -> None:
    for case in invented:
        waiting = CaseStep.objects.filter(case=case, ended_at__isnull=True).count()
        running = Clock.objects.filter(case=case, state=Clock.State.RUNNING).count()
        if case.state in TERMINAL:
            assert (waiting, running) == (0, 0), case.state
        else:
            assert waiting, case.state
    granted = [case for case in invented if case.result == "granted"]
    assert Recognition.objects.count() == len(granted) > 0


def test_invented_people_have_well_formed_numbers_of_their_own(invented: list[Case]) -> None:
    people = list(Person.objects.filter(recorded_by="演示数据"))
    assert len({person.id_number for person in people}) == len(people) > COUNT
    for person in people:
        number = parse_citizen_id(person.id_number)
        assert (number.birth_date, number.sex_code) == (person.born_on, person.sex)
