"""A death stated at the library's window, and confirmed."""

from datetime import date, datetime
from typing import Any

from tests.platform.library import READER, Library
from tests.platform.replays.stage import AT

from onedoor.platform.identity import operations
from onedoor.platform.identity.models import DeathStatement, Person

PAPER: dict[str, Any] = {
    "paper": "medical",
    "paper_number": "D110012345",
    "issued_by": "朝阳医院",
    "died_on": "2026-08-30",
}
CORRECTION: dict[str, Any] = {
    "paper": "other_person",
    "paper_number": "D110012345",
    "issued_by": "朝阳医院",
    "reason": "证明上的身份证号与登记的人差一位，是另一个人",
}
WHO = {"name": READER.name, "id_number": READER.id_number, "act": "died"}


def state(books: Library, person: Person, at: datetime = AT, **other: Any) -> DeathStatement:
    given = PAPER | {"died_on": date(2026, 8, 30), "judged_on": None} | other
    return operations.state_death(person_id=person.pk, **given, actor=books.officer("clerk"), at=at)


def bury(books: Library, person: Person, at: datetime = AT, **other: Any) -> DeathStatement:
    """State a death and have a colleague confirm it; the rooms hear of it with the next round."""
    stated = state(books, person, at, **other)
    operations.settle_death(statement_id=stated.pk, confirmed=True, note="", actor=books.officer("second_clerk"), at=at)
    return stated


def give_back(books: Library, person: Person, at: datetime = AT, **other: Any) -> DeathStatement:
    """State that a death was recorded by mistake and have a colleague confirm it."""
    given = CORRECTION | other
    stated = operations.state_death_correction(person_id=person.pk, **given, actor=books.officer("clerk"), at=at)
    operations.settle_death(statement_id=stated.pk, confirmed=True, note="", actor=books.officer("second_clerk"), at=at)
    return stated
