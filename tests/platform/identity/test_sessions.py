"""A log-in on a device: how long it rests, what it keeps, where it is ended; whose address counts; passwords; levels."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from django.conf import settings as site_settings
from django.test import Client
from tests.platform.identity.bereaved import PAPER
from tests.platform.identity.conftest import AT
from tests.platform.library import ITEM, LONG_AGO, MACHINE, READER, TOWN, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Draft
from onedoor.platform.identity import logins, passwords, queries
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.backends import AccountBackend
from onedoor.platform.identity.models import DeathStatement, Delegation, Login, LoginSession, Person
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import AssuranceTooLow, InvalidInput
from onedoor.platform.kernel.parameters import write_parameter
from onedoor.platform.messages.models import Message
from onedoor.web.parts.addresses import client_address

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "Qinghe-Liushu-42"
PHONE = "13900000078"


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(AT.astimezone(UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def keeper(staffed: Library) -> Login:
    """The clerk, with a password and a device of their own."""
    login = Login.objects.get(username="clerk")
    login.set_password(PASSWORD)
    login.one_time_secret, login.password_set_at = SECRET, AT
    login.save()
    return login


@pytest.fixture
def account(books: Library) -> Login:
    return identity.open_citizen_login(
        person_id=books.reader.pk, phone=PHONE, password=PASSWORD, actor=MACHINE, at=LONG_AGO
    )


def officer_in(client: Client | None = None, **headers: str) -> Client:
    client = client or Client()
    code = pyotp.TOTP(SECRET).at(datetime.now())
    answer = client.post("/staff/login/", {"username": "clerk", "password": PASSWORD, "code": code}, headers=headers)
    assert answer.status_code == 302, answer.content.decode()
    return client


def citizen_in(client: Client | None = None, **headers: str) -> Client:
    client = client or Client()
    form = {"phone": PHONE, "way": "password", "password": PASSWORD, "next": "/me/"}
    answer = client.post("/login/", form, headers=headers)
    assert answer.status_code == 302, answer.content.decode()
    return client


# Resting


@pytest.mark.parametrize(("minutes", "stays"), [(14, True), (16, False)])
def test_an_officer_rests_fifteen_minutes(keeper: Login, clock: Any, minutes: int, stays: bool) -> None:
    client = officer_in()
    clock.shift(timedelta(minutes=minutes))
    assert (client.get("/staff/").status_code == 200) is stays


@pytest.mark.parametrize(("minutes", "stays"), [(29, True), (31, False)])
def test_a_citizen_rests_thirty_minutes(account: Login, clock: Any, minutes: int, stays: bool) -> None:
    client = citizen_in()
    clock.shift(timedelta(minutes=minutes))
    assert (client.get("/me/").status_code == 200) is stays


def test_whoever_goes_on_working_is_never_put_out(keeper: Login, clock: Any) -> None:
    client = officer_in()
    for _ in range(12):
        clock.shift(timedelta(minutes=10))
        assert client.get("/staff/").status_code == 200


def test_after_the_rest_the_entrance_says_why_and_leads_back_to_the_page(account: Login, clock: Any) -> None:
    client = citizen_in()
    assert 'data-idle-seconds="1800"' in client.get("/me/").content.decode()
    clock.shift(timedelta(minutes=31))
    turned_away = client.get("/me/delegations/")
    assert turned_away.headers["Location"] == "/login/?next=%2Fme%2Fdelegations%2F&idle=1"
    assert "您离开得太久" in client.get(turned_away.headers["Location"]).content.decode()
    form = {"phone": PHONE, "way": "password", "password": PASSWORD, "next": "/me/delegations/"}
    assert client.post("/login/", form).headers["Location"] == "/me/delegations/"
    assert LoginSession.objects.get(ended_how="久未操作").ended_at is not None


def test_a_form_that_came_too_late_is_still_there_after_the_log_in(keeper: Login, clock: Any) -> None:
    client = officer_in()
    clock.shift(timedelta(minutes=16))
    typed = {"name": READER.name, "id_number": READER.id_number, "witness_note": "本人持身份证到窗口。"}
    assert "/staff/login/" in client.post("/staff/window/verify/", typed).headers["Location"]
    assert Person.objects.get(name=READER.name).verified_by == "测试"  # nothing was handed in
    assert READER.id_number not in str(dict(client.session))  # and nothing lies open in the session

    code = pyotp.TOTP(SECRET).at(datetime.now())
    entered = client.post("/staff/login/", {"username": "clerk", "password": PASSWORD, "code": code})
    assert entered.headers["Location"] == "/login/held/"
    page = client.get("/login/held/").content.decode()
    kept = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    assert {name: kept[name] for name in typed} == typed
    assert 'action="/staff/window/verify/"' in page
    assert client.post("/staff/window/verify/", typed).status_code == 302
    assert Person.objects.get(name=READER.name).verified_by == "窗口当面核验"
    assert client.get("/login/held/").status_code == 302  # shown once


def test_somebody_else_on_the_same_screen_does_not_see_what_was_typed(
    keeper: Login, account: Login, clock: Any
) -> None:
    client = officer_in()
    clock.shift(timedelta(minutes=16))
    client.post("/staff/window/verify/", {"name": "张三", "id_number": "110105199205060311"})
    citizen_in(client)
    shown = client.get("/login/held/")
    assert shown.status_code == 302
    assert "110105199205060311" not in client.get(shown.headers["Location"]).content.decode()


def test_a_draft_that_saves_itself_after_the_end_says_so_and_is_not_kept_as_a_form(account: Login, clock: Any) -> None:
    client = citizen_in()
    client.post(f"/items/{ITEM}/start/", {"applicant": account.person_id})
    draft = Draft.objects.get()
    clock.shift(timedelta(minutes=31))
    late = client.post(f"/drafts/{draft.pk}/s/reader/", {"revision": 0}, headers={"X-Autosave": "1"})
    assert late.status_code == 302
    assert "held" not in client.session


def test_the_demonstrations_clock_puts_nobody_out(account: Login, clock: Any, settings: Any) -> None:
    client = citizen_in()
    settings.ONEDOOR_DEMONSTRATION_CLOCK.write_text("8", encoding="ascii")
    try:
        assert client.get("/me/").status_code == 200
    finally:
        settings.ONEDOOR_DEMONSTRATION_CLOCK.unlink()


# The list


def test_one_sees_where_one_is_logged_in_and_ends_it_from_elsewhere(account: Login, clock: Any) -> None:
    phone, desk, third = (citizen_in(**{"User-Agent": agent}) for agent in ("iPhone", "Windows NT", "Android"))
    page = phone.get("/login/sessions/").content.decode()
    assert all(words in page for words in ("苹果手机", "本机", "Windows 电脑", "安卓手机"))
    number = LoginSession.objects.get(device="Windows 电脑").pk
    assert phone.post("/login/sessions/", {"session": number}).status_code == 302
    assert desk.get("/me/").status_code == 302
    assert third.get("/me/").status_code == 200
    phone.post("/login/sessions/", {"others": "1"})
    assert third.get("/me/").status_code == 302
    assert phone.get("/me/").status_code == 200
    assert AuditEntry.objects.filter(event__in=["identity.end_session", "identity.end_other_sessions"]).count() == 2


def test_nobody_ends_somebody_elses(account: Login, keeper: Login, clock: Any) -> None:
    citizen_in()
    number = LoginSession.objects.get(login=account).pk
    assert officer_in().post("/login/sessions/", {"session": number}).status_code == 404
    assert LoginSession.objects.get(pk=number).ended_at is None


def test_a_new_device_is_told_and_the_same_one_again_is_not(account: Login, clock: Any) -> None:
    browser = citizen_in()
    outbox.deliver_pending(at=AT)
    assert not Message.objects.filter(event="identity.new_device").exists()  # the first one of all
    browser.post("/logout/")
    citizen_in(browser)
    outbox.deliver_pending(at=AT)
    assert not Message.objects.filter(event="identity.new_device").exists()
    citizen_in()
    outbox.deliver_pending(at=AT)
    assert Message.objects.filter(event="identity.new_device", channel="inbox", recipient=account.person).count() == 1


def test_a_made_up_or_old_session_is_nobody(account: Login, clock: Any) -> None:
    client = citizen_in()
    name = site_settings.SESSION_COOKIE_NAME
    old = client.cookies[name].value
    client.post("/logout/")
    for value in (old, "a" * 32, old[::-1], ""):
        stranger = Client()
        stranger.cookies[name] = value
        assert stranger.get("/me/").status_code == 302
    forged = Client()
    forged.cookies["device"] = "made-up:signature"
    assert citizen_in(forged).get("/me/").status_code == 200  # an unsigned mark is no mark, and no crash


def test_a_log_in_gives_a_new_session_key(account: Login, clock: Any) -> None:
    client = Client()
    client.post("/login/", {"phone": PHONE, "way": "password", "password": "wrong"})
    before = client.cookies[site_settings.SESSION_COOKIE_NAME].value
    citizen_in(client)
    assert client.cookies[site_settings.SESSION_COOKIE_NAME].value != before


def test_cookies_are_closed_to_scripts_and_other_sites(account: Login, clock: Any) -> None:
    client = citizen_in()
    for name in (site_settings.SESSION_COOKIE_NAME, "device"):
        cookie = client.cookies[name]
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
    text = (site_settings.REPOSITORY / "src/onedoor/config/settings/security.py").read_text("utf-8")
    assert "SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_TRANSPORT" in text


# Whose address


@pytest.mark.parametrize(
    ("peer", "said", "address"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # no proxy of ours: its word is worth nothing
        ("10.1.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.1.0.2", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # the visitor wrote 6.6.6.6 themselves
        ("10.1.0.2", "6.6.6.6, 198.51.100.1, 10.1.0.7", "198.51.100.1"),  # two proxies of ours
        ("10.1.0.2", "", "10.1.0.2"),
        ("10.1.0.2", "nonsense", "10.1.0.2"),
        ("10.1.0.2", "198.51.100.1, nonsense", "10.1.0.2"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_our_own_proxies_are_believed(settings: Any, peer: str, said: str, address: str) -> None:
    settings.ONEDOOR_TRUSTED_PROXIES = ["10.1.0.0/24", "::1"]
    assert client_address(peer, said) == address


def test_the_audit_record_and_the_lock_out_see_the_visitor(account: Login, clock: Any, settings: Any) -> None:
    settings.ONEDOOR_TRUSTED_PROXIES = ["127.0.0.1"]

    def tries(password: str, said: str) -> Any:
        form = {"phone": PHONE, "way": "password", "password": password, "next": "/me/"}
        return Client().post("/login/", form, headers={"X-Forwarded-For": said})

    for number in range(5):  # another made-up address in front each time changes nothing
        tries("wrong", f"6.6.6.{number}, 198.51.100.1")
    assert tries(PASSWORD, "7.7.7.7, 198.51.100.1").status_code in (403, 429)
    assert tries(PASSWORD, "198.51.100.2").status_code == 302  # the person at home is not locked out
    entry = AuditEntry.objects.get(event="identity.log_in")
    assert entry.address == "198.51.100.2"


def test_an_officers_account_is_locked_wherever_the_tries_come_from(keeper: Login, clock: Any) -> None:
    for number in range(5):
        form = {"username": "clerk", "password": "wrong", "code": "000000"}
        Client(REMOTE_ADDR=f"198.51.100.{number}").post("/staff/login/", form)
    code = pyotp.TOTP(SECRET).at(datetime.now())
    form = {"username": "clerk", "password": PASSWORD, "code": code}
    assert Client(REMOTE_ADDR="198.51.100.77").post("/staff/login/", form).status_code in (403, 429)
    clock.shift(timedelta(minutes=31))
    officer_in()


def test_the_security_administrator_unlocks_before_the_half_hour(
    keeper: Login, desk: Callable[[str], Client], clock: Any
) -> None:
    for _ in range(5):
        Client().post("/staff/login/", {"username": "clerk", "password": "wrong", "code": "000000"})
    page = f"/staff/people/{keeper.pk}/"
    deed = {"act": "unlock", "reason": "本人持工作证到场，核对无误。"}
    assert desk("security").post(page, deed | {"reason": "好"}).status_code == 422
    assert desk("system").post(page, deed).status_code == 403
    assert desk("security").post(page, deed).status_code == 302
    officer_in()


# Passwords of officers


def chosen(login: Login, password: str) -> None:
    actor = Actor(kind="officer", name="", login_id=login.pk)
    logins.set_password(login_id=login.pk, password=password, knows_old=True, actor=actor, at=AT)


@pytest.mark.parametrize("password", ["Short-1a", "alllowercase", "lower-and-signs", "UPPERlowerONLY", "1234567890"])
def test_ten_characters_of_three_classes(keeper: Login, password: str) -> None:
    with pytest.raises(InvalidInput):
        chosen(keeper, password)


def test_none_of_the_last_five_again(keeper: Login) -> None:
    words = [f"Xizi-Lake-{number}9" for number in range(6)]
    for word in words:
        chosen(keeper, word)
    for word in words[1:]:  # the present one and the four before, with the fifth: PASSWORD is older
        with pytest.raises(InvalidInput, match="1"):
            chosen(keeper, word)
    assert keeper.former_passwords.count() == passwords.REMEMBERED
    chosen(keeper, PASSWORD)


def test_citizens_are_asked_for_less(account: Login) -> None:
    actor = Actor(kind="citizen", name="", login_id=account.pk, person_id=account.person_id)
    logins.set_password(login_id=account.pk, password="liushu-qinghe-long", knows_old=True, actor=actor, at=AT)


@pytest.mark.parametrize(("days", "asked"), [(89, False), (90, True)])
def test_after_ninety_days_another_password_is_asked_for(keeper: Login, clock: Any, days: int, asked: bool) -> None:
    clock.shift(timedelta(days=days))
    answer = officer_in().get("/staff/")
    assert (answer.status_code == 302 and answer.headers["Location"] == "/login/password/") is asked


def test_the_number_of_days_is_a_parameter(keeper: Login) -> None:
    write_parameter(
        key=passwords.ROTATION,
        division="000000000000",
        value=30,
        document="测试",
        valid_from=date(2026, 1, 1),
        recorded_by="测试",
        at=AT,
    )
    assert not passwords.must_rotate(keeper, on=AT.date() + timedelta(days=29))
    assert passwords.must_rotate(keeper, on=AT.date() + timedelta(days=30))


def test_a_changed_password_ends_every_log_in(keeper: Login, clock: Any) -> None:
    first = officer_in()
    clock.shift(timedelta(seconds=40))
    second = officer_in()
    first.post("/login/password/", {"password": "Another-Lake-7"})
    assert second.get("/staff/").status_code == 302
    assert not LoginSession.objects.filter(login=keeper, ended_at__isnull=True).exists()


# Levels


def level(account: Login, on: date = AT.date(), factors: int = 2) -> int:
    found = AccountBackend().get_user(account.pk)  # as with every request
    assert found is not None
    actor = queries.actor_for(login=found, post_id=None, channel="web", address="", on=on, factors=factors)
    return actor.assurance


def test_the_window_raises_the_level_without_a_face_check(
    account: Login, staffed: Library, desk: Callable[[str], Client], clock: Any
) -> None:
    form = {
        "name": READER.name,
        "id_number": READER.id_number,
        "document_valid_to": "2027-03-01",
        "witness_note": "本人持身份证原件到窗口，人证一致。",
    }
    client = desk("clerk")
    assert client.post("/staff/window/verify/", form | {"witness_note": "好"}).status_code == 422
    assert client.post("/staff/window/verify/", form | {"document_valid_to": "2026-08-31"}).status_code == 422
    assert client.post("/staff/window/verify/", form | {"name": "别人"}).status_code == 422
    assert client.post("/staff/window/verify/", form).status_code == 302
    assert level(account) == 4
    assert level(account, on=date(2027, 3, 1)) == 4  # the last day of the document
    assert level(account, on=date(2027, 3, 2)) == 2
    entry = AuditEntry.objects.filter(event="identity.verify_person").order_by("-pk").first()
    assert entry is not None
    assert entry.reason == form["witness_note"]


def test_somebody_unknown_becomes_known_and_gets_an_account(
    staffed: Library, desk: Callable[[str], Client], clock: Any
) -> None:
    form = {
        "name": "白新来",
        "id_number": "11010519491231002X",
        "division": TOWN,
        "phone": "13900000091",
        "witness_note": "本人持身份证原件到窗口，人证一致。",
    }
    assert desk("helper").post("/staff/window/verify/", form).status_code == 302
    login = Login.objects.get(person__name="白新来")
    code = logins.issue_code(phone="13900000091", at=AT)
    assert code is not None
    assert logins.use_code(phone="13900000091", code=code, at=AT) == login


def test_a_place_may_ask_for_a_new_check_after_some_days(account: Login) -> None:
    Person.objects.filter(pk=account.person_id).update(verified_at=AT)
    assert level(account, on=AT.date() + timedelta(days=1000)) == 3
    write_parameter(
        key="identity.recheck_days",
        division="000000000000",
        value=180,
        document="测试",
        valid_from=date(2026, 1, 1),
        recorded_by="测试",
        at=AT,
    )
    assert level(account, on=AT.date() + timedelta(days=179)) == 3
    assert level(account, on=AT.date() + timedelta(days=180)) == 2


def test_two_proofs_are_good_for_half_an_hour_and_then_one_more_is_enough(
    account: Login, books: Library, clock: Any
) -> None:
    client = citizen_in()
    client.post(f"/items/{ITEM}/start/", {"applicant": account.person_id})
    assert client.get("/login/step-up/").status_code == 200
    session = client.session
    session["factors"] = ["code", "password"]
    session.save()
    draft = books.draft(AT)

    def hands_in() -> Any:
        return client.post(f"/drafts/{draft.pk}/review/", {"revision": draft.revision})

    for _ in range(2):
        clock.shift(timedelta(minutes=16))
        client.get("/me/")
    late = hands_in()
    assert late.status_code == 403
    assert "再验证一次身份" in late.content.decode()
    asked = client.get(f"/login/step-up/?next=/drafts/{draft.pk}/review/").content.decode()
    for way in ("窗口当面核验", "家人代办", "帮办代办员", "不要求刷脸", "改用短信验证码"):  # R-ID-1, A22
        assert way in asked
    proved = client.post("/login/step-up/", {"password": PASSWORD, "next": f"/drafts/{draft.pk}/review/"})
    assert proved.headers["Location"] == f"/drafts/{draft.pk}/review/"
    assert hands_in().status_code == 302
    assert AuditEntry.objects.filter(event="identity.step_up").count() == 1


def test_who_cannot_reach_the_level_is_told_the_other_ways(account: Login, books: Library, clock: Any) -> None:
    Person.objects.filter(pk=account.person_id).update(assurance=2)
    draft = books.draft(AT)
    with pytest.raises(AssuranceTooLow):
        cases.submit_draft(
            draft_id=draft.pk, revision=draft.revision, actor=replace(books.citizen(), assurance=2), at=AT
        )
    client = citizen_in()
    session = client.session
    session["factors"] = ["code", "password"]
    session.save()
    page = client.get("/login/step-up/").content.decode()
    assert "您现在的实名等级是 2 级" in page
    assert "窗口当面核验" in page
    assert 'name="password"' not in page


def test_the_dead_do_not_log_in_and_nobody_acts_for_them(
    account: Login, staffed: Library, desk: Callable[[str], Client], clock: Any
) -> None:
    asked = identity.ask_delegation(
        principal_name=READER.name,
        principal_id_number=READER.id_number,
        items=[],
        scopes=["view", "submit"],
        valid_to=date(2026, 12, 31),
        actor=staffed.citizen(staffed.friend),
        at=AT,
    )
    identity.confirm_delegation(delegation_id=asked.pk, actor=staffed.citizen(), at=AT)
    client = citizen_in()
    who = {"name": READER.name, "id_number": READER.id_number, "act": "died"}
    bare = desk("clerk").post("/staff/window/person/", who | PAPER | {"paper_number": ""})
    assert bare.status_code == 422
    desk("clerk").post("/staff/window/person/", who | PAPER)
    assert client.get("/me/").status_code == 200, "one officer's word changes nothing"
    desk("second_clerk").post(f"/staff/deaths/{DeathStatement.objects.get().pk}/", {"answer": "confirm"})
    assert client.get("/me/").status_code == 302
    form = {"phone": PHONE, "way": "password", "password": PASSWORD, "next": "/me/"}
    assert Client().post("/login/", form).status_code == 403
    assert logins.issue_code(phone=PHONE, at=AT) is None
    assert Delegation.objects.get().state == "revoked"
    with pytest.raises(queries.MandateRevoked):
        cases.start_draft(item_code=ITEM, applicant_id=staffed.reader.pk, actor=staffed.citizen(staffed.friend), at=AT)
