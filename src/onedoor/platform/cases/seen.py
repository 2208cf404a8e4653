"""
What a recogniser has seen on the papers of an application, beside what was declared.

It fills nothing in and decides nothing: the applicant is asked to look, the officer sees both. Where nobody can tell which
answer something on a paper is about, nothing is said.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from onedoor.platform.cases.forms.fields import Unusable
from onedoor.platform.cases.forms.kinds import read_value, spoken
from onedoor.platform.cases.forms.known import agrees
from onedoor.platform.cases.forms.masking import mask
from onedoor.platform.cases.models import Case, Draft, Material
from onedoor.platform.catalog.forms import Form, FormField
from onedoor.platform.catalog.items import PAPER_FORM
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.recognition import operations, queries, rules
from onedoor.platform.recognition.models import PaperReading
from onedoor.platform.recognition.rules import Named, Piece

PURPOSE = "cases.compare_paper"
NAME, NUMBER = "person_name", "citizen_id"
# How papers call what forms ask for; a label of the form itself is looked for as well.
CALLED = {NAME: ("姓名",), NUMBER: ("公民身份号码", "身份证号码", "身份证号")}


@dataclass(frozen=True)
class Seen:
    """One answer and what stands for it on one paper. `confidence` is a share of a hundred, None where nobody says."""

    paper: Material
    path: str
    section: str
    label: str
    field: FormField
    declared: str
    found: str
    agrees: bool
    confidence: int | None
    is_sure: bool

    def masked(self, shown: Collection[str]) -> "Seen":
        """Return the row as an officer sees it who has named the fields in `shown` ("members.id_number")."""
        if re.sub(r"\.\d+", "", self.path) in shown:
            return self
        declared = mask(self.field, self.declared) if self.declared else ""
        return replace(self, declared=declared, found=mask(self.field, self.found))

    @property
    def is_told(self) -> bool:
        """Tell whether the applicant is asked to look: it differs, and the line was read surely enough."""
        return self.is_sure and not self.agrees


@dataclass(frozen=True)
class PaperSeen:
    """What a recogniser has made of one file."""

    reading: PaperReading
    rows: Sequence[Seen]

    def masked(self, shown: Collection[str]) -> "PaperSeen":
        return replace(self, rows=[one.masked(shown) for one in self.rows])

    @property
    def is_waiting(self) -> bool:
        return self.reading.state == PaperReading.State.ASKED

    @property
    def is_unread(self) -> bool:
        return self.reading.state == PaperReading.State.UNREAD

    @property
    def told(self) -> list[Seen]:
        return [one for one in self.rows if one.is_told]

    @property
    def agreeing(self) -> list[str]:
        """The labels of what was read as it was declared."""
        return [one.label for one in self.rows if one.agrees]


def ask(paper: Material, owner: Draft | Case, *, actor: Actor, at: datetime) -> None:
    """Have a paper read that was just stored, where a recogniser is set up; a scan of the form itself is read by people."""
    if paper.file is not None and paper.code != PAPER_FORM.code:
        operations.ask_for_paper(
            file=paper.file,
            target=owner.target,
            person_id=owner.applicant_id,
            purpose=PURPOSE,
            actor=actor,
            at=at,
        )


def seen_on(papers: Sequence[Material], *, owner: Draft | Case, answers: Mapping[str, Any]) -> dict[int, PaperSeen]:
    """Return by the number of a paper what was seen on it; one query, none while recognition is off."""
    files = {paper.file_id for paper in papers if paper.file_id is not None}
    targets = {owner.target, *(f"draft:{paper.draft_id}" for paper in papers if paper.draft_id)}
    readings = queries.readings_of(files=files, targets=targets)
    form = owner.item_version.item.form
    return {
        paper.pk: PaperSeen(readings[paper.file_id], list(_compared(paper, readings[paper.file_id], form, answers)))
        for paper in papers
        if paper.file_id in readings
    }


@dataclass(frozen=True)
class _Asked:
    """One question with where its answer stands."""

    field: FormField
    path: str
    section: str
    answer: Any


def _compared(paper: Material, reading: PaperReading, form: Form, answers: Mapping[str, Any]) -> Iterator[Seen]:
    lines = rules.pieces(reading.lines)
    if not lines:
        return
    asked = {one.path: one for group in _groups(form, answers) for one in group}
    named = [one for group in _groups(form, answers) for one in _people(group)]
    whole = [_seen(paper, asked[path], piece) for path, piece in _of_people(lines, named)]
    others = [
        one for one in asked.values() if one.field.type in rules.COMPARED - {NAME, NUMBER} and "." not in one.path
    ]
    whole += [_seen(paper, one, piece) for one in others if (piece := _beside(lines, one.field)) is not None]
    yield from (one for one in whole if one is not None)


def _groups(form: Form, answers: Mapping[str, Any]) -> Iterator[list[_Asked]]:
    """Yield what is asked together about one person: a section, a person of its own, a row of a table."""
    for section in form.shown_sections(answers):
        plain = []
        for field in section.fields:
            value = answers.get(field.code)
            if field.type == "table":
                for number, row in enumerate(value or []):
                    yield [
                        _Asked(one, f"{field.code}.{number}.{one.code}", section.code, row.get(one.code))
                        for one in field.columns
                    ]
            elif field.type == "person":
                given = value if isinstance(value, Mapping) else {}
                yield [
                    _Asked(_part(field, kind, label), f"{field.code}.{code}", section.code, given.get(code))
                    for code, kind, label in (("name", NAME, "姓名"), ("id_number", NUMBER, "身份证号"))
                ]
            else:
                plain.append(_Asked(field, field.code, section.code, value))
        yield plain


def _part(field: FormField, kind: str, label: str) -> FormField:
    return FormField.model_validate({"code": field.code, "type": kind, "label": f"{field.label} · {label}"})


def _people(group: Sequence[_Asked]) -> list[Named]:
    """Return the person a group names: its only name and its only number; a group with several names nobody."""
    names = [one for one in group if one.field.type == NAME]
    numbers = [one for one in group if one.field.type == NUMBER]
    if len(names) > 1 or len(numbers) > 1 or not (names or numbers):
        return []
    name, number = (names[0] if names else None), (numbers[0] if numbers else None)
    return [
        Named(
            name_path=name.path if name else "",
            name=str(name.answer or "") if name else "",
            id_path=number.path if number else "",
            number=str(number.answer or "") if number else "",
        )
    ]


def _of_people(lines: Sequence[Piece], named: Sequence[Named]) -> Iterator[tuple[str, Piece]]:
    """Yield where something about a person is declared and what the paper says: of one person, or of many by number."""
    numbers = rules.citizen_ids(lines)
    beside = rules.beside(lines, CALLED[NAME])
    name = rules.shaped(beside, NAME) if beside else None
    if len(numbers) > 1:  # a paper about several: only numbers can be told apart
        found = [(rules.same_person("", piece.text, named), piece) for piece in numbers]
        yield from ((one.id_path, piece) for one, piece in found if one and one.number and one.id_path)
        return
    number = numbers[0] if numbers else None
    whose = rules.same_person(name.text if name else "", number.text if number else "", named)
    if whose is not None and (name or number):
        yield from (
            (path, piece) for path, piece in ((whose.name_path, name), (whose.id_path, number)) if path and piece
        )


def _beside(lines: Sequence[Piece], field: FormField) -> Piece | None:
    label = field.label.split("（")[0].strip()
    piece = rules.beside(lines, [label, *CALLED.get(field.type, ())])
    return rules.shaped(piece, field.type) if piece else None


def _seen(paper: Material, asked: _Asked, piece: Piece) -> Seen | None:
    try:
        value = read_value(piece.text, asked.field)
    except Unusable:
        return None  # what cannot be an answer is no reason to doubt one
    declared = "" if asked.answer in (None, "") else spoken(asked.field, asked.answer)
    return Seen(
        paper=paper,
        path=asked.path,
        section=asked.section,
        label=asked.field.label,
        field=asked.field,
        declared=declared,
        found=spoken(asked.field, value),
        agrees=bool(declared) and agrees(value, asked.answer),
        confidence=None if piece.confidence is None else round(100 * piece.confidence),
        is_sure=piece.is_sure,
    )
