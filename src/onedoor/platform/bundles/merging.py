"""The form that asks once: built from the members' items, and taken apart again so that each sees only its own. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onedoor.platform.bundles.definitions import Bundle, Member, Question, SharedPaper
from onedoor.platform.catalog.conditions import Condition
from onedoor.platform.catalog.forms import Form, FormField, Section
from onedoor.platform.catalog.items import Material, ServiceItem

Items = Mapping[str, ServiceItem]  # by member; a member without one is dealt with at the window


@dataclass(frozen=True)
class PaperAsked:
    """A paper of the bundle: what is asked by whom."""

    code: str
    title: str
    definition: Material
    feeds: Sequence[tuple[str, str]]  # member and the code of the paper there


def taking_part(bundle: Bundle, asks: Mapping[str, Any], wanted: Collection[str]) -> list[Member]:
    """
    Return the members that belong to this case in the order in which they are begun: those whose condition holds, of
    the optional ones those that are wanted, and never one that waits for a member that is left out.
    """
    chosen: dict[str, Member] = {}
    for member in bundle.in_order():
        holds = member.condition is None or member.condition.holds(asks)
        if holds and (not member.optional or member.code in wanted) and set(member.depends_on) <= set(chosen):
            chosen[member.code] = member
    return list(chosen.values())


def asked_now(members: Sequence[Member], items: Items) -> list[str]:
    """Return the members whose questions can be asked: with an item, and waiting for no other's result."""
    return [member.code for member in members if member.code in items and not member.depends_on]


def merged_form(bundle: Bundle, items: Items, members: Collection[str]) -> Form | None:
    """Return the form for these members, None where nothing is left to ask; a question that feeds none of them is left out."""
    sections = []
    for section in bundle.form:
        fields = [_field(bundle, question, items, members) for question in section.questions]
        asked = tuple(field for field in fields if field is not None)
        if asked:
            sections.append(
                Section(
                    code=section.code,
                    title=section.title,
                    title_en=section.title_en,
                    help=section.help,
                    fields=asked,
                )
            )
    return Form(sections=tuple(sections)) if sections else None


def _sources(feeds: Sequence[str], items: Items, members: Collection[str]) -> Iterator[tuple[str, FormField]]:
    for feed in feeds:
        member, _, code = feed.partition(".")
        if member in members and member in items:
            yield from ((member, field) for field in items[member].form.all_fields() if field.code == code)


def _field(bundle: Bundle, question: Question, items: Items, members: Collection[str]) -> FormField | None:
    """Return the question as it is asked: that of the first member, needed as soon as one member needs it."""
    sources = list(_sources(question.feeds, items, members))
    if not sources:
        return None
    member, first = sources[0]
    fields = [field for _, field in sources]
    codes = codes_of(bundle, member)
    always = any(field.required and field.required_when is None for field in fields)
    hidden = None if any(field.shown_when is None for field in fields) else first.shown_when
    return first.model_copy(
        update={
            "code": question.code,
            "label": question.label or first.label,
            "help": question.help or first.help,
            "required": always,
            "required_when": None if always or first.required_when is None else _renamed(first.required_when, codes),
            "shown_when": None if hidden is None else _renamed(hidden, codes),
            "not_above": codes.get(first.not_above, ""),
            "locked": False,
        }
    )


def codes_of(bundle: Bundle, member: str) -> dict[str, str]:
    """Return by field of a member which question of the bundle answers it: where an answer comes from."""
    found = {}
    for question in bundle.questions():
        for feed in question.feeds:
            owner, _, field = feed.partition(".")
            if owner == member:
                found[field] = question.code
    return found


def _renamed(condition: Condition, codes: Mapping[str, str]) -> Condition:
    """Return a condition about a member's fields as one about the bundle's questions."""
    if condition.field is not None:
        table, dot, column = condition.field.partition(".")
        return condition.model_copy(update={"field": f"{codes.get(table, table)}{dot}{column}"})
    name = "all_" if condition.all_ is not None else "any_"
    parts = tuple(_renamed(part, codes) for part in getattr(condition, name))
    return condition.model_copy(update={name: parts})


def answers_for(bundle: Bundle, item: ServiceItem, member: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one member's organ is given: the fields of its own item and nothing else (R-BUN-1)."""
    own = {field.code for field in item.form.all_fields()}
    return {
        field: answers[question]
        for field, question in codes_of(bundle, member).items()
        if field in own and question in answers
    }


def papers_asked(
    bundle: Bundle, items: Items, members: Collection[str], answers: Mapping[str, Any]
) -> list[PaperAsked]:
    """Return the papers these members need, each once, given the answers."""
    return [found for paper in bundle.papers if (found := _paper(bundle, paper, items, members, answers)) is not None]


def _paper(
    bundle: Bundle, paper: SharedPaper, items: Items, members: Collection[str], answers: Mapping[str, Any]
) -> PaperAsked | None:
    wanted = []
    for feed in paper.feeds:
        member, _, code = feed.partition(".")
        definition = items[member].material(code) if member in members and member in items else None
        if definition is not None and definition.asked(answers_for(bundle, items[member], member, answers)):
            wanted.append((member, definition))
    if not wanted:
        return None
    first = wanted[0][1]
    return PaperAsked(paper.code, paper.title or first.title, first, [(one, paper.code) for one, paper in wanted])


def faults(bundle: Bundle, items: Items) -> list[str]:
    """Return what keeps a bundle from being published with the items in force, as sentences for who wrote it."""
    return [*_form_faults(bundle, items), *_member_faults(bundle, items)]


def _form_faults(bundle: Bundle, items: Items) -> Iterator[str]:
    for question in bundle.questions():
        first: FormField | None = None
        for feed in question.feeds:
            member, _, code = feed.partition(".")
            if member not in items:
                continue
            found = next((field for field in items[member].form.all_fields() if field.code == code), None)
            if found is None:
                yield f"问题“{question.code}”对应的 {feed} 不在事项“{items[member].title}”的表单里。"
            elif found.type == "computed":
                yield f"问题“{question.code}”对应的 {feed} 是自动计算的，不用问。"
            elif first is not None and not _same_question(first, found):
                yield f"问题“{question.code}”对应的 {feed} 与第一个字段的类型或选项不同，不能一次问。"
            first = first or found


def _same_question(one: FormField, other: FormField) -> bool:
    alike = ("type", "choices", "code_set", "kinds", "columns", "level")
    return all(getattr(one, name) == getattr(other, name) for name in alike)


def _member_faults(bundle: Bundle, items: Items) -> Iterator[str]:
    given = {feed for paper in bundle.papers for feed in paper.feeds}
    for member in bundle.members:
        item = items.get(member.code)
        if item is None:
            continue
        for feed in sorted(given):
            if feed.startswith(f"{member.code}.") and item.material(feed.split(".")[1]) is None:
                yield f"材料 {feed} 不在事项“{item.title}”的清单里。"
        if member.depends_on:
            continue  # what it needs beyond the bundle it asks itself, once its turn has come
        codes = codes_of(bundle, member.code)
        for field in item.form.all_fields():
            needed = (field.required or field.required_when is not None) and field.type != "computed"
            if needed and field.code not in codes and not field.prefill.startswith("person."):
                yield f"“{member.title}”必填的“{field.label}”（{member.code}.{field.code}）没有放进一件事的表单。"
            for condition in (field.shown_when, field.required_when) if field.code in codes else ():
                for asked in condition.fields() if condition else ():
                    if asked.split(".")[0] not in codes:
                        yield f"“{member.title}”的“{field.label}”取决于 {asked}，也要放进一件事的表单。"
        for paper in item.materials:
            if (paper.required or paper.required_when) and f"{member.code}.{paper.code}" not in given:
                yield f"“{member.title}”必交的“{paper.title}”（{member.code}.{paper.code}）没有放进一件事的材料。"
