"""
What a bundle (一件事) is: its members, the form that asks once, the papers given once, as immutable checked data.

A bundle names items, it does not repeat them: a question of its form is a question of a member's item, under one code for
all members it feeds. What a member is worth waiting for stands in `depends_on`.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from onedoor.platform.catalog.conditions import Condition
from onedoor.platform.catalog.forms import FormField
from onedoor.platform.catalog.items import LegalBasis
from onedoor.platform.catalog.strict import Code, Limit, NonEmpty, StrictModel

Feed = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]  # member.field


class Window(StrictModel):
    """Where and how a member is dealt with that cannot be handed in here."""

    where: NonEmpty
    how: NonEmpty
    phone: str = ""


class Member(StrictModel):
    """
    One item of the bundle. Without an item in force it is dealt with at the window, which is said and not pretended.

    `limit` is what the bundle promises for it, where that is other than the item's own promise; in hours it can count
    from a moment the form asks for (`limit_from`).
    """

    code: Code
    title: NonEmpty
    title_en: str = ""
    organ: NonEmpty  # in words: 公安派出所
    item: Annotated[str, StringConstraints(pattern=r"^([a-z]+\.[a-z0-9_]+)?$")] = ""
    optional: bool = False
    condition: Condition | None = None  # over the bundle's own few questions; one that does not hold is left out
    depends_on: tuple[Code, ...] = ()
    limit: Limit | None = None
    limit_from: str = ""
    window: Window

    @model_validator(mode="after")
    def counts_from_something(self) -> "Member":
        if self.limit_from and (self.limit is None or self.limit.unit != "hour"):
            raise ValueError("limit_from 只用于按小时计的时限")
        return self


class Question(StrictModel):
    """A question asked once: the fields it answers; the first of them says its type, its words and its choices."""

    code: Code
    feeds: Annotated[tuple[Feed, ...], Field(min_length=1)]
    label: str = ""
    help: str = ""


class QuestionSection(StrictModel):
    code: Code
    title: NonEmpty
    title_en: str = ""
    help: str = ""
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]


class SharedPaper(StrictModel):
    """A paper given once for several members."""

    code: Code
    feeds: Annotated[tuple[Feed, ...], Field(min_length=1)]
    title: str = ""


class Bundle(StrictModel):
    """A whole bundle. See the module's docstring."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z0-9_]+$")]
    title: NonEmpty
    title_en: str = ""
    line: Code
    lead: NonEmpty  # the kind of organ that leads: 民政部门
    summary: NonEmpty
    aliases: tuple[NonEmpty, ...] = ()
    legal_basis: Annotated[tuple[LegalBasis, ...], Field(min_length=1)]
    asks: tuple[FormField, ...] = ()  # a few choices before the form, which tell what belongs to it
    members: Annotated[tuple[Member, ...], Field(min_length=2)]
    form: tuple[QuestionSection, ...] = ()
    papers: tuple[SharedPaper, ...] = ()

    @model_validator(mode="after")
    def hangs_together(self) -> "Bundle":
        faults = [*_repetitions(self), *_unknown(self), *_circles(self), *_conditions(self)]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def member(self, code: str) -> Member | None:
        return next((member for member in self.members if member.code == code), None)

    def questions(self) -> Iterator[Question]:
        for section in self.form:
            yield from section.questions

    def in_order(self) -> list[Member]:
        """Return the members so that each stands behind those it depends on, otherwise as they are listed."""
        placed: list[Member] = []
        waiting = list(self.members)
        while waiting:
            there = {member.code for member in placed}
            ready = [member for member in waiting if there.issuperset(member.depends_on)]
            placed += ready[:1]
            waiting.remove(ready[0])
        return placed


def _repetitions(bundle: Bundle) -> Iterator[str]:
    lists = {
        "member": [member.code for member in bundle.members],
        "section": [section.code for section in bundle.form],
        "question": [*(question.code for question in bundle.questions()), *(ask.code for ask in bundle.asks)],
        "paper": [paper.code for paper in bundle.papers],
        "feed": [feed for question in bundle.questions() for feed in question.feeds],
        "paper feed": [feed for paper in bundle.papers for feed in paper.feeds],
    }
    for what, codes in lists.items():
        if len(set(codes)) != len(codes):
            yield f"{what} codes repeat"


def _unknown(bundle: Bundle) -> Iterator[str]:
    known = {member.code for member in bundle.members}
    for member in bundle.members:
        for code in member.depends_on:
            if code not in known:
                yield f"{member.code} depends on the unknown member {code}"
    for feed in [*(one for question in bundle.questions() for one in question.feeds), *_paper_feeds(bundle)]:
        if feed.split(".")[0] not in known:
            yield f"{feed} feeds an unknown member"
    questions = {question.code for question in bundle.questions()} | {ask.code for ask in bundle.asks}
    for member in bundle.members:
        if member.limit_from and member.limit_from not in questions:
            yield f"the limit of {member.code} counts from the unknown question {member.limit_from}"


def _paper_feeds(bundle: Bundle) -> list[str]:
    return [feed for paper in bundle.papers for feed in paper.feeds]


def _circles(bundle: Bundle) -> Iterator[str]:
    left = {member.code: set(member.depends_on) for member in bundle.members}
    while ready := [code for code, needed in left.items() if not needed & set(left)]:
        for code in ready:
            del left[code]
    if left:
        yield f"members wait for each other: {', '.join(sorted(left))}"


def _conditions(bundle: Bundle) -> Iterator[str]:
    asked = {ask.code for ask in bundle.asks}
    for member in bundle.members:
        for code in member.condition.fields() if member.condition else ():
            if code not in asked:
                yield f"the condition of {member.code} asks for the unknown question {code}"
    for ask in bundle.asks:
        if ask.type not in ("choice", "yes_no", "date_time"):
            yield f"the question {ask.code} before the form is no choice"
