"""Nobody acts as an officer in a case of their own or of a near relative (R-ORG-3), whatever the act."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.platform import library
from tests.platform.desks import Desk, staff
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case
from onedoor.platform.identity.models import Login, Person, Post

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
WORDS = {"reason": "经核实需要这样办理。", "basis": "《公共图书馆法》第三十六条"}


def is_person(books: Library, officer: str, person: Person) -> None:
    """Let an officer be somebody the platform knows as a citizen too."""
    login = Post.objects.get(pk=books.posts[officer]).login_id
    Login.objects.filter(pk=login).update(holder_index=person.id_index)


def test_an_officer_neither_accepts_nor_decides_the_own_application(desk: Desk) -> None:
    books = desk.books
    is_person(books, "clerk", books.reader)
    case = books.received(AT)
    desk.go(AT)
    assert "这是您本人（或您列名）的办件" in desk.page("clerk", staff(case))
    assert "应当回避" in desk.refused("clerk", staff(case, "accept/"), 403)
    assert Case.objects.get(pk=case.pk).state == "received"
    operations.accept_case(case_id=case.pk, actor=books.officer("second_clerk"), at=AT)
    assert Case.objects.get(pk=case.pk).state == "accepted"


def test_nor_one_in_which_they_act_for_the_applicant(books: Library) -> None:
    case = books.received(AT)
    Case.objects.filter(pk=case.pk).update(agent=books.friend)
    is_person(books, "clerk", books.friend)
    refuse_every(books, Case.objects.get(pk=case.pk), "clerk", "role.own_case", RECEIVING)


RECEIVING: dict[str, Callable[..., Any]] = {
    "accept": operations.accept_case,
    "refuse": lambda **who: operations.refuse_acceptance(**library.REFUSED, competent_organ="", **who),
    "dispense": lambda **who: operations.dispense_case(**WORDS, **who),
}
HEADING: dict[str, Callable[..., Any]] = {
    "extend": lambda **who: operations.extend_limit(**WORDS, **who),
    "terminate": lambda **who: operations.terminate_case(**WORDS, **who),
    "special": lambda **who: operations.begin_special_procedure(
        procedure="experts", reason=WORDS["reason"], planned_end=date(2026, 9, 20), **who
    ),
    "hearing": lambda **who: operations.inform_hearing_right(reason=WORDS["reason"], **who),
}


def refuse_every(books: Library, case: Case, officer: str, code: str, acts: dict[str, Callable[..., Any]]) -> None:
    found = {}
    for name, act in acts.items():
        with pytest.raises(Exception) as refused:
            act(case_id=case.pk, actor=books.officer(officer), at=AT + timedelta(hours=1))
        found[name] = getattr(refused.value, "code", refused.value)
    assert found == dict.fromkeys(acts, code)


def test_a_declared_relative_does_nothing_at_the_receiving_desk(books: Library) -> None:
    case = books.received(AT)
    operations.declare_relative(case_id=case.pk, relation="姐妹", actor=books.officer("clerk"), at=AT)
    refuse_every(books, case, "clerk", "role.relative", RECEIVING)


def test_nor_as_a_head_of_the_organ(books: Library) -> None:
    case = books.accepted(AT)
    operations.declare_relative(case_id=case.pk, relation="兄弟", actor=books.officer("approver"), at=AT)
    refuse_every(books, case, "approver", "role.relative", HEADING)
