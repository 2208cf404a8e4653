"""Lost passwords: at the phone, at the window, an officer's by the security administrator."""

import re
from collections.abc import Callable

import pyotp
from django.test import Client

from onedoor.demonstration.cast import DAUGHTER, FATHER, PASSWORD, Citizen
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.kernel import clock
from tests.journeys.conftest import Simulator

NEW = "qinghe-liushu-42"


def by_code(site: Simulator, person: Citizen) -> Client:
    client = Client()
    client.post("/login/", {"phone": person.phone, "way": "code", "next": "/me/"})
    client.post("/login/code/?next=/me/", {"code": site.last_code(person.phone), "next": "/me/"})
    return client


def logs_in(phone: str, password: str) -> bool:
    answer = Client().post("/login/", {"phone": phone, "way": "password", "password": password, "next": "/me/"})
    return answer.status_code == 302


def test_a_forgotten_password_is_renewed_with_the_phone_and_the_identity_number(site: Simulator) -> None:
    client = by_code(site, DAUGHTER)
    assert "身份证号" in client.get("/login/password/").content.decode()

    wrong = client.post("/login/password/", {"password": NEW, "id_number": FATHER.id_number})
    assert wrong.status_code == 403
    assert not logs_in(DAUGHTER.phone, NEW)

    client.post("/login/password/", {"password": NEW, "id_number": DAUGHTER.id_number.lower()})
    assert logs_in(DAUGHTER.phone, NEW)
    assert not logs_in(DAUGHTER.phone, PASSWORD)
    assert AuditEntry.objects.filter(event="identity.recovery_wrong", outcome="refused").exists()


def test_after_five_wrong_identity_numbers_even_the_right_one_waits_until_tomorrow(site: Simulator) -> None:
    client = by_code(site, DAUGHTER)
    for _ in range(5):
        client.post("/login/password/", {"password": NEW, "id_number": FATHER.id_number})
    late = client.post("/login/password/", {"password": NEW, "id_number": DAUGHTER.id_number})
    assert late.status_code == 429
    assert not logs_in(DAUGHTER.phone, NEW)


def test_the_window_gives_a_new_password_and_phone_that_must_be_changed_at_once(
    site: Simulator, officer: Callable[[str], Client]
) -> None:
    clerk = officer("TX001")
    seen = {"name": FATHER.name, "id_number": FATHER.id_number, "new_phone": "13900010009"}
    short = clerk.post("/staff/reset/", seen | {"witness_note": "本人"})
    assert short.status_code == 422
    assert FATHER.id_number in short.content.decode()  # nothing typed is lost

    done = clerk.post("/staff/reset/", seen | {"witness_note": "本人持身份证到窗口，人证一致。"}).content.decode()
    given = re.search(r'<dt>新密码</dt><dd class="code">([^<]+)</dd>', done)
    assert given is not None

    assert not logs_in(FATHER.phone, given[1])
    client = Client()
    client.post("/login/", {"phone": "13900010009", "way": "password", "password": given[1], "next": "/me/"})
    assert client.get("/me/").headers["Location"] == "/login/password/"
    client.post("/login/password/", {"password": NEW})
    assert logs_in("13900010009", NEW)


def test_only_the_security_administrator_resets_an_officer(site: Simulator, officer: Callable[[str], Client]) -> None:
    refused = officer("TX002").get("/staff/reset/")
    assert refused.status_code == 403

    note = {"username": "TX002", "witness_note": "陆建平本人持工作证到安全管理员处。"}
    keeper = officer("LP005")
    done = keeper.post("/staff/reset/", note).content.decode()
    password = re.search(r'<dt>新密码</dt><dd class="code">([^<]+)</dd>', done)
    secret = re.search(r'<dt>动态口令密钥</dt><dd class="code">([^<]+)</dd>', done)
    assert password is not None
    assert secret is not None

    client = Client()
    code = pyotp.TOTP(secret[1]).at(int(clock.now().timestamp()))
    entered = client.post("/staff/login/", {"username": "TX002", "password": password[1], "code": code})
    assert entered.status_code == 302
    assert client.get("/staff/").headers["Location"] == "/login/password/"
    note["username"] = "LP005"
    assert keeper.post("/staff/reset/", note).status_code == 422  # never one's own
