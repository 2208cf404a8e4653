"""Logging in at another's, as a browser does it: to the provider's own process and back, with its redirects and cookies."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import httpx
import pyotp
import pytest
from django.test import Client

from onedoor.demonstration.cast import SECRET, Citizen
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login, OutsideAccount, Person
from onedoor.platform.identity.outside import dingtalk, oidc, weixin
from onedoor.platform.identity.outside.providers import Attempt, OutsideAway, Provider
from tests.journeys.conftest import Simulator, start_simulator
from tests.platform.conftest import books
from tests.platform.library import FRIEND, LONG_AGO, MACHINE, READER, Library
from tests.ports import free_base
from tests.sessions import prove

__all__ = ["books"]
BACKEND = "onedoor.platform.identity.backends.AccountBackend"
STRANGER = Citizen("stranger", "钱七", datetime(1985, 4, 5, tzinfo=UTC).date(), 55)


class Stay(HTTPRedirectHandler):
    """Does not follow a redirect: the test's browser does, with its own cookies."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """The providers as a process of its own."""
    folder, base = tmp_path_factory.mktemp("providers"), free_base()
    (folder / "people.json").write_text(json.dumps({}), encoding="utf-8")
    process = start_simulator(base, folder)
    yield Simulator(base, folder)
    process.terminate()
    process.wait(10)


@pytest.fixture(autouse=True)
def opened(elsewhere: Simulator, books: Library, settings: Any) -> None:
    """Open four log-ins, and give the reader an account."""
    shared = {"client_id": "onedoor", "client_secret": "s", "issuer": elsewhere.url(12)}
    levels = {"levels": {"1": 1, "2": 2, "3": 3}}
    settings.ONEDOOR_PUBLIC_URL = "http://testserver"
    settings.ONEDOOR_OUTSIDE_LOGINS = [
        {"code": "national", "title": "国家统一身份认证", "kind": "oidc", **shared, **levels},
        {"code": "weixin", "title": "微信", "kind": "weixin", **shared},
        {"code": "dingtalk", "title": "钉钉", "kind": "dingtalk", "for_officers": True, **shared},
        {"code": "government", "title": "政务统一登录", "kind": "oidc", "for_officers": True, **shared, **levels},
    ]
    identity.open_citizen_login(
        person_id=books.reader.pk, phone="13800000000", password="x" * 12, actor=MACHINE, at=LONG_AGO
    )
    elsewhere.moods(identity={})


def says(elsewhere: Simulator, who: Citizen | None, acr: str = "3", **mood: Any) -> None:
    """Let the provider say who has logged in there."""
    person = {"sub": f"s-{who.name}", "name": who.name, "id_number": who.id_number} if who else {"sub": "o-1"}
    elsewhere.moods(identity={"person": person, "acr": acr, **mood})


def follow(address: str) -> str:
    """Open an address at the provider and return where it sends the browser."""
    try:
        build_opener(Stay).open(address, timeout=5)
    except HTTPError as answer:
        if answer.code != 302:
            raise
        return str(answer.headers["Location"])
    raise AssertionError("the provider did not send the browser on")


def go_there(client: Client, code: str, onward: str = "/me/") -> str:
    """Click on a way to log in, log in there, and return the address the browser comes back with."""
    begun = client.get(f"/login/outside/{code}/?next={onward}")
    assert begun.status_code == 302, begun.content.decode()
    return follow(begun["Location"]).removeprefix("http://testserver")


def log_in(client: Client, code: str, onward: str = "/me/") -> Any:
    return client.get(go_there(client, code, onward))


def level_of(client: Client) -> int:
    return int(client.get("/me/").context["actor"].assurance)


def test_a_proved_person_comes_in_with_the_full_level_and_goes_where_they_wanted(elsewhere: Simulator) -> None:
    says(elsewhere, READER)
    client = Client()
    assert "国家统一身份认证" in client.get("/login/").content.decode()
    answer = log_in(client, "national", "/me/messages/")
    assert (answer.status_code, answer["Location"]) == (302, "/me/messages/")
    assert level_of(client) == 3
    assert OutsideAccount.objects.get().login.person.name == READER.name  # type: ignore[union-attr]


def test_the_browser_is_sent_with_state_nonce_and_a_challenge(elsewhere: Simulator) -> None:
    begun = Client().get("/login/outside/national/")
    asked = parse_qs(urlsplit(begun["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert {"state", "nonce", "code_challenge", "acr_values"} <= set(asked)
    begun = Client().get("/login/outside/weixin/")
    assert begun["Location"].endswith("#wechat_redirect")
    asked = parse_qs(urlsplit(begun["Location"]).query)
    assert (asked["scope"], asked["appid"]) == (["snsapi_login"], ["onedoor"])


def test_too_low_a_level_steps_up_only_when_it_is_needed(elsewhere: Simulator) -> None:
    says(elsewhere, READER, acr="2")
    Person.objects.filter(name=READER.name).update(assurance=2)
    client = Client()
    assert log_in(client, "national").status_code == 302
    assert level_of(client) == 2
    assert client.get("/me/messages/").status_code == 200  # what level 2 may do needs nothing more
    fields = {"name": FRIEND.name, "id_number": FRIEND.id_number, "scopes": ["view"], "valid_to": "2027-01-01"}
    asked = client.post("/me/delegations/", fields)
    assert asked.status_code == 403
    assert "再验证一次身份" in asked.content.decode()
    says(elsewhere, READER, acr="3")  # the network identity or the same provider, at a higher level
    assert log_in(client, "national").status_code == 302
    assert level_of(client) == 3


def test_a_level_nobody_agreed_on_opens_nothing(elsewhere: Simulator) -> None:
    says(elsewhere, READER, acr="super")
    answer = log_in(Client(), "national")
    assert answer.status_code == 403
    assert "没有登录" in answer.content.decode()
    assert not OutsideAccount.objects.exists()


def test_somebody_nobody_knows_gets_an_account_by_the_verified_number(elsewhere: Simulator) -> None:
    says(elsewhere, STRANGER)
    client = Client()
    assert log_in(client, "national").status_code == 302
    person = Person.objects.get(name=STRANGER.name)
    assert (person.assurance, person.verified_by) == (3, "国家统一身份认证")
    assert level_of(client) == 3


def test_the_name_has_to_be_that_of_the_number(elsewhere: Simulator) -> None:
    elsewhere.moods(identity={"person": {"sub": "x", "name": "别人", "id_number": READER.id_number}, "acr": "3"})
    assert log_in(Client(), "national").status_code == 403
    assert not OutsideAccount.objects.exists()


@pytest.mark.parametrize("forge", ["signature", "nonce", "audience", "expired"])
def test_an_answer_that_is_not_the_providers_to_us_now_opens_nothing(elsewhere: Simulator, forge: str) -> None:
    says(elsewhere, READER, forge=forge)
    client = Client()
    answer = log_in(client, "national")
    assert answer.status_code == 403
    assert "核对不上" in answer.content.decode()
    assert client.get("/me/").status_code == 302  # still nobody


def test_a_link_that_was_used_or_belongs_to_another_browser_is_stale(elsewhere: Simulator) -> None:
    says(elsewhere, READER)
    client = Client()
    address = go_there(client, "national")
    assert Client().get(address).status_code == 403  # somebody else's browser
    assert client.get(address).status_code == 302
    client.post("/logout/")
    again = client.get(address)
    assert again.status_code == 403
    assert "已过期，或这个链接已经用过" in again.content.decode()
    # The code itself is good once: with a fresh state of one's own it is refused by the provider.
    fresh = go_there(client, "national")
    old = parse_qs(urlsplit(address).query)["code"][0]
    new = parse_qs(urlsplit(fresh).query)["code"][0]
    assert client.get(fresh.replace(new, old)).status_code == 403


def test_who_says_no_and_a_provider_that_is_away_get_plain_pages(elsewhere: Simulator) -> None:
    says(elsewhere, READER, deny=True)
    answer = log_in(Client(), "national")
    assert "您没有同意登录" in answer.content.decode()
    elsewhere.moods(identity={"fail": True})
    away = Client().get("/login/outside/national/")
    assert away.status_code == 503
    assert "用手机号登录" in away.content.decode()
    assert Client().get("/login/outside/nowhere/").status_code == 404
    assert set(AuditEntry.objects.filter(event__startswith="outside.").values_list("event", flat=True)) >= {
        "outside.refused",
        "outside.away",
    }


def test_wechat_tells_no_number_so_only_its_owner_links_it(elsewhere: Simulator) -> None:
    says(elsewhere, None)
    assert "没有登录" in log_in(Client(), "weixin").content.decode()
    client = Client()
    client.force_login(Login.objects.get(person__name=READER.name), backend=BACKEND)
    prove(client)
    assert log_in(client, "weixin", "/login/outside/").status_code == 302
    assert "微信" in client.get("/login/outside/").content.decode()
    client.post("/logout/")
    assert log_in(client, "weixin").status_code == 302
    assert level_of(client) == 2  # one proof
    row = OutsideAccount.objects.get()
    client.post("/login/outside/", {"account": row.pk})
    assert log_in(Client(), "weixin").status_code == 403


def test_a_level_without_a_verified_number_is_nobodys(elsewhere: Simulator) -> None:
    """A provider that proves a real person but does not say who adds no proof to a session."""
    elsewhere.moods(identity={"person": {"sub": "o-9"}, "acr": "3"})
    client = Client()
    client.force_login(Login.objects.get(person__name=READER.name), backend=BACKEND)
    prove(client, factors=["code"])
    assert log_in(client, "national").status_code == 302
    assert level_of(client) == 2


def test_another_persons_log_in_is_not_linked_and_raises_nothing(elsewhere: Simulator) -> None:
    says(elsewhere, FRIEND)
    client = Client()
    client.force_login(Login.objects.get(person__name=READER.name), backend=BACKEND)
    prove(client)
    answer = log_in(client, "national")
    assert answer.status_code == 403
    assert "另一个人" in answer.content.decode()
    assert not OutsideAccount.objects.exists()


def test_a_log_in_somebody_else_began_at_a_shared_computer_is_not_linked(elsewhere: Simulator) -> None:
    says(elsewhere, None)
    client = Client()
    address = go_there(client, "weixin")  # a visitor scans the code, and is not back yet
    client.force_login(Login.objects.get(person__name=READER.name), backend=BACKEND)
    prove(client)
    answer = client.get(address)
    assert answer.status_code == 403
    assert "已过期" in answer.content.decode()
    assert not OutsideAccount.objects.exists()


def test_a_linked_account_that_is_somebody_elses_by_now_opens_nothing(elsewhere: Simulator) -> None:
    reader = {"sub": "shared", "name": READER.name, "id_number": READER.id_number}
    elsewhere.moods(identity={"person": reader, "acr": "3"})
    assert log_in(Client(), "national").status_code == 302
    friend = {"sub": "shared", "name": FRIEND.name, "id_number": FRIEND.id_number}
    elsewhere.moods(identity={"person": friend, "acr": "3"})
    client = Client()
    answer = log_in(client, "national")
    assert answer.status_code == 403
    assert "另一个人" in answer.content.decode()
    assert client.get("/me/").status_code == 302  # still nobody


def test_an_officer_still_gives_the_second_factor(elsewhere: Simulator) -> None:
    officer = Login.objects.get(username="clerk")
    officer.one_time_secret = SECRET
    officer.holder_number, officer.password_set_at = READER.id_number, datetime.now(UTC)
    for field, value in Login.by_holder.values(READER.id_number).items():
        setattr(officer, field, value)
    officer.save()
    says(elsewhere, READER)
    client = Client()
    page = client.get("/staff/login/").content.decode()
    assert "钉钉" in page
    assert "微信" not in page
    answer = log_in(client, "government", "/staff/")
    assert answer["Location"] == "/login/outside/second/"
    assert client.get("/staff/window/").status_code == 302  # not in yet
    assert client.post("/login/outside/second/", {"code": "000000"}).status_code == 403
    code = pyotp.TOTP(SECRET).now()
    assert client.post("/login/outside/second/", {"code": code})["Location"] == "/staff/"
    # DingTalk tells no number: the officer links it, then comes in by it, again with the second factor.
    says(elsewhere, None)
    assert log_in(client, "dingtalk", "/login/outside/").status_code == 302
    client.post("/logout/")
    assert log_in(client, "dingtalk", "/staff/")["Location"] == "/login/outside/second/"


def test_nothing_is_offered_where_nothing_is_opened(settings: Any, elsewhere: Simulator) -> None:
    settings.ONEDOOR_OUTSIDE_LOGINS = []
    assert "用别的账号登录" not in Client().get("/login/").content.decode()
    assert Client().get("/login/outside/national/").status_code == 404


def test_a_claim_that_is_told_empty_is_no_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Provider(code="p", title="统一登录", kind="oidc", client_id="c", client_secret="s", issuer="https://p")
    claims = {"sub": "1", "acr": "", "id_number": None, "name": None}
    monkeypatch.setattr(oidc, "_discover", lambda one: {"token_endpoint": "", "jwks_uri": ""})
    monkeypatch.setattr(oidc, "fetch", lambda *told, **sent: (200, {}))
    monkeypatch.setattr(oidc, "_checked", lambda *told: claims)
    who = oidc.redeem(provider, Attempt("s", "n", "v"), {"code": "1"}, "https://back", wall=LONG_AGO)
    assert (who.id_number, who.name) == ("", "")


@pytest.mark.parametrize("kind", [oidc, weixin, dingtalk])
@pytest.mark.parametrize("body", ["[]", "null", '"x"'])
def test_what_is_no_object_is_a_provider_that_is_away(kind: Any, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Provider(code="p", title="统一登录", kind="oidc", client_id="c", client_secret="s", issuer="https://p")
    answer = httpx.Response(200, content=body, request=httpx.Request("GET", "https://p"))
    monkeypatch.setattr(httpx, "request", lambda *told, **sent: answer)
    with pytest.raises(OutsideAway):
        kind.redeem(provider, Attempt("s", "n", "v"), {"code": "1"}, "https://back", wall=LONG_AGO)
