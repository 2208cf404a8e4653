"""亮证: one minute, one look, a named purpose; the holder sees who looked."""

from datetime import UTC, datetime, timedelta

import pytest

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.certificates import operations, queries
from onedoor.platform.certificates.models import ShowCode
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import AssuranceTooLow, InvalidInput, NotLoggedIn

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def holder(reader):
    return Actor(kind="citizen", name="", person_id=reader.pk, assurance=3)


@pytest.fixture
def show(card, holder):
    def make(**changes):
        usual = {
            "certificate_id": card.pk,
            "purpose": "入馆查验",
            "fields": ["reading_room"],
            "actor": holder,
            "at": AT,
        }
        return operations.make_show_code(**usual | changes)

    return make


def see(code: ShowCode, at: datetime = AT) -> queries.Shown:
    show = operations.see_shown(code=code.code, actor=Actor.anonymous(), at=at)
    return queries.shown_certificate(show=show, at=at)


def test_the_viewer_sees_what_the_holder_chose_and_no_more(show, card):
    shown = see(show())
    assert (shown.title, shown.number, shown.holder, shown.word) == ("借书证", card.number, "欧阳晓娜", "有效")
    assert (shown.lines, shown.purpose) == ((("阅览室", "二层"),), "入馆查验")
    assert "欧阳小宝" not in str(shown)
    assert see(show(fields=[])).lines == ()


def test_a_code_older_than_a_minute_has_expired(show):
    assert see(show(), at=AT + timedelta(seconds=60)).in_force
    with pytest.raises(operations.ShowCodeExpired, match="60 秒"):
        see(show(), at=AT + timedelta(seconds=61))


def test_a_code_is_good_for_one_look(show):
    code = show()
    see(code)
    with pytest.raises(operations.ShowCodeUsed):
        see(code)
    with pytest.raises(queries.ShowCodeNotFound):
        operations.see_shown(code="no such code", actor=Actor.anonymous(), at=AT)


def test_only_a_holder_of_level_three_shows_a_valid_certificate(show, card, holder, person, director):
    for other in (Actor(kind="citizen", name="", person_id=person("赵六").pk, assurance=4),):
        with pytest.raises(queries.ShowCodeNotFound):
            show(actor=other)
    with pytest.raises(NotLoggedIn):
        show(actor=Actor.anonymous())
    with pytest.raises(AssuranceTooLow):
        show(actor=Actor(kind="citizen", name="", person_id=holder.person_id, assurance=2))
    for change, field in (({"purpose": " "}, "purpose"), ({"fields": ["secret"]}, "fields")):
        with pytest.raises(InvalidInput) as refusal:
            show(**change)
        assert set(refusal.value.problems) == {field}
    operations.suspend_certificate(certificate_id=card.pk, reason="逾期", basis="第七条", actor=director, at=AT)
    with pytest.raises(operations.CertificateNotAlive):
        show()


def test_the_holder_sees_the_log(show, card, holder, person):
    see(show(purpose="办借阅"), at=AT + timedelta(seconds=9))
    show(purpose="入馆")
    log = queries.show_log(certificate_id=card.pk, actor=holder)
    assert [(row.purpose, row.seen_at is not None) for row in log] == [("入馆", False), ("办借阅", True)]
    assert log[1].seen_by == "未登录的查看方"
    stranger = Actor(kind="citizen", name="", person_id=person("赵六").pk, assurance=4)
    assert queries.show_log(certificate_id=card.pk, actor=stranger) == []
    with pytest.raises(queries.ShowCodeNotFound):
        queries.own_show_code(show_id=log[0].pk, actor=stranger)
    assert AuditEntry.objects.filter(event="certificates.see_shown", target=card.target).count() == 1


def test_it_shows_the_state_of_the_moment_it_is_looked_at(show, card, director):
    code = show()
    operations.suspend_certificate(certificate_id=card.pk, reason="逾期", basis="第七条", actor=director, at=AT)
    assert (see(code).word, code.seen_at) == ("已暂扣", None)
