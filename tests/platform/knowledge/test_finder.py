"""我能享受什么: the items' own pre-check rules, every question optional, reasons and what is not known yet."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client
from tests.platform import library
from tests.platform.desks import Desk
from tests.platform.knowledge.conftest import ON
from tests.platform.library import COUNTY, ITEM, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import handlers
from onedoor.platform.knowledge import queries
from onedoor.standards.judgement import Judgement, Params, Reason

PRECHECK = {
    "intro": "几个问题。",
    "fields": [
        {"code": "here", "type": "yes_no", "label": "住在本区吗", "required": True},
        {"code": "age", "type": "integer", "label": "几岁", "required": True},
        {"code": "kind", "type": "choice", "label": "哪种证", "required": True, "choices": [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}]},
    ],
}  # fmt: skip
LIVES, OLD = Reason("LIVES", "您住在本区。", "第一条"), Reason("OLD", "您的年龄够了。", "第二条")


def rule(answers: Mapping[str, Any], params: Params, on: date) -> Judgement:
    if not answers.get("here"):
        return Judgement("unlikely", (Reason("AWAY", "不住在本区的不办。", "第一条"),), (), ())
    return Judgement("likely" if int(answers.get("age") or 0) >= 6 else "unsure", (LIVES, OLD), (), ())


@pytest.fixture
def asked(shelf: Desk) -> Iterator[Library]:
    library.publish(library.item(precheck=PRECHECK), valid_from=date(2026, 8, 1))
    before = handlers.for_item(ITEM)
    handlers._handlers[ITEM] = replace(before, precheck=rule)
    yield shelf.books
    handlers._handlers[ITEM] = before


def told(**answers: Any) -> queries.Prospect:
    found = queries.finder_questions(chain=[COUNTY], on=ON)
    (one,) = queries.prospects(found=found, answers=answers, chain=[COUNTY], on=ON)
    return one


def test_every_question_may_be_left_open(asked: Library) -> None:
    found = queries.finder_questions(chain=[COUNTY], on=ON)
    assert found.section is not None
    assert [(one.code, one.required) for one in found.section.fields] == [
        ("here", False),
        ("age", False),
        ("kind", False),
    ]
    nothing = told()
    assert (nothing.verdict, nothing.unknown) == ("open", ["住在本区吗", "几岁", "哪种证"])


def test_what_is_known_is_judged_by_the_items_own_rule_with_reasons(asked: Library) -> None:
    whole = told(here=True, age=8, kind="a")
    assert (whole.verdict, whole.reasons, whole.unknown) == ("likely", (LIVES, OLD), [])


def test_an_open_choice_is_tried_out_and_an_open_number_is_not_guessed(asked: Library) -> None:
    choice = told(here=True, age=8)
    assert (choice.verdict, choice.reasons, choice.unknown) == ("likely", (LIVES, OLD), ["哪种证"])
    where = told(age=8, kind="a")
    assert (where.verdict, where.reasons, where.unknown) == ("open", (), ["住在本区吗"])
    number = told(here=True)
    assert (number.verdict, number.unknown) == ("open", ["几岁", "哪种证"])


def test_the_page_answers_keeps_what_was_typed_and_stores_nothing(asked: Library) -> None:
    before = AuditEntry.objects.count()
    page = Client().post("/finder/", {"here": "yes", "age": "8"}).content.decode()
    assert "可能符合" in page
    assert "还不知道：哪种证" in page
    assert 'value="8"' in page
    assert AuditEntry.objects.count() == before
    assert Client().post("/finder/", {"age": "八"}).status_code == 422
    answers = {"answers": {"here": True, "age": 8}}
    one = Client().post("/api/v1/finder", answers, content_type="application/json").json()["items"][0]
    assert (one["code"], one["verdict"], one["unknown"]) == (ITEM, "likely", ["哪种证"])
