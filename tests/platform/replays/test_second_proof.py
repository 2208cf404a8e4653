"""A session below the level is told which one an act takes and where it is raised; the API raises it as the page does."""

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.platform.replays.stage import API_RECIPES, AT, Sent, Stage, set_out
from tests.platform.replays.test_hundred import call, stage
from tests.platform.replays.test_levels import API
from tests.sessions import prove

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases.models import Case
from onedoor.platform.identity.models import Login, Person
from onedoor.platform.messages import gateway

assert stage  # the fixture of the hundred arrivals
PROOF = f"{API}/me/second-proof"
SUBMISSION = ("post", f"{API}/drafts/{{draft_id}}/submission")


def send(client: Client, url: str, **fields: str) -> Any:
    return client.post(url, fields, content_type="application/json")


def by_one_proof(stage: Stage, factor: str) -> Client:
    client = Client()
    login = Login.objects.get(person=stage.books.reader)
    client.force_login(login, backend="onedoor.platform.identity.backends.AccountBackend")
    return prove(client, factors=[factor])


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


def test_too_many_wrong_passwords_lock_in_the_api_as_on_the_page(stage: Stage) -> None:
    client = by_one_proof(stage, "code")
    answers = [send(client, PROOF, password="y" * 12) for _ in range(6)]
    assert [answer.json()["code"] for answer in answers[:4]] == ["identity.password_wrong"] * 4
    locked = send(client, PROOF, password="x" * 12)  # the right one waits too
    assert (locked.status_code, locked.json()["code"]) == (429, "identity.locked_out")
    assert "改用短信验证码" in locked.json()["detail"]
    page = client.post("/login/step-up/", {"password": "x" * 12})
    assert page.status_code == 429
    assert "账号已锁定" in page.content.decode()
    assert not AuditEntry.objects.filter(event="identity.step_up").exists()
