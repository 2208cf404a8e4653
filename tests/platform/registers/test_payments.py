"""What was paid to people: each batch once, all of it or nothing, and each payment told by its last row."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.platform.files.conftest import at_once, where_writers_race
from tests.platform.library import COUNTY, TOWN, Library
from tests.platform.registers.paid import granted, line, report

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotAllowed
from onedoor.platform.registers import operations, queries, rules
from onedoor.platform.registers.models import BenefitPayment


@pytest.fixture
def paying(books: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    with granted(monkeypatch, books.reader.pk):
        yield books


def citizen(person_id: int) -> Actor:
    return Actor(kind="citizen", name="", person_id=person_id, assurance=3)


def own(books: Library) -> list[rules.Payment]:
    return queries.own_payments(actor=citizen(books.reader.pk), on=date(2026, 12, 1))


def test_a_batch_that_is_sent_again_counts_once(paying: Library) -> None:
    first = report(paying, "B1", line(paying, "1", 7), line(paying, "2", 8))
    assert report(paying, "B1", line(paying, "1", 7), line(paying, "2", 8)) == first
    assert [(one.period, one.amount) for one in own(paying)] == [
        ("2026年8月", Decimal("105.00")),
        ("2026年7月", Decimal("105.00")),
    ]
    assert AuditEntry.objects.get(event="registers.record_payments").details["count"] == 2
    with pytest.raises(operations.BatchDiffers):
        report(paying, "B1", line(paying, "1", 7))


def test_what_became_of_a_payment_is_told_and_only_what_arrived_is_added_up(paying: Library) -> None:
    report(
        paying, "B1", line(paying, "1", 6), line(paying, "2", 7), line(paying, "3", 8, kind="held", reason="核对账号")
    )
    later = {"person_id": None, "fen": 0, "account": "", "happened_on": date(2026, 8, 20)}
    back = line(paying, "2", 7, kind="returned", reason="账号已注销", **later)
    right = line(paying, "1", 6, kind="corrected", reason="按核定数更正", **later | {"fen": 12_000})
    report(paying, "B2", back, right)
    [year] = queries.own_payments_by_year(actor=citizen(paying.reader.pk), on=date(2026, 12, 1))
    assert [(one.words, one.amount, one.reason) for one in year.payments] == [
        ("暂缓发放", Decimal("105.00"), "核对账号"),
        ("未到账，已退回", Decimal("105.00"), "账号已注销"),
        ("已更正", Decimal("120.00"), "按核定数更正"),
    ]
    assert year.total == Decimal("120.00")
    report(paying, "B3", line(paying, "2", 7, happened_on=date(2026, 8, 25), account="8830"))
    again = next(one for one in own(paying) if one.month.month == 7)
    assert (again.words, again.account, again.on) == ("已发放", "8830", date(2026, 8, 25))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": "corrected", "reason": "改"}, "现在的情况"),
        ({"kind": "held"}, "写明原因"),
        ({"kind": "lost"}, "情况只能是"),
        ({"fen": 0}, "大于 0"),
        ({"account": "6222021202041666417"}, "末四位"),
        ({"months": 13}, "最多 12 个月"),
        ({"person_id": None}, "写明领取人"),
        ({"happened_on": date(2026, 9, 2)}, "不能晚于今天"),
        ({"key": "G" * 81}, "待遇编号最多 80 个字符"),
        ({"number": "1" * 65}, "发放号最多 64 个字符"),
    ],
)
def test_one_wrong_row_sends_the_whole_batch_back(paying: Library, change: dict[str, Any], why: str) -> None:
    with pytest.raises(operations.PaymentLineWrong, match=f"第 2 笔.*{why}"):
        report(paying, "B1", line(paying, "1", 7), replace(line(paying, "2", 8), **change))
    assert not BenefitPayment.objects.exists()


def test_a_payment_stays_with_its_person_and_is_paid_once(paying: Library) -> None:
    report(paying, "B1", line(paying, "1", 7))
    with pytest.raises(operations.PaymentLineWrong, match="现在的情况"):
        report(paying, "B2", line(paying, "1", 7))
    stranger = line(paying, "1", 7, kind="returned", reason="退回", person_id=paying.friend.pk)
    with pytest.raises(operations.PaymentLineWrong, match="另一个人"):
        report(paying, "B3", stranger)


def test_a_payment_is_put_right_by_the_amount_that_holds(paying: Library) -> None:
    report(paying, "B1", line(paying, "1", 7))
    with pytest.raises(operations.PaymentLineWrong, match="更正后的金额"):
        report(paying, "B2", line(paying, "1", 7, kind="corrected", reason="改", fen=0))


@where_writers_race
@pytest.mark.django_db(transaction=True)
def test_batches_that_come_at_once_are_one_after_the_other(paying: Library) -> None:
    told: list[str] = []

    def send(number: str) -> None:
        try:
            report(paying, number, line(paying, "1", 7))
            told.append("taken")
        except operations.PaymentLineWrong:
            told.append("refused")

    at_once(*[lambda: send("B1")] * 4, *[lambda: send("B2")] * 4)
    assert sorted(told) == ["refused"] * 4 + ["taken"] * 4
    assert BenefitPayment.objects.count() == 1


def test_only_who_may_reports_and_only_for_what_is_registered(paying: Library) -> None:
    with pytest.raises(operations.UnknownSource):
        report(paying, "B1", line(paying, "1", 7), source="nobody.knows")
    with pytest.raises(operations.BatchTooLong):
        report(paying, "B1")
    with pytest.raises(NotAllowed):
        report(paying, "B1", line(paying, "1", 7), actor=paying.officer("clerk"))
    assert report(paying, "B1", line(paying, "1", 7), actor=paying.officer("finance")).division == COUNTY


def test_only_the_organ_and_the_post_that_pay_report_it(paying: Library) -> None:
    finance = paying.officer("finance")
    refused: list[dict[str, Any]] = [
        {"actor": replace(finance, lines=frozenset({"marriage"}))},
        {"actor": finance, "organization_id": paying.organs[TOWN].pk},
        {"organization_id": paying.organs[TOWN].pk},
    ]
    for told in refused:
        with pytest.raises(operations.NotThePayer):
            report(paying, "B1", line(paying, "1", 7), **told)
    paying.organs[COUNTY].lines = ["marriage"]
    paying.organs[COUNTY].save()
    with pytest.raises(operations.NotThePayer):
        report(paying, "B1", line(paying, "1", 7), actor=finance)


def test_nobody_else_sees_them(paying: Library) -> None:
    report(paying, "B1", line(paying, "1", 7))
    assert queries.own_payments(actor=citizen(paying.friend.pk), on=date(2026, 12, 1)) == []
    assert queries.own_payments(actor=paying.officer("finance"), on=date(2026, 12, 1)) == []


@pytest.mark.parametrize(
    ("month", "months", "words"),
    [
        (date(2026, 11, 1), 1, "2026年11月"),
        (date(2026, 7, 1), 3, "2026年7月至9月"),
        (date(2026, 1, 1), 12, "2026年1月至12月"),
        (date(2026, 12, 1), 3, "2026年12月至2027年2月"),
    ],
)
def test_the_months_of_a_payment_are_words(month: date, months: int, words: str) -> None:
    assert rules.period_words(month, months) == words
