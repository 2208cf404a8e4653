"""Papers as people read them: those of a draft with what answers them, and a person's own over all their cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Exists, OuterRef

from onedoor.platform.cases import access, offers, papers, proofs, seen
from onedoor.platform.cases.clocks import due, work_calendar
from onedoor.platform.cases.models import Case, Draft, Material, Tolerance
from onedoor.platform.cases.offers import Offer
from onedoor.platform.cases.operations import tolerance
from onedoor.platform.cases.operations.drafts import MaterialNotFound
from onedoor.platform.cases.operations.tolerance import promise_text
from onedoor.platform.cases.owing import Owed, Why, owed
from onedoor.platform.cases.proofs import Proof
from onedoor.platform.cases.queries.commitments import may_promise, policy_words
from onedoor.platform.cases.queries.desk import RESTRICTED
from onedoor.platform.cases.seen import PaperSeen, Seen
from onedoor.platform.cases.states import State
from onedoor.platform.catalog import scenarios
from onedoor.platform.catalog.items import PAPER_FORM
from onedoor.platform.catalog.items import Material as PaperDefinition
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.recognition import queries as recognition


@dataclass(frozen=True)
class DraftPaper:
    """One paper on the screen of a draft: what was given for it, or what answers it."""

    definition: PaperDefinition
    given: Sequence[Material]
    offer: Offer | None
    choice: str
    commitment: Sequence[tuple[str, str]] = ()  # what is told before promising, where promising is offered
    seen: Mapping[int, PaperSeen] = field(default_factory=dict)  # by the number of a given one, where papers are read

    @property
    def pages(self) -> list[tuple[Material, PaperSeen | None]]:
        """What was given, each with what a recogniser has made of it."""
        return [(one, self.seen.get(one.pk)) for one in self.given]

    @property
    def is_answered(self) -> bool:
        return (
            bool(self.given and not papers.quarantined(self.given))
            or self.is_later
            or (self.offer is not None and self.offer.taken)
        )

    @property
    def is_later(self) -> bool:
        """Tell whether the person promises to bring it after acceptance."""
        return not self.given and self.choice == offers.LATER and self.definition.tolerance is not None

    @property
    def promise(self) -> str:
        """Return what is promised by bringing it later."""
        return promise_text(self.definition)

    @property
    def answer_words(self) -> str:
        """How the paper is given, in a few words for the review."""
        if papers.quarantined(self.given):
            return "没有通过安全检查，请重新上传"
        if self.given:
            return self.given[0].source_words
        if self.is_later:
            return "承诺受理后补交"
        if self.offer is None or not self.offer.taken:
            return "还没有交"
        if self.offer.certificate is not None:
            return f"由《{self.offer.certificate.title}》代替，免提交"
        return "沿用以前的材料，须带原件核对" if self.offer.needs_check else "沿用以前的材料"

    @property
    def is_waived(self) -> bool:
        """Tell whether something else than a file stands for it, so that nothing is to be uploaded."""
        return any(paper.file_id is None for paper in self.given)

    @property
    def is_promised(self) -> bool:
        return any(paper.source == Material.Source.COMMITMENT for paper in self.given)


def papers_of_draft(*, draft: Draft, actor: Actor, at: datetime) -> list[DraftPaper]:
    """Return the papers this draft asks for, and those it has, in the order of the item; then the scans of its form."""
    access.require_draft(draft, actor=actor, scope="view", on=day_of(at))
    given: dict[str, list[Material]] = {}
    found = list(draft.materials.select_related("file").order_by("id"))
    for paper in found:
        given.setdefault(paper.code, []).append(paper)
    read = seen.seen_on(found, owner=draft, answers=draft.answers)
    offered = offers.offers(draft, given=given, at=at)
    promises = may_promise(draft=draft, actor=actor, at=at)
    return [
        DraftPaper(
            one,
            given.get(one.code, []),
            offered.get(one.code),
            draft.paper_choices.get(one.code, ""),
            policy_words(one.commitment) if one.commitment and promises else (),
            read,
        )
        for one in (*draft.item_version.item.materials, PAPER_FORM)
        if one.asked(draft.answers) or one.code in given
    ]


def told_beside(*, draft: Draft, actor: Actor, at: datetime) -> dict[str, Seen]:
    """
    Return by path which answers of a draft a paper shows otherwise, so that the person looks at them again.

    One query for the papers and one for what was read; neither while no recogniser is set up.
    """
    access.require_draft(draft, actor=actor, scope="view", on=day_of(at))
    if not recognition.reads_papers():
        return {}
    given = list(draft.materials.exclude(file=None).order_by("id"))
    read = seen.seen_on(given, owner=draft, answers=draft.answers)
    return {row.path: row for one in read.values() for row in one.told}


def has_all_papers(*, draft: Draft, at: datetime) -> bool:
    """Tell whether nothing asked for is missing from a draft the caller has fetched through a checked door."""
    found = list(draft.materials.select_related("file"))
    given = {paper.code for paper in found}
    return not papers.quarantined(found) and not offers.missing(draft, given=given, at=at)


@dataclass(frozen=True)
class OwnPaper:
    """A paper a person has given once, and what it has been taken for since."""

    paper: Material
    holds: bool
    uses: Sequence[Material]


MOST = 100
GRADES = Material.Grade.choices


def my_papers(*, actor: Actor, at: datetime) -> list[OwnPaper]:
    """
    Return the papers the acting person has given with their cases, newest first, each with where it was taken over.

    Certificates have a log of their own (`certificates.queries.use_log`).
    """
    if actor.person_id is None:
        return []
    own = Material.objects.filter(case__applicant_id=actor.person_id, reused_from=None, replaced_at=None)
    own = own.exclude(source__in=(Material.Source.COMMITMENT, Material.Source.CERTIFICATE)).exclude(
        case__state=State.SUBMITTED
    )
    own = own.exclude(Exists(RESTRICTED.filter(case=OuterRef("case"))))
    rows = own.select_related("case", "file").prefetch_related("reuses__case")
    return [
        OwnPaper(row, row.holds(day_of(at)), [use for use in row.reuses.all() if use.case_id is not None])
        for row in rows.order_by("-id")[:MOST]
    ]


@dataclass(frozen=True)
class CasePaper:
    """A paper of a case as its page shows it."""

    paper: Material
    is_current: bool  # nothing newer stands for it
    must_be_checked: bool  # taken over from an earlier case, its original still unseen
    has_ended: bool  # a certificate that holds no longer
    seen: PaperSeen | None = None  # what a recogniser has made of it


def seen_on_case(case: Case, found: Sequence[Material], *, shown: Collection[str] | None = ()) -> dict[int, PaperSeen]:
    """
    Return by the number of a paper what a recogniser has seen on those of a case, read before through a checked door.

    What is masked in the answers is masked here too, but for the fields named in `shown` (None: for all, their owner).
    """
    read = seen.seen_on(found, owner=case, answers=case.declared.content)
    return read if shown is None else {key: one.masked(shown) for key, one in read.items()}


def papers_of_case(
    found: Sequence[Material], *, left: Sequence[Owed] = (), read: Mapping[int, PaperSeen] | None = None
) -> list[CasePaper]:
    """
    Return the papers of a case, read before through a checked door, with what counts and what is to be done; `left` is
    what the applicant owes (`owed_of`), `read` what was seen on them (`seen_on_case`).
    """
    standing = {paper.pk for paper in papers.current(found)}
    unseen = {paper.pk for paper in papers.originals_to_check(found)}
    ended = {one.definition.code for one in left if one.why == Why.ENDED}
    return [
        CasePaper(
            paper,
            paper.pk in standing,
            paper.pk in unseen,
            paper.pk in standing and paper.code in ended,
            (read or {}).get(paper.pk),
        )
        for paper in found
    ]


def current_papers(case: Case, *, code: str) -> list[Material]:
    """
    Return what counts as one paper of a case the caller has fetched through a checked door.

    :raises MaterialNotFound: nothing does.
    """
    rows = case.materials.filter(code=code).select_related("file").order_by("id")
    found = papers.current(rows)
    if not found:
        raise MaterialNotFound
    return found


@dataclass(frozen=True)
class OpenPapers:
    """What a running case still waits for, and what its applicant could give instead of a certificate."""

    owed: list[Owed]
    replaceable: Sequence[Material]


def open_papers(case: Case, *, at: datetime) -> OpenPapers:
    """Return what the applicant of a case, fetched through a checked door, may hand in without being asked."""
    found = list(case.materials.select_related("certificate", "file").order_by("id"))
    left = owed(case, found, at=at)
    codes = {one.definition.code for one in left}
    waived = [paper for paper in papers.current(found) if paper.source == Material.Source.CERTIFICATE]
    running = case.decided_at is None and not case.is_ended
    return OpenPapers(left, [paper for paper in waived if running and paper.code not in codes])


def owed_of(case: Case, *, at: datetime) -> list[Owed]:
    """
    Return what the applicant of a case, fetched for its page through a checked door, still owes to it.

    Nothing is asked of the database where the case has neither promised anything nor taken a certificate.
    """
    if not any(getattr(case, f"has_{name}", True) for name in ("tolerances", "certificates", "commitments", "unsafe")):
        return []
    return open_papers(case, at=at).owed


@dataclass(frozen=True)
class PromisedLater:
    """What would be due after acceptance today, and the last day that may be promised for it."""

    rows: Sequence[Tolerance]
    last: date | None


def promised_later(case: Case, *, at: datetime) -> PromisedLater:
    rows = tolerance.asked(case)
    if not rows:
        return PromisedLater([], None)
    limit = scenarios.outcome(case.item_version.item, case.declared.content).promised
    promised = due(limit, at=at, calendar=work_calendar(case.division))
    return PromisedLater(rows, tolerance.latest_day(case, rows, at=at, promised_on=promised.day))


def tolerances_of(case: Case) -> list[Tolerance]:
    """Return the papers of a case that were promised for later, come or not."""
    return list(access.rows_of(case, "tolerances").order_by("id"))


def proofs_of(case: Case, *, at: datetime) -> dict[str, Proof]:
    """Return by code which papers of the item are proved already, for the officer who is about to ask for some."""
    return proofs.proofs_of(case, [paper.code for paper in case.item_version.item.materials], at=at)
