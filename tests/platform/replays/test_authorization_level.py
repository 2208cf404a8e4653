"""Whoever gives others power to act is proved (level 3), whatever the item asks; an item binds nobody below level 2."""

import uuid
from typing import Any

import pytest
from tests.platform.replays.stage import API_RECIPES, RECIPES, Stage, set_out
from tests.platform.replays.test_hundred import arrive, call, changed, everything, stage
from tests.platform.replays.test_levels import API, client_known_as

from onedoor.platform.catalog import elements
from onedoor.platform.identity.models import Consent

assert stage  # the fixture of the hundred arrivals
SIGNING_PAGES = ["draft_consents", "signatures"]
SIGNING_CALLS = [f"{API}/drafts/{{draft_id}}/consents", f"{API}/me/signatures/{{wanted_id}}"]


def asking(stage: Stage, level: int) -> None:
    """Let every item this stage publishes ask for a level of its own."""
    stage.published = lambda **changes: Stage.published(stage, **changes, assurance=level)  # type: ignore[method-assign]


@pytest.mark.parametrize("name", SIGNING_PAGES)
def test_a_page_takes_an_authorization_at_level_3_where_the_item_asks_2(stage: Stage, name: str) -> None:
    asking(stage, 2)
    sent = set_out(RECIPES[name], stage)
    client, before = client_known_as(stage, sent, 2), everything()
    refused = arrive(stage, client, sent, idempotency_key=uuid.uuid4().hex)
    assert refused.status_code == 403
    assert changed(before, everything()) == {"audit_auditentry"}
    taken = arrive(stage, client_known_as(stage, sent, 3), sent, idempotency_key=uuid.uuid4().hex)
    assert taken.status_code == 302
    assert Consent.objects.count() == 1


@pytest.mark.parametrize("path", SIGNING_CALLS)
def test_a_call_takes_an_authorization_at_level_3_where_the_item_asks_2(stage: Stage, path: str) -> None:
    asking(stage, 2)
    sent = set_out(API_RECIPES["post", path], stage)
    refused = call(client_known_as(stage, sent, 2), "post", sent, uuid.uuid4().hex)
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.assurance_too_low")
    assert not Consent.objects.exists()
    taken = call(client_known_as(stage, sent, 3), "post", sent, uuid.uuid4().hex)
    assert taken.status_code in (200, 201)
    assert Consent.objects.count() == 1


@pytest.mark.parametrize("asked", [0, 2])
@pytest.mark.parametrize("name", ["draft_review", "supplement", "withdraw"])
def test_an_act_in_a_case_takes_level_2_whatever_an_old_version_says(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str, asked: int
) -> None:
    monkeypatch.setattr(elements, "_level_faults", lambda definition: ())  # published before that was checked
    stage.published(assurance=asked)
    sent = set_out(RECIPES[name], stage)
    client, before = client_known_as(stage, sent, 1), everything()
    refused: Any = arrive(stage, client, sent, idempotency_key=uuid.uuid4().hex)
    assert refused.status_code == 403
    assert changed(before, everything()) == {"audit_auditentry"}
    taken = arrive(stage, client_known_as(stage, sent, 2), sent, idempotency_key=uuid.uuid4().hex)
    assert taken.status_code == 302
