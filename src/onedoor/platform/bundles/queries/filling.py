"""A bundle of one's own that is being filled in, as its pages and the API show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from onedoor.platform.bundles import access, merging
from onedoor.platform.bundles.definitions import Bundle, Member
from onedoor.platform.bundles.models import BundleCase, BundlePaper
from onedoor.platform.bundles.screens import Screens
from onedoor.platform.bundles.states import State
from onedoor.platform.cases.forms.known import Known
from onedoor.platform.cases.forms.validation import missing_in_section
from onedoor.platform.catalog.forms import Section
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor


@dataclass(frozen=True)
class MemberChoice:
    """A member on the page where one chooses."""

    definition: Member
    is_online: bool
    chosen: bool
    waits_for: Sequence[str]


@dataclass(frozen=True)
class Choosing:
    """What is chosen so far, and every screen of the way with whether it is done."""

    case: BundleCase
    bundle: Bundle
    members: Sequence[MemberChoice]
    belonging: Sequence[MemberChoice]  # what follows from the answers
    sections: Sequence[Section]
    screens: Sequence[tuple[str, str, bool]]
    papers_done: bool
    asks_done: bool
    problems: Mapping[str, str]

    @property
    def is_ready(self) -> bool:
        return self.asks_done and self.papers_done and not self.problems


def _filling(bundle_id: UUID, actor: Actor, at: datetime) -> BundleCase:
    case = access.require_own(bundle_id, actor=actor)
    if case.state == State.FILLING and case.expires_at <= at:
        raise access.BundleCaseNotFound
    return case


def choosing(*, bundle_id: UUID, actor: Actor, at: datetime) -> Choosing:
    """:raises BundleCaseNotFound: none of the actor's own, or it has run out."""
    case = _filling(bundle_id, actor, at)
    screens = Screens.of(case, at=at)
    titles = {member.code: member.title for member in case.bundle.members}
    belonging = {member.code for member in screens.members}
    rows = [
        MemberChoice(
            member,
            member.code in screens.items,
            member.code in case.wanted,
            [titles[code] for code in member.depends_on if code in belonging],
        )
        for member in case.bundle.in_order()
    ]
    return Choosing(
        case=case,
        bundle=case.bundle,
        members=rows,
        belonging=[row for row in rows if row.definition.code in belonging],
        sections=screens.sections,
        screens=[(one.code, one.title, not missing_in_section(one, case)) for one in screens.sections],
        papers_done=all(row.given or row.is_spared for row in _papers(case, screens)),
        asks_done=not case.bundle.asks or bool(case.asks),
        problems=screens.problems(),
    )


def shown_sections(*, case: BundleCase, at: datetime) -> Sequence[Section]:
    """Return the screens of a bundle as answered. The caller has fetched it through a checked door."""
    return Screens.of(case, at=at).sections


def mending(way: Choosing, problems: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return for each problem its sentence, the screen where it is mended ("" for none), and the id of the field."""
    screens = {field.code: section.code for section in way.sections for field in section.fields}
    return [
        (sentence, screens.get(path.split(".")[0], ""), f"id_{path.replace('.', '_')}")
        for path, sentence in problems.items()
    ]


def find_screen(*, bundle_id: UUID, section: str, actor: Actor, at: datetime) -> tuple[BundleCase, Section | None]:
    """Return the bundle and one screen of it, None where it is not asked."""
    case = _filling(bundle_id, actor, at)
    found = Screens.of(case, at=at).section(section)
    return case, found if case.state == State.FILLING else None


def known_for_bundle(*, case: BundleCase, section: Section, actor: Actor) -> dict[str, Known]:
    """Return what the platform knows about the person, for the questions of one screen. The case is the actor's own."""
    if actor.person_id != case.applicant_id:
        raise access.BundleCaseNotFound
    own: Mapping[str, Any] = identity.person_answers(person_id=case.applicant_id)
    return {
        field.code: Known(own[field.prefill.removeprefix("person.")], "平台实名信息")
        for field in section.fields
        if field.prefill.startswith("person.") and own.get(field.prefill.removeprefix("person."))
    }


@dataclass(frozen=True)
class PaperRow:
    """A paper of the bundle: who wants it, what was given."""

    asked: merging.PaperAsked
    members: Sequence[str]
    given: Sequence[BundlePaper]

    @property
    def is_spared(self) -> bool:
        """Data or a promise may stand for it; the member's own application asks again where they do not."""
        return self.asked.definition.waiver is not None or self.asked.definition.commitment is not None


def _papers(case: BundleCase, screens: Screens) -> list[PaperRow]:
    given: dict[str, list[BundlePaper]] = {}
    for paper in case.papers.select_related("file").order_by("id"):
        given.setdefault(paper.code, []).append(paper)
    titles = {member.code: member.title for member in case.bundle.members}
    return [
        PaperRow(asked, [titles[member] for member, _ in asked.feeds], given.get(asked.code, ()))
        for asked in screens.papers()
    ]


def bundle_papers(*, bundle_id: UUID, actor: Actor, at: datetime) -> tuple[BundleCase, list[PaperRow]]:
    """Return the papers asked for, each once, with what was given."""
    case = _filling(bundle_id, actor, at)
    return case, _papers(case, Screens.of(case, at=at))
