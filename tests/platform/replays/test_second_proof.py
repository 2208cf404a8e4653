"""A session below the level is told which one an act takes and where it is raised; the API raises it as the page does."""

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.platform.replays.stage import API_RECIPES, AT, RECIPES, Sent, Stage, set_out
from tests.platform.replays.test_hundred import arrive, call, stage
from tests.platform.replays.test_levels import API
from tests.sessions import noted, prove

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases.models import Case
from onedoor.platform.identity.models import Login, LoginSession, Person
from onedoor.platform.messages import gateway

assert stage  # the fixture of the hundred arrivals
PROOF = f"{API}/me/second-proof"
SUBMISSION = ("post", f"{API}/drafts/{{draft_id}}/submission")


def send(client: Client, url: str, address: str = "127.0.0.1", **fields: str) -> Any:
    return client.post(url, fields, content_type="application/json", REMOTE_ADDR=address)


def by_one_proof(stage: Stage, factor: str) -> Client:
    client = Client()
    login = Login.objects.get(person=stage.books.reader)
    client.force_login(login, backend="onedoor.platform.identity.backends.AccountBackend")
    return noted(prove(client, factors=[factor]), login)


def test_an_act_below_its_level_says_where_to_raise_it_and_is_done_after_it(stage: Stage) -> None:
    sent = set_out(API_RECIPES[SUBMISSION], stage)
    client, key = by_one_proof(stage, "code"), uuid.uuid4().hex
    refused = call(client, "post", sent, key)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (403, "identity.assurance_too_low")
    assert (problem["required_level"], problem["step_up"]) == (3, PROOF)
    nothing = send(client, problem["step_up"])
    assert (nothing.status_code, nothing.json()["errors"][0]["pointer"]) == (422, "/password")
    wrong = send(client, problem["step_up"], password="y" * 12)
    assert (wrong.status_code, wrong.json()["code"]) == (403, "identity.password_wrong")
    assert not AuditEntry.objects.filter(event="identity.step_up").exists()
    assert call(client, "post", sent, key).status_code == 403
    proved = send(client, problem["step_up"], password="x" * 12)
    assert (proved.status_code, proved.json()["assurance"]) == (200, 3)
    assert datetime.fromisoformat(proved.json()["good_until"]) == AT + timedelta(minutes=30)
    assert call(client, "post", sent, key).status_code in (200, 201)  # the same key: a refusal is no answer to keep
    assert Case.objects.count() == 1
    entry = AuditEntry.objects.get(event="identity.step_up")
    assert (entry.person_id, entry.details) == (stage.books.reader.pk, {"factor": "password"})


def test_a_code_to_the_phone_is_a_proof_too_and_good_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    monkeypatch.setattr(gateway, "send_sms", lambda **told: texts.append(told["text"]))
    client = by_one_proof(stage, "password")
    assert client.get(f"{API}/me").json()["assurance"] == 2
    assert send(client, f"{PROOF}/codes").status_code == 200
    assert (send(client, f"{PROOF}/codes").status_code, len(texts)) == (429, 1)
    code = re.search(r"验证码 (\d{6})", texts[0])
    assert code is not None
    assert send(client, PROOF, code=f"{(int(code[1]) + 1) % 1_000_000:06d}").json()["code"] == "identity.code_wrong"
    assert send(client, PROOF, code=code[1]).json()["assurance"] == 3
    assert client.get(f"{API}/me").json()["assurance"] == 3
    assert send(client, PROOF, code=code[1]).status_code == 403


def test_without_the_gateway_no_code_is_said_to_be_on_its_way(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(**told: Any) -> None:
        raise gateway.GatewayUnavailable

    monkeypatch.setattr(gateway, "send_sms", silent)
    client = by_one_proof(stage, "password")
    answer = send(client, f"{PROOF}/codes")
    assert (answer.status_code, answer.json()["code"]) == (503, "messages.code_not_sent")
    stage.desk.go(AT + timedelta(minutes=2))  # the next code may go out
    page = client.post("/login/step-up/", {"next": "/me/"})
    assert page.status_code == 503
    assert "短信暂时发不出去" in page.content.decode()


def test_two_proofs_are_good_for_half_an_hour_in_the_api(stage: Stage) -> None:
    client = by_one_proof(stage, "code")
    assert send(client, PROOF, password="x" * 12).json()["assurance"] == 3
    levels = []
    for minutes in (16, 32):
        stage.desk.go(AT + timedelta(minutes=minutes))
        levels.append(client.get(f"{API}/me").json()["assurance"])
    assert levels == [3, 2]
    assert send(client, PROOF, password="x" * 12).json()["assurance"] == 3


def test_a_proof_raises_nobody_above_what_is_known_of_them(stage: Stage) -> None:
    Person.objects.filter(pk=stage.books.reader.pk).update(assurance=2)
    client = by_one_proof(stage, "code")
    assert send(client, PROOF, password="x" * 12).json()["assurance"] == 2


def test_a_proof_is_a_persons_own(stage: Stage) -> None:
    assert send(Client(), PROOF, password="x" * 12).status_code == 401
    stage.help_reader()
    helping = send(stage.client(Sent("clerk", "")), PROOF, password="x" * 12)
    assert (helping.status_code, helping.json()["code"]) == (403, "onedoor.not_allowed")


def test_at_the_window_the_way_up_is_the_officers_look(stage: Stage) -> None:
    sent = set_out(API_RECIPES[SUBMISSION], stage)
    stage.help_reader()
    problem = call(stage.client(Sent("clerk", "")), "post", sent, uuid.uuid4().hex).json()
    assert (problem["required_level"], problem["step_up"]) == (3, f"{API}/window/assistance/identity-check")


def is_in(client: Client) -> bool:
    return client.get(f"{API}/me").status_code == 200


def elsewhere(number: int) -> str:
    return f"203.0.113.{number}"


def test_a_session_locked_at_its_entrance_is_refused_the_right_password_too(stage: Stage) -> None:
    for _ in range(5):  # at the entrance, from this address
        Client().post("/login/", {"phone": "13800000000", "way": "password", "password": "y" * 12})
    client = by_one_proof(stage, "code")
    locked = send(client, PROOF, password="x" * 12)
    assert (locked.status_code, locked.json()["code"]) == (429, "identity.locked_out")
    assert "改用短信验证码" in locked.json()["detail"]
    page = client.post("/login/step-up/", {"password": "x" * 12})
    assert page.status_code == 429
    assert "账号已锁定" in page.content.decode()
    assert not AuditEntry.objects.filter(event="identity.step_up").exists()


def test_wrong_proofs_from_ever_other_addresses_end_the_session(stage: Stage) -> None:
    client = by_one_proof(stage, "code")
    other = by_one_proof(stage, "code")  # the same person elsewhere
    for number in range(4):
        wrong = send(client, PROOF, elsewhere(number), password="y" * 12)
        assert (wrong.status_code, wrong.json()["code"]) == (403, "identity.password_wrong")
    over = send(client, PROOF, elsewhere(9), password="y" * 12)
    assert (over.status_code, over.json()["code"]) == (401, "identity.proofs_used_up")
    assert "连续输错 5 次" in over.json()["detail"]
    assert "请重新登录" in over.json()["detail"]
    right = send(client, PROOF, elsewhere(10), password="x" * 12)
    assert (right.status_code, right.json()["code"]) == (401, "onedoor.not_logged_in")
    assert not is_in(client)
    assert is_in(other)
    entry = AuditEntry.objects.get(event="identity.shut_session")
    assert (entry.person_id, entry.details) == (stage.books.reader.pk, {"tries": 5})
    assert AuditEntry.objects.filter(event="identity.proofs_used_up", outcome="refused").count() == 1
    assert LoginSession.objects.filter(ended_how="多次验证未通过", ended_at__isnull=False).count() == 1


@pytest.mark.parametrize("address", [elsewhere, lambda number: "127.0.0.1"])
def test_the_page_ends_the_session_as_the_api_does_and_shares_its_count(stage: Stage, address: Any) -> None:
    client = by_one_proof(stage, "code")
    for _ in range(2):
        send(client, PROOF, password="y" * 12)
    for number in range(2):
        assert client.post("/login/step-up/", {"password": "y" * 12}, REMOTE_ADDR=address(number)).status_code == 403
    over = client.post("/login/step-up/?next=/me/", {"password": "y" * 12, "next": "/me/"}, REMOTE_ADDR=address(8))
    page = over.content.decode()
    assert over.status_code == 401
    assert "已退出登录，请重新登录" in page
    assert 'href="/login/?next=/login/step-up/%3Fnext%3D/me/"' in page
    assert "到“我的”看办件" not in page  # nobody is logged in any more
    assert not is_in(client)


def test_wrong_codes_count_with_wrong_passwords_and_a_right_proof_clears_them(stage: Stage) -> None:
    client = by_one_proof(stage, "code")

    def wrong(number: int) -> int:
        way = {"code": "000000"} if number % 2 else {"password": "y" * 12}
        return int(send(client, PROOF, elsewhere(number), **way).status_code)

    assert [wrong(number) for number in range(4)] == [403] * 4
    assert send(client, PROOF).status_code == 422  # nothing given is no try
    assert send(client, PROOF, password="x" * 12).status_code == 200
    assert [wrong(number) for number in range(5)] == [403] * 4 + [401]
    assert not is_in(client)


def test_a_session_that_was_ended_gives_no_try(stage: Stage) -> None:
    client = by_one_proof(stage, "code")
    LoginSession.objects.update(proof_tries=5)  # others were faster at the same moment
    over = send(client, PROOF, password="x" * 12)
    assert (over.status_code, over.json()["code"]) == (401, "identity.proofs_used_up")
    assert not AuditEntry.objects.filter(event="identity.step_up").exists()


def test_the_form_that_waited_for_the_proof_waits_for_the_next_log_in(stage: Stage) -> None:
    sent = set_out(RECIPES["draft_review"], stage)
    client = by_one_proof(stage, "code")
    session = client.session
    session["login_pk"] = Login.objects.get(person=stage.books.reader).pk
    session.save()
    assert "替您留着" in arrive(stage, client, sent, idempotency_key=uuid.uuid4().hex).content.decode()
    for number in range(5):
        client.post("/login/step-up/", {"password": "y" * 12}, REMOTE_ADDR=elsewhere(number))
    assert not is_in(client)
    back = client.post("/login/", {"phone": "13800000000", "way": "password", "password": "x" * 12})
    assert back.headers["Location"] == "/login/held/"
    assert f'action="{sent.url}"' in client.get("/login/held/").content.decode()
