"""One form for several items: asked once, answered for each, and nobody sees another's."""

import pytest
from pydantic import ValidationError
from tests.platform.bundles.society import ITEMS, definition

from onedoor.platform.bundles.definitions import Bundle
from onedoor.platform.bundles.merging import (
    answers_for,
    asked_now,
    codes_of,
    faults,
    merged_form,
    papers_asked,
    taking_part,
)
from onedoor.platform.catalog.strict import Limit

BUNDLE = Bundle.model_validate(definition())


def test_a_question_of_several_items_is_asked_once() -> None:
    form = merged_form(BUNDLE, ITEMS, ["card", "room"])
    assert form is not None
    assert [field.code for field in form.all_fields()] == ["name", "id_number", "is_student", "school", "weekly"]
    name, *_, weekly = form.all_fields()
    assert (name.type, name.required, weekly.label) == ("person_name", True, "每周想来几小时")


def test_a_condition_is_about_the_question_as_it_is_called_here() -> None:
    form = merged_form(BUNDLE, ITEMS, ["card"])
    assert form is not None
    school = next(field for field in form.all_fields() if field.code == "school")
    assert school.shown_when is not None
    assert school.shown_when.holds({"is_student": True})
    assert not school.shown_when.holds({"student": True})


def test_what_feeds_nobody_chosen_is_not_asked() -> None:
    form = merged_form(BUNDLE, ITEMS, ["card"])
    assert form is not None
    assert [section.code for section in form.sections] == ["you"]


def test_a_member_that_waits_asks_nothing_before_its_turn() -> None:
    members = taking_part(BUNDLE, {"has_bag": True}, ["room"])
    assert [member.code for member in members] == ["card", "room", "locker", "canteen"]
    assert asked_now(members, ITEMS) == ["card", "room"]  # the locker waits, the canteen has no item


def test_conditions_and_wishes_say_what_belongs_to_it() -> None:
    assert [one.code for one in taking_part(BUNDLE, {"has_bag": False}, [])] == ["card", "canteen"]


def test_who_waits_for_a_member_left_out_is_left_out() -> None:
    members = definition()["members"]
    members[2] = members[2] | {"depends_on": ["room"]}
    bundle = Bundle.model_validate(definition(members=members))
    assert [one.code for one in taking_part(bundle, {"has_bag": True}, [])] == ["card", "canteen"]


def test_each_member_is_given_its_own_fields_and_no_others() -> None:
    answers = {"name": "欧阳晓娜", "id_number": "110101199005064522", "is_student": False, "weekly": 6}
    assert answers_for(BUNDLE, ITEMS["room"], "room", answers) == {"reader_name": "欧阳晓娜", "hours": 6}
    assert "hours" not in answers_for(BUNDLE, ITEMS["card"], "card", answers)
    assert codes_of(BUNDLE, "room") == {"reader_name": "name", "hours": "weekly"}


def test_a_paper_of_several_items_is_given_once() -> None:
    (paper,) = papers_asked(BUNDLE, ITEMS, ["card", "room"], {})
    assert (paper.title, list(paper.feeds)) == ("一寸照片", [("card", "picture"), ("room", "photo")])
    assert papers_asked(BUNDLE, ITEMS, ["locker"], {}) == []


def test_what_could_not_be_handed_in_is_told_before_it_is_published() -> None:
    assert faults(BUNDLE, ITEMS) == []
    gaps = faults(Bundle.model_validate(definition(form=definition()["form"][:1], papers=[])), ITEMS)
    assert "“阅览室”必填的“每周小时数”（room.hours）没有放进一件事的表单。" in gaps
    assert "“入馆证”必交的“照片”（card.picture）没有放进一件事的材料。" in gaps
    # The locker asks its size itself, once its turn has come.
    assert not any("locker" in gap for gap in gaps)


def test_questions_of_different_kinds_are_not_one_question() -> None:
    form = definition()["form"]
    form[0]["questions"][1]["feeds"] = ["card.id_number", "room.hours"]
    form[1]["questions"] = form[1]["questions"][:0] or [{"code": "other", "feeds": ["card.nothing"]}]
    found = faults(Bundle.model_validate(definition(form=form)), ITEMS)
    assert any("room.hours 与第一个字段的类型或选项不同" in gap for gap in found)
    assert any("card.nothing 不在事项" in gap for gap in found)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"depends_on": ["nobody"]}, "depends on the unknown member nobody"),
        ({"depends_on": ["locker"]}, "members wait for each other"),
        ({"condition": {"field": "name", "equals": "x"}}, "asks for the unknown question name"),
        ({"limit": {"hours": 4}, "limit_from": "nowhere"}, "counts from the unknown question nowhere"),
        ({"limit": {"days": 4}, "limit_from": "name"}, "只用于按小时计的时限"),
    ],
)
def test_a_bundle_that_does_not_hang_together_does_not_load(change: dict[str, object], told: str) -> None:
    members = definition()["members"]
    members[0] = members[0] | change
    with pytest.raises(ValidationError, match=told):
        Bundle.model_validate(definition(members=members))


def test_a_limit_of_the_bundle_may_be_in_hours() -> None:
    members = definition()["members"]
    members[0] = members[0] | {"limit": {"hours": 4}}
    assert Bundle.model_validate(definition(members=members)).members[0].limit == Limit(hours=4)
