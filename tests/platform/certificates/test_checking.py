"""What an anonymous checker, the holder and an officer get to see."""

from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest
from django.db import connection

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.audit.suspensions import MOST_A_DAY, QuerySuspended
from onedoor.platform.certificates import operations, queries
from onedoor.platform.certificates.models import Certificate, CertificateHolder
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotAllowed, NotLoggedIn

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HAIDIAN = "110108000000"


def check(reference: str) -> queries.CertificateCheck:
    answer = queries.verify(token=reference, at=AT)
    assert answer is not None
    return answer


def citizen(person: Person) -> Actor:
    return Actor(kind="citizen", name="", person_id=person.pk)


def test_anybody_learns_whether_it_holds_and_no_more(card):
    answer = check(card.token)
    assert answer == check(card.identifier) == check(f" {card.identifier.lower()} ")
    assert (answer.title, answer.number, answer.word) == ("借书证", "110105-2026-000001", "有效")
    assert (answer.in_force, answer.is_as_signed, answer.checked_at) == (True, True, AT)
    assert answer.holders == ("欧**娜",)
    shown = str(asdict(answer))
    for hidden in ("欧阳晓娜", "欧阳小宝", "二层", card.case_number):
        assert hidden not in shown


def test_the_code_in_the_qr_says_nothing_and_cannot_be_guessed(issue):
    first, second = issue(case_number="case 1"), issue(case_number="case 2")
    assert len(first.token) == 22
    assert first.token[:8] != second.token[:8]
    for known in (first.number, first.serial):
        assert known not in queries.check_url(first)


def test_a_wrong_reference_says_what_to_do(card):
    changed = card.identifier[:-1] + ("A" if card.identifier[-1] != "A" else "B")
    for mistyped in (changed, "1.2.156", "."):
        with pytest.raises(queries.MistypedIdentifier):
            queries.verify(token=mistyped, at=AT)
    for unknown in (card.token[::-1], card.number, ""):
        assert queries.verify(token=unknown, at=AT) is None


def test_each_check_is_recorded_for_the_holder(card):
    check(card.token)
    entry = AuditEntry.objects.get(event="certificates.verify")
    assert (entry.target, entry.outcome) == (f"certificate:{card.pk}", "looked")


@pytest.mark.parametrize(
    "change",
    [
        {"last_valid_on": "2099-12-31"},
        {"issuer_name": "另一家图书馆"},
        {"number": "110105-2026-000009"},
        {"case_number": "another case"},
        {"payload_digest": "0" * 64},
        {"signature": "AAAA"},
        {"signature_algorithm": "ed25519"},
    ],
)
def test_a_value_changed_behind_our_back_is_noticed(card, change):
    Certificate.objects.filter(pk=card.pk).update(**change)
    answer = check(card.token)
    assert (answer.is_as_signed, answer.in_force, answer.word) == (False, False, "内容与签发时不一致")


def test_a_changed_holder_or_face_is_noticed(issue):
    first, second = (issue(case_number=f"case {n}") for n in range(2))
    CertificateHolder.objects.filter(certificate=first).update(name="别人")
    Certificate.objects.filter(pk=second.pk).update(face={"reading_room": "三层"})
    for card in (first, second):
        assert not check(card.token).is_as_signed


def test_an_encrypted_face_that_was_changed_still_gets_an_answer(card):
    with connection.cursor() as cursor:
        cursor.execute("SELECT face FROM certificates_certificate WHERE id = %s", [card.pk])
        face = cursor.fetchone()[0]
        changed = face[:-3] + ("AAA" if face[-3:] != "AAA" else "BBB")
        cursor.execute("UPDATE certificates_certificate SET face = %s WHERE id = %s", [changed, card.pk])
    assert not check(card.token).is_as_signed


def test_a_new_version_is_as_signed_and_the_old_one_says_it_was_replaced(card, librarian):
    new = operations.reissue_certificate(
        certificate_id=card.pk, reason="换证", case_number="case 2", actor=librarian, at=AT
    )
    assert (check(new.token).word, check(new.token).is_as_signed) == ("有效", True)
    assert (check(card.token).word, check(card.token).in_force, check(card.token).is_as_signed) == (
        "已换发新证",
        False,
        True,
    )


def test_a_holder_sees_own_certificates_only(issue, reader, person):
    other = person("赵六")
    own = issue()
    both = issue(case_number="case 2", holders=[operations.Holder(p.name, person_id=p.pk) for p in (other, reader)])
    rows = queries.list_own_certificates(actor=citizen(reader), at=AT)
    assert [row.id for row in rows] == [both.pk, own.pk]
    assert rows[0].holders == ("赵六", "欧阳晓娜")
    assert [row.id for row in queries.list_own_certificates(actor=citizen(other), at=AT)] == [both.pk]
    assert queries.get_visible_certificate(identifier=own.identifier, actor=citizen(reader), at=AT) == own
    with pytest.raises(queries.CertificateNotFound):
        queries.get_visible_certificate(identifier=own.identifier, actor=citizen(other), at=AT)
    with pytest.raises(NotLoggedIn):
        queries.list_own_certificates(actor=Actor.anonymous(), at=AT)


def test_an_officer_sees_what_post_and_line_reach(issue, librarian, officer):
    here, there = issue(), issue(case_number="case 2", division=HAIDIAN, actor=Actor.system("制证"))
    rows = queries.list_certificates(actor=librarian, at=AT)
    assert [(row.id, row.holders) for row in rows] == [(here.pk, ("欧**娜",))]
    assert [row.id for row in queries.list_certificates(actor=Actor.system("统计"), at=AT)] == [there.pk, here.pk]
    assert queries.list_certificates(actor=officer("certificates.view", line="marriage"), at=AT) == []
    with pytest.raises(NotAllowed):
        queries.list_certificates(actor=officer("cases.certify"), at=AT)
    with pytest.raises(NotAllowed):
        queries.list_certificates(actor=Actor.anonymous(), at=AT)
    assert queries.get_visible_certificate(identifier=here.identifier, actor=librarian, at=AT).face["evenings"] is True
    assert AuditEntry.objects.get(event="certificates.look").details == {
        "fields": ["face"],
        "without_case": True,
    }
    for stranger in (
        officer("certificates.view", division=HAIDIAN),
        officer("certificates.view", line="marriage"),
        officer(),
    ):
        with pytest.raises(queries.CertificateNotFound):
            queries.get_visible_certificate(identifier=here.identifier, actor=stranger, at=AT)


def test_lists_page_by_the_last_line_seen_with_a_fixed_number_of_queries(
    issue, librarian, django_assert_max_num_queries
):
    cards = [issue(case_number=f"case {n}") for n in range(5)]
    with django_assert_max_num_queries(3):
        first = queries.list_certificates(actor=librarian, at=AT, most=3)
    assert [row.id for row in first] == [card.pk for card in reversed(cards[2:])]
    rest = queries.list_certificates(actor=librarian, at=AT, most=3, before=first[-1].id)
    assert [row.id for row in rest] == [cards[1].pk, cards[0].pk]
    assert queries.list_certificates(actor=librarian, at=AT, number=cards[0].number)[0].id == cards[0].pk
    assert queries.list_certificates(actor=librarian, at=AT, status="03") == []
    assert len(queries.list_certificates(actor=librarian, at=AT, kind="library.card")) == 5


def test_after_fifty_faces_in_a_day_an_officer_sees_no_more_of_them(card, librarian):
    """A40: the officer's right to look people up is suspended; the holder's own look is not."""
    curious = replace(librarian, login_id=7)
    for _ in range(MOST_A_DAY + 1):
        queries.get_visible_certificate(identifier=card.identifier, actor=curious, at=AT)
    with pytest.raises(QuerySuspended):
        queries.get_visible_certificate(identifier=card.identifier, actor=curious, at=AT)
    queries.get_visible_certificate(identifier=card.identifier, actor=replace(librarian, login_id=8), at=AT)
    assert AuditEntry.objects.filter(event="certificates.look", login_id=7).count() == MOST_A_DAY + 1
