"""Systems call the API with a token of their own: registered by one administrator, let in by another, shut out at once."""

import base64
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.identity import models as identity_models
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import AccessToken, ApiClient
from onedoor.platform.kernel.actors import EVERYWHERE, Actor
from tests.platform import library
from tests.platform.library import CHINA, Library

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LAST = date(2027, 8, 31)


def administrator(permission: str) -> Actor:
    return Actor(kind="officer", name="管理员", permissions=frozenset({permission}), reach=EVERYWHERE)


SYSTEM_ADMINISTRATOR, SECURITY = administrator("identity.manage"), administrator("identity.manage_security")


@pytest.fixture
def frozen() -> Any:
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


def admitted(books: Library, division: str = library.COUNTY, scopes: tuple[str, ...] = ("cases.read",)) -> Any:
    client = identity.register_client(
        name="叫号系统",
        purpose="大厅叫号",
        organization_id=books.organs[library.COUNTY].pk,
        role="intake_clerk",
        division=division,
        lines=[],
        scopes=list(scopes),
        last_day=LAST,
        actor=SYSTEM_ADMINISTRATOR,
        at=AT,
    )
    return identity.approve_client(login_id=client.pk, actor=SECURITY, at=AT)


def ask(username: str, secret: str, **form: str) -> Any:
    basic = base64.b64encode(f"{username}:{secret}".encode()).decode()
    return Client().post(
        "/api/v1/oauth/token",
        "&".join(f"{name}={value}" for name, value in ({"grant_type": "client_credentials"} | form).items()),
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Basic {basic}"},
    )


def token_of(made: Any, **form: str) -> str:
    answer = ask(made.client.login.username, made.secret, **form)
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["token_type"] == "Bearer"
    return str(answer.json()["access_token"])


def call(token: str, path: str) -> Any:
    return Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})


def test_a_system_reads_the_cases_of_its_county_and_does_nothing_its_scopes_do_not_say(
    books: Library, frozen: Any
) -> None:
    case = books.received(AT)
    token = token_of(admitted(books))
    assert call(token, f"/cases/{case.number}").status_code == 200
    refused = Client().post(
        f"/api/v1/cases/{case.number}/acceptance",
        "{}",
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "k"},
    )
    assert refused.status_code == 403
    own = call(token, "/me")
    assert own.status_code == 403
    assert 'error="insufficient_scope"' in own["WWW-Authenticate"]


def test_a_case_elsewhere_is_not_there_for_it(books: Library, frozen: Any) -> None:
    case = books.received(AT)
    token = token_of(admitted(books, division="330113000000"))
    assert call(token, f"/cases/{case.number}").status_code == 404


def test_neither_secret_nor_token_is_kept(books: Library, frozen: Any) -> None:
    made = admitted(books)
    token = token_of(made)
    kept = str(list(ApiClient.objects.values())) + str(list(AccessToken.objects.values()))
    kept += str(list(AuditEntry.objects.values()))
    assert made.secret not in kept
    assert token not in kept


def test_a_token_ends_after_half_an_hour_and_with_its_client(books: Library, frozen: Any) -> None:
    made = admitted(books)
    token = token_of(made)
    frozen.move_to(AT + timedelta(minutes=31))
    late = call(token, "/items")
    assert late.status_code == 401
    assert late["Content-Type"] == "application/problem+json"
    assert late.json()["code"] == "identity.invalid_token"
    assert 'error="invalid_token"' in late["WWW-Authenticate"]
    again = token_of(made)
    assert call(again, "/items").status_code == 200
    identity.suspend_client(login_id=made.client.pk, reason="密钥可能泄露", actor=SYSTEM_ADMINISTRATOR, at=AT)
    assert call(again, "/items").status_code == 401
    assert ask(made.client.login.username, made.secret).json()["error"] == "invalid_client"


def test_a_new_secret_ends_the_old_one(books: Library, frozen: Any) -> None:
    made = admitted(books)
    renewed = identity.renew_client(login_id=made.client.pk, last_day=LAST, actor=SECURITY, at=AT)
    assert ask(made.client.login.username, made.secret).status_code == 401
    assert token_of(renewed)


def test_refusals_speak_rfc_6749(books: Library, frozen: Any) -> None:
    made = admitted(books)
    name = made.client.login.username
    assert ask(name, "wrong").json()["error"] == "invalid_client"
    assert ask(name, made.secret, scope="registers.read").json()["error"] == "invalid_scope"
    assert ask(name, made.secret, grant_type="password").json()["error"] == "unsupported_grant_type"


def test_nothing_works_before_the_second_administrator_has_approved(books: Library, frozen: Any) -> None:
    with pytest.raises(identity.ClientState):
        identity.approve_client(login_id=admitted(books).client.pk, actor=SECURITY, at=AT)


def end(made: Any, token: str) -> Any:
    basic = base64.b64encode(f"{made.client.login.username}:{made.secret}".encode()).decode()
    return Client().post(
        "/api/v1/oauth/revoke",
        f"token={token}",
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Basic {basic}"},
    )


def test_a_token_that_was_ended_opens_nothing_when_it_is_shown_again(books: Library, frozen: Any) -> None:
    made = admitted(books)
    ended, other = token_of(made), token_of(made)
    assert call(ended, "/items").status_code == 200
    assert end(made, ended).json() == {"revoked": True}
    assert call(ended, "/items").json()["code"] == "identity.invalid_token"
    assert call(other, "/items").status_code == 200
    assert end(made, ended).json() == {"revoked": True}  # whether it was one is not told


def test_a_client_cannot_end_the_token_of_another(books: Library, frozen: Any) -> None:
    mine, theirs = admitted(books), admitted(books)
    token = token_of(theirs)
    assert end(mine, token).json() == {"revoked": True}
    assert call(token, "/items").status_code == 200


def test_a_changed_or_invented_token_is_refused_even_where_everybody_may_read(books: Library, frozen: Any) -> None:
    token = token_of(admitted(books))
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), token.swapcase(), "x", ""):
        refused = call(wrong, "/items")
        assert (refused.status_code, refused.json()["code"]) == (401, "identity.invalid_token"), wrong


def test_whoever_shows_a_token_comes_as_the_system_and_a_bad_one_never_falls_back_on_the_session(
    books: Library, frozen: Any
) -> None:
    """The token is asked for first: a browser's log-in neither helps a wrong token nor widens a right one."""
    token = token_of(admitted(books))
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(identity_models.Login.objects.get(username="clerk"))
    wrong = browser.get("/api/v1/items", headers={"Authorization": "Bearer x"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "identity.invalid_token")
    own = browser.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (own.status_code, 'error="insufficient_scope"' in own["WWW-Authenticate"]) == (403, True)


def test_a_session_writes_with_the_csrf_header_and_a_token_needs_none(books: Library, frozen: Any) -> None:
    case = books.received(AT)
    path = f"/api/v1/cases/{case.number}/acceptance"
    token = token_of(admitted(books))
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(identity_models.Login.objects.get(username="clerk"))
    by_session = browser.post(path, "{}", content_type="application/json", headers={"Idempotency-Key": "a"})
    assert (by_session.status_code, by_session.json()["code"]) == (403, "onedoor.csrf")
    shown = {"Idempotency-Key": "b", "Authorization": f"Bearer {token}"}
    by_token = browser.post(path, "{}", content_type="application/json", headers=shown)
    assert (by_token.status_code, by_token.json()["code"]) == (403, "onedoor.not_allowed")  # its scopes, not CSRF
    case.refresh_from_db()
    assert case.accepted_at is None
