"""Row 5: a few choices lead to exactly the papers, fee, limit and place, in guide, form, case and window alike."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from pydantic import ValidationError
from tests.platform import library
from tests.platform.library import Library

from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.scenarios import outcome

AT = datetime(2026, 9, 1, 10, 0, tzinfo=library.CHINA)
STUDENT: dict[str, Any] = {"field": "student", "equals": True}
BOARDER: dict[str, Any] = {"field": "stays", "equals": "short"}
WHOLE = library.item().model_dump(mode="json", by_alias=True, exclude_defaults=True)
SITUATION = {
    "code": "situation",
    "title": "您的情况",
    "fields": [
        {"code": "student", "type": "yes_no", "label": "是不是学生", "required": True},
        {
            "code": "stays",
            "type": "choice",
            "label": "住多久",
            "required": True,
            "shown_when": {"field": "student", "equals": False},
            "choices": [{"value": "long", "label": "一年以上"}, {"value": "short", "label": "一年以下"}],
        },
    ],
}


def item() -> ServiceItem:
    section = WHOLE["form"]["sections"][0]
    rest = [field for field in section["fields"] if field["code"] not in ("student", "school")]
    photo, proof, card = WHOLE["materials"]
    return library.item(
        form={"sections": [SITUATION, section | {"fields": rest}]},
        materials=[photo, proof | {"required_when": BOARDER}, card | {"required_when": STUDENT}],
        scenario="situation",
        scenarios=[
            {"when": STUDENT, "title": "在校学生", "promised": {"days": 3}, "place": "学校图书馆"},
            {
                "when": BOARDER,
                "title": "短期居住",
                "fee": {"charged": True, "standard": "押金 100 元", "basis": "《借阅办法》"},
                "note": "离开时退还押金。",
            },
        ],
    )


@pytest.mark.parametrize(
    ("answers", "papers", "days", "charged", "places"),
    [
        ({"student": True}, ["photo", "school_card"], 3, False, ("学校图书馆",)),
        ({"student": False, "stays": "short"}, ["photo", "proof"], 10, True, ()),
        ({"student": False, "stays": "long"}, ["photo"], 10, False, ()),
    ],
)
def test_row_5_answers_narrow_papers_fee_limit_and_place(
    answers: dict[str, Any], papers: list[str], days: int, charged: bool, places: tuple[str, ...]
) -> None:
    found = outcome(item(), answers)
    assert [paper.code for paper in found.materials] == papers
    assert (found.promised.days, found.fee.charged, found.places) == (days, charged, places)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"scenario": "nowhere"}, "unknown section"),
        ({"scenario": "reader"}, "is no choice"),
        ({"scenarios": [{"when": {"field": "nobody", "equals": True}, "title": "甲"}]}, "unknown field nobody"),
        (
            {"scenario": "", "scenarios": [{"when": STUDENT, "title": "甲"}]},
            "unknown field student",
        ),
    ],
)
def test_a_scenario_that_does_not_hang_together_is_refused(changes: dict[str, Any], fault: str) -> None:
    whole = item().model_dump(mode="json", by_alias=True)
    with pytest.raises(ValidationError, match=fault):
        ServiceItem.model_validate(whole | changes)


def test_row_5_the_guide_asks_step_by_step_and_shows_exactly_what_is_needed(books: Library, reader: Client) -> None:
    library.publish(item(), valid_from=datetime(2026, 8, 1).date())
    address = f"/items/{library.ITEM}/"
    first = reader.get(address).content.decode()
    assert "是不是学生" in first
    assert "住多久" not in first
    assert "学生证" in first  # nothing told yet: the whole list
    second = reader.get(address, {"student": "no"}).content.decode()
    assert "住多久" in second
    assert "学生证" in second
    third = reader.get(address, {"student": "no", "stays": "short"}).content.decode()
    assert "要交 2 份材料，收费：押金 100 元" in third
    assert "离开时退还押金。" in third
    assert "学生证" not in third
    assert f"{address}start/?stays=short&amp;student=no" in third
    student = reader.get(address, {"student": "yes"}).content.decode()
    assert "要交 2 份材料，不收费，承诺 3 个工作日办结" in student
    assert "学校图书馆" in student
    assert "居住证明" not in student


def test_row_5_the_answers_reach_the_form_the_papers_and_the_clock(books: Library, reader: Client) -> None:
    library.publish(item(), valid_from=datetime(2026, 8, 1).date())
    start = reader.get(f"/items/{library.ITEM}/start/", {"student": "yes"}).content.decode()
    assert '<input type="hidden" name="student" value="yes">' in start
    reader.post(f"/items/{library.ITEM}/start/", {"applicant": books.reader.pk, "student": "yes"})
    draft = Draft.objects.get()
    assert draft.answers == {"student": True}
    page = reader.get(f"/drafts/{draft.pk}/materials/").content.decode()
    assert "学生证" in page
    assert "居住证明" not in page
    posted = {"name": library.READER.name, "id_number": library.READER.id_number, "books-rows": "0"}
    draft = books.fill(draft, posted, AT)
    for paper in ("photo", "school_card"):
        books.attach(draft.pk, paper, AT)
    draft.refresh_from_db()
    case = cases.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)
    cases.hand_in_case(case_id=case.pk, actor=books.citizen(), at=AT)
    cases.accept_case(case_id=case.pk, actor=books.officer("clerk"), at=AT)
    case = Case.objects.get(pk=case.pk)
    assert case.declared.content["student"] is True
    assert case.clocks.get(kind="promised").length == 3


def test_nonsense_in_the_address_breaks_nothing(books: Library, reader: Client) -> None:
    library.publish(item(), valid_from=datetime(2026, 8, 1).date())
    for sent in ({"student": "<b>"}, {"stays": ["x", "y"]}, {"student": ["yes", "no"]}):
        assert reader.get(f"/items/{library.ITEM}/", sent).status_code == 200
