"""Many at once: issued in one transaction, checked in a fixed number of queries, template versions kept."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.certificates import faces, kinds, operations, queries
from onedoor.platform.certificates.kinds import FaceField
from onedoor.platform.certificates.models import Certificate, CertificateTemplate
from onedoor.platform.kernel import crypto
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.kernel.models import OutboxMessage

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CHAOYANG = "110105000000"
FACE = {"reading_room": "二层", "evenings": True, "family": []}


@pytest.fixture
def order(reader):
    """Return a function that makes the order of a library card for one case."""

    def make(case_number: str, **changes) -> operations.Order:
        usual = operations.Order(
            holders=[operations.Holder(reader.name, person_id=reader.pk)],
            division=CHAOYANG,
            case_number=case_number,
            face=FACE,
            valid_from=date(2026, 11, 24),
            last_valid_on=date(2027, 11, 23),
        )
        return replace(usual, **changes)

    return make


@pytest.fixture
def issue_all(issuer, librarian):
    def issue(orders, *, actor=librarian, kind="library.card"):
        return operations.issue_certificates(kind=kind, issuer=issuer, orders=orders, actor=actor, at=AT)

    return issue


@pytest.fixture
def redefine(monkeypatch):
    """Return a function that changes what the library card is, until the test is over."""

    def change(**changes):
        card = kinds.kind("library.card")
        monkeypatch.setitem(kinds._kinds, "library.card", replace(card, **changes))

    return change


def test_a_batch_gives_each_its_number_identifier_event_and_record(issue_all, order):
    cards = issue_all([order(f"case {n}") for n in range(40)])
    assert [card.number for card in cards] == [f"110105-2026-{n:06d}" for n in range(1, 41)]
    assert len({card.identifier for card in cards} | {card.token for card in cards}) == 80
    assert OutboxMessage.objects.filter(topic="certificates.issued").count() == 40
    records = AuditEntry.objects.filter(event="certificates.issue")
    assert {row.target for row in records} == {card.target for card in cards}
    assert {row.details["case_number"] for row in records} == {f"case {n}" for n in range(40)}
    assert all(card.events.get().operation == "issue" for card in cards)
    assert all(
        line.in_force
        for line in queries.verify_batch(references=[c.token for c in cards], actor=Actor.system("x"), at=AT)
    )


def test_the_number_of_queries_does_not_depend_on_the_size(
    issue_all, order, librarian, django_assert_num_queries, django_assert_max_num_queries
):
    issue_all([order("case warm")])  # the template version is there from now on
    with django_assert_max_num_queries(20) as few:
        two = issue_all([order(f"few {n}") for n in range(2)])
    with django_assert_num_queries(len(few)):
        many = issue_all([order(f"many {n}") for n in range(30)])
    with django_assert_num_queries(4):
        queries.verify_batch(references=[card.identifier for card in two], actor=librarian, at=AT)
    with django_assert_num_queries(4):
        lines = queries.verify_batch(references=[card.identifier for card in many], actor=librarian, at=AT)
    assert len(lines) == 30


def test_a_batch_is_all_or_nothing(issue_all, order):
    issue_all([order("case 1")])
    for bad in (order("case 1"), order("case 2")):
        with pytest.raises(operations.CertificateAlreadyIssued):
            issue_all([order("case 2"), bad])
    with pytest.raises(InvalidInput):
        issue_all([order("case 3"), order("case 4", face={})])
    with pytest.raises(NotAllowed):
        issue_all([order("case 5"), order("case 6", division="110108000000")])
    assert Certificate.objects.count() == 1
    assert issue_all([order("case 7")])[0].number == "110105-2026-000002"


def test_a_batch_check_answers_line_by_line_without_personal_data(
    issue_all, order, librarian, director, reader, officer
):
    good, ended = issue_all([order("case 1"), order("case 2")])
    operations.end_certificate(
        certificate_id=ended.pk,
        ending="cancel",
        reason="退卡",
        basis="第九条",
        document_number="朝图注〔2026〕1号",
        actor=Actor.system("办件"),
        at=AT,
    )
    mistyped = good.identifier[:-1] + ("A" if good.identifier[-1] != "A" else "B")
    asked = [ended.identifier.lower(), "nothing", good.token, mistyped]
    lines = queries.verify_batch(references=asked, actor=librarian, at=AT)
    assert [line.word for line in lines] == ["已注销", "查不到", "有效", "标识有误（校验位不符）"]
    assert [line.in_force for line in lines] == [False, False, True, False]
    assert reader.name not in str(lines)
    assert AuditEntry.objects.filter(event="certificates.verify_batch").count() == 1
    for stranger in (Actor.anonymous(), officer("cases.decide")):
        with pytest.raises(NotAllowed):
            queries.verify_batch(references=asked, actor=stranger, at=AT)
    with pytest.raises(queries.TooManyReferences, match="1000"):
        queries.verify_batch(references=["x"] * 1001, actor=librarian, at=AT)


def test_a_certificate_keeps_the_template_it_was_issued_with(issue, redefine):
    first = issue()
    redefine(title="阅览证", face=(FaceField("floor", "楼层"),))
    second = issue(case_number="case 2", face={"floor": "三层"})
    assert [template.version for template in CertificateTemplate.objects.order_by("version")] == [1, 2]
    assert (first.template.version, second.template.version) == (1, 2)
    assert faces.face_data(first)["title"] == "借书证"
    assert [line["label"] for line in faces.face_data(first)["lines"]] == ["阅览室", "夜间开放"]
    assert faces.face_data(second)["lines"] == [{"label": "楼层", "value": "三层"}]
    assert issue(case_number="case 3", face={"floor": "三层"}).template == second.template


def test_a_template_holds_the_metadata_of_the_standard(card):
    content = card.template.content
    assert content["cert_type_code"] == "111000000009999936001"
    assert (content["holder_kind"], content["multi_holder"], content["validity_rule"]) == ("person", True, "stated")
    assert content["status"] == "in_use"
    assert content["info_items"][2] == {
        "code": "family",
        "label": "家庭成员",
        "columns": [
            {"code": "name", "label": "姓名", "columns": []},
            {"code": "relation", "label": "关系", "columns": []},
        ],
    }
    assert "电子证照专用" in card.template.layout


def test_a_discontinued_kind_is_checked_but_not_issued(issue, redefine):
    card = issue()
    redefine(status="discontinued")
    with pytest.raises(operations.KindDiscontinued, match="借书证"):
        issue(case_number="case 2")
    check = queries.verify(token=card.token, at=AT)
    assert check is not None
    assert check.in_force


def test_a_long_term_kind_takes_no_last_day(issue, redefine):
    redefine(validity="long_term")
    with pytest.raises(InvalidInput) as refusal:
        issue()
    assert set(refusal.value.problems) == {"last_valid_on"}
    assert issue(last_valid_on=None).last_valid_on is None


@pytest.mark.parametrize("by", ["setting", "kind"])
def test_both_families_of_algorithms_sign_and_check(issue, settings, redefine, by):
    assert issue().signature_algorithm == "sm2-sm3"
    if by == "setting":
        settings.ONEDOOR_CERTIFICATE_SUITE = "intl"
    else:
        redefine(suite="intl")
    international = issue(case_number="case 2")
    assert international.signature_algorithm == "ed25519"
    assert international.key_id == crypto.keyring().signer("credential").id
    check = queries.verify(token=international.token, at=AT)
    assert check is not None
    assert check.is_as_signed
    Certificate.objects.filter(pk=international.pk).update(number="110105-2026-000099")
    check = queries.verify(token=international.token, at=AT)
    assert check is not None
    assert not check.is_as_signed


def test_each_of_two_holders_sees_the_other_ones_number_masked(issue, reader, person):
    spouse = person("赵六")
    both = issue(
        holders=[
            operations.Holder(reader.name, person_id=reader.pk, number="11010519491231002X"),
            operations.Holder(spouse.name, person_id=spouse.pk, number="440524188001010014"),
        ]
    )
    assert (
        faces.face_data(both, viewer=reader.pk)["holders"]
        == "欧阳晓娜（11010519491231002X）、赵六（440***********0014）"
    )
    assert (
        faces.face_data(both, viewer=spouse.pk)["holders"]
        == "欧阳晓娜（110***********002X）、赵六（440524188001010014）"
    )
    assert faces.face_data(both, viewer=0)["holders"] == "欧阳晓娜（110***********002X）、赵六（440***********0014）"
    check = queries.verify(token=both.token, at=AT)
    assert check is not None
    assert check.is_as_signed
    assert "0014" not in str(check)


def test_a_held_certificate_is_the_valid_one_that_lasts_longest(issue, reader, person, director):
    assert queries.held_certificate(person_id=reader.pk, kind="library.card", at=AT) is None
    short = issue()
    assert queries.held_certificate(person_id=reader.pk, kind="library.card", at=AT) == short
    long = issue(case_number="case 2", last_valid_on=None)
    assert queries.held_certificate(person_id=reader.pk, kind="library.card", at=AT) == long
    Certificate.objects.filter(pk=long.pk).update(issuer_name="另一家图书馆")  # behind our back
    assert queries.held_certificate(person_id=reader.pk, kind="library.card", at=AT) == short
    after = datetime(2027, 12, 1, tzinfo=UTC)
    assert queries.held_certificate(person_id=reader.pk, kind="library.card", at=after) is None
    operations.suspend_certificate(certificate_id=short.pk, reason="逾期", basis="第七条", actor=director, at=AT)
    assert queries.held_certificate(person_id=reader.pk, kind="library.card", at=AT) is None
    assert queries.held_certificate(person_id=person("赵六").pk, kind="library.card", at=AT) is None


def test_what_a_certificate_was_taken_for_is_kept_and_seen_when_it_ends(issue, director):
    card = issue()
    for _ in range(2):
        operations.use_certificate(
            certificate_id=card.pk, target="case:12", purpose="代替学生证", actor=Actor.system("x"), at=AT
        )
    assert queries.uses_of(certificate_id=card.pk) == ["case:12"]
    assert queries.ended_uses(target="case:12", at=AT) == []
    operations.suspend_certificate(certificate_id=card.pk, reason="逾期", basis="第七条", actor=director, at=AT)
    assert [(one.number, one.word) for one in queries.ended_uses(target="case:12", at=AT)] == [(card.number, "已暂扣")]
