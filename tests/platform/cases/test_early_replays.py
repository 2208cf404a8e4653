"""What was typed into an early draft stays nowhere after it: the remembered answers to its writes go with it."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.platform.cases import test_early_pages as pages
from tests.platform.cases.test_early_pages import begun, filled, sms, visitor
from tests.platform.library import READER

from onedoor.platform.cases.models import EarlyDraft
from onedoor.platform.cases.operations import early_expiry
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.models import Replay
from onedoor.web.citizen.early import PASS_KEY

__all__ = ["sms", "visitor"]


def remembered() -> str:
    return "".join(json.dumps(row.answer, ensure_ascii=False) for row in Replay.objects.all())


def discard(client: Client) -> None:
    answer = client.post("/early/draft/discard/", {"idempotency_key": uuid.uuid4().hex})
    assert answer.status_code == 302


def expire(client: Client) -> None:
    assert early_expiry.discard_ended_early_drafts(at=clock.now() + timedelta(days=8)) == 1


@pytest.mark.parametrize("end", [discard, expire])
def test_a_screen_saved_with_faults_is_forgotten_with_the_draft(
    visitor: Client, sms: list[dict[str, Any]], end: Callable[[Client], None]
) -> None:
    begun(visitor, sms)
    assert filled(visitor, student="yes").status_code == 422  # saved, and shown again with what is missing
    assert READER.id_number in remembered()
    end(visitor)
    assert not EarlyDraft.objects.exists()
    assert READER.id_number not in remembered()


def test_what_is_taken_along_is_forgotten_too_and_a_program_leaves_nothing_either(
    browser: Client, sms: list[dict[str, Any]]
) -> None:
    begun(browser, sms)
    key = browser.session[PASS_KEY]
    body = {"revision": 1, "answers": {"name": READER.name, "id_number": READER.id_number}}
    saved = browser.put(
        f"{pages.API}/opened/sections/reader",
        json.dumps(body),
        "application/json",
        headers={"X-Draft-Pass": key, "Idempotency-Key": uuid.uuid4().hex},
    )
    assert saved.status_code == 200
    assert READER.id_number in remembered()
    taken = browser.post("/early/draft/take/", {"idempotency_key": uuid.uuid4().hex})
    assert taken.status_code == 200
    assert READER.id_number not in remembered()


def test_a_draft_forgets_its_own_answers_only(visitor: Client, sms: list[dict[str, Any]], today: Any) -> None:
    begun(visitor, sms)
    filled(visitor, student="yes")
    today.shift(120)
    other = Client()
    begun(other, sms)
    filled(other, student="yes", name="张三")
    discard(visitor)
    assert READER.name not in remembered()
    assert "张三" in remembered()


def test_the_same_form_sent_again_after_its_draft_has_gone_saves_nothing(
    visitor: Client, sms: list[dict[str, Any]]
) -> None:
    begun(visitor, sms)
    form = pages.TYPED | {"student": "yes", "revision": "1", "idempotency_key": uuid.uuid4().hex}
    assert visitor.post("/early/draft/s/reader/", form).status_code == 422
    assert visitor.post("/early/draft/s/reader/", form).status_code == 422  # the first answer
    discard(visitor)
    assert visitor.post("/early/draft/s/reader/", form).status_code == 403
    assert not EarlyDraft.objects.exists()
