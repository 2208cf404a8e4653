"""
A hundred arrivals of one form are one act: for every address of the site and of the API that writes.

What has happened is read from the database itself, every row of every table, so that no effect is forgotten.
"""

import importlib
import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.platform.desks import Desk
from tests.platform.replays.stage import API_RECIPES, AT, RECIPES, Sent, Stage, form, set_out
from tests.test_replays import api_writes, keyed_pages

from onedoor.platform.cases import handlers
from onedoor.platform.kernel.models import RateSlot, Replay

RECIPE_FILES = {path.stem for path in Path(__file__).parent.glob("[!_]*.py")} - {"conftest", "stage"}
for module in sorted(
    RECIPE_FILES, key=lambda name: (name.startswith("machines"), name)
):  # these lean on the pages' recipes
    if not module.startswith("test_"):
        importlib.import_module(f"tests.platform.replays.{module}")

TIMES = 100
# Not effects of a write: sessions and log-ins, knocks at a door, how much has arrived, and what the replays remember.
BESIDE = {"django_session", "axes_accesslog", "kernel_rateslot", "kernel_replay", "files_arrival"}


@pytest.fixture
def stage(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Stage:
    desk.go(AT)
    return Stage(desk, lambda handler: monkeypatch.setitem(handlers._handlers, handler.item, handler), monkeypatch)


def everything() -> dict[str, list[Any]]:
    """Return every row of every table."""
    found = {}
    for table in sorted(set(connection.introspection.table_names()) - BESIDE):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def changed(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> set[str]:
    return {table for table in after if after[table] != before[table]}


def arrive(stage: Stage, client: Client, sent: Sent, **more: Any) -> Any:
    RateSlot.objects.all().delete()  # how often one may knock is tested elsewhere
    if sent.ends_session:
        stage.come_in_again(client, sent)
    return client.post(sent.url, form({"seen": sent.seen, **sent.fields, **more}))


def told(answer: Any) -> tuple[int, str | None, bytes]:
    return answer.status_code, answer.headers.get("Location"), answer.content


@pytest.mark.parametrize("name", sorted(keyed_pages()))
def test_a_hundred_arrivals_of_a_form_are_one_act(stage: Stage, name: str) -> None:
    sent, key = set_out(RECIPES[name], stage), uuid.uuid4().hex
    client = stage.client(sent)
    before = everything()
    first = arrive(stage, client, sent, idempotency_key=key)
    assert first.status_code in (200, 302), first.content.decode()[:6000]
    after = everything()
    assert "audit_auditentry" in changed(before, after), "nothing was recorded"
    assert Replay.objects.filter(key=key).count() == 1

    for _ in range(TIMES - 1):
        assert told(arrive(stage, client, sent, idempotency_key=key)) == told(first)
    assert changed(after, everything()) == set()


def call(client: Client, method: str, sent: Sent, key: str, **more: Any) -> Any:
    RateSlot.objects.all().delete()
    fields, headers = {**sent.fields, **more}, {"Idempotency-Key": key, "If-Match": sent.seen, **sent.headers}
    if any(isinstance(value, bytes) for value in fields.values()):
        return client.post(sent.url, form(fields), headers=headers)
    return getattr(client, method)(sent.url, json.dumps(fields), content_type="application/json", headers=headers)


@pytest.mark.parametrize(("method", "path"), sorted(api_writes()))
def test_a_hundred_arrivals_of_a_call_are_one_act(stage: Stage, method: str, path: str) -> None:
    sent, key = set_out(API_RECIPES[method, path], stage), uuid.uuid4().hex
    client = stage.client(sent)
    before = everything()
    first = call(client, method, sent, key)
    assert first.status_code in (200, 201, 202, 204), first.content.decode()
    after = everything()
    assert "audit_auditentry" in changed(before, after), "nothing was recorded"

    for _ in range(TIMES - 1):
        assert told(call(client, method, sent, key)) == told(first)
    assert changed(after, everything()) == set()

    other = call(client, method, sent, key, besides="other content")
    assert (other.status_code, other.json()["code"]) == (409, "onedoor.key_reused")
    without = call(client, method, sent, "")
    assert (without.status_code, without.json()["code"]) == (400, "onedoor.key_missing")
    assert changed(after, everything()) == {"audit_auditentry"}  # the two refusals


def test_one_key_with_other_content_does_nothing_and_keeps_what_was_typed(stage: Stage) -> None:
    sent = set_out(RECIPES["ask_supplement"], stage)
    client, key = stage.client(sent), uuid.uuid4().hex
    assert arrive(stage, client, sent, idempotency_key=key).status_code == 302
    before = everything()
    refused = arrive(stage, client, sent, idempotency_key=key, **{"problem-proof": "租约少了一页"})
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "这次的内容和那次不一样" in page
    assert 'value="租约少了一页"' in page
    assert f'action="{sent.url}"' in page
    assert changed(before, everything()) == {"audit_auditentry"}
    assert key not in page  # the form shown again has a key of its own


def test_without_a_key_nothing_is_done_and_what_was_typed_is_one_click_away(stage: Stage) -> None:
    sent = set_out(RECIPES["ask_supplement"], stage)
    client = stage.client(sent)
    before = everything()
    for useless in ("", "k" * 81):
        answer = arrive(stage, client, sent, idempotency_key=useless)
        assert answer.status_code == 400
    assert changed(before, everything()) == {"audit_auditentry"}
    again = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', answer.content.decode()))
    assert client.post(sent.url, again).status_code == 302
    assert "cases_action" in changed(before, everything())


def test_the_key_of_one_person_is_nobody_elses(stage: Stage) -> None:
    sent, key = set_out(RECIPES["accept"], stage), uuid.uuid4().hex
    assert arrive(stage, stage.client(sent), sent, idempotency_key=key).status_code == 302
    other = arrive(stage, stage.desk.client("second_clerk"), sent, idempotency_key=key)
    assert other.status_code == 409  # asked anew, and told that it has been done
    assert "官员clerk" in other.content.decode()


def test_what_was_refused_may_be_sent_again_with_its_key(stage: Stage) -> None:
    """A refusal is no effect: the same click may succeed when the reason is gone."""
    sent, key = set_out(RECIPES["opinion"], stage), uuid.uuid4().hex
    client = stage.client(sent)
    short = arrive(stage, client, sent, idempotency_key=key, note="短")
    assert short.status_code == 422
    assert arrive(stage, client, sent, idempotency_key=key).status_code == 302


def test_a_section_with_faults_is_saved_once_and_shown_again(stage: Stage) -> None:
    sent, key = RECIPES["draft_section"](stage), uuid.uuid4().hex
    client = stage.client(sent)
    first = arrive(stage, client, sent, idempotency_key=key, id_number="123")
    assert first.status_code == 422
    after = everything()
    assert told(arrive(stage, client, sent, idempotency_key=key, id_number="123")) == told(first)
    assert changed(after, everything()) == set()
