"""What the demonstration's start page tells a visitor to walk can be walked, and loading it twice puts it there once."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client

from onedoor.demonstration import loading, machine
from onedoor.demonstration.cast import DAUGHTER, FATHER
from onedoor.demonstration.garden import loading as garden
from onedoor.demonstration.views import stories
from onedoor.platform.bundles.models import ProactiveOffer
from onedoor.platform.bundles.proactive import run_due
from onedoor.platform.channels.models import Kiosk, KioskAct
from onedoor.platform.registers.models import BenefitPayment
from tests.journeys.conftest import simulator, site

__all__ = ["simulator", "site"]
AT = datetime(2026, 11, 27, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def put_in_place(folder: Path) -> None:
    for _ in range(2):
        garden.load(own=loading.OWN, at=AT)
        machine.load(folder, at=AT)


def test_every_step_of_every_story_begins_at_a_page_its_person_may_see(site: Any, tmp_path: Path) -> None:
    put_in_place(tmp_path)
    page = Client().get("/demonstration/").content.decode()
    for story in stories():
        assert story["title"] in page
        for step in story["steps"]:
            visitor = Client()
            if step["who"]:
                entered = visitor.post("/demonstration/enter/", {"name": step["who"], "next": step["at"]})
                assert entered["Location"] == step["at"]
            assert visitor.get(step["at"]).status_code == 200, step


def test_the_garden_and_the_machine_are_there_once(site: Any, tmp_path: Path) -> None:
    put_in_place(tmp_path)
    assert BenefitPayment.objects.count() == 4
    assert Kiosk.objects.get(number=machine.NUMBER).reader_key
    assert KioskAct.objects.filter(act="pair").count() == 1
    run_due(at=AT)
    offered = ProactiveOffer.objects.filter(entitlement="demonstration.garden_seeds")
    assert offered.filter(person__name=FATHER.name).count() == 1
    assert not offered.filter(person__name=DAUGHTER.name).exists()


def test_nobody_is_sent_to_another_site_by_the_stage_door(site: Any) -> None:
    entered = Client().post("/demonstration/enter/", {"name": DAUGHTER.phone, "next": "https://elsewhere.example/"})
    assert entered["Location"] == "/me/"
