"""Who may act for whom, where, until when; codes to the phone."""

from datetime import date, datetime, timedelta

import pytest
from tests.platform.library import CHINA, FRIEND, ITEM, MACHINE, READER, Library

from onedoor.platform.cases import operations
from onedoor.platform.identity import logins
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login
from onedoor.platform.identity.roles import may_hold_together
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)


def delegate(books: Library, *, scopes: list[str], valid_to: date = date(2026, 12, 31), confirm: bool = True) -> int:
    friend = books.citizen(books.friend)
    asked = identity.ask_delegation(
        principal_name=READER.name,
        principal_id_number=READER.id_number,
        items=[ITEM],
        scopes=scopes,
        valid_to=valid_to,
        actor=friend,
        at=AT,
    )
    if confirm:
        identity.confirm_delegation(delegation_id=asked.pk, actor=books.citizen(), at=AT)
    return int(asked.pk)


def start_for_reader(books: Library, at: datetime = AT) -> object:
    return operations.start_draft(
        item_code=ITEM, applicant_id=books.reader.pk, actor=books.citizen(books.friend), at=at
    )


def test_without_a_delegation_nobody_acts_for_another(books: Library) -> None:
    with pytest.raises(OneDoorError) as refused:
        start_for_reader(books)
    assert refused.value.code == "mandate.missing"


def test_a_confirmed_delegation_lets_the_agent_begin(books: Library) -> None:
    delegate(books, scopes=["view", "submit"])
    assert start_for_reader(books)


@pytest.mark.parametrize("why", ["unconfirmed", "scope", "expired", "revoked"])
def test_a_delegation_holds_only_for_what_it_says(books: Library, why: str) -> None:
    number = delegate(books, scopes=["view"] if why == "scope" else ["view", "submit"], confirm=why != "unconfirmed")
    if why == "revoked":
        identity.revoke_delegation(delegation_id=number, actor=books.citizen(), at=AT)
    with pytest.raises(OneDoorError):
        start_for_reader(books, AT + timedelta(days=200) if why == "expired" else AT)


def test_only_the_principal_confirms(books: Library) -> None:
    number = delegate(books, scopes=["view"], confirm=False)
    with pytest.raises(OneDoorError):
        identity.confirm_delegation(delegation_id=number, actor=books.citizen(books.friend), at=AT)


def test_a_delegation_to_oneself_or_with_a_wrong_number_is_refused(books: Library) -> None:
    for name, number in ((FRIEND.name, FRIEND.id_number), (READER.name, FRIEND.id_number)):
        with pytest.raises(InvalidInput):
            identity.ask_delegation(
                principal_name=name,
                principal_id_number=number,
                items=[ITEM],
                scopes=["view"],
                valid_to=date(2026, 12, 31),
                actor=books.citizen(books.friend),
                at=AT,
            )


@pytest.mark.parametrize(
    ("division", "reached"),
    [("110105000000", True), ("110105100000", True), ("110106000000", False), ("110104999999", False)],
)
def test_an_officers_reach_is_a_range_of_codes(division: str, reached: bool) -> None:
    actor = Actor(
        kind="officer", name="", permissions=frozenset({"cases.view"}), reach=(("110105000000", "110106000000"),)
    )
    assert actor.may("cases.view", division=division) is reached
    assert not actor.may("cases.decide", division=division)


def test_a_line_of_business_narrows_a_post() -> None:
    actor = Actor(
        kind="officer",
        name="",
        permissions=frozenset({"cases.view"}),
        reach=(("", "~"),),
        lines=frozenset({"library"}),
    )
    assert actor.may("cases.view", division="110105000000", line="library")
    assert not actor.may("cases.view", division="110105000000", line="assistance")


def test_the_three_administrators_are_three_people() -> None:
    assert not may_hold_together("sysadmin", frozenset({"auditadmin"}))
    assert not may_hold_together("intake_clerk", frozenset({"secadmin"}))
    assert may_hold_together("surveyor", frozenset({"intake_clerk"}))


PHONE = "13800000077"


@pytest.fixture
def login(books: Library) -> Login:
    return identity.open_citizen_login(
        person_id=books.reader.pk, phone=PHONE, password="qinghe-liushu-42", actor=MACHINE, at=AT
    )


def code(at: datetime) -> str:
    found = logins.issue_code(phone=PHONE, at=at)
    assert found is not None
    return found


def test_a_code_is_good_once_for_five_minutes(login: Login) -> None:
    first = code(AT)
    assert logins.use_code(phone=PHONE, code=first, at=AT + timedelta(minutes=4)).pk == login.pk
    with pytest.raises(logins.CodeWrong):
        logins.use_code(phone=PHONE, code=first, at=AT + timedelta(minutes=4))
    second = code(AT + timedelta(minutes=10))
    with pytest.raises(logins.CodeWrong):
        logins.use_code(phone=PHONE, code=second, at=AT + timedelta(minutes=15))


def test_after_five_wrong_tries_the_right_code_is_refused(login: Login) -> None:
    right = code(AT)
    for _ in range(5):
        with pytest.raises(logins.CodeWrong):
            logins.use_code(phone=PHONE, code="000000" if right != "000000" else "111111", at=AT)
    with pytest.raises(logins.CodeWrong):
        logins.use_code(phone=PHONE, code=right, at=AT)


def test_codes_come_once_a_minute_and_ten_times_a_day(login: Login) -> None:
    code(AT)
    with pytest.raises(logins.TooManyCodes):
        code(AT + timedelta(seconds=59))
    for number in range(1, 10):
        code(AT + timedelta(minutes=2 * number))
    with pytest.raises(logins.TooManyCodes):
        code(AT + timedelta(hours=3))


def test_nobody_learns_whether_a_number_has_an_account(books: Library) -> None:
    assert logins.issue_code(phone="13900009999", at=AT) is None


def test_a_withdrawn_consent_lives_no_more(books: Library) -> None:
    from onedoor.platform.identity import queries

    consent = identity.give_consent(
        person_id=books.reader.pk,
        purpose="library.check",
        sources=["police.household"],
        months=12,
        text_digest="0" * 64,
        reference="draft:x",
        method="self",
        actor=books.citizen(),
        at=AT,
    )
    ask = {"person_id": books.reader.pk, "purpose": "library.check", "at": AT + timedelta(days=1)}
    assert queries.live_consent(source="police.household", **ask) == consent
    assert queries.live_consent(source="banks.balance", **ask) is None
    with pytest.raises(OneDoorError):
        identity.revoke_consent(consent_id=consent.pk, actor=books.citizen(books.friend), at=AT)
    identity.revoke_consent(consent_id=consent.pk, actor=books.citizen(), at=AT + timedelta(hours=1))
    assert queries.live_consent(source="police.household", **ask) is None
