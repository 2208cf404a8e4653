"""先填着，不用登录: somebody fills a form in on a phone, goes on at another, and logs in only to go through with it."""

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.platform import library
from tests.platform.cases.conftest import NOW
from tests.platform.library import ITEM, READER, Library
from tests.sessions import prove

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases.models import Draft, EarlyDraft
from onedoor.platform.exchange.models import Query
from onedoor.platform.identity import operations as identity
from onedoor.platform.messages import gateway

PHONE = "13911112222"
API = "/api/v1/early-drafts"
TYPED = {"name": READER.name, "id_number": READER.id_number, "student": "no", "books-rows": "0"}


@pytest.fixture
def sms(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(gateway, "send_sms", lambda **told: sent.append(told))
    return sent


@pytest.fixture
def visitor(books: Library, today: Any, sms: list[dict[str, Any]]) -> Iterator[Client]:
    return Client()


def one_time(sms: list[dict[str, Any]]) -> str:
    found = re.search(r"验证码 (\d{6})", sms[-1]["text"])
    assert found is not None
    return found[1]


def asked(client: Client, sms: list[dict[str, Any]], item: str = ITEM) -> str:
    """Let the phone be sent a code, and return it."""
    url = f"/early/?item={item}" if item else "/early/"
    answer = client.post(url, {"phone": PHONE})
    assert (answer.status_code, answer["Location"]) == (302, "/early/code/"), answer.content.decode()
    return one_time(sms)


def begun(client: Client, sms: list[dict[str, Any]]) -> str:
    """Begin the form and return the draft code that is shown."""
    page = client.post("/early/code/", {"code": asked(client, sms)}).content.decode()
    found = re.search(r"草稿码：<strong[^>]*>([0-9A-Z-]{14})<", page)
    assert found is not None, page
    return found[1]


def filled(client: Client, **typed: str) -> Any:
    page = client.get("/early/draft/s/reader/").content.decode()
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision is not None
    fields = {"revision": revision[1], "idempotency_key": uuid.uuid4().hex} | TYPED | typed
    return client.post("/early/draft/s/reader/", fields)


def test_the_guide_offers_it_to_whoever_has_not_logged_in(visitor: Client, browser: Client) -> None:
    assert "先填着，不用登录" in visitor.get(f"/items/{ITEM}/").content.decode()
    assert "先填着，不用登录" not in browser.get(f"/items/{ITEM}/").content.decode()
    page = visitor.get(f"/early/?item={ITEM}").content.decode()
    assert "7 天自动删除" in page
    assert "身份证号是敏感个人信息" in page
    library.publish(library.item(early_draft=False), valid_from=NOW.date())
    assert "先填着，不用登录" not in visitor.get(f"/items/{ITEM}/").content.decode()
    assert visitor.get(f"/early/?item={ITEM}").status_code == 409


def test_from_one_phone_to_another_and_into_ones_own_draft(
    visitor: Client, sms: list[dict[str, Any]], books: Library, today: Any
) -> None:
    code = begun(visitor, sms)
    page = visitor.get("/early/draft/s/reader/").content.decode()
    assert READER.name not in page  # nothing is prefilled
    assert filled(visitor, student="yes").status_code == 422  # the school is missing
    assert filled(visitor).status_code == 302
    assert code not in visitor.get("/early/draft/").content.decode()
    assert not Query.objects.exists()

    today.shift(3600)
    other = Client()
    good = asked(other, sms, item="")
    assert other.post("/early/code/", {"code": good, "draft_code": "K7Q2"}).status_code == 403
    opened = other.post("/early/code/", {"code": good, "draft_code": code.lower()})
    assert opened["Location"] == "/early/draft/"
    assert READER.name in other.get("/early/draft/s/reader/").content.decode()
    assert visitor.get("/early/draft/")["Location"] == "/early/"  # one device at a time

    login = identity.open_citizen_login(
        person_id=books.reader.pk, phone="13800000000", password="x" * 12, actor=library.MACHINE, at=NOW
    )
    assert other.get("/early/draft/take/")["Location"].startswith("/login/")
    other.force_login(login)
    prove(other)
    assert "接着办我先填的" in other.get("/early/draft/take/").content.decode()
    taken = other.post("/early/draft/take/", {"idempotency_key": uuid.uuid4().hex}).content.decode()
    draft = Draft.objects.get()
    assert f"/drafts/{draft.pk}/" in taken
    assert draft.answers["name"] == READER.name
    assert other.get("/early/draft/")["Location"] == "/early/"
    today.shift(3600)
    third = Client()
    good = asked(third, sms, item="")
    assert third.post("/early/code/", {"code": good, "draft_code": code}).status_code == 403


def test_it_is_handed_in_only_after_the_log_in(browser: Client, sms: list[dict[str, Any]], books: Library) -> None:
    """The person goes on as with any draft: papers, review, submission."""
    begun(browser, sms)
    assert filled(browser).status_code == 302
    browser.post("/early/draft/take/", {"idempotency_key": uuid.uuid4().hex})
    draft = Draft.objects.get()
    books.attach(draft.pk, "photo", NOW)
    draft.refresh_from_db()
    fields = {"revision": draft.revision, "delivery": "electronic", "idempotency_key": uuid.uuid4().hex}
    answer = browser.post(f"/drafts/{draft.pk}/review/", fields)
    assert answer.status_code == 302, answer.content.decode()
    draft.refresh_from_db()
    assert draft.submitted_as is not None


def test_a_second_row_is_added_without_a_script(visitor: Client, sms: list[dict[str, Any]]) -> None:
    begun(visitor, sms)
    page = filled(visitor, **{"books-rows": "1", "books-0-title": "红楼梦", "books-0-copies": "1", "add_books": "1"})
    assert page.status_code == 200
    assert 'name="books-1-title"' in page.content.decode()


def test_what_is_typed_twice_at_once_is_shown_again_and_not_lost(visitor: Client, sms: list[dict[str, Any]]) -> None:
    begun(visitor, sms)
    assert filled(visitor).status_code == 302
    stale = visitor.post(
        "/early/draft/s/reader/", TYPED | {"name": "张三", "revision": "1", "idempotency_key": uuid.uuid4().hex}
    )
    assert stale.status_code == 409
    assert 'value="张三"' in stale.content.decode()
    assert EarlyDraft.objects.get().answers["name"] == READER.name


def test_leaving_a_public_computer_closes_it(visitor: Client, sms: list[dict[str, Any]]) -> None:
    begun(visitor, sms)
    assert visitor.post("/early/draft/", {"leave": "1"}).status_code == 302
    assert visitor.get("/early/draft/")["Location"] == "/early/"
    assert EarlyDraft.objects.exists()


def test_a_lost_code_is_replaced_and_a_draft_thrown_away(visitor: Client, sms: list[dict[str, Any]]) -> None:
    code = begun(visitor, sms)
    page = visitor.post("/early/draft/", {"renew": "1"}).content.decode()
    found = re.search(r"草稿码：<strong[^>]*>([0-9A-Z-]{14})<", page)
    assert found is not None
    assert found[1] != code
    assert visitor.post("/early/draft/discard/", {"idempotency_key": uuid.uuid4().hex}).status_code == 302
    assert not EarlyDraft.objects.exists()


def test_a_code_goes_out_once_a_minute_and_a_silent_gateway_says_so(
    visitor: Client, sms: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(visitor, sms)
    assert visitor.post("/early/", {"phone": PHONE}).status_code == 429
    assert visitor.post("/early/", {"phone": "12"}).status_code == 422

    def silent(**told: Any) -> None:
        raise gateway.GatewayUnavailable

    monkeypatch.setattr(gateway, "send_sms", silent)
    answer = visitor.post("/early/", {"phone": "13933334444"})
    assert answer.status_code == 503
    assert "短信暂时发不出去" in answer.content.decode()


def test_refusals_are_recorded_without_the_phone(visitor: Client, sms: list[dict[str, Any]]) -> None:
    asked(visitor, sms)
    assert visitor.post("/early/code/", {"code": "000000"}).status_code == 403
    row = AuditEntry.objects.get(outcome="refused")
    assert row.event == "identity.code_wrong"
    assert PHONE not in str(vars(row))


def test_a_program_does_all_of_it(visitor: Client, browser: Client, sms: list[dict[str, Any]], today: Any) -> None:
    def call(client: Client, method: str, path: str, body: Any = None, key: str = "") -> Any:
        headers = {"X-Draft-Pass": key, "Idempotency-Key": uuid.uuid4().hex}
        answer = client.generic(
            method, API + path, "" if body is None else json.dumps(body), "application/json", headers=headers
        )
        return answer

    assert call(visitor, "POST", "/codes", {"phone": PHONE}).status_code == 200
    begun = call(visitor, "POST", "", {"item": ITEM, "phone": PHONE, "one_time_code": one_time(sms)}).json()
    key = begun["draft_pass"]
    assert call(visitor, "GET", "/opened").status_code == 403
    section = call(visitor, "GET", "/opened/sections/reader", key=key).json()
    answers = {"name": READER.name, "id_number": READER.id_number, "student": False}
    body = {"revision": section["revision"], "answers": answers}
    saved = call(visitor, "PUT", "/opened/sections/reader", body, key=key).json()
    assert saved["answers"]["name"] == READER.name
    code = call(visitor, "POST", "/opened/code", key=key).json()["draft_code"]
    today.shift(120)
    assert call(visitor, "POST", "/codes", {"phone": PHONE}).status_code == 200
    good = {"phone": PHONE, "one_time_code": one_time(sms)}
    assert call(visitor, "POST", "/passes", good | {"draft_code": begun["draft_code"]}).status_code == 403
    again = call(visitor, "POST", "/passes", good | {"draft_code": code}).json()
    assert again["draft_code"] == ""
    assert [one["done"] for one in call(visitor, "GET", "/opened", key=again["draft_pass"]).json()["screens"]] == [True]
    assert call(visitor, "POST", "/opened/taking", key=again["draft_pass"]).status_code == 401
    taken = call(browser, "POST", "/opened/taking", key=again["draft_pass"]).json()
    assert taken["draft"]["item"] == ITEM
    assert taken["asked_again"] == []
    assert call(visitor, "DELETE", "/opened", key=again["draft_pass"]).status_code == 403
