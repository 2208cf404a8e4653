"""What a form asks, as a program reads it: sections, questions, choices, conditions."""

from collections.abc import Mapping
from typing import Any

from onedoor.api.schemas import Told
from onedoor.platform.cases.forms.fields import choices_of
from onedoor.platform.cases.forms.kinds import parts_of
from onedoor.platform.cases.forms.known import Known
from onedoor.platform.catalog.conditions import Condition
from onedoor.platform.catalog.forms import FormField, Section
from onedoor.platform.catalog.items import Material


class ChoiceOut(Told):
    """选项。One choice of a question."""

    value: str
    label: str


class QuestionOut(Told):
    """表单里的一个问题。One question of a form."""

    code: str
    type: str
    label: str
    label_en: str
    help: str
    required: bool
    required_when: dict[str, Any] | None
    shown_when: dict[str, Any] | None
    choices: list[ChoiceOut]
    code_set: str
    unit: str
    sensitive: bool
    locked: bool
    columns: list["QuestionOut"]
    parts: list["QuestionOut"]


class SectionOut(Told):
    """表单的一屏。One screen of a form."""

    code: str
    title: str
    title_en: str
    shown_when: dict[str, Any] | None
    questions: list[QuestionOut]


class PaperOut(Told):
    """事项要求的一份材料。A paper an item asks for."""

    code: str
    title: str
    required: bool
    how: str
    acceptance_standard: str
    legal_basis: str


class KnownOut(Told):
    """不必再填的内容及其来源。What is known already, and from whom."""

    value: Any
    source: str
    as_of: str


def question(field: FormField) -> dict[str, Any]:
    parts = parts_of(field) if field.type != "table" else ()
    # A long code set is named and not spelled out.
    choices = choices_of(field) if field.type in ("choice", "choices") and not field.code_set else ()
    return {
        **field.model_dump(include={"code", "type", "label", "label_en", "help", "required", "unit", "code_set"}),
        **field.model_dump(include={"sensitive", "locked"}),
        "required_when": _condition(field.required_when),
        "shown_when": _condition(field.shown_when),
        "choices": [one.model_dump() for one in choices],
        "columns": [question(one) for one in field.columns],
        "parts": [question(one) for one in parts],
    }


def _condition(condition: Condition | None) -> dict[str, Any] | None:
    return condition.model_dump(mode="json", by_alias=True, exclude_none=True) if condition else None


def section(one: Section) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.title,
        "title_en": one.title_en,
        "shown_when": _condition(one.shown_when),
        "questions": [question(field) for field in one.fields],
    }


def paper(one: Material) -> dict[str, Any]:
    return one.model_dump(include={"code", "title", "required", "how", "acceptance_standard", "legal_basis"})


def known(found: Mapping[str, Known]) -> dict[str, Any]:
    return {code: {"value": one.value, "source": one.source, "as_of": one.as_of} for code, one in found.items()}
