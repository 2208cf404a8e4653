"""However many phones somebody types, the site sends so many one-time codes in an hour and no more, and says so beforehand."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.platform import library
from tests.platform.library import ITEM, LONG_AGO, MACHINE, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.identity import logins, watching
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import OneTimeCode
from onedoor.platform.kernel import clock
from onedoor.platform.messages import gateway

KNOWN = "13800000000"
AT = datetime(2026, 9, 1, 10, 0, tzinfo=library.CHINA)


@pytest.fixture
def sms(monkeypatch: pytest.MonkeyPatch, settings: Any, books: Library) -> list[dict[str, Any]]:
    settings.ONEDOOR_CODES_PER_HOUR, settings.ONEDOOR_EARLY_CODES_PER_HOUR = 5, 3
    identity.open_citizen_login(person_id=books.reader.pk, phone=KNOWN, password="x" * 12, actor=MACHINE, at=LONG_AGO)
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(gateway, "send_sms", lambda **told: sent.append(told))
    return sent


def early(number: int) -> Any:
    return Client().post(f"/early/?item={ITEM}", {"phone": f"1391111{number:04d}"})


def test_the_next_phone_is_refused_with_other_ways_in_and_people_with_accounts_still_log_in(
    sms: list[dict[str, Any]],
) -> None:
    assert [early(number).status_code for number in range(4)] == [302, 302, 302, 429]
    refused = early(9).content.decode()
    assert "请一小时后再试，或用密码登录，也可以到窗口办理" in refused
    assert 'value="13911110009"' in refused  # what was typed stays
    assert len(sms) == 3
    told = Client().post("/api/v1/early-drafts/codes", {"phone": "13911110010"}, content_type="application/json")
    assert (told.status_code, told.json()["code"]) == (429, "identity.codes_used_up")
    assert Client().post("/login/", {"phone": KNOWN, "way": "code"}).status_code == 302
    assert len(sms) == 4
    rows = AuditEntry.objects.filter(outcome="refused", event="identity.codes_used_up")
    assert rows.count() == 3
    assert "1391111" not in "".join(str(vars(row)) for row in rows)


def test_the_bound_of_the_site_holds_for_everybody_alike_and_passes_within_the_hour(
    sms: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    for number in range(5):
        OneTimeCode.objects.create(phone_index=str(number), digest="", sent_at=now, expires_at=now)
    for phone in (KNOWN, "13877776666"):  # with and without an account
        answer = Client().post("/login/", {"phone": phone, "way": "code"})
        assert answer.status_code == 429
        assert "或用密码登录" in answer.content.decode()
    assert not sms
    OneTimeCode.objects.update(sent_at=now - timedelta(minutes=61))
    assert Client().post("/login/", {"phone": KNOWN, "way": "code"}).status_code == 302


def test_asking_for_a_phone_without_account_uses_nothing_up(sms: list[dict[str, Any]]) -> None:
    for number in range(6):
        assert logins.issue_code(phone=f"1391111{number:04d}", at=AT) is None
    assert logins.codes_sent(at=AT) == 0
    assert logins.issue_code(phone=KNOWN, at=AT)


def test_the_alarm_is_raised_before_it_is_too_late_and_says_no_phone(
    sms: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(2):
        logins.issue_phone_code(phone=f"1391111{number:04d}", at=AT)
    assert watching.watch_codes(at=AT) == 0
    logins.issue_phone_code(phone="13911119999", at=AT)
    assert watching.watch_codes(at=AT) == 1
    row = AuditEntry.objects.get(event="identity.codes_run_out")
    assert row.details == {"which": "early", "sent": 3, "most": 3}
    assert "one-time codes run out (early): 3 of 3" in caplog.text
    assert watching.watch_codes(at=AT + timedelta(hours=2)) == 0
