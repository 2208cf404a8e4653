"""Getting in: one-time passwords good once, lock-out after five wrong tries, refusals on record."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from django.db import transaction
from django.test import Client
from tests.platform.library import CHINA, LONG_AGO, MACHINE, TOWN, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.identity import logins, queries
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed, OneDoorError

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
SECRET = pyotp.random_base32()
PASSWORD = "qinghe-liushu-42"
PHONE = "13900000078"


@pytest.fixture
def keeper(books: Library) -> Login:
    """An officer with a password and a device for one-time passwords, and a post."""
    login = identity.open_officer_login(
        username="KX001", name="管理员甲", password=PASSWORD, one_time_secret=SECRET, actor=MACHINE, at=LONG_AGO
    )
    identity.appoint_officer(
        login_id=login.pk,
        organization_id=books.organs[TOWN].pk,
        role="intake_clerk",
        division=TOWN,
        lines=[],
        valid_from=date(2026, 1, 1),
        actor=MACHINE,
        at=LONG_AGO,
    )
    return login


@pytest.fixture
def account(books: Library) -> Login:
    return identity.open_citizen_login(
        person_id=books.reader.pk, phone=PHONE, password=PASSWORD, actor=MACHINE, at=LONG_AGO
    )


def shown(at: datetime) -> str:
    """What the officer's device shows at a moment."""
    return pyotp.TOTP(SECRET).at(at)


def use(keeper: Login, code: str, at: datetime) -> None:
    logins.use_one_time_password(login_id=keeper.pk, code=code, at=at)


def test_a_one_time_password_is_good_once(keeper: Login) -> None:
    use(keeper, shown(AT), AT)
    for later in (0, 1, 29):
        with pytest.raises(logins.OneTimePasswordWrong):
            use(keeper, shown(AT), AT + timedelta(seconds=later))
    use(keeper, shown(AT + timedelta(seconds=30)), AT + timedelta(seconds=30))


def test_an_older_one_is_not_good_after_a_newer_one(keeper: Login) -> None:
    use(keeper, shown(AT + timedelta(seconds=30)), AT)  # a device half a minute ahead
    with pytest.raises(logins.OneTimePasswordWrong):
        use(keeper, shown(AT), AT)


@pytest.mark.parametrize(("ahead", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_device_may_be_half_a_minute_off(keeper: Login, ahead: int, good: bool) -> None:
    code = shown(AT + timedelta(seconds=ahead))
    if good:
        use(keeper, code, AT)
    else:
        with pytest.raises(logins.OneTimePasswordWrong):
            use(keeper, code, AT)


@pytest.mark.parametrize("code", ["", "000000", pytest.param("１２３４５６"), "' OR 1=1"])
def test_nonsense_is_wrong_and_nothing_worse(keeper: Login, code: str) -> None:
    if code != shown(AT):
        with pytest.raises(logins.OneTimePasswordWrong):
            use(keeper, code, AT)


def test_full_width_digits_of_an_identity_number_are_forgiven_and_wrong_ones_are_wrong(account: Login) -> None:
    actor = Actor(kind="citizen", name="", login_id=account.pk, person_id=account.person_id)
    words: dict[str, Any] = {
        "login_id": account.pk,
        "password": "liushu-qinghe-43",
        "knows_old": False,
        "actor": actor,
        "at": AT,
    }
    with pytest.raises(logins.RecoveryWrong):
        logins.set_password(**words, id_number="３３０１１３１９９００５０６０３３３")
    assert account.person is not None
    full_width = "".join(chr(ord(one) + 0xFEE0) for one in str(account.person.id_number))
    logins.set_password(**words, id_number=full_width)


def test_who_has_no_device_cannot_use_any_code(books: Library) -> None:
    login = Login.objects.get(username="clerk")
    with pytest.raises(logins.OneTimePasswordWrong):
        use(login, pyotp.TOTP(pyotp.random_base32()).at(AT), AT)


def officer_tries(client: Client, password: str, code: str) -> Any:
    return client.post("/staff/login/", {"username": "KX001", "password": password, "code": code})


@pytest.fixture
def at_the_desk() -> Any:
    with time_machine.travel(AT.astimezone(UTC), tick=False) as traveller:
        yield traveller


def test_an_officer_gets_in_with_all_three_and_the_same_code_does_not_open_twice(
    keeper: Login, at_the_desk: Any
) -> None:
    assert officer_tries(Client(), PASSWORD, shown(AT)).status_code == 302
    assert officer_tries(Client(), PASSWORD, shown(AT)).status_code == 403
    assert AuditEntry.objects.filter(event="identity.log_in", target=f"login:{keeper.pk}").count() == 1
    assert AuditEntry.objects.filter(event="identity.one_time_password_wrong", outcome="refused").count() == 1


def test_after_five_wrong_passwords_the_right_one_waits_half_an_hour(keeper: Login, at_the_desk: Any) -> None:
    for _ in range(5):
        officer_tries(Client(), "wrong", shown(AT))
    assert officer_tries(Client(), PASSWORD, shown(AT)).status_code in (403, 429)
    at_the_desk.shift(timedelta(minutes=31))
    assert officer_tries(Client(), PASSWORD, shown(AT + timedelta(minutes=31))).status_code == 302


def test_after_five_wrong_one_time_passwords_the_right_one_waits_too(keeper: Login, at_the_desk: Any) -> None:
    for number in range(6):
        officer_tries(Client(), PASSWORD, f"{number:06d}")
    assert officer_tries(Client(), PASSWORD, shown(AT)).status_code in (403, 429)


def test_who_is_locked_out_is_told_so_in_chinese(keeper: Login, at_the_desk: Any) -> None:
    for _ in range(5):
        answer = officer_tries(Client(), "wrong", shown(AT))
    assert "锁定" in answer.content.decode()


def citizen_tries(client: Client, password: str) -> Any:
    return client.post("/login/", {"phone": PHONE, "way": "password", "password": password, "next": "/me/"})


def test_a_citizen_is_locked_out_by_password_and_another_is_not(account: Login, at_the_desk: Any) -> None:
    for _ in range(5):
        citizen_tries(Client(), "wrong")
    assert citizen_tries(Client(), PASSWORD).status_code in (403, 429)
    refused = AuditEntry.objects.filter(event="identity.password_wrong", outcome="refused")
    assert refused.exists()
    assert not any(PHONE in f"{entry.details} {entry.target}" for entry in refused)


def test_a_wrong_password_and_an_unknown_number_look_alike(account: Login) -> None:
    known = citizen_tries(Client(), "wrong")
    unknown = Client().post("/login/", {"phone": "13900000079", "way": "password", "password": "wrong", "next": "/me/"})
    assert known.status_code == unknown.status_code == 403
    assert known.context["problem"] == unknown.context["problem"]


def test_a_code_to_another_phone_does_not_open_this_account(account: Login, books: Library) -> None:
    identity.open_citizen_login(person_id=books.friend.pk, phone="13900000080", password="", actor=MACHINE, at=LONG_AGO)
    code = logins.issue_code(phone="13900000080", at=AT)
    assert code is not None
    with pytest.raises(logins.CodeWrong):
        logins.use_code(phone=PHONE, code=code, at=AT)


def test_a_newer_code_ends_the_older_one(account: Login) -> None:
    first = logins.issue_code(phone=PHONE, at=AT)
    second = logins.issue_code(phone=PHONE, at=AT + timedelta(minutes=2))
    assert first is not None
    assert second is not None
    if first != second:
        with pytest.raises(logins.CodeWrong):
            logins.use_code(phone=PHONE, code=first, at=AT + timedelta(minutes=2))
    assert logins.use_code(phone=PHONE, code=second, at=AT + timedelta(minutes=2)) == account


def test_the_tenth_code_of_a_day_is_the_last_and_the_next_day_begins_anew(account: Login) -> None:
    for number in range(10):
        logins.issue_code(phone=PHONE, at=AT + timedelta(minutes=2 * number))
    with pytest.raises(logins.TooManyCodes):
        logins.issue_code(phone=PHONE, at=AT + timedelta(hours=23, minutes=59))
    assert logins.issue_code(phone=PHONE, at=AT + timedelta(hours=24, minutes=1))


def test_codes_are_kept_as_digests(account: Login) -> None:
    from onedoor.platform.identity.models import OneTimeCode

    code = logins.issue_code(phone=PHONE, at=AT)
    row = OneTimeCode.objects.get()
    assert code not in (row.digest, row.phone_index)
    assert PHONE not in row.phone_index


@pytest.mark.parametrize(("factors", "level"), [(1, 2), (2, 3)])
def test_one_proof_counts_less_than_two(account: Login, factors: int, level: int) -> None:
    actor = queries.actor_for(login=account, post_id=None, channel="web", address="", on=AT.date(), factors=factors)
    assert (actor.kind, actor.assurance) == ("citizen", level)


def test_an_officer_without_a_chosen_post_may_do_nothing(books: Library, keeper: Login) -> None:
    actor = queries.actor_for(login=keeper, post_id=None, channel="web", address="", on=date(2025, 12, 31))
    assert (actor.permissions, actor.reach) == (frozenset(), ())


def test_a_second_account_with_the_same_phone_is_refused_in_words(account: Login, books: Library) -> None:
    with pytest.raises(InvalidInput), transaction.atomic():
        identity.open_citizen_login(person_id=books.friend.pk, phone=PHONE, password="", actor=MACHINE, at=LONG_AGO)


RESETS: dict[str, Callable[[Actor], Any]] = {
    "citizen": lambda actor: identity.reset_citizen(
        name="欧阳晓娜",
        id_number="330113199005060227",
        new_phone="",
        witness_note="核对身份证原件，本人在场。",
        actor=actor,
        at=AT,
    ),
    "officer": lambda actor: identity.reset_officer(
        username="KX001", witness_note="核对工作证原件，本人在场。", actor=actor, at=AT
    ),
}


@pytest.mark.parametrize("whose", sorted(RESETS))
@pytest.mark.parametrize("name", ["reviewer", "approver", "supervisor", "auditor"])
def test_not_every_officer_resets_accounts(
    books: Library, keeper: Login, account: Login, whose: str, name: str
) -> None:
    with pytest.raises(NotAllowed):
        RESETS[whose](books.officer(name))


def test_a_clerk_resets_citizens_and_no_officers_and_nobody_themselves(
    books: Library, keeper: Login, account: Login
) -> None:
    clerk = books.officer("clerk")
    assert RESETS["citizen"](clerk).password
    with pytest.raises(NotAllowed):
        RESETS["officer"](clerk)
    security = replace(clerk, permissions=frozenset({"identity.reset"}), login_id=keeper.pk)
    with pytest.raises(OneDoorError):
        RESETS["officer"](security)
