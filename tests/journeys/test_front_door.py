"""A26: whose account the money goes to, as the daughter meets it on her page."""

import re
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from onedoor.demonstration.cast import DAUGHTER, Citizen
from onedoor.platform.cases.models import Case
from tests.journeys.conftest import Simulator
from tests.journeys.test_minimum_living import MONDAY, SECTIONS, fill, start


@pytest.mark.django_db
def test_a26_the_agents_own_account_is_refused_on_the_page_and_nothing_typed_is_lost(
    site: Simulator, citizen: Callable[[Citizen], Client], work: Callable[[], None]
) -> None:
    with time_machine.travel(MONDAY, tick=True):
        daughter = citizen(DAUGHTER)
        draft = start(daughter)
        work()
        fill(daughter, draft, ["applicant", "household", "income", "assets", "obligors"])
        url = f"/drafts/{draft}/s/reason/"
        revision = re.search(r'name="revision" value="(\d+)"', daughter.get(url).content.decode())
        assert revision is not None
        typed = SECTIONS["reason"] | {"account_name": DAUGHTER.name}
        answer = daughter.post(url, {"revision": revision[1], **typed})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "收款账户必须是一起生活的家人本人的，不能用代办人或他人的账户。" in page
        assert SECTIONS["reason"]["reason"] in page
        kept = re.search(r'name="revision" value="(\d+)"', page)
        assert kept is not None
        refused = daughter.post(f"/drafts/{draft}/review/", {"revision": kept[1]})
        assert refused.status_code in (409, 422)
        assert not Case.objects.exists()
