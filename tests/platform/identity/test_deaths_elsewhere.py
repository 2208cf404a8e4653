"""A window that may not record somebody's death says which organ may, before anything is typed."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from tests.platform.desks import Desk
from tests.platform.identity.bereaved import CORRECTION, PAPER, WHO, bury
from tests.platform.library import READER, Library
from tests.platform.replays.stage import AT

from onedoor.platform.identity.models import DeathStatement, Person, Post

URL = "/staff/window/person/"
LOOK = {name: WHO[name] for name in ("name", "id_number")}
FAR = "330113100000"


@pytest.fixture
def at_work(books: Library) -> Iterator[Desk]:
    with time_machine.travel(AT, tick=False) as traveller:
        yield Desk(books, traveller)


def looked_up(desk: Desk, name: str) -> str:
    answer = desk.post(name, URL, **LOOK)
    assert answer.status_code == 200
    return str(answer.content.decode())


def state_by_program(desk: Desk, name: str, url: str, **fields: Any) -> Any:
    headers = {"Idempotency-Key": "a" * 20}
    sent = LOOK | fields
    return desk.client(name).post(f"/api/v1/window/{url}", sent, content_type="application/json", headers=headers)


def test_a_window_elsewhere_names_the_competent_organ_instead_of_the_form(books: Library, at_work: Desk) -> None:
    page = looked_up(at_work, "elsewhere")
    assert "不归本窗口办理，请到“第1图书局”办理" in page
    assert 'name="paper_number"' not in page
    page = at_work.refused("elsewhere", URL, 422, **WHO, **PAPER)
    assert "请到“第1图书局”办理" in page
    assert "请联系本单位管理员" not in page
    assert 'name="paper_number"' in looked_up(at_work, "clerk")
    answer = state_by_program(at_work, "elsewhere", "deaths", **PAPER)
    assert (answer.status_code, "请到“第1图书局”办理" in answer.content.decode()) == (403, True)
    assert not DeathStatement.objects.exists()


def test_the_same_before_a_correction(books: Library, at_work: Desk) -> None:
    bury(books, books.reader)
    page = looked_up(at_work, "elsewhere")
    assert "请到“第1图书局”办理" in page
    assert 'name="reason"' not in page
    answer = state_by_program(at_work, "elsewhere", "death-corrections", **CORRECTION)
    assert (answer.status_code, "请到“第1图书局”办理" in answer.content.decode()) == (403, True)


def test_whoever_lives_nowhere_known_is_looked_after_where_they_come(books: Library, at_work: Desk) -> None:
    Person.objects.filter(pk=books.reader.pk).update(division=None)
    at_work.act("clerk", URL, **WHO, **PAPER)
    row = DeathStatement.objects.get()
    at_work.act("second_clerk", f"/staff/deaths/{row.pk}/", answer="confirm")
    assert Person.objects.get(pk=books.reader.pk).deceased_on == date(2026, 8, 30)


def test_where_no_organ_can_the_hotline_is_named(books: Library, at_work: Desk) -> None:
    Person.objects.filter(pk=books.reader.pk).update(division_id=FAR)
    Post.objects.filter(pk=books.posts["elsewhere"]).update(valid_to=date(2026, 8, 1))
    assert "可以先拨打 12345 询问" in looked_up(at_work, "clerk")


def test_whoever_verifies_the_dead_hears_which_organ_corrects(books: Library, at_work: Desk) -> None:
    bury(books, books.reader)
    seen = {
        "name": READER.name,
        "id_number": READER.id_number,
        "division": FAR,
        "phone": "",
        "document_valid_to": "",
        "witness_note": "本人持身份证原件到场，核对一致。",
    }
    for name in ("elsewhere", "clerk"):
        page = at_work.refused(name, "/staff/window/verify/", 422, **seen)
        assert "请凭证明到“第1图书局”更正" in page
        assert "县级民政部门" not in page
