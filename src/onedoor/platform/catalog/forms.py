"""What a form asks: questions of every type of the standards, sections of them, tables with rules over their rows, the notice."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from onedoor.platform.catalog.conditions import Condition
from onedoor.platform.catalog.strict import Code, NonEmpty, StrictModel
from onedoor.standards import code_sets, documents

FieldType = Literal[
    "text",
    "long_text",
    "integer",
    "decimal",
    "money",
    "percentage",
    "date",
    "date_range",
    "month",
    "time",
    "date_time",
    "yes_no",
    "choice",
    "choices",
    "citizen_id",
    "document",
    "person_name",
    "person",
    "organization_name",
    "credit_code",
    "organization",
    "mobile",
    "landline",
    "email",
    "postal_code",
    "bank_card",
    "division",
    "address",
    "full_address",
    "statement",
    "computed",
    "table",
]
# What can be smaller or larger than another of its family.
_FAMILIES = (
    {"integer", "decimal", "money", "percentage"},
    {"date"},
    {"month"},
    {"time"},
    {"date_time"},
)


class Choice(StrictModel):
    value: str
    label: NonEmpty


class RowCount(StrictModel):
    """How many rows of a table may have this answer in a column: exactly one relation SELF is `min: 1, max: 1`."""

    column: Code
    equals: str | int | bool
    min: int = 0
    max: int | None = None
    message: NonEmpty  # what to do, as a sentence


class RowSum(StrictModel):
    """What a column of amounts may add up to over all rows; `not_above` names an amount of the form."""

    column: Code
    min: int | None = None
    max: int | None = None
    not_above: str = ""
    message: NonEmpty


class FormField(StrictModel):
    """
    One question of a form. A table has columns; `prefill` names where a known answer comes from.

    `min` and `max` bound numbers; `unit` is written behind one (亩, 平方米), `places` are its decimals.
    """

    code: Code
    type: FieldType
    label: NonEmpty
    label_en: str = ""
    help: str = ""
    example: str = ""
    required: bool = False
    required_when: Condition | None = None
    shown_when: Condition | None = None
    choices: tuple[Choice, ...] = ()
    code_set: str = ""
    min: int | None = None
    max: int | None = None
    unit: str = ""
    places: Annotated[int, Field(ge=0, le=6)] = 2
    max_length: int = 200
    kinds: tuple[str, ...] = ()  # the documents taken; empty: every one a person identifies themselves with
    level: Annotated[int, Field(ge=2, le=6)] = 4  # how far down a division must be chosen: 4 county, 5 township
    prefill: str = ""  # "person.name" or "fact:<dataset>.<field>"
    locked: bool = False  # a known answer is not typed over; the person asks for a correction and says why
    sensitive: bool = False
    why: str = ""  # of a sensitive question: what it is needed for, one sentence
    computes: str = ""  # of a computed field: the registered function that works it out
    shows: Literal["text", "integer", "decimal", "money", "percentage", "date"] = "text"  # how its value is said
    columns: tuple["FormField", ...] = ()
    min_rows: int = 0
    max_rows: int = 30
    row_title: str = "第 {n} 人"
    unique: tuple[Code, ...] = ()  # columns of a table in which no answer may stand twice: the identity number
    counts: tuple[RowCount, ...] = ()
    sums: tuple[RowSum, ...] = ()
    not_above: str = ""  # another answer of the same row or form, of the same family, that this one may not exceed

    @model_validator(mode="after")
    def fits_type(self) -> "FormField":
        faults = [*self._own_faults(), *self._table_faults()]
        if faults:
            raise ValueError(f"{self.code}: {'; '.join(faults)}")
        _compare_with_neighbours(self.columns)
        return self

    def _own_faults(self) -> Iterator[str]:
        if self.type in ("choice", "choices") and not (self.choices or self.code_set):
            yield "a choice needs choices or a code set"
        if self.code_set and self.code_set not in {table.name for table in code_sets.all_sets()}:
            yield f"there is no code set {self.code_set}"
        if not {kind.name for kind in documents.all_kinds()}.issuperset(self.kinds):
            yield "kinds names a document nobody knows"
        if (self.type == "computed") != bool(self.computes):
            yield "a computed field, and only one, names the function that computes it"
        if self.locked and not self.prefill:
            yield "only what is known from elsewhere can be locked"

    def _table_faults(self) -> Iterator[str]:
        columns = {column.code for column in self.columns}
        if (self.type == "table") != bool(self.columns):
            yield "a table, and only a table, has columns"
        if any(column.type == "table" for column in self.columns):
            yield "a table cannot hold a table"
        if any(column.locked for column in self.columns):
            yield "a column cannot be locked"
        if not columns.issuperset(self.unique):
            yield "unique names a column the table does not have"
        if not columns.issuperset([rule.column for rule in self.counts] + [rule.column for rule in self.sums]):
            yield "a rule over rows names a column the table does not have"


def _compare_with_neighbours(fields: tuple[FormField, ...]) -> None:
    families = {
        field.code: place for field in fields for place, family in enumerate(_FAMILIES) if _speaks_of(field) in family
    }
    for field in fields:
        if field.not_above and families.get(field.code, -1) != families.get(field.not_above, -2):
            raise ValueError(f"{field.code}: not_above compares two answers of one kind that stand side by side")


def _speaks_of(field: FormField) -> str:
    return field.shows if field.type == "computed" else field.type


class Section(StrictModel):
    """One screen of the form: a question with what belongs to it."""

    code: Code
    title: NonEmpty
    title_en: str = ""
    help: str = ""
    shown_when: Condition | None = None
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def compares_with_neighbours(self) -> "Section":
        _compare_with_neighbours(self.fields)
        return self

    def asked_fields(self, answers: Mapping[str, Any]) -> list[FormField]:
        """
        Return the questions this screen draws.

        One whose condition looks at other screens only is left out when it does not hold; one that depends on a
        neighbour is drawn, since the neighbour may be answered on the same screen.
        """
        here = {field.code for field in self.fields}
        return [
            field
            for field in self.fields
            if field.shown_when is None
            or field.shown_when.holds(answers)
            or not here.isdisjoint(code.split(".")[0] for code in field.shown_when.fields())
        ]


class Privacy(StrictModel):
    """What the notice before the first field says beyond the item's own elements (PIPL art. 17, 30, 35); all optional."""

    purpose: str = ""
    basis: str = ""
    recipients: tuple[NonEmpty, ...] = ()  # beside the organs that handle the case and the departments asked
    kept: str = ""


class Form(StrictModel):
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    privacy: Privacy = Privacy()

    def all_fields(self) -> Iterator[FormField]:
        for section in self.sections:
            yield from section.fields

    def section(self, code: str) -> Section | None:
        return next((section for section in self.sections if section.code == code), None)

    def shown_sections(self, answers: Mapping[str, Any]) -> list[Section]:
        """Return the sections to be asked, given the answers so far."""
        return [section for section in self.sections if section.shown_when is None or section.shown_when.holds(answers)]


def field_faults(form: Form, others: list[Condition | None]) -> Iterator[str]:
    """Yield what in the conditions and rules of a form, and in `others`, points at a question that is not there."""
    fields = list(form.all_fields())
    codes = {field.code for field in fields}
    if len(codes) != len(fields):
        yield "field codes repeat"
    below = {f"{field.code}.{column.code}" for field in fields for column in field.columns}
    conditions = [*others, *(section.shown_when for section in form.sections)]
    conditions += [condition for field in fields for condition in (field.shown_when, field.required_when)]
    for condition in conditions:
        for code in condition.fields() if condition else ():
            if code not in codes | below:
                yield f"a condition asks for the unknown field {code}"
    for field in fields:
        columns = {column.code for column in field.columns}
        for column in field.columns:
            for condition in (column.shown_when, column.required_when):
                for code in condition.fields() if condition else ():
                    if code not in columns | codes:
                        yield f"a column of {field.code} asks for the unknown column {code}"
        for rule in field.sums:
            if rule.not_above and rule.not_above not in codes:
                yield f"a sum of {field.code} is compared with the unknown field {rule.not_above}"
