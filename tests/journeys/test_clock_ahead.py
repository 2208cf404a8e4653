"""The demonstration's clock runs ahead of the world's; the queue lives by the world's."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from onedoor.demonstration.cast import DAUGHTER, FATHER, Citizen
from onedoor.platform.kernel import clock
from tests.journeys.conftest import Simulator
from tests.journeys.test_minimum_living import start


def test_a_failed_question_is_asked_again_in_seconds_however_far_the_clock_runs_ahead(
    site: Simulator,
    citizen: Callable[[Citizen], Client],
    work: Callable[[], None],
    settings: Any,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    settings.ONEDOOR_DEMONSTRATION_CLOCK = tmp_path / "clock_days"
    settings.ONEDOOR_DEMONSTRATION_CLOCK.write_text("8")
    assert clock.now() - clock.wall() > timedelta(days=7)
    site.moods(police={"fail": True})
    request.addfinalizer(lambda: site.moods(police={}, clock={}))

    start(citizen(DAUGHTER))
    work()

    waiting = DBTaskResult.objects.get(status="READY")
    assert FATHER.name not in str(waiting.args_kwargs)
    assert clock.wall() < waiting.run_after < clock.wall() + timedelta(minutes=5)
