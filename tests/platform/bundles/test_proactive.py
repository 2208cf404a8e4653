"""免申即享: the nightly run offers with reasons, once a period, and says who was left out and why."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import time_machine
from tests.platform.bundles import elders
from tests.platform.bundles.elders import ELDERS
from tests.platform.bundles.society import Society
from tests.platform.identity.bereaved import bury, give_back
from tests.platform.library import CHINA, TOWN, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.bundles import entitlements, operations, proactive, queries
from onedoor.platform.bundles.models import LeftOut, ProactiveOffer, ProactiveRun
from onedoor.platform.cases.models import Case
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import AssuranceTooLow, InvalidInput, NotAllowed
from onedoor.platform.messages.models import Message

NIGHT = datetime(2026, 9, 2, 0, 5, tzinfo=CHINA)
MORNING = NIGHT + timedelta(hours=9)


@pytest.fixture
def elder(society: Society, monkeypatch: pytest.MonkeyPatch) -> Iterator[Society]:
    """The library, its reader sixty-six years old, and the entitlement registered."""
    Person.objects.filter(pk=society.books.reader.pk).update(born_on=date(1960, 5, 6))
    with elders.offered(monkeypatch):
        yield society


def night(at: datetime = NIGHT) -> int:
    return proactive.run_due(at=at)


def offer() -> ProactiveOffer:
    return ProactiveOffer.objects.get()


def test_an_offer_is_made_with_its_reasons_and_told_once(elder: Society) -> None:
    assert night() == Person.objects.count()
    assert night() == 0  # the day's run is over
    elder.hear(NIGHT)
    assert offer().person_id == elder.books.reader.pk
    assert offer().reasons == [{"text": "您今年 66 岁，满六十岁。", "article": "《借书规则》第二条"}]
    assert Message.objects.filter(event="bundles.offered", channel="inbox").count() == 1
    night(NIGHT + timedelta(days=1))
    elder.hear(NIGHT)
    assert ProactiveOffer.objects.count() == 1
    assert Message.objects.filter(event="bundles.offered", channel="inbox").count() == 1


def test_a_run_goes_on_where_it_stopped(elder: Society) -> None:
    assert proactive.run_batch(ELDERS, on=NIGHT.date(), at=NIGHT, batch=1) == 1
    assert ProactiveRun.objects.get().finished_at is None
    night()
    run = ProactiveRun.objects.get()
    assert (run.looked_at, run.offered, run.finished_at is not None) == (Person.objects.count(), 1, True)


def test_one_tap_makes_an_ordinary_case_with_the_answers_filled_in(elder: Society) -> None:
    night()
    reader = elder.books.citizen()
    taken = operations.accept_offer(offer_id=offer().pk, actor=reader, at=MORNING)
    again = operations.accept_offer(offer_id=offer().pk, actor=reader, at=MORNING)
    assert taken.case == again.case == Case.objects.get()
    assert Case.objects.get().declared.content == {"holder": "欧阳晓娜", "size": "small"}


def test_accepting_takes_whom_one_knows_for_sure(elder: Society) -> None:
    night()
    with pytest.raises(AssuranceTooLow):
        operations.accept_offer(offer_id=offer().pk, actor=elder.books.citizen(assurance=2), at=MORNING)


def test_what_is_declined_is_not_offered_again_in_the_period(elder: Society) -> None:
    night()
    operations.decline_offer(offer_id=offer().pk, actor=elder.books.citizen(), at=MORNING)
    night(NIGHT + timedelta(days=1))
    assert offer().state == "declined"
    with pytest.raises(operations.OfferAnswered):
        operations.accept_offer(offer_id=offer().pk, actor=elder.books.citizen(), at=MORNING)
    night(NIGHT.replace(year=2027, month=1))
    assert ProactiveOffer.objects.filter(period="2027", state="offered").exists()


def test_wrong_data_are_a_request_for_correction_with_its_limit(elder: Society) -> None:
    night()
    reader = elder.books.citizen()
    with pytest.raises(InvalidInput):
        operations.contest_offer(offer_id=offer().pk, text="错", actor=reader, at=MORNING)
    operations.contest_offer(offer_id=offer().pk, text="我是一九七〇年出生的。", actor=reader, at=MORNING)
    assert offer().due_on == date(2026, 9, 22)  # 15 working days after 2 September, Sunday the 20th one of them
    reviewer = elder.books.officer("reviewer")
    assert [one.row.pk for one in queries.contested_offers(actor=reviewer)] == [offer().pk]
    operations.answer_contest(offer_id=offer().pk, answer="已更正出生日期。", actor=reviewer, at=MORNING)
    elder.hear(MORNING)
    assert offer().state == "settled"
    assert Message.objects.filter(event="bundles.contest_answered", channel="inbox").count() == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"born_on": None}, "unknown"),
        ({"deceased_on": date(2026, 8, 1)}, "deceased"),
        ({"division_id": None}, "division"),
    ],
)
def test_who_is_left_out_is_known_with_the_reason(elder: Society, change: dict[str, object], why: str) -> None:
    Person.objects.filter(pk=elder.books.reader.pk).update(**change)
    night()
    assert not ProactiveOffer.objects.exists()
    assert LeftOut.objects.get(person=elder.books.reader).why == why


def test_who_has_it_already_is_left_out(elder: Society) -> None:
    elders.HAVE.add(elder.books.reader.pk)
    night()
    assert LeftOut.objects.get().why == "receiving"


def test_an_offer_whose_rule_says_otherwise_now_is_taken_back(elder: Society) -> None:
    night()
    Person.objects.filter(pk=elder.books.reader.pk).update(born_on=date(1990, 5, 6))
    night(NIGHT + timedelta(days=1))
    assert offer().state == "withdrawn"


def test_whoever_does_not_want_to_be_checked_is_not_looked_at(elder: Society) -> None:
    reader = elder.books.citizen()
    operations.refuse_checks(actor=reader, at=MORNING)
    operations.refuse_checks(actor=reader, at=MORNING)
    assert not queries.checks_allowed(actor=reader)
    night()
    run = ProactiveRun.objects.get()
    assert (run.spared, run.offered) == (1, 0)
    operations.allow_checks(actor=reader, at=MORNING)
    night(NIGHT + timedelta(days=1))
    assert ProactiveOffer.objects.count() == 1


def test_officers_see_figures_and_names_only_for_a_purpose_within_reach(elder: Society) -> None:
    elders.HAVE.add(elder.books.reader.pk)
    night()
    reviewer = elder.books.officer("reviewer")
    (told,) = queries.coverage(actor=reviewer)
    assert ("receiving", "已经享有或者正在申请", 1) in told.left_out
    ask = {"entitlement": ELDERS.code, "why": "receiving", "at": MORNING}
    with pytest.raises(InvalidInput):
        queries.left_out_people(**ask, purpose="", actor=reviewer)
    (row,) = queries.left_out_people(**ask, purpose="核对是否漏报", actor=reviewer)
    assert row.name == "欧**娜"
    assert AuditEntry.objects.filter(event="bundles.look_left_out", reason="核对是否漏报").count() == 1
    with pytest.raises(NotAllowed):
        queries.left_out_people(**ask, purpose="核对是否漏报", actor=elder.books.officer("clerk"))


def test_nothing_of_another_county_comes_back(elder: Society, books: Library) -> None:
    elders.HAVE.add(books.reader.pk)
    night()
    own = books.officer("reviewer")
    away = replace(own, reach=(("440103000000", "440104000000"),))
    assert [count for _, _, count in queries.coverage(actor=away)[0].left_out] == [0, 0, 0, 0]
    assert (
        queries.left_out_people(
            entitlement=ELDERS.code, why="receiving", purpose="核对是否漏报", actor=away, at=MORNING
        )
        == []
    )


def test_a_period_is_named_by_what_it_is() -> None:
    day = date(2026, 11, 27)
    assert [entitlements.period_of(one, day) for one in ("month", "quarter", "year", "once")] == [
        *("2026-11", "2026-Q4", "2026", "once")
    ]


def test_nobody_answers_anothers_offer(elder: Society) -> None:
    night()
    friend: Actor = elder.books.citizen(elder.books.friend)
    for act in (operations.accept_offer, operations.decline_offer):
        with pytest.raises(operations.OfferNotFound):
            act(offer_id=offer().pk, actor=friend, at=MORNING)
    assert elder.books.reader.division_id == TOWN


def test_the_dead_are_offered_nothing_and_what_stood_comes_back_with_the_correction(
    elder: Society, work: Callable[[], None]
) -> None:
    night()
    books, reader = elder.books, elder.books.reader
    with time_machine.travel(MORNING, tick=False) as clock:
        bury(books, reader, MORNING)
        work()
        assert offer().state == "withdrawn"
        clock.move_to(MORNING + timedelta(hours=1))
        give_back(books, reader, MORNING + timedelta(hours=1))
        work()
    assert (offer().state, offer().answered_at) == ("offered", None)
    told = Message.objects.get(event="bundles.death_corrected", channel="inbox")
    assert (told.recipient, "1 项恢复" in str(told.text)) == (reader, True)


def test_nothing_of_a_bundle_is_begun_for_the_dead(society: Society, work: Callable[[], None]) -> None:
    case = society.submitted(MORNING)
    with time_machine.travel(MORNING, tick=False):
        bury(society.books, society.books.reader, MORNING)
        work()
    assert society.member(case, "locker").state == "cancelled"
    society.decide_member(case, "card", MORNING + timedelta(hours=1))
    assert society.member(case, "locker").case is None
