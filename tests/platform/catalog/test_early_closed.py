"""A place whose offering says so lets nobody fill a form in before logging in; the item has to have opened that."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from tests.platform import library
from tests.platform.catalog.test_offerings import OWN, offer
from tests.platform.library import Library

from onedoor.platform.catalog.models import Offering
from onedoor.platform.catalog.operations import NotPublishable
from onedoor.platform.messages import gateway

OPENED = ["limits.promised", "early_draft"]
ELSEWHERE = "330113100000"
OFFER = "先填着，不用登录"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(gateway, "send_sms", lambda **told: found.append(told))
    return found


def test_an_authority_switches_it_off_at_its_page_and_only_for_its_place(
    books: Library, officer: Callable[[str], Client], sent: list[Any]
) -> None:
    library.publish(library.item(opened=OPENED), valid_from=date(2026, 8, 1))
    county, reviewer, visitor = officer("county_items"), officer("county_reviewer"), Client()
    visitor.cookies["place"] = library.TOWN
    assert OFFER in visitor.get(f"/items/{library.ITEM}/").content.decode()
    assert "先填后登录" in county.get(f"/staff/items/{library.ITEM}/offering/").content.decode()
    counter = {f"counters-0-{part}": text for part, text in OWN["counters"][0].items()}  # type: ignore[index,attr-defined]
    typed = {"organ_nature": "1", "power_source": "1", "consult": "010-10000", "supervise": "12345", **counter}
    address = county.post(f"/staff/items/{library.ITEM}/offering/", typed | {"early_draft": "no"}).headers["Location"]
    assert 'value="no" selected' in county.get(f"/staff/items/{library.ITEM}/offering/").content.decode()
    assert county.post(address, {"deed": "submit"}).status_code == 302
    assert reviewer.post(address, {"deed": "approve", "opinion": "同意发布。"}).status_code == 302
    assert county.post(address, {"deed": "publish", "valid_from": "2026-09-01"}).status_code == 302

    assert OFFER not in visitor.get(f"/items/{library.ITEM}/").content.decode()
    refused = visitor.post(f"/early/?item={library.ITEM}", {"phone": "13911112222"})
    assert (refused.status_code, "要先登录才能填写" in refused.content.decode()) == (409, True)
    body = {"item": library.ITEM, "division": library.TOWN, "phone": "13911112222", "one_time_code": "000000"}
    told = visitor.post("/api/v1/early-drafts", json.dumps(body), content_type="application/json")
    assert (told.status_code, told.json()["code"]) == (409, "cases.not_before_login")
    assert not sent
    visitor.cookies["place"] = ELSEWHERE
    assert OFFER in visitor.get(f"/items/{library.ITEM}/").content.decode()


def test_no_place_opens_what_the_item_keeps_closed(books: Library) -> None:
    library.publish(library.item(opened=OPENED, early_draft=False), valid_from=date(2026, 8, 1))
    with pytest.raises(NotPublishable, match="地方不能放开"):
        offer(books, early_draft=True)
    assert not Offering.objects.filter(overrides__early_draft=True).exists()


def test_an_item_that_has_not_opened_it_is_asked_nothing(books: Library, officer: Callable[[str], Client]) -> None:
    page = officer("county_items").get(f"/staff/items/{library.ITEM}/offering/").content.decode()
    assert "先填后登录" not in page
