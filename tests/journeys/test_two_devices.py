"""One draft on two devices: what was typed on either is shown, nothing is overwritten unseen; it saves itself while one types."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from onedoor.demonstration.cast import DAUGHTER, FATHER, Citizen
from onedoor.platform.cases.models import Draft
from tests.journeys.test_minimum_living import SECTIONS, start

pytestmark = [pytest.mark.processes, pytest.mark.django_db]
APPLICANT = SECTIONS["applicant"]


@pytest.fixture
def phone(site: object, citizen: Callable[[Citizen], Client]) -> Client:
    return citizen(DAUGHTER)


@pytest.fixture
def draft(phone: Client) -> str:
    return start(phone)


def revision(client: Client, url: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', client.get(url).content.decode())
    assert found is not None
    return found[1]


def test_an_older_page_shows_what_the_other_device_saved_and_keeps_its_own(phone: Client, draft: str) -> None:
    tablet = Client()
    tablet.cookies = phone.cookies
    url = f"/drafts/{draft}/s/applicant/"
    seen = revision(phone, url)
    saved: dict[str, Any] = {"revision": revision(tablet, url), **APPLICANT, "address": "水北街 18 号"}
    assert tablet.post(url, saved).status_code == 302

    late = phone.post(url, {"revision": seen, **APPLICANT, "address": "水南街 3 号"})
    page = late.content.decode()
    assert late.status_code == 409
    assert "水北街 18 号" in page  # what the tablet saved is told
    assert 'value="水南街 3 号"' in page  # what the phone typed is kept
    assert Draft.objects.get().answers["address"] == "水北街 18 号"

    current = re.search(r'name="revision" value="(\d+)"', page)
    assert current is not None
    assert phone.post(url, {"revision": current[1], **APPLICANT, "address": "水南街 3 号"}).status_code == 302
    assert Draft.objects.get().answers["address"] == "水南街 3 号"


def test_it_saves_itself_and_says_so_when_it_cannot(phone: Client, draft: str) -> None:
    url = f"/drafts/{draft}/s/applicant/"
    first = revision(phone, url)
    saved = phone.post(url, {"revision": first, **APPLICANT, "id_number": "11"}, headers={"X-Autosave": "1"})
    assert saved.json()["revision"] == int(first) + 1
    page = phone.get(url).content.decode()
    assert 'value="11"' in page  # half an identity number is kept as typed
    assert FATHER.name in page
    assert phone.post(url, {"revision": first, **APPLICANT}, headers={"X-Autosave": "1"}).status_code == 409


def test_a_place_is_found_step_by_step(site: object) -> None:
    visitor = Client()
    assert "浙江省" in visitor.get("/place/").content.decode()
    assert "杭州市" in visitor.get("/place/?under=330000000000").content.decode()
    assert "临平区" in visitor.get("/place/?under=330100000000").content.decode()
    assert "塘栖镇" in visitor.get("/place/?under=330113000000").content.decode()
