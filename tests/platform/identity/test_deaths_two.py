"""A death is stated by one officer on a paper and confirmed by another of the same organization."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from tests.platform.desks import Desk
from tests.platform.identity.bereaved import PAPER, WHO, state
from tests.platform.library import FRIEND, Library
from tests.platform.replays.stage import AT

from onedoor.platform.identity import operations
from onedoor.platform.identity.models import DeathSettlement, DeathStatement, Login, Person, PersonRelation

URL = "/staff/window/person/"


@pytest.fixture
def at_work(books: Library) -> Iterator[Desk]:
    with time_machine.travel(AT, tick=False) as traveller:
        yield Desk(books, traveller)


def deceased(books: Library) -> date | None:
    return Person.objects.get(pk=books.reader.pk).deceased_on


def test_one_word_changes_nothing_and_nobody_confirms_their_own(books: Library, at_work: Desk) -> None:
    at_work.act("clerk", URL, **WHO, **PAPER)
    row = DeathStatement.objects.get()
    assert deceased(books) is None
    page = at_work.refused("clerk", f"/staff/deaths/{row.pk}/", 403, answer="confirm")
    assert "不能自己确认" in page
    assert at_work.post("elsewhere", f"/staff/deaths/{row.pk}/", answer="confirm").status_code == 404
    assert at_work.post("approver", f"/staff/deaths/{row.pk}/", answer="confirm").status_code == 403
    assert deceased(books) is None
    at_work.act("reviewer", f"/staff/deaths/{row.pk}/", answer="confirm")
    assert deceased(books) == date(2026, 8, 30)
    assert "已经办理" in at_work.refused("second_clerk", f"/staff/deaths/{row.pk}/", 409, answer="confirm")


def test_it_is_sent_back_with_a_reason_and_stated_anew(books: Library, at_work: Desk) -> None:
    at_work.act("clerk", URL, **WHO, **PAPER)
    row = DeathStatement.objects.get()
    again = at_work.refused("clerk", URL, 422, **WHO, **PAPER)
    assert "已有一项登记在“第1图书局”等确认" in again
    assert "退回" in at_work.refused("second_clerk", f"/staff/deaths/{row.pk}/", 422, answer="reject", note="不对")
    at_work.act("second_clerk", f"/staff/deaths/{row.pk}/", answer="reject", note="证明上的姓名与登记的人不是同一个人")
    assert deceased(books) is None
    at_work.act("clerk", URL, **WHO, **PAPER)
    assert [row.confirmed for row in DeathSettlement.objects.all()] == [False]
    assert DeathStatement.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"died_on": "2026-09-02"}, "不能晚于今天"),
        ({"died_on": "1900-01-01"}, "不能早于出生日期"),
        ({"died_on": ""}, "请核对死亡日期"),
        ({"died_on": "八月三十"}, "的样子填写日期"),
        ({"paper": "rumour"}, "请选择证明的种类"),
        ({"paper": "restored"}, "请选择证明的种类"),
        ({"paper_number": " "}, "请填写证明的编号"),
        ({"issued_by": ""}, "请填写出具证明的单位"),
        ({"judged_on": "2026-08-30"}, "只有法院宣告死亡的才填判决日期"),
        ({"paper": "court"}, "请填写判决日期"),
        ({"paper": "court", "judged_on": "2026-08-29"}, "不会晚于判决"),
    ],
)
def test_what_the_paper_has_to_say(books: Library, at_work: Desk, wrong: dict[str, str], field: str) -> None:
    page = at_work.refused("clerk", URL, 422, **WHO, **(PAPER | wrong))
    assert field in page
    assert 'value="朝阳医院"' in page or "issued_by" in wrong, "what was typed is kept"
    assert not DeathStatement.objects.exists()


def test_whoever_is_declared_dead_died_on_the_day_of_the_judgement(books: Library, at_work: Desk) -> None:
    court = PAPER | {"paper": "court", "died_on": "", "judged_on": "2026-08-20", "issued_by": "朝阳区人民法院"}
    at_work.act("clerk", URL, **WHO, **court)
    assert DeathStatement.objects.get().died_on == date(2026, 8, 20)


def test_after_an_accident_it_is_the_day_of_the_accident(books: Library) -> None:
    row = state(books, books.reader, paper="court", died_on=date(2024, 5, 1), judged_on=date(2026, 8, 20))
    assert row.died_on == date(2024, 5, 1)


def test_nobody_states_or_confirms_the_death_of_a_relative(books: Library, at_work: Desk) -> None:
    for username in ("clerk", "second_clerk"):
        login = Login.objects.get(username=username)
        login.holder_number = FRIEND.id_number if username == "clerk" else ""
        for column, value in Login.by_holder.values(login.holder_number).items():
            setattr(login, column, value)
        login.save()
    PersonRelation.objects.create(
        person=books.reader, relative=books.friend, relation="20", source="测试", recorded_at=AT, recorded_by="测试"
    )
    assert "应当回避" in at_work.refused("clerk", URL, 422, **WHO, **PAPER)
    row = operations.state_death(
        person_id=books.reader.pk,
        **(PAPER | {"died_on": date(2026, 8, 30), "judged_on": None}),
        actor=books.officer("second_clerk"),
        at=AT,
    )
    at_work.refused("clerk", f"/staff/deaths/{row.pk}/", 403, answer="confirm")
    assert deceased(books) is None


def test_the_database_changes_no_statement(books: Library) -> None:
    row = state(books, books.reader)
    with pytest.raises(DatabaseError), transaction.atomic():
        DeathStatement.objects.filter(pk=row.pk).update(died_on=date(2020, 1, 1))
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


def test_a_program_does_the_same(books: Library, at_work: Desk) -> None:
    clerk, colleague = at_work.client("clerk"), at_work.client("second_clerk")
    api = "/api/v1/window/deaths"
    who = {name: WHO[name] for name in ("name", "id_number")}

    def post(client: Any, url: str, key: str, **fields: Any) -> Any:
        return client.post(url, fields, content_type="application/json", headers={"Idempotency-Key": key * 20})

    made = post(clerk, api, "a", **who, **PAPER)
    assert made.status_code == 200, made.content
    number = made.json()["id"]
    assert post(clerk, f"{api}/{number}/settlement", "b", confirmed=True).status_code == 403
    listed = colleague.get(api).json()["items"]
    assert [(row["standing"], row["is_own"]) for row in listed] == [("waiting", False)]
    assert colleague.get(f"{api}/{number}").json()["paper_number"] == "D110012345"
    assert post(colleague, f"{api}/{number}/settlement", "c", confirmed=True).status_code == 200
    assert deceased(books) == date(2026, 8, 30)
