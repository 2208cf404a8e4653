"""Items as files: written out and read again they are exactly the same; differences are told before anything is loaded."""

import string
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.platform import library
from tests.platform.library import Library

from onedoor.platform.catalog.differences import diff_versions
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.loading import (
    ItemFileFaulty,
    plan_items,
    read_definition,
    read_item,
    write_definition,
    write_item,
)
from onedoor.platform.catalog.models import ItemVersion

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(
    lambda text: text.strip()
)
CODE = st.text(string.ascii_lowercase, min_size=1, max_size=8)
VALUE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
WHOLE = library.item().model_dump(mode="json", by_alias=True)


@settings(max_examples=60, deadline=None)
@given(
    title=TEXT,
    conditions=st.lists(TEXT, min_size=1, max_size=4),
    days=st.integers(0, 20),
    help_text=TEXT,
    number=st.integers(-5, 5),
    papers=st.lists(CODE, unique=True, max_size=4),
)
def test_an_item_written_out_and_read_again_is_the_same(
    title: str, conditions: list[str], days: int, help_text: str, number: int, papers: list[str], tmp_path_factory: Any
) -> None:
    field = {"code": "name", "type": "text", "label": title, "help": help_text, "min": number}
    more = {
        "code": "more",
        "type": "yes_no",
        "label": "又",
        "required_when": {"any": [{"field": "name", "in": [number, title]}]},
    }
    item = library.item(
        title=title,
        conditions=conditions,
        limits=WHOLE["limits"] | {"promised": {"days": days, "basis": help_text}},
        form={"sections": [{"code": "one", "title": title, "fields": [field, more]}]},
        materials=[WHOLE["materials"][0] | {"code": code, "title": f"材料{code}"} for code in papers],
    )
    path = tmp_path_factory.mktemp("items") / "item.yaml"
    path.write_text(write_item(item), encoding="utf-8")
    assert read_item(path) == item


@settings(max_examples=100, deadline=None)
@given(definition=st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=8), VALUE, max_size=5))
def test_whatever_a_draft_says_is_written_out_and_read_again(definition: dict[str, Any]) -> None:
    assert read_definition(write_definition(definition), name="x") == definition


@pytest.mark.parametrize("text", ["- 一\n- 二\n", "只是一句话", "a: [", "!!python/object/apply:os.system [ls]"])
def test_what_is_no_definition_is_refused(text: str) -> None:
    with pytest.raises(ItemFileFaulty):
        read_definition(text, name="x")


def test_what_is_exported_loads_as_no_change(books: Library, today: Any, tmp_path: Path) -> None:
    call_command("export_items", tmp_path, stdout=StringIO())
    path = tmp_path / "card.yaml"
    assert read_item(path) == library.item()
    assert plan_items([path]) == []
    told = StringIO()
    call_command("load_items", path, stdout=told)
    assert "没有新的事项" in told.getvalue()


def test_a_dry_run_shows_each_difference_and_writes_nothing(books: Library, today: Any, tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    papers = [WHOLE["materials"][0] | {"title": "一寸照片"}, WHOLE["materials"][1]]
    path.write_text(write_item(library.item(materials=papers)), encoding="utf-8")
    for command in (["load_items", path, "--dry-run"], ["diff_items", path]):
        told = StringIO()
        call_command(*command, stdout=told)
        assert "materials.photo.title  申请材料“一寸照片”的名称：照片 → 一寸照片" in told.getvalue()
        assert "materials.school_card  取消申请材料：学生证" in told.getvalue()
    assert ItemVersion.objects.filter(code=library.ITEM).count() == 1
    call_command("load_items", path, stdout=StringIO())
    first, second = ItemVersion.objects.filter(code=library.ITEM).order_by("version")
    assert (first.valid_to, second.valid_from, second.state) == (date(2026, 9, 1), date(2026, 9, 1), "published")


def test_a_file_with_a_gap_is_not_published(books: Library, today: Any, tmp_path: Path) -> None:
    from onedoor.platform.catalog.operations import NotPublishable

    path = tmp_path / "card.yaml"
    path.write_text(library.TEXT.replace("fee: {charged: false}\n", "").replace("办一张", "办两张"), encoding="utf-8")
    with pytest.raises(NotPublishable, match="是否收费"):
        call_command("load_items", path, stdout=StringIO())


def test_rows_are_matched_by_their_code_and_told_once() -> None:
    papers = [WHOLE["materials"][2], WHOLE["materials"][0]]
    found = diff_versions(WHOLE, WHOLE | {"materials": papers, "gives": "一本证。"})
    assert [(one.path, one.sentence) for one in found] == [
        ("gives", "办成得到什么：一张借书证。 → 一本证。"),
        ("materials.proof", "取消申请材料：居住证明"),
    ]


@settings(max_examples=50, deadline=None)
@given(old=st.dictionaries(CODE, VALUE, max_size=4), new=st.dictionaries(CODE, VALUE, max_size=4))
def test_two_definitions_differ_exactly_when_they_are_not_equal(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert diff_versions(old, old) == []
    if [key for key in old | new if old.get(key) != new.get(key)]:
        assert diff_versions(old, new)


def test_every_shipped_item_is_complete() -> None:
    from onedoor.platform.catalog.elements import publication_faults
    from onedoor.platform.catalog.loading import shipped_files

    for path in shipped_files("items/*.yaml"):
        definition = read_definition(path.read_text(encoding="utf-8"), name=path.name)
        assert publication_faults(definition) == [], path
        assert ServiceItem.model_validate(definition)
