"""The way through an application: its sections, papers, consents and review, with what is done and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from onedoor.platform.cases import queries
from onedoor.platform.cases.queries import Draft
from onedoor.platform.kernel.actors import Actor


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


ADDRESSES = {
    queries.MATERIALS: "draft_materials",
    queries.CONSENTS: "draft_consents",
    queries.SIGNERS: "draft_signers",
    queries.REVIEW: "draft_review",
}


def _url(draft: Draft, code: str) -> str:
    if code in ADDRESSES:
        return reverse(ADDRESSES[code], args=[draft.pk])
    return reverse("draft_section", args=[draft.pk, code])


def url_after(draft: Draft, code: str) -> str:
    """Return the address of the screen that follows `code`."""
    codes = [screen for screen, _ in queries.screens_of(draft)]
    place = codes.index(code) + 1 if code in codes else 0
    return _url(draft, codes[min(place, len(codes) - 1)])


@dataclass(frozen=True)
class Journey:
    draft: Draft
    stops: Sequence[Stop]

    @classmethod
    def of(cls, draft: Draft, *, actor: Actor, at: datetime) -> "Journey":
        """Return the way through this draft as it stands."""
        done = queries.done_screens(draft, actor=actor, at=at)
        screens = queries.screens_of(draft)
        return cls(draft, [Stop(code, title, _url(draft, code), code in done) for code, title in screens])

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
