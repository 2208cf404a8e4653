"""A member of the household signs on their own phone what the agent's application asks."""

import re
from collections.abc import Callable

from django.test import Client

from onedoor.demonstration.cast import DAUGHTER, FATHER, MOTHER, Citizen
from onedoor.platform.identity.models import Consent, Delegation
from tests.journeys.conftest import Simulator
from tests.journeys.test_minimum_living import fill, post, start


def test_a_member_without_delegation_signs_on_her_own_phone(
    site: Simulator, citizen: Callable[[Citizen], Client], work: Callable[[], None]
) -> None:
    Delegation.objects.filter(principal__name=MOTHER.name).update(state="revoked")
    daughter = citizen(DAUGHTER)
    draft = start(daughter)
    work()
    fill(daughter, draft, ["applicant", "household"])
    work()
    page = daughter.get(f"/drafts/{draft}/consents/").content.decode()
    place = re.search(rf"{MOTHER.name}）</h2>.*?value=\"(\d+)\"", page, re.DOTALL)
    assert place is not None
    refused = daughter.post(f"/drafts/{draft}/consents/", {"consent": place[1]})
    assert refused.status_code != 302
    assert not Consent.objects.filter(person__name=MOTHER.name).exists()

    mother = citizen(MOTHER)
    assert "等您签署" in mother.get("/me/").content.decode()
    asked = mother.get("/me/signatures/").content.decode()
    assert "王*福" in asked
    wanted = re.search(r'name="wanted" value="(\d+)"', asked)
    assert wanted is not None
    stranger = post(citizen(FATHER), "/me/signatures/", {"wanted": wanted[1]})
    assert stranger.status_code == 403
    assert post(mother, "/me/signatures/", {"wanted": wanted[1]}).status_code == 302

    assert Consent.objects.get(person__name=MOTHER.name).method == "self"
    assert "没有等您签署" in mother.get("/me/signatures/").content.decode()
    page = daughter.get(f"/drafts/{draft}/consents/").content.decode()
    assert re.search(rf"{MOTHER.name}）</h2>.*?已签署", page, re.DOTALL)
    assert any("通知" in message["text"] for message in site.messages(MOTHER.phone))
