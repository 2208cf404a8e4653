"""A form filled in before logging in: whose it is, how long it is kept, and what becomes of it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from tests.platform import library
from tests.platform.cases.conftest import NOW
from tests.platform.library import COUNTY, ITEM, READER, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations, queries, tasks
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.cases.models import Draft, EarlyDraft
from onedoor.platform.cases.operations import early, early_expiry
from onedoor.platform.exchange.models import Query
from onedoor.platform.identity import logins
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotLoggedIn, StaleVersion
from onedoor.platform.messages import gateway

PHONE = "13911112222"
NOBODY = Actor.anonymous()
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TYPED = {"name": READER.name, "id_number": READER.id_number, "student": "no", "deposit": "几块钱", "books-rows": "0"}


@pytest.fixture
def sms(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(gateway, "send_sms", lambda **told: sent.append(told))
    return sent


def proved(at: Any = NOW, phone: str = PHONE) -> str:
    return logins.issue_phone_code(phone=phone, at=at)


def begun(at: Any = NOW) -> operations.Opened:
    return operations.begin_early_draft(
        item_code=ITEM, division=COUNTY, phone=PHONE, one_time_code=proved(at), actor=NOBODY, at=at
    )


def saved(opened: operations.Opened, at: Any = NOW, **typed: str) -> EarlyDraft:
    draft = queries.get_early_draft(key=opened.key, at=at)
    section = draft.item_version.item.form.section("reader")
    assert section is not None
    posted = QueryDict(mutable=True)
    posted.update(TYPED | typed)
    cleaned = read_section(section, posted, known={})
    return operations.save_early_section(
        key=opened.key, revision=draft.revision, section="reader", cleaned=cleaned, actor=NOBODY, at=at
    )


def reopened(code: str, at: Any, phone: str = PHONE) -> operations.Opened:
    return operations.open_early_draft(code=code, phone=phone, one_time_code=proved(at, phone), actor=NOBODY, at=at)


def test_the_code_is_easy_to_read_and_stands_nowhere(books: Library) -> None:
    opened = begun()
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}", opened.code)
    saved(opened)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_earlydraft")
        row = " ".join(str(cell) for cell in cursor.fetchone())
    secrets = (opened.code, opened.code.replace("-", ""), opened.key, PHONE, READER.id_number, READER.name, "几块钱")
    assert not [secret for secret in secrets if secret in row]
    told = " ".join(str(vars(entry)) for entry in AuditEntry.objects.all())
    assert not [secret for secret in secrets if secret in told]


def test_another_device_goes_on_with_code_phone_and_one_time_code(books: Library) -> None:
    first = begun()
    saved(first)
    later = NOW + 10 * MINUTE
    second = reopened(first.code.lower().replace("-", " "), later)
    draft = queries.get_early_draft(key=second.key, at=later)
    assert draft.answers["name"] == READER.name
    assert draft.typed == {"deposit": "几块钱"}
    with pytest.raises(early.EarlyDraftClosed):  # the first device has to open it anew
        queries.get_early_draft(key=first.key, at=later)


def test_without_all_three_nobody_learns_anything(books: Library) -> None:
    opened = begun()
    later = NOW + 10 * MINUTE
    with pytest.raises(logins.CodeWrong):
        operations.open_early_draft(code=opened.code, phone=PHONE, one_time_code="", actor=NOBODY, at=later)
    with pytest.raises(logins.CodeWrong):  # another phone, with a one-time code that is right for it
        reopened(opened.code, later, "13933334444")
    good = proved(later)
    with pytest.raises(logins.CodeWrong):
        operations.open_early_draft(code="K7Q2-K7Q2-K7Q2", phone=PHONE, one_time_code=good, actor=NOBODY, at=later)
    # The mistyped draft code has cost a try, not the one-time code.
    assert operations.open_early_draft(code=opened.code, phone=PHONE, one_time_code=good, actor=NOBODY, at=later).key


def test_a_code_for_a_draft_opens_no_account_and_the_other_way_round(books: Library) -> None:
    from onedoor.platform.identity import operations as identity

    identity.open_citizen_login(
        person_id=books.reader.pk, phone=PHONE, password="x" * 12, actor=library.MACHINE, at=NOW
    )
    with pytest.raises(logins.CodeWrong):
        logins.use_code(phone=PHONE, code=proved(), at=NOW)
    code = logins.issue_code(phone=PHONE, at=NOW + 2 * MINUTE)
    assert code is not None
    with pytest.raises(logins.CodeWrong):
        logins.use_phone_code(phone=PHONE, code=code, at=NOW + 2 * MINUTE)


def test_five_wrong_tries_end_the_one_time_code(books: Library) -> None:
    opened = begun()
    later = NOW + 10 * MINUTE
    good = proved(later)
    ask = {"phone": PHONE, "actor": NOBODY, "at": later}
    for _ in range(logins.TRIES):
        with pytest.raises(logins.CodeWrong):
            operations.open_early_draft(code="K7Q2-K7Q2-K7Q2", one_time_code=good, **ask)
    with pytest.raises(logins.CodeWrong):
        operations.open_early_draft(code=opened.code, one_time_code=good, **ask)


@pytest.mark.parametrize("key", ["", "-", "x"])
def test_no_pass_opens_nothing(books: Library, key: str) -> None:
    opened = begun()
    EarlyDraft.objects.update(pass_digest="")
    for wrong in (key, opened.key):
        with pytest.raises(early.EarlyDraftClosed):
            queries.get_early_draft(key=wrong, at=NOW)
        with pytest.raises(early.EarlyDraftClosed):
            operations.discard_early_draft(key=wrong, actor=NOBODY, at=NOW)
    assert EarlyDraft.objects.count() == 1


def test_a_pass_ends_an_hour_after_the_last_save(books: Library) -> None:
    opened = begun()
    saved(opened, NOW + 50 * MINUTE)
    assert queries.get_early_draft(key=opened.key, at=NOW + 109 * MINUTE)
    with pytest.raises(early.EarlyDraftClosed):
        queries.get_early_draft(key=opened.key, at=NOW + 110 * MINUTE)


def test_a_new_code_replaces_the_one_that_was_lost(books: Library) -> None:
    opened = begun()
    code = operations.renew_early_code(key=opened.key, actor=NOBODY, at=NOW)
    later = NOW + 10 * MINUTE
    with pytest.raises(logins.CodeWrong):
        reopened(opened.code, later)
    assert reopened(code, later + 2 * MINUTE).key


def test_two_devices_do_not_overwrite_each_other(books: Library) -> None:
    opened = begun()
    draft = saved(opened)
    section = draft.item_version.item.form.section("reader")
    assert section is not None
    with pytest.raises(StaleVersion):
        operations.save_early_section(
            key=opened.key,
            revision=draft.revision - 1,
            section="reader",
            cleaned=read_section(section, QueryDict(), known={}),
            actor=NOBODY,
            at=NOW,
        )


def test_one_phone_has_five_of_them_at_the_most(books: Library) -> None:
    for number in range(5):
        begun(NOW + number * 2 * MINUTE)
    with pytest.raises(early.TooManyEarlyDrafts):
        begun(NOW + 10 * MINUTE)
    assert begun(NOW + 8 * DAY).code  # those have run out


def test_it_is_kept_for_a_week_and_the_phone_is_told_a_day_before(books: Library, sms: list[dict[str, Any]]) -> None:
    saved(begun(), NOW + 5 * MINUTE)
    ends = NOW + 5 * MINUTE + 7 * DAY
    early_expiry.warn_ending_early_drafts(at=ends - DAY - MINUTE)
    assert not AuditEntry.objects.filter(event="cases.warn_early_draft").exists()
    for _ in range(2):
        early_expiry.warn_ending_early_drafts(at=ends - DAY)
    assert AuditEntry.objects.filter(event="cases.warn_early_draft").count() == 1
    tasks.remind_of_early_draft.call(early_draft_id=EarlyDraft.objects.get().pk)
    assert [message["to"] for message in sms] == [PHONE]
    assert "9月8日 10:05" in sms[0]["text"]
    assert "借书证" not in sms[0]["text"]
    assert early_expiry.discard_ended_early_drafts(at=ends - MINUTE) == 0
    assert early_expiry.discard_ended_early_drafts(at=ends) == 1
    assert not EarlyDraft.objects.exists()


def test_an_item_that_wants_the_person_known_first_cannot_be_begun(books: Library) -> None:
    library.publish(library.item(early_draft=False), valid_from=NOW.date())
    with pytest.raises(early.NotBeforeLogin):
        begun()
    assert not EarlyDraft.objects.exists()


def test_whoever_logs_in_takes_it_along_and_the_code_is_spent(books: Library) -> None:
    opened = begun()
    saved(opened)
    with pytest.raises(NotLoggedIn):
        operations.take_early_draft(key=opened.key, actor=NOBODY, at=NOW)
    assert not Query.objects.exists()
    taken = operations.take_early_draft(key=opened.key, actor=books.citizen(), at=NOW)
    draft = Draft.objects.get()
    assert (draft.applicant_id, draft.filled_by_id) == (books.reader.pk, books.reader.pk)
    assert (draft.answers["name"], draft.typed) == (READER.name, {"deposit": "几块钱"})
    assert list(taken.asked_again) == []
    assert not EarlyDraft.objects.exists()
    with pytest.raises(logins.CodeWrong):
        reopened(opened.code, NOW + 10 * MINUTE)
    with pytest.raises(early.EarlyDraftClosed):
        operations.take_early_draft(key=opened.key, actor=books.citizen(), at=NOW)


def test_somebody_elses_name_and_number_are_asked_again(books: Library) -> None:
    form = library.item().model_dump(mode="json", by_alias=True)["form"]
    form["sections"][0]["fields"][0]["prefill"] = "person.name"
    form["sections"][0]["fields"][1]["prefill"] = "person.id_number"
    library.publish(library.item(form=form), valid_from=NOW.date())
    opened = begun()
    saved(opened)
    taken = operations.take_early_draft(key=opened.key, actor=books.citizen(books.friend), at=NOW)
    assert set(taken.asked_again) == {"姓名", "身份证号"}
    assert not {"name", "id_number"} & set(taken.draft.answers)
    assert taken.draft.answers["student"] is False


def test_what_ones_own_draft_answers_already_stays(books: Library) -> None:
    own = books.draft(NOW, photo=False, student="yes", school="朝阳小学")
    opened = begun()
    saved(opened, deposit="100")
    taken = operations.take_early_draft(key=opened.key, actor=books.citizen(), at=NOW)
    assert taken.draft.pk == own.pk
    assert taken.draft.answers["school"] == "朝阳小学"
    assert taken.draft.answers["student"] is True
    assert str(taken.draft.answers["deposit"]) in ("100", "100.00")
