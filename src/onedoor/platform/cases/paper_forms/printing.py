"""A form on A4, for the pen: the questions of an item's version, blank or with what a draft has answered so far."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings

from onedoor.platform.cases.forms.fields import choices_of
from onedoor.platform.cases.forms.kinds import Names, spoken
from onedoor.platform.cases.models import Draft
from onedoor.platform.cases.paper_forms import codes
from onedoor.platform.catalog.conditions import Condition
from onedoor.platform.catalog.forms import FormField, Section
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.certificates.faces import qr_svg
from onedoor.platform.files import rendering

LAYOUT = rendering.HERE / "form.typ"
BOXES = {"citizen_id": 18, "mobile": 11, "postal_code": 6}  # one box a letter, where the length is known
MANY = 12  # more choices than this are written, not ticked
LEAST_ROWS, MOST_ROWS = 3, 8
WIDTHS = {"yes_no": 1.0, "citizen_id": 3.4, "money": 1.5, "integer": 1.0, "choice": 1.8, "person_name": 1.5}


def blank_form(version: ItemVersion, item: ServiceItem) -> bytes:
    """
    Return the blank form of a published version, `item` as it is offered at a place, as PDF/A on A4; what never changes
    is set once for the process.

    :raises NoChineseFont: this server has no Chinese font.
    """
    content = _content(item, codes.of_version(version.pk), version.version, answers={}, names={})
    return _set(json.dumps(content, ensure_ascii=False))


@lru_cache(maxsize=64)
def _set(content: str) -> bytes:
    return rendering.render(LAYOUT, json.loads(content))


def form_of_draft(draft: Draft, *, names: Names) -> bytes:
    """
    Return the form of a draft with its answers, to be read through, completed and signed by hand; `names` are of its divisions.

    :raises NoChineseFont: this server has no Chinese font.
    """
    version = draft.item_version
    content = _content(
        version.item, codes.of_draft(draft.pk), version.version, answers=draft.answers, names=names, sections=True
    )
    return rendering.render(LAYOUT, content)


def _content(
    item: ServiceItem,
    code: codes.PaperCode,
    version: int,
    *,
    answers: Mapping[str, Any],
    names: Names,
    sections: bool = False,
) -> dict[str, Any]:
    asked = item.form.shown_sections(answers) if sections else item.form.sections
    labels = {field.code: field for field in item.form.all_fields()}
    papers = [paper for paper in item.materials if not sections or paper.asked(answers) or not paper.required]
    return {
        "title": item.title,
        "version": version,
        "code": str(code),
        "qr_svg": qr_svg(f"{settings.ONEDOOR_PUBLIC_URL}{codes.ADDRESS}{code}"),
        "filled": sections,
        "sections": [
            {
                "title": section.title,
                "help": section.help,
                "when": condition_words(section.shown_when, labels) if not sections else "",
                "rows": list(_rows(section, labels, answers, names, blank=not sections)),
            }
            for section in asked
        ],
        "papers": [{"title": paper.title, "how": paper.how, "must": paper.asked(answers)} for paper in papers],
        "level": item.level_to_act,
    }


def _rows(
    section: Section, labels: Mapping[str, FormField], answers: Mapping[str, Any], names: Names, *, blank: bool
) -> Iterator[dict[str, Any]]:
    fields = section.fields if blank else section.asked_fields(answers)
    for field in fields:
        if field.type == "computed":
            continue
        value = answers.get(field.code)
        row: dict[str, Any] = {
            "label": field.label,
            "help": field.help,
            "required": field.required,
            "when": condition_words(field.shown_when, labels),
            "kind": "line",
            "said": "" if value in (None, "", [], {}) else spoken(field, value, names),
        }
        yield row | _shape(field, value, names)


def _shape(field: FormField, value: Any, names: Names) -> dict[str, Any]:
    if field.columns:
        return {"kind": "table", **_table(field, value or [], names)}
    if field.type == "statement":
        return {"kind": "statement", "on": bool(value)}
    options = _options(field)
    if options:
        chosen = {str(one) for one in value} if isinstance(value, list) else {str(value)}
        if field.type == "yes_no":
            chosen = set() if value is None else {"1" if value else ""}
        return {"kind": "options", "options": [{"label": text, "on": code in chosen} for code, text in options]}
    if field.type in BOXES:
        return {"kind": "boxes", "boxes": BOXES[field.type]}
    return {"kind": "area"} if field.type == "long_text" else {}


def _options(field: FormField) -> list[tuple[str, str]]:
    if field.type == "yes_no":
        return [("1", "是"), ("", "否")]
    if field.type not in ("choice", "choices"):
        return []
    found = [(str(choice.value), choice.label) for choice in choices_of(field)]
    return found if len(found) <= MANY else []


def _table(field: FormField, rows: Sequence[Mapping[str, Any]], names: Names) -> dict[str, Any]:
    columns = [column for column in field.columns if column.type != "computed"]
    said = [[spoken(column, row.get(column.code), names) for column in columns] for row in rows]
    said = [["" if text == "—" else text for text in row] for row in said]
    wanted = min(max(LEAST_ROWS, field.min_rows, len(said) + 1), max(MOST_ROWS, len(said)), field.max_rows)
    blank = [[""] * len(columns) for _ in range(max(0, wanted - len(said)))]
    return {
        "columns": [
            {
                "label": column.label,
                "options": " / ".join(text for _, text in _options(column)),
                "width": WIDTHS.get(column.type, 2.0),
            }
            for column in columns
        ],
        "cells": said + blank,
        "row_title": field.row_title,
    }


def condition_words(condition: Condition | None, labels: Mapping[str, FormField]) -> str:
    """Return in words when a question is asked: “现在住的房子”选“租的”或“借住”; nothing where words would say more than they know."""
    if condition is None:
        return ""
    if condition.field is None:
        parts = [condition_words(part, labels) for part in condition.all_ or condition.any_ or ()]
        return ("，并且" if condition.all_ else "，或者").join(parts) if all(parts) else ""
    field = labels.get(condition.field)
    wanted = condition.in_ if condition.in_ is not None else (condition.equals,)
    if field is None or None in wanted:
        return ""
    return f"“{field.label}”选{'或'.join(f'“{spoken(field, one)}”' for one in wanted)}"
