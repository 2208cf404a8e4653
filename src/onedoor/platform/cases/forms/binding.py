"""A section ready to be drawn: each field with its name, value, problem, choices and where a known value comes from."""

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from onedoor.platform.cases.forms.fields import Doubtful, Unusable, choices_of
from onedoor.platform.cases.forms.kinds import Kind, kind_of, parts_of, spoken
from onedoor.platform.cases.forms.known import Known, Shown
from onedoor.platform.cases.forms.validation import asks_for
from onedoor.platform.catalog.forms import Choice, FormField, Section

__all__ = ["BoundField", "BoundRow", "Known", "bind_section", "spoken"]

MANY_CHOICES = 12  # more are a list to open, not a wall of buttons
NECESSARY = "属于敏感个人信息，只用于办理这件事。"


@dataclass(frozen=True)
class BoundField:
    """What a page needs to draw one field. `value` is what was typed, else the answer, else the known value."""

    field: FormField
    name: str
    path: str
    value: Any
    problem: str
    choices: Sequence[Choice]
    required: bool
    kind: Kind
    source: str = ""  # 公安户籍登记，2026-11-24
    said: str = ""  # the value as people read it
    note: str = ""  # what the value tells by itself, or why a sensitive question is asked
    proposal: str = ""  # another spelling the person is asked to agree to
    locked: bool = False  # the known value stands unless the person says that it is wrong
    disputed: bool = False
    reason: str = ""
    reason_problem: str = ""
    seen: Shown | None = None  # what a paper shows otherwise
    rows: Sequence["BoundRow"] = ()
    parts: Sequence["BoundField"] = ()

    @property
    def id(self) -> str:
        return "id_" + self.path.replace(".", "_")

    @property
    def label(self) -> str:
        return self.field.label

    @property
    def type(self) -> str:
        return self.field.type

    @property
    def as_list(self) -> bool:
        """Many choices are drawn as one list to open."""
        return self.type == "choice" and len(self.choices) > MANY_CHOICES

    @property
    def unit(self) -> str:
        """What stands behind the box: 元, %, the unit of a quantity."""
        return {"money": "元", "percentage": "%"}.get(self.type, self.field.unit)

    @property
    def autocomplete(self) -> str:
        """In a table the answers are about several people: a browser must not fill in the visitor's own."""
        return "off" if "." in self.path else self.kind.autocomplete

    @property
    def described_by(self) -> str:
        """The ids of what a screen reader reads with the question."""
        told = {"help": self.field.help, "note": self.note, "problem": self.problem, "source": self.source}
        told["seen"] = self.seen.found if self.seen else ""
        return " ".join(f"{self.id}_{what}" for what, text in told.items() if text)


@dataclass(frozen=True)
class BoundRow:
    number: int
    title: str
    fields: Sequence[BoundField]


@dataclass(frozen=True)
class Filled:
    """What a section is drawn with: answers, text kept as typed, problems, known values, names of divisions by code."""

    answers: Mapping[str, Any]
    typed: Mapping[str, str]
    problems: Mapping[str, str]
    known: Mapping[str, Known]
    reasons: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, Shown] = field(default_factory=dict)


def bind_section(
    section: Section,
    *,
    answers: Mapping[str, Any],
    typed: Mapping[str, str],
    problems: Mapping[str, str],
    known: Mapping[str, Known],
    reasons: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    extra_rows: Mapping[str, int] | None = None,
    seen: Mapping[str, Shown] | None = None,
) -> list[BoundField]:
    """Return the fields of a section in order, ready to be drawn; `extra_rows` adds empty rows to a table."""
    filled = Filled(answers, typed, problems, known, reasons or {}, places or {}, seen or {})
    return [
        _bind_table(one, filled, (extra_rows or {}).get(one.code, 0))
        if one.type == "table"
        else _bind(one, one.code, one.code, answers, filled, required=asks_for(one, answers))
        for one in section.asked_fields(answers)
    ]


def division_codes(fields: Sequence[FormField], answers: Mapping[str, Any]) -> set[str]:
    """Return the codes of all divisions that stand in these answers, so that their names are fetched together."""
    return {code for _, _, code in divisions_in(fields, answers)}


def divisions_in(
    fields: Sequence[FormField], answers: Mapping[str, Any], above: str = ""
) -> Iterator[tuple[str, FormField, str]]:
    """Yield path, question and code of every division among the answers."""
    for one in fields:
        value = answers.get(one.code)
        if one.type == "division" and value:
            yield f"{above}{one.code}", one, str(value)
        elif one.type == "table":
            for number, row in enumerate(value or []):
                yield from divisions_in(one.columns, row, f"{above}{one.code}.{number}.")
        elif isinstance(value, Mapping):
            yield from divisions_in(parts_of(one), value, f"{above}{one.code}.")


def _bind(
    one: FormField,
    name: str,
    path: str,
    answers: Mapping[str, Any],
    filled: Filled,
    *,
    required: bool,
    why: bool = True,
) -> BoundField:
    offered, answer, kind = filled.known.get(path), answers.get(one.code), kind_of(one)
    locked, disputed = one.locked and offered is not None, path in filled.reasons
    if offered is not None and (answer is None or (locked and not disputed)):
        answer = offered.value
    parts = []
    if parts_of(one):
        given = answer if isinstance(answer, Mapping) else {}
        parts = [
            _bind(part, f"{name}-{part.code}", f"{path}.{part.code}", given, filled, required=True)
            for part in parts_of(one)
        ]
    return BoundField(
        field=one,
        name=name,
        path=path,
        value=filled.typed.get(path, answer),
        problem=filled.problems.get(path, ""),
        choices=choices_of(one) if one.type in ("choice", "choices") else (),
        required=required,
        kind=kind,
        source=offered.spoken_source if offered and path not in filled.typed and answer in ("", offered.value) else "",
        said=spoken(one, answer, filled.places) if locked or one.type in ("computed", "division") else "",
        note=kind.note(answer) or (one.why or NECESSARY if one.sensitive and why else ""),
        proposal=_proposal(one, filled.typed.get(path)),
        locked=locked,
        disputed=disputed,
        reason=filled.reasons.get(path, ""),
        reason_problem=filled.problems.get(f"{path}.reason", ""),
        seen=filled.seen.get(path),
        parts=parts,
    )


def _proposal(one: FormField, text: str | None) -> str:
    """Return the spelling the person is asked to agree to, if what they typed is usable in another one only."""
    try:
        if text is not None:
            kind_of(one).read(text.strip(), one)
    except Doubtful as doubt:
        return doubt.proposal
    except Unusable:
        return ""
    return ""


def _bind_table(table: FormField, filled: Filled, extra: int) -> BoundField:
    offered = filled.known.get(table.code)
    rows: list[Mapping[str, Any]] = list(filled.answers.get(table.code) or (offered.value if offered else []))
    wanted = min(max(len(rows) + extra, table.min_rows), table.max_rows)
    rows += [{}] * (wanted - len(rows))
    around = ChainMap(dict.fromkeys(column.code for column in table.columns), dict(filled.answers))
    cells = Filled(filled.answers, filled.typed, filled.problems, {}, {}, filled.places, filled.seen)
    bound_rows = [
        BoundRow(
            number,
            table.row_title.format(n=number + 1),
            [
                _bind(
                    column,
                    f"{table.code}-{number}-{column.code}",
                    f"{table.code}.{number}.{column.code}",
                    row,
                    cells,
                    required=asks_for(column, around.new_child(dict(row))),
                    why=number == 0,  # once is enough
                )
                for column in table.columns
            ],
        )
        for number, row in enumerate(rows)
    ]
    return BoundField(
        field=table,
        name=table.code,
        path=table.code,
        value=rows,
        problem=filled.problems.get(table.code, ""),
        choices=(),
        required=table.min_rows > 0,
        kind=Kind(),
        source=offered.source if offered is not None and not filled.answers.get(table.code) else "",
        rows=bound_rows,
    )
