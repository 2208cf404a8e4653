"""The key of the blind indexes is changed while the site runs: people are found, and found once, at every moment of it."""

import os
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.platform.desks import Desk, staff
from tests.platform.library import CHINA, FRIEND, LONG_AGO, MACHINE, READER, TOWN, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases.models import WantedSignature
from onedoor.platform.exchange.models import DataUse, DataUsePerson
from onedoor.platform.identity import logins
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries as people
from onedoor.platform.identity.models import Login, Person
from onedoor.platform.kernel import blind, crypto

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 1, 9, 0, tzinfo=CHINA)
PHONE = "13800000000"
NEWCOMER = "110105199203040023"


@pytest.fixture
def keys(books: Library, settings: Any) -> Path:
    """A library whose reader has an account, an officer engaged by number, and a use of the reader's data."""
    identity.open_citizen_login(person_id=books.reader.pk, phone=PHONE, password="x" * 12, actor=MACHINE, at=LONG_AGO)
    use = DataUse.objects.create(
        id=uuid.uuid4(), dataset="library", purpose="library", fields=[], asked=1, found=1, at=LONG_AGO, digest="0" * 64
    )
    DataUsePerson.objects.create(use=use, found=True, **DataUsePerson.by_person.values(str(books.reader.pk)))
    return Path(settings.ONEDOOR_KEYS_DIR)


def rotate(*arguments: str) -> None:
    call_command("rotate_keys", "--index", "--batch", "1", *arguments)


def let_pass(keys: Path) -> None:
    """Ten minutes pass since the keys were made."""
    for path in keys.glob("index-*.json"):
        old = path.stat().st_mtime - 700
        os.utime(path, (old, old))


def everybody_is_found(books: Library) -> None:
    assert people.person_with_number(READER.id_number) == books.reader.pk
    numbers = [READER.id_number, FRIEND.id_number]
    assert people.people_with_numbers(numbers) == dict(zip(numbers, [books.reader.pk, books.friend.pk], strict=True))
    assert people.username_of_phone(PHONE) == f"c{books.reader.pk}"
    assert DataUse.objects.filter(**DataUsePerson.by_person.at(str(books.reader.pk), through="people__")).count() == 1


def admit(number: str = NEWCOMER) -> Person:
    return identity.ensure_person(name="新人", id_number=number, division=TOWN, actor=MACHINE, at=LONG_AGO)


def test_row_89_the_key_under_the_blind_indexes_is_changed_and_everybody_is_found_throughout(
    keys: Path, books: Library
) -> None:
    old = crypto.keyring().searching
    everybody_is_found(books)
    rotate("--new")
    everybody_is_found(books)
    with pytest.raises(CommandError, match="未满 10 分钟"):
        rotate()
    let_pass(keys)
    newcomer = admit()
    steps = blind.refill(batch=1)
    for _ in steps:
        everybody_is_found(books)
    rotate("--retire")
    everybody_is_found(books)
    assert people.person_with_number(NEWCOMER) == newcomer.pk
    new = crypto.keyring().searching
    assert (new.generation, old.id in crypto.keyring().keys) == (2, False)
    assert (keys / "retired" / "index-1.json").exists()
    assert not Person.objects.filter(id_index__isnull=False).exists()  # nothing under the old key is left
    assert blind.left_behind() == {}
    events = AuditEntry.objects.filter(event__startswith="keys.").order_by("pk").values_list("event", "target")
    assert list(events) == [("keys.add", f"key:{new.id}"), ("keys.retire", f"key:{old.id}")]


def test_a_third_key_goes_back_to_the_first_columns(keys: Path, books: Library) -> None:
    for generation in (2, 3):
        for path in (keys / "retired").glob("index-*.json"):
            path.unlink()  # its ten minutes have passed
        rotate("--new")
        let_pass(keys)
        rotate("--retire")
        assert crypto.keyring().searching.generation == generation
        everybody_is_found(books)
    assert Person.objects.filter(id_index__isnull=True).count() == 0
    assert Person.objects.filter(id_index_even__isnull=False).count() == 0


def test_one_change_at_a_time(keys: Path) -> None:
    rotate("--new")
    with pytest.raises(CommandError, match="还没有做完"):
        rotate("--new")
    let_pass(keys)
    rotate("--retire")
    with pytest.raises(CommandError, match="不到 10 分钟"):
        rotate("--new")
    with pytest.raises(ValueError):
        crypto.add_key(keys, "index")
        crypto.add_key(keys, "index")


@pytest.mark.parametrize("stage", ["one key", "two keys", "half filled", "the other key"])
def test_nobody_is_registered_twice_at_any_moment_of_the_change(keys: Path, books: Library, stage: str) -> None:
    """Two processes of which each has looked and found nobody; the second may not know the new key yet."""
    before = {**Person.by_number.values(NEWCOMER)}
    if stage != "one key":
        crypto.add_key(keys, "index")
    if stage in ("half filled", "the other key"):
        let_pass(keys)
        steps = blind.refill(batch=1)
        next(steps)
        list(steps if stage == "the other key" else [])
    if stage == "the other key":
        rotate("--retire")
    first = admit()
    same = {"name": "同号", "sex": "2", "id_number": NEWCOMER, "recorded_at": LONG_AGO, "recorded_by": "测试"}
    late = Person.by_number.values(NEWCOMER) if stage in ("one key", "the other key") else before
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(**same, **late)
    assert admit() == first


def test_a_phone_changed_during_the_change_is_found_by_the_new_one_only(keys: Path, books: Library) -> None:
    rotate("--new")
    let_pass(keys)
    steps = blind.refill(batch=1)
    next(steps)
    login = Login.objects.get(person=books.reader)
    login.phone = "13900000009"
    for column, value in Login.by_phone.values(login.phone).items():
        setattr(login, column, value)
    login.save()
    list(steps)
    rotate("--retire")
    assert people.username_of_phone("13900000009") == login.username
    assert people.username_of_phone(PHONE) is None


def test_a_row_somebody_writes_between_reading_and_filling_is_left_to_them(
    keys: Path, books: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotate("--new")
    let_pass(keys)
    put = blind._put

    def late(model: Any, pk: Any, seen: dict[str, str | None], column: str, value: str) -> None:
        if model is Login and pk == login.pk and "phone_index" in seen:
            Login.objects.filter(pk=pk).update(phone="13900000009", **Login.by_phone.values("13900000009"))
        put(model, pk, seen, column, value)

    login = Login.objects.get(person=books.reader)
    monkeypatch.setattr(blind, "_put", late)
    list(blind.refill())
    login.refresh_from_db()
    assert {column: getattr(login, column) for column in ("phone_index", "phone_index_even")} == Login.by_phone.values(
        "13900000009"
    )


def test_an_unfilled_index_is_not_left(keys: Path) -> None:
    crypto.add_key(keys, "index")
    let_pass(keys)
    from onedoor.platform.audit import key_changes

    with pytest.raises(key_changes.KeyInUse, match="个值在用"):
        key_changes.retire_index_key(actor=MACHINE, at=LONG_AGO + timedelta(days=9999))


def test_codes_tokens_and_contents_outlive_the_change(keys: Path, books: Library) -> None:
    code = logins.issue_code(phone=PHONE, at=LONG_AGO)
    assert code
    digest = crypto.keyed_hash("a token", purpose="client.token")
    rotate("--new")
    let_pass(keys)
    rotate("--retire")
    assert crypto.keyed_hash("a token", purpose="client.token") == digest
    assert logins.use_code(phone=PHONE, code=code, at=LONG_AGO).person_id == books.reader.pk


def test_digests_of_a_node_from_before_go_on_under_the_key_they_were_made_with(keys: Path) -> None:
    for path in keys.glob("digest-*.json"):
        path.unlink()
    assert crypto.create_missing_keys(keys) == []
    old = crypto.blind_index("a token", purpose="client.token")
    assert crypto.keyed_hash("a token", purpose="client.token") == old
    rotate("--new")
    let_pass(keys)
    rotate("--retire")
    assert crypto.keyed_hash("a token", purpose="client.token") == old
    assert crypto.blind_index("a token", purpose="client.token") != old


def test_an_officer_is_one_account_before_and_after(keys: Path, books: Library) -> None:
    known = Login.objects.get(username="clerk")  # engaged before numbers were kept; known as a person of the platform
    Login.objects.filter(pk=known.pk).update(**Login.by_holder.values(FRIEND.id_number))
    kept = Login.objects.get(username="reviewer")
    Login.objects.filter(pk=kept.pk).update(holder_number=NEWCOMER, **Login.by_holder.values(NEWCOMER))
    rotate("--new")
    let_pass(keys)
    rotate("--retire")
    assert Login.objects.get(**Login.by_holder.at(FRIEND.id_number)) == known
    assert Login.objects.get(**Login.by_holder.at(NEWCOMER)) == kept
    with pytest.raises(IntegrityError), transaction.atomic():
        Login.objects.filter(username="surveyor").update(**Login.by_holder.values(NEWCOMER))


def test_an_officer_does_not_act_in_their_own_case_before_and_after(desk: Desk, settings: Any) -> None:
    number = READER.id_number
    Login.objects.filter(username="clerk").update(holder_number=number, **Login.by_holder.values(number))
    desk.go(AT)
    case = desk.books.received(AT)
    assert "应当回避" in desk.refused("clerk", staff(case, "accept/"), 403)
    rotate("--new")
    for path in Path(settings.ONEDOOR_KEYS_DIR).glob("index-*.json"):
        os.utime(path, (AT.timestamp() - 700,) * 2)  # ten minutes pass
    rotate("--retire")
    assert Person.by_number.searched == "id_index_even"
    assert "应当回避" in desk.refused("clerk", staff(case, "accept/"), 403)


def test_who_has_to_sign_is_found_by_the_draft_that_asks(keys: Path, books: Library) -> None:
    draft = books.draft(LONG_AGO)
    for number in (READER.id_number, NEWCOMER):  # the second is not asked any more
        WantedSignature.objects.create(draft=draft, consent="wealth", **WantedSignature.by_number.values(number))
    rotate("--new")
    let_pass(keys)
    rotate("--retire")
    assert WantedSignature.objects.filter(**WantedSignature.by_number.at(READER.id_number)).count() == 1
    assert not WantedSignature.objects.filter(**WantedSignature.by_number.at(NEWCOMER)).exists()


def test_a_search_is_one_look_up_in_one_index_at_every_moment(keys: Path) -> None:
    def plan() -> str:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            people.person_with_number(READER.id_number)
        assert len(asked) == 1
        return str(Person.objects.filter(**Person.by_number.at(READER.id_number)).order_by().explain())

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    for step in ((), ("--new",), ("--retire",)):
        if step:
            rotate(*step)
            let_pass(keys)
        shown = plan()
        assert "SEARCH" in shown or "Index Scan" in shown
        assert "SCAN " not in shown.replace("Index Scan", "")
        assert shown.count("id_index") <= 4
