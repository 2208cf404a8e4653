"""The way through an application: its sections, papers, consents and review, with what is done and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from onedoor.platform.cases import queries
from onedoor.platform.cases.forms.validation import missing_in_section
from onedoor.platform.cases.queries import Draft
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of


@dataclass(frozen=True)
class Stop:
    """One screen of the application."""

    code: str
    title: str
    url: str
    done: bool


@dataclass(frozen=True)
class Place:
    """Where on the way a screen is: 第 2 步，共 6 步."""

    number: int
    total: int
    before: Stop | None


@dataclass(frozen=True)
class Problem:
    """A line of the error summary: the sentence and the address of the field it is about."""

    sentence: str
    url: str


def screens(draft: Draft) -> list[tuple[str, str, str]]:
    """Return code, title and address of every screen of this draft as it stands, in their order."""
    item = draft.item_version.item
    found = [
        (section.code, section.title, reverse("draft_section", args=[draft.pk, section.code]))
        for section in item.form.shown_sections(draft.answers)
    ]
    if item.materials:
        found.append(("materials", "提交材料", reverse("draft_materials", args=[draft.pk])))
    if item.consents:
        found.append(("consents", "签署授权", reverse("draft_consents", args=[draft.pk])))
    return [*found, ("review", "核对并提交", reverse("draft_review", args=[draft.pk]))]


def url_after(draft: Draft, code: str) -> str:
    """Return the address of the screen that follows `code`."""
    found = screens(draft)
    codes = [screen[0] for screen in found]
    place = codes.index(code) + 1 if code in codes else 0
    return found[min(place, len(found) - 1)][2]


@dataclass(frozen=True)
class Journey:
    draft: Draft
    stops: Sequence[Stop]

    @classmethod
    def of(cls, draft: Draft, *, actor: Actor, at: datetime) -> "Journey":
        """Return the way through this draft as it stands."""
        item = draft.item_version.item
        done = {one.code: not missing_in_section(one, draft) for one in item.form.shown_sections(draft.answers)}
        if item.materials:
            done["materials"] = all(done.values()) and queries.has_all_papers(draft=draft, at=at)
        if item.consents:
            needed = queries.needed_consents(draft=draft, actor=actor, at=at, on=day_of(at))
            done["consents"] = bool(needed) and all(consent.signed for consent in needed)
        return cls(draft, [Stop(*screen, done.get(screen[0], False)) for screen in screens(draft)])

    @property
    def next(self) -> Stop:
        """The first screen that is not done."""
        return next((stop for stop in self.stops if not stop.done), self.stops[-1])

    def place(self, code: str) -> Place:
        codes = [stop.code for stop in self.stops]
        number = codes.index(code) if code in codes else 0
        return Place(number + 1, len(codes), self.stops[number - 1] if number else None)

    def linked(self, problems: Mapping[str, str]) -> list[Problem]:
        """Return problems with the address of the screen where each is mended."""
        owner = {
            field.code: section.code
            for section in self.draft.item_version.item.form.sections
            for field in section.fields
        }
        urls = {stop.code: stop.url for stop in self.stops}
        linked = []
        for path, sentence in problems.items():
            url = urls.get(owner.get(path.split(".")[0], ""), "")
            linked.append(Problem(sentence, f"{url}#id_{path.replace('.', '_')}" if url else ""))
        return linked
