"""Historic and foreign certificates: quarantined where they do not fit, checked only after a person compared them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.certificates import operations, queries
from onedoor.platform.certificates.models import ImportedCertificate
from onedoor.platform.certificates.operations import ImportRow
from onedoor.platform.identity import operations as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed, NotLoggedIn

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CHAOYANG = "110105000000"
SOUND = "1.2.156.3005.2.111000000009999936001.11110105000123457D.J1101052026000123.001.R"


def row(identifier: str = "", number: str = "J110105-2026-000123", **changes) -> ImportRow:
    usual = {
        "title": "借书证",
        "number": number,
        "issuer_name": "旧图书馆",
        "holders": ("欧阳晓娜",),
        "identifier": identifier,
        "issued_on": date(1988, 5, 6),
    }
    return ImportRow(**usual | changes)


def with_account(actor: Actor, username: str) -> Actor:
    login = identity.open_officer_login(
        username=username, name="姚老师", password="x" * 12, one_time_secret="", actor=Actor.system("测试"), at=AT
    )
    return replace(actor, login_id=login.pk)


@pytest.fixture
def archivist(librarian):
    return with_account(librarian, "archivist")


@pytest.fixture
def comparer(librarian):
    return with_account(librarian, "comparer")


@pytest.fixture
def take_in(archivist):
    def run(rows, **changes):
        usual = {"source": "区图书馆档案 1988 年卷", "division": CHAOYANG, "actor": archivist, "at": AT}
        return operations.import_certificates(rows=rows, **usual | changes)

    return run


@pytest.fixture
def settle(comparer):
    def run(imported_id: int, *, accept: bool = True, note: str = "与 1988 年卷第 3 页一致", actor=comparer):
        return operations.settle_imported(imported_id=imported_id, accept=accept, note=note, actor=actor, at=AT)

    return run


def test_an_identifier_that_fails_its_check_character_is_quarantined_and_reported(take_in, librarian):
    report = take_in([row(SOUND), row(SOUND[:-1] + "P", number="J110105-2026-000124"), row("1.2.3", number="x")])
    assert (report.waiting, report.quarantined) == (1, 2)
    rows = queries.list_imported(actor=librarian, batch=str(report.batch), state="quarantined")
    assert [(one.line, one.problem) for one in rows] == [(3, "电子证照标识格式不对"), (2, "电子证照标识校验位不符")]
    assert rows[0].masked == "欧**娜"
    counts = queries.import_report(actor=librarian, batch=str(report.batch))
    assert counts == {"waiting": 1, "quarantined": 2, "confirmed": 0, "rejected": 0, "total": 3}
    entry = AuditEntry.objects.get(event="certificates.import")
    assert entry.details == {"waiting": 1, "quarantined": 2}


def test_doubles_and_incomplete_lines_are_quarantined_too(take_in, card):
    report = take_in([row(SOUND), row(SOUND), row(card.identifier), row(title=""), row(number="")])
    assert (report.waiting, report.quarantined) == (0, 5)
    take_in([row(SOUND)])
    assert take_in([row(SOUND)]).quarantined == 1


def test_it_can_be_checked_only_after_a_person_compared_it_with_the_archive(take_in, settle):
    take_in([row(SOUND)])
    imported = ImportedCertificate.objects.get()
    assert queries.verify(token=SOUND, at=AT) is None
    settle(imported.pk)
    check = queries.verify(token=SOUND, at=AT)
    assert check is not None
    assert (check.word, check.in_force, check.is_as_signed) == ("有效（历史证照）", True, False)
    assert (check.holders, check.imported_from) == (("欧**娜",), "区图书馆档案 1988 年卷")
    lines = queries.verify_batch(references=[SOUND], actor=Actor.system("x"), at=AT)
    assert lines[0].word == "有效（历史证照）"
    with pytest.raises(operations.ImportedSettled):
        settle(imported.pk, accept=False)


def test_an_expired_one_says_so_and_a_rejected_one_is_unknown(take_in, settle):
    take_in([row(SOUND, last_valid_on=date(1998, 5, 6))])
    settle(ImportedCertificate.objects.get().pk)
    check = queries.verify(token=SOUND, at=AT)
    assert check is not None
    assert (check.word, check.in_force) == ("已过期", False)
    other = "1.2.156.3005.2.111000000009999936001.11110105000123457D.J1101052026000123.002.P"
    take_in([row(other)])
    settle(ImportedCertificate.objects.get(identifier=other).pk, accept=False)
    assert queries.verify(token=other, at=AT) is None


def test_a_quarantined_line_cannot_be_confirmed_and_settling_needs_a_note(take_in, settle):
    take_in([row("1.2.3")])
    imported = ImportedCertificate.objects.get()
    for change in ({}, {"note": "与卷宗一致", "accept": False}):
        with pytest.raises(InvalidInput):
            settle(imported.pk, **change)
    assert settle(imported.pk, accept=False).state == "rejected"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"issued_on": date(2026, 11, 25)}, "颁发日期还没有到"),
        ({"issued_on": date(1988, 5, 6), "last_valid_on": date(1988, 5, 5)}, "有效期截止早于颁发日期"),
    ],
)
def test_dates_that_cannot_be_are_quarantined(take_in, changes, problem):
    assert take_in([row(SOUND, **changes)]).quarantined == 1
    assert ImportedCertificate.objects.get().problem == problem
    take_in([row(SOUND, issued_on=date(2026, 11, 24), last_valid_on=date(2026, 11, 24))])
    assert ImportedCertificate.objects.get(state="waiting").problem == ""


def test_import_needs_the_post_the_place_a_source_and_lines(take_in, settle, officer, librarian):
    for stranger in (
        Actor.anonymous(),
        officer("certificates.view"),
        officer("cases.certify", division="110108000000"),
    ):
        with pytest.raises(NotAllowed):
            take_in([row()], actor=stranger)
    with pytest.raises(InvalidInput) as refusal:
        take_in([], source=" ")
    assert set(refusal.value.problems) == {"source", "rows"}
    with pytest.raises(operations.ImportTooLong):
        take_in([row()] * 5001)
    take_in([row()])
    imported = ImportedCertificate.objects.get()
    elsewhere = officer("cases.certify", division="110108000000")
    assert queries.list_imported(actor=elsewhere) == []
    with pytest.raises(queries.ImportedNotFound):
        queries.get_imported(imported_id=imported.pk, actor=elsewhere, at=AT)
    with pytest.raises(NotAllowed):
        queries.list_imported(actor=officer("certificates.view"))
    assert queries.get_imported(imported_id=imported.pk, actor=librarian, at=AT).holders == ["欧阳晓娜"]
    assert queries.list_imported(actor=librarian, batch="no such batch") == []


def test_nobody_takes_in_or_confirms_who_cannot_be_told_from_the_other(take_in, settle, librarian):
    with pytest.raises(NotLoggedIn):
        take_in([row()], actor=librarian)
    take_in([row()])
    with pytest.raises(NotLoggedIn):
        settle(ImportedCertificate.objects.get().pk, actor=librarian)
