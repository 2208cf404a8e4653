"""
What a form costs the person who fills it in, and where it asks too much: told to author and reviewer before publication.

Nothing here blocks; a form that needs an unusual question keeps it, and the reviewer has seen that it was asked for. Sources of
what counts as too much: 国办发〔2018〕45号 (nothing that data or an earlier answer already says), PIPL art. 6 and 30 (only what the
purpose needs, and why, for sensitive data), GB/T 37668-2019 (words and screens people can follow).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from onedoor.platform.catalog.forms import FormField, Section
from onedoor.platform.catalog.items import Material, ServiceItem
from onedoor.platform.catalog.plain_words import hard_words

MOST_ON_A_SCREEN = 8  # questions; a phone shows about four at once, and a second screenful is still kept in mind
MOST_COLUMNS = 8  # questions a row of a table repeats for every person or thing
LONGEST_LABEL = 24  # characters of a question's label; on a phone more than one line and a half
# Seconds a person takes: a guess to compare two versions by, never promised to anybody. A known answer is only read.
SECONDS = {"choice": 6, "choices": 10, "yes_no": 5, "statement": 8, "long_text": 60, "full_address": 30, "computed": 0}
SECONDS_OTHERWISE, SECONDS_KNOWN, SECONDS_PAPER = 15, 3, 90
# What the account knows of the person who applies, by the labels under which forms ask for it.
KNOWN = {
    "姓名": "person.name",
    "申请人姓名": "person.name",
    "身份证号": "person.id_number",
    "申请人身份证号": "person.id_number",
    "身份证号码": "person.id_number",
    "公民身份号码": "person.id_number",
    "手机号": "person.phone",
    "手机号码": "person.phone",
    "联系电话": "person.phone",
}
IN_THE_NUMBER = ("性别", "出生日期", "出生年月", "年龄", "周岁")  # digits 7 to 17 of an identity number (GB 11643-1999)


@dataclass(frozen=True)
class Hint:
    """One place where the form asks too much or too hard: its path, what it is called, and what to do."""

    path: str
    title: str
    sentence: str


@dataclass(frozen=True)
class Burden:
    """What is asked of one person who meets no condition and fills in one row of every table that needs one."""

    questions: int  # asked, known ones included
    optional: int  # of these: may stay empty
    known: int  # of these: filled in already
    conditional: int  # further questions that only some are asked
    papers: int  # asked of everybody
    conditional_papers: int
    waivable: int  # of all papers: need not be handed in when data or a certificate says it
    seconds: int
    hints: Sequence[Hint]

    @property
    def minutes(self) -> int:
        """About how long it takes, rounded up."""
        return -(-self.seconds // 60)


def weigh(definition: Mapping[str, Any]) -> Burden | None:
    """Return what the form of a definition costs; None while it cannot be read as an item yet (its faults say why)."""
    try:
        item = ServiceItem.model_validate(definition)
    except ValidationError:
        return None
    always, sometimes = _questions(item)
    papers = [paper for paper in item.materials if paper.required and paper.required_when is None]
    return Burden(
        questions=len(always),
        optional=sum(not one.required for one in always),
        known=sum(bool(one.prefill) for one in always),
        conditional=len(sometimes),
        papers=len(papers),
        conditional_papers=sum(paper.required_when is not None for paper in item.materials),
        waivable=sum(paper.waiver is not None for paper in item.materials),
        seconds=sum(map(_seconds, always)) + SECONDS_PAPER * sum(paper.waiver is None for paper in papers),
        hints=[*_asked_twice(item), *_known_already(item), *_papers(item), *_screens(item), *_words(item)],
    )


def compared(earlier: Burden, now: Burden) -> list[str]:
    """Return in words what a version asks more or less than the one before it."""
    changes = {
        "要答的问题": now.questions - earlier.questions,
        "部分人要答的问题": now.conditional - earlier.conditional,
        "要交的材料": now.papers - earlier.papers,
    }
    return [f"{what}{'多' if by > 0 else '少'} {abs(by)} 项" for what, by in changes.items() if by]


def _questions(item: ServiceItem) -> tuple[list[FormField], list[FormField]]:
    """Return what everybody is asked and what some are asked; a table counts as the columns of the rows it must have."""
    always: list[FormField] = []
    sometimes: list[FormField] = []
    for section in item.form.sections:
        for field in section.fields:
            once = section.shown_when is None and field.shown_when is None and (not field.columns or field.min_rows > 0)
            for one in field.columns or (field,):
                if one.type != "computed":
                    (always if once and one.shown_when is None else sometimes).append(one)
    return always, sometimes


def _seconds(field: FormField) -> int:
    return SECONDS_KNOWN if field.prefill else SECONDS.get(field.type, SECONDS_OTHERWISE)


def _places(item: ServiceItem) -> Iterator[tuple[str, Section, FormField]]:
    for number, section in enumerate(item.form.sections):
        for place, field in enumerate(section.fields):
            yield f"form.sections.{number}.fields.{place}", section, field


def _asked_twice(item: ServiceItem) -> Iterator[Hint]:
    """The same question on two screens, or one whose answer stands in an identity number asked for beside it."""
    first: dict[tuple[str, str], str] = {}
    for path, section, field in _places(item):
        if field.type in ("statement", "computed"):
            continue
        mark = ("known", field.prefill) if field.prefill else ("asked", field.label)
        if mark in first:
            yield Hint(path, field.label, f"“{first[mark]}”一屏已经问过，请去掉一处，或者用计算项带过来。")
        first.setdefault(mark, section.title)
        for beside in (section.fields, field.columns):
            if any(one.type == "citizen_id" for one in beside):
                for one in beside:
                    if one.label in IN_THE_NUMBER and one.type != "computed" and (one is field or one in field.columns):
                        yield Hint(path, one.label, f"身份证号里已经有{one.label}，请改为计算项，不用再问。")


def _known_already(item: ServiceItem) -> Iterator[Hint]:
    for path, _, field in _places(item):
        source = KNOWN.get(field.label)
        if source and not field.prefill and item.audience == "person":
            yield Hint(path, field.label, f"账号里已经有“{field.label}”，请设预填（prefill: {source}）。")
        for one in (field, *field.columns):
            if one.sensitive and not one.why and not one.prefill:
                yield Hint(path, one.label, f"“{one.label}”是敏感信息，请写明为什么要问（why）；说不出用处的，请去掉。")


def _papers(item: ServiceItem) -> Iterator[Hint]:
    seen: dict[str, str] = {}
    for number, paper in enumerate(item.materials):
        path = f"materials.{number}"
        if paper.source == "government" and paper.waiver is None:
            why = f"“{paper.title}”是政府部门出具的，请用数据核验或电子证照代替（waiver），不让人去开。"
            yield Hint(path, paper.title, why)
        if paper.self_made and paper.commitment is None and _everybody(paper):
            yield Hint(path, paper.title, f"“{paper.title}”是自己写的说明，请看能不能改成表单里的一个问题。")
        if paper.catalog_code and paper.catalog_code in seen:
            yield Hint(path, paper.title, f"和“{seen[paper.catalog_code]}”是同一种材料，请只收一次。")
        seen.setdefault(paper.catalog_code, paper.title)


def _everybody(paper: Material) -> bool:
    return paper.required and paper.required_when is None


def _screens(item: ServiceItem) -> Iterator[Hint]:
    for number, section in enumerate(item.form.sections):
        asked = [field for field in section.fields if field.type != "computed"]
        if len(asked) > MOST_ON_A_SCREEN:
            why = f"这一屏有 {len(asked)} 个问题，请分成几屏，每屏不超过 {MOST_ON_A_SCREEN} 个。"
            yield Hint(f"form.sections.{number}", section.title, why)
    for path, _, field in _places(item):
        if len(field.columns) > MOST_COLUMNS:
            why = f"每行要填 {len(field.columns)} 格，请减到 {MOST_COLUMNS} 格以内，能查到的不要问。"
            yield Hint(path, field.label, why)


def _words(item: ServiceItem) -> Iterator[Hint]:
    for path, _, field in _places(item):
        for one in (field, *field.columns):
            if one.type != "statement" and len(one.label) > LONGEST_LABEL:
                why = f"问题有 {len(one.label)} 个字，请写短，细节放到说明里。"
                yield Hint(path, f"{one.label[:12]}……", why)
            for text in (one.label, one.help):
                for complaint in hard_words(text):
                    yield Hint(path, one.label, complaint)
    for number, paper in enumerate(item.materials):
        for text in (paper.title, paper.how, paper.acceptance_standard):
            for complaint in hard_words(text):
                yield Hint(f"materials.{number}", paper.title, complaint)
